"""A merge undone: first whether anything builds on it, then every value as it was."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from college.core import journal
from college.core.db import UtcDateTime, db
from college.core.text import say
from college.people.persons.models import Person
from college.reports.twins.awarding import MADE, built_on_titles, made_by
from college.reports.twins.models import MergedRow, PersonMerge
from college.reports.twins.moving import plain
from college.reports.twins.references import BY_TABLE, MOVING, Reference

A_LATER_MERGE = say("a later merge: undo that one first")
A_DELETION = say("the person was deleted on request")
THE_RECORD = say("the record itself")
CHUNK = 500


def built_on(merge: PersonMerge, kept: Person) -> list[str]:
    """What keeps the merge from being undone, in words; nothing where it can be."""
    if kept.merged_into_id is not None:
        return [A_LATER_MERGE]
    if journal.is_destroyed(kept.id):
        return [A_DELETION]
    rows = rows_of(merge)
    found = {BY_TABLE[row.noun].label for row in rows if _value(row) != row.after}
    moved: dict[str, list[int]] = {}
    for row in rows:
        if row.column in {BY_TABLE[row.noun].column, MADE}:
            moved.setdefault(row.noun, []).append(row.row_id)
    found |= {each.label for each in MOVING if _hangs_on(each, kept, moved)}
    found |= built_on_titles(kept, made_by(rows), moved)
    if merge.swapped and kept.version != merge.kept_version:
        found.add(THE_RECORD)
    return sorted(found)


def put_back(merge: PersonMerge) -> None:
    """The last change first, so that no two rows stand in each other's way."""
    for row in reversed(rows_of(merge)):
        if row.before != row.after and row.column != MADE:
            reference = BY_TABLE[row.noun]
            there = _place(reference, row)
            value = _as_stored(reference, row)
            db.session.execute(sa.update(reference.rows).where(there).values({row.column: value}))
    db.session.expire_all()


def rows_of(merge: PersonMerge) -> Sequence[MergedRow]:
    mine = sa.select(MergedRow).where(MergedRow.merge_id == merge.id)
    return db.session.scalars(mine.order_by(MergedRow.id)).all()


def _value(row: MergedRow) -> Any:
    reference = BY_TABLE[row.noun]
    there = _place(reference, row)
    return plain(db.session.scalar(sa.select(reference.rows.c[row.column]).where(there)))


def _place(reference: Reference, row: MergedRow) -> sa.ColumnElement[bool]:
    """The row itself; one that is nothing but two ids is named by both."""
    place = reference.key == row.row_id
    return place if "id" in reference.rows.c else place & (reference.person == row.after)


def _as_stored(reference: Reference, row: MergedRow) -> Any:
    is_moment = isinstance(reference.rows.c[row.column].type, UtcDateTime)
    return datetime.fromisoformat(row.before) if is_moment and row.before else row.before


def _hangs_on(reference: Reference, kept: Person, moved: dict[str, list[int]]) -> bool:
    """Whether a row of the kept person that was not moved names one that was."""
    own = set(moved.get(reference.table, []))
    for column, table in _names(reference):
        for ids in _chunks(moved.get(table, [])):
            mine = (reference.person == kept.id) & column.in_(ids)
            if set(db.session.scalars(sa.select(reference.key).where(mine))) - own:
                return True
    return False


def _names(reference: Reference) -> Iterator[tuple[sa.Column[Any], str]]:
    """The columns of a table that name a row of another that moves."""
    for column in reference.rows.c:
        for key in column.foreign_keys:
            if key.column.table.name in BY_TABLE and key.column.table.name != "person":
                yield column, key.column.table.name


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))
