"""Units with the people who work there. Here, not in stations: a station knows no person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from college.core import clock
from college.core.access import allowed, fetch, visible
from college.core.db import db
from college.core.roles import Actor, Can
from college.people.employment.models import STAFF, Employment
from college.people.persons.models import Person
from college.stations.indicators.models import IndicatorValue
from college.stations.indicators.queries import of_unit
from college.stations.units.models import Unit


@dataclass(frozen=True, slots=True)
class StaffedUnit:
    """`level` is 0 for the topmost units that the reader sees.

    `staff` are the persons with a post at the unit itself, `staff_below` those there or at any unit
    below, each person once: the two are never added up.
    """

    unit: Unit
    level: int
    staff: int
    staff_below: int


@dataclass(frozen=True, slots=True)
class UnitTree:
    as_of: date
    rows: list[StaffedUnit]
    staff: int  # of all visible units together, each person once


@dataclass(frozen=True, slots=True)
class UnitPage:
    unit: Unit
    parent: Unit | None  # None as well where the reader may not see it
    below: list[StaffedUnit]
    staff: int
    staff_below: int
    indicators: Sequence[IndicatorValue]
    shows_persons: bool


def tree(actor: Actor, as_of: date) -> UnitTree:
    """Return the visible units that were open on a day, parents before their children."""
    rows = _staffed(actor, as_of)
    return UnitTree(as_of, rows, _all_staff(actor, as_of))


def page(actor: Actor, unit_id: int) -> UnitPage:
    """Return what the actor sees of one unit today. Raises NotFound."""
    unit = fetch(Unit, unit_id, actor, Can.UNITS_SEE)
    family = _staffed(actor, clock.today(), top=unit)
    return UnitPage(
        unit=unit,
        parent=_parent(actor, unit),
        below=[row for row in family if row.unit.parent_id == unit.id],
        staff=next((row.staff for row in family if row.unit is unit), 0),
        staff_below=next((row.staff_below for row in family if row.unit is unit), 0),
        indicators=of_unit(actor, unit),
        shows_persons=allowed(actor, Can.PERSONS_SEE, unit),
    )


def staff_today(actor: Actor, unit: Unit) -> sa.Select[Employment]:
    """Select the posts at the unit itself that the actor may see, in the order of names."""
    there = (Employment.unit_id == unit.id) & Employment.covers(clock.today())
    mine = visible(Employment, actor, Can.PERSONS_SEE)
    return (
        sa.select(Employment)
        .join(Employment.person)
        .where(there, mine, Employment.capacity.in_(STAFF))
        .options(joinedload(Employment.person))
        .order_by(Person.sort_key, Employment.id)
    )


def _staffed(actor: Actor, as_of: date, *, top: Unit | None = None) -> list[StaffedUnit]:
    """The visible units open that day, in the order of the tree; from `top` down, if given."""
    is_open = (Unit.opened_on.is_(None) | (Unit.opened_on <= as_of)) & (
        Unit.closed_on.is_(None) | (Unit.closed_on > as_of)
    )
    chosen = sa.select(Unit).where(visible(Unit, actor, Can.UNITS_SEE), is_open)
    if top is not None:
        chosen = chosen.where(Unit.id.in_(Unit.at_or_below(top.id)))
    units = db.session.scalars(chosen.order_by(Unit.id)).all()
    here, below = _counts(as_of)
    return [
        StaffedUnit(unit, level, here.get(unit.id, 0), below.get(unit.id, 0))
        for unit, level in _in_order(units)
    ]


def _in_order(units: Sequence[Unit]) -> list[tuple[Unit, int]]:
    """Each unit with its level below the topmost visible one, children after their parents."""
    seen = {unit.id for unit in units}
    children: dict[int | None, list[Unit]] = {}
    for unit in units:
        children.setdefault(unit.parent_id if unit.parent_id in seen else None, []).append(unit)
    ordered, waiting = [], [(unit, 0) for unit in reversed(children.get(None, []))]
    while waiting:
        unit, level = waiting.pop()
        ordered.append((unit, level))
        waiting += [(child, level + 1) for child in reversed(children.get(unit.id, []))]
    return ordered


def _counts(as_of: date) -> tuple[dict[int, int], dict[int, int]]:
    """Persons on the staff of each unit itself, and of each unit with all below it."""
    persons = sa.func.count(Employment.person_id.distinct())
    staff = Employment.covers(as_of) & Employment.capacity.in_(STAFF)
    here = sa.select(Employment.unit_id, persons).where(staff).group_by(Employment.unit_id)
    top, unit = aliased(Unit), aliased(Unit)
    below = (
        sa.select(top.id, persons)
        # a path holds digits and slashes only, so LIKE needs no escaping
        .join(unit, unit.path.like(top.path.concat("%")))
        .join(Employment, Employment.unit_id == unit.id)
        .where(staff)
        .group_by(top.id)
    )
    return _as_dict(here), _as_dict(below)


def _as_dict(counted: sa.Select[int, int]) -> dict[int, int]:
    return {row[0]: row[1] for row in db.session.execute(counted)}


def _all_staff(actor: Actor, as_of: date) -> int:
    reach = sa.select(Unit.id).where(visible(Unit, actor, Can.UNITS_SEE))
    chosen = sa.select(sa.func.count(Employment.person_id.distinct())).where(
        Employment.unit_id.in_(reach), Employment.covers(as_of), Employment.capacity.in_(STAFF)
    )
    return db.session.scalars(chosen).one()


def _parent(actor: Actor, unit: Unit) -> Unit | None:
    mine = visible(Unit, actor, Can.UNITS_SEE)
    return db.session.scalar(sa.select(Unit).where(Unit.id == unit.parent_id, mine))
