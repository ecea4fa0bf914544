"""What two records earn together and neither does alone: awarded by the merge, and taken back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import sqlalchemy as sa

from college.core.db import db
from college.core.roles import Actor
from college.exams.results.awards import awards
from college.exams.results.queries import papers_of, passes_of, unearned_among
from college.exams.results.recording import award_persons
from college.people.evidence.models import EvidenceFile
from college.people.persons.models import Person
from college.people.qualifications.earning import Earned, still_to_record
from college.people.qualifications.models import Qualification
from college.people.qualifications.operations import withdraw_qualification
from college.people.qualifications.queries import withdrawn_of
from college.register.registrations.models import Registration, RegistrationState
from college.reports.twins.models import MergedRow, PersonMerge
from college.reports.twins.moving import note
from college.reports.twins.references import BY_TABLE

MADE = "id"  # the column by which a row is noted that a merge made
HELD = BY_TABLE["qualification"]
# what is applied for or handed in on a title names its level, not its row
ON_A_TITLE = {
    "registration": Registration.state != RegistrationState.CANCELLED,
    "evidence_file": EvidenceFile.known(),
}


def to_earn(first: Person, second: Person) -> list[Earned]:
    """What both, once they are one person, will be awarded; in the order of the levels."""
    ids = [first.id, second.id]
    papers = [paper for own in papers_of(ids).values() for paper in own]
    withdrawn = {(first.id, by_exam) for _, by_exam in withdrawn_of(ids)}
    both = awards(passes_of({first.id: papers}), withdrawn=withdrawn)
    of_second = still_to_record([replace(each, person_id=second.id) for each in both])
    lacking = {each.key[1:] for each in of_second}
    return [each for each in still_to_record(both) if each.key[1:] in lacking]


def award(actor: Actor, merge: PersonMerge) -> list[Qualification]:
    """Award the person kept what the results of both earn; note it for the merge to be undone."""
    made = award_persons(actor, [merge.kept_id])
    for row in made:
        note(merge, HELD, row.id, MADE, None, row.id)
        for name in ("superseded_at", "checked_at"):  # corrected, withdrawn or checked: a deed
            note(merge, HELD, row.id, name, None, None)
    return made


def take_back(actor: Actor, rows: Collection[MergedRow]) -> None:
    """Withdraw what a merge awarded: it stays on record as what was believed meanwhile."""
    for row_id in made_by(rows):
        row = db.session.get_one(Qualification, row_id)
        withdraw_qualification(actor, row, for_good=False)  # merged again they earn it again


def built_on_titles(
    kept: Person, made: Collection[int], moved: Mapping[str, Collection[int]]
) -> set[str]:
    """What has come since on the levels that a merge awarded, in words."""
    levels = sa.select(Qualification.level).where(Qualification.id.in_(made))
    found = set()
    for table, stands in ON_A_TITLE.items():
        reference = BY_TABLE[table]
        on_them = (reference.person == kept.id) & reference.rows.c.level.in_(levels) & stands
        if set(db.session.scalars(sa.select(reference.key).where(on_them))) - {
            *moved.get(table, ())
        }:
            found.add(reference.label)
    return found


def made_by(rows: Collection[MergedRow]) -> list[int]:
    return [row.row_id for row in rows if row.column == MADE]


def unearned(person_id: int) -> Sequence[Qualification]:
    """What somebody holds of the state exam that their results do not earn."""
    return unearned_among(sa.select(Person.id).where(Person.id == person_id), 0)
