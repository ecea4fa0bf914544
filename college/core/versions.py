"""Whoever changes a row that people edit says which version they saw; an older one is refused.

A browser's request declares what its page showed with `declare`; from then on the flush itself
compares, so that no operation can leave it out. Jobs, commands and imports declare nothing.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, declared_attr, mapped_column

from college.core.db import Base, db
from college.core.errors import Changed
from college.core.journal import JournalEntry
from college.core.text import Remark, say

SOMEBODY = say("Somebody")
Seen = Mapping[tuple[str, int], int]  # (table, id) -> version


class Versioned:
    """A row that people edit: it counts its versions, and each UPDATE names the one before."""

    # False where the operation counts: not every change is one that a reader has to see
    counts_by_itself: ClassVar[bool] = True
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 - SQLAlchemy passes the class
        counting = {} if cls.counts_by_itself else {"version_id_generator": False}
        return {"version_id_col": cls.version, **counting}


class Unversioned(AssertionError):
    """A page changed a row that counts no versions and gives no reason: its author's to mend."""


def declare(seen: Seen) -> None:
    """From here on, a change of a Versioned row needs the version that stands in `seen`."""
    db.session.info["seen"] = dict(seen)


def show(row: Base) -> None:
    """Note that the page in the making shows this row as it is now."""
    if isinstance(row, Versioned):
        shown()[row.__tablename__, row.id] = row.version


def shown() -> dict[tuple[str, int], int]:
    """The Versioned rows that `fetch` gave to the page in the making."""
    noted: dict[tuple[str, int], int] = db.session.info.setdefault("shown", {})
    return noted


def watch(session: Any) -> None:
    """Compare before each flush."""
    if not sa.event.contains(session, "before_flush", _compare_all):
        sa.event.listen(session, "before_flush", _compare_all)


def _compare_all(session: Session, _: object, __: object) -> None:
    seen: dict[tuple[str, int], int] | None = session.info.get("seen")
    if seen is None:
        return
    made: set[Base] = session.info.setdefault("made", set())  # nobody saw what begins here
    made.update(session.new)
    for row in session.dirty:
        if row not in made and session.is_modified(row):
            _compare(row, seen)


def _compare(row: Base, seen: dict[tuple[str, int], int]) -> None:
    if not isinstance(row, Versioned):
        if not row.unversioned:
            raise Unversioned(type(row).__qualname__)
        return
    key = row.__tablename__, row.id
    stored = sa.inspect(row).committed_state.get("version", row.version)
    if seen.get(key) != stored:
        raise changed(row)
    # this request's own change; what it changes next builds on it
    seen[key] = stored + 1 if row.__mapper__.version_id_generator else row.version


def changed(row: Base) -> Changed:
    """The refusal, with who changed the row last, by the journal."""
    person = Base.metadata.tables["person"].c
    mine = (JournalEntry.noun == row.__tablename__) & (JournalEntry.row_id == row.id)
    chosen = sa.select(person.full_name).join(JournalEntry, JournalEntry.actor_id == person.id)
    with db.session.no_autoflush:
        who = db.session.scalar(chosen.where(mine).order_by(JournalEntry.id.desc()).limit(1))
    return Changed(row, who=who or Remark(SOMEBODY))
