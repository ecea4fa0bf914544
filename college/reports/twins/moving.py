"""Rows go from one record to the other, and each value that changes is written down."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.reports.twins.collisions import Outcome
from college.reports.twins.models import MergedRow, PersonMerge
from college.reports.twins.references import BY_TABLE, MOVING, Reference, Rule

ENDING = ("sign_in", "invitation")  # what opens a door for the record that goes


def move_all(merge: PersonMerge, outcome: Outcome) -> None:
    _end_doors(merge, outcome)
    for reference, doubled, by in outcome.doubled:
        value = by if reference.while_none == "superseded_by_id" else clock.now()
        _change(merge, reference, doubled, reference.while_none, value)
    for reference in MOVING:
        if reference.rule is Rule.WITH_ACCOUNT and outcome.keeps_account:
            continue
        _move(merge, reference, outcome.staying.get(reference.table, set()))
    db.session.expire_all()  # what was read before is read anew


def plain(value: Any) -> Any:
    """A value as JSON holds it."""
    return value.isoformat() if isinstance(value, datetime) else value


def note(
    merge: PersonMerge, reference: Reference, row_id: int, column: str, before: Any, after: Any
) -> None:
    """Write down a value, for the merge to be undone by."""
    noun = reference.table
    db.session.add(
        MergedRow(
            merge_id=merge.id, noun=noun, row_id=row_id, column=column, before=before, after=after
        )
    )


def _end_doors(merge: PersonMerge, outcome: Outcome) -> None:
    """An open invitation would make an account for nobody; a shut account signs nobody in."""
    for table in ENDING:
        reference = BY_TABLE[table]
        if reference.rule is Rule.WITH_ACCOUNT and not outcome.keeps_account:
            continue  # whoever is signed in stays so, as the person kept
        is_open = reference.rows.c.ended_at.is_(None)
        mine = sa.select(reference.key).where(reference.person == merge.gone_id, is_open)
        for row_id in db.session.scalars(mine.order_by(reference.key)).all():
            _change(merge, reference, row_id, "ended_at", clock.now())


def _move(merge: PersonMerge, reference: Reference, staying: set[int]) -> None:
    watched = reference.while_none
    columns = [reference.key, *([reference.rows.c[watched]] if watched else [])]
    mine = reference.person == merge.gone_id
    chosen = sa.select(*columns).where(mine, reference.key.not_in(staying))
    rows = db.session.execute(chosen.order_by(reference.key)).all()
    if not rows:
        return
    going = mine & reference.key.in_([row[0] for row in rows])
    db.session.execute(
        sa.update(reference.rows).where(going).values({reference.column: merge.kept_id})
    )
    for row in rows:
        note(merge, reference, row[0], reference.column, merge.gone_id, merge.kept_id)
        if watched:  # a correction supersedes: then the row is no longer as it was moved
            note(merge, reference, row[0], watched, plain(row[1]), plain(row[1]))


def _change(
    merge: PersonMerge, reference: Reference, row_id: int, column: str, value: datetime | int
) -> None:
    """Set a column that holds nothing yet."""
    row = reference.key == row_id
    db.session.execute(sa.update(reference.rows).where(row).values({column: value}))
    stored = db.session.scalar(sa.select(reference.rows.c[column]).where(row))
    note(merge, reference, row_id, column, None, plain(stored))
