"""The tree as it was: which units stood where on a day, as known now or at a moment."""

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from college.core.access import visible
from college.core.dated import Day, Moment
from college.core.db import db
from college.core.roles import Actor, Can
from college.stations.units.models import Unit, UnitPhase

MOST_TO_CHOOSE = 300  # in a list of choices; a larger college looks for a unit by its name


def below(
    unit_id: int | sa.ColumnElement[int], day: Day, known_at: Moment | None = None
) -> sa.Select[int]:
    """Select the ids of a unit and of all that stood below it on a day, at any depth.

    UNION leaves out what it has already, so that not even a circle would keep it going.
    """
    top = sa.select(sa.cast(unit_id, sa.Integer).label("id")).cte(recursive=True)
    phase = aliased(UnitPhase)
    there = phase.covers(day, known_at)
    more = sa.select(phase.unit_id).join(top, phase.parent_id == top.c.id).where(there)
    return sa.select(top.union(more).c.id)


def known_phases(unit: Unit) -> Sequence[UnitPhase]:
    """What is believed of a unit today, the earliest phase first; there is one at least."""
    return phases_known(unit, None)


def phases_known(unit: Unit, at: datetime | None) -> Sequence[UnitPhase]:
    """What was believed of a unit at a moment, or is now; nothing before it was recorded."""
    mine = (UnitPhase.unit_id == unit.id) & UnitPhase.known(at)
    since = (UnitPhase.from_on.is_not(None), UnitPhase.from_on)
    return db.session.scalars(sa.select(UnitPhase).where(mine).order_by(*since)).all()


def ways_up(unit_id: int) -> Sequence[sa.Row[int | None, date | None, date | None]]:
    """Below which units a unit stood from when to when, as believed today."""
    mine = (UnitPhase.unit_id == unit_id) & UnitPhase.known()
    chosen = sa.select(UnitPhase.parent_id, UnitPhase.from_on, UnitPhase.to_on)
    return db.session.execute(chosen.where(mine)).all()


def open_below(unit: Unit, day: date) -> Sequence[Unit]:
    """The units that stand right below on a day or later, in the order of their recording."""
    mine = (UnitPhase.parent_id == unit.id) & UnitPhase.known()
    lasts = UnitPhase.to_on.is_(None) | (UnitPhase.to_on >= day)
    chosen = sa.select(Unit).where(Unit.id.in_(sa.select(UnitPhase.unit_id).where(mine, lasts)))
    return db.session.scalars(chosen.order_by(Unit.id)).all()


def in_tree_order(actor: Actor, *, most: int | None = None) -> Sequence[Unit]:
    """The units that the actor may see, each before those below it: what a list offers."""
    mine = sa.select(Unit).where(visible(Unit, actor, Can.UNITS_SEE))
    return db.session.scalars(mine.order_by(Unit.path).limit(most)).all()


def units_to_choose(actor: Actor) -> Sequence[Unit]:
    """The same for a list of choices; none where they are too many for one."""
    units = in_tree_order(actor, most=MOST_TO_CHOOSE + 1)
    return units if len(units) <= MOST_TO_CHOOSE else []
