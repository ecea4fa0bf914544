"""What came to a person from a second record of theirs, for themselves to read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from college.core.db import db
from college.reports.twins.models import MergedRow, PersonMerge
from college.reports.twins.references import BY_TABLE


@dataclass(frozen=True, slots=True)
class TakenOver:
    """One merge: when, and how many rows of each kind came over."""

    at: datetime
    what: Sequence[tuple[str, int]]


def taken_over(person_id: int) -> Sequence[TakenOver]:
    """The merges into this person that stand, the newest first."""
    mine = (PersonMerge.kept_id == person_id) & PersonMerge.undone_at.is_(None)
    counted = (
        sa.select(PersonMerge.id, PersonMerge.merged_at, MergedRow.noun, MergedRow.column)
        .add_columns(sa.func.count())
        .outerjoin(MergedRow, MergedRow.merge_id == PersonMerge.id)
        .where(mine)
        .group_by(PersonMerge.id, PersonMerge.merged_at, MergedRow.noun, MergedRow.column)
        .order_by(PersonMerge.id.desc(), MergedRow.noun)
    )
    found: dict[int, tuple[datetime, list[tuple[str, int]]]] = {}
    for merge_id, at, noun, column, count in db.session.execute(counted):
        what = found.setdefault(merge_id, (at, []))[1]
        reference = BY_TABLE.get(noun or "")
        # a row that came over is noted by the column that leads to its person
        if reference is not None and reference.label and column == reference.column:
            what.append((reference.label, count))
    return [TakenOver(at, what) for at, what in found.values()]
