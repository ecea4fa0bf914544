"""After a restore: whoever was deleted since the backup was made is deleted again."""

from collections.abc import Callable, Iterable, Sequence

import sqlalchemy as sa

from college.core import journal
from college.core.db import db
from college.core.errors import DomainError
from college.core.journal import SubjectKey
from college.core.roles import SYSTEM
from college.people.persons.models import Person
from college.reports.personal_data.operations import delete_again


def deleted_people() -> Sequence[int]:
    """Whose key was destroyed in the college that is here now; nobody where there is none yet."""
    if not sa.inspect(db.engine).has_table(SubjectKey.__tablename__):
        return []
    chosen = sa.select(SubjectKey.person_id).where(SubjectKey.sealed == b"")
    found = db.session.scalars(chosen.order_by(SubjectKey.person_id)).all()
    db.session.rollback()
    return found


def all_deleted_again(people: Iterable[int], tell: Callable[[str], None]) -> list[str]:
    """Delete those who are back, for the caller to commit; returns the files that may go."""
    files: list[str] = []
    for person_id in people:
        person = db.session.get(Person, person_id)
        if person is None or journal.is_destroyed(person_id):
            continue  # on record only after the backup, or deleted before it
        try:
            files += delete_again(SYSTEM, person).files
            tell(f"Person {person_id} was deleted after this backup was made: deleted again.")
        except DomainError as refusal:
            tell(f"Person {person_id} must be deleted again by hand: {refusal.code}")
    return files
