"""Figures: each is one plain query that is its own definition, as of a date.

Staff of a unit: persons with a post there that day as station worker, community worker or cadre.
Holder: a person with a state qualification approved by that day, counted at the highest level held.
A person with posts at two units counts at each of them and once in the total.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

import sqlalchemy as sa

from college.core.access import visible
from college.core.db import db
from college.core.roles import Actor, Can
from college.people.employment.models import STAFF, Capacity, Employment
from college.people.qualifications.models import Level, Qualification
from college.stations.units.models import Unit

DAY = sa.bindparam("day", type_=sa.Date)
RANK = sa.case(
    {level.value: level.rank + 1 for level in Level}, value=sa.cast(Qualification.level, sa.String)
)


@dataclass(frozen=True, slots=True)
class Holding:
    """How many persons are staff, and how many of them hold which highest level."""

    staff: int
    by_level: dict[Level, int]

    @property
    def holders(self) -> int:
        return sum(self.by_level.values())


NOBODY = Holding(0, dict.fromkeys(Level, 0))


@dataclass(frozen=True, slots=True)
class UnitHolding:
    unit: Unit
    holding: Holding


def holdings_by_unit(actor: Actor, as_of: date) -> list[UnitHolding]:
    """Holdings of each visible unit that has staff that day, in the order of the tree."""
    counted = _counted(actor, [as_of], by_unit=True)
    chosen = sa.select(Unit).where(Unit.id.in_(counted)).order_by(Unit.path, Unit.id)
    return [UnitHolding(unit, counted[unit.id]) for unit in db.session.scalars(chosen)]


def holding_in_all(actor: Actor, as_of: date) -> Holding:
    """The same for all visible units together: every person counts once."""
    return holdings_at(actor, [as_of])[0][1]


def holdings_at(actor: Actor, days: Sequence[date]) -> list[tuple[date, Holding]]:
    """The total at each of some dates, for a line through the years."""
    counted = _counted(actor, days, by_unit=False)
    return [(day, counted.get(day, NOBODY)) for day in days]


def staff_count(unit: Unit, as_of: date, capacities: frozenset[Capacity] = STAFF) -> int:
    """Persons of a unit and all below it, once each: what a reported figure is compared with."""
    asked = {"unit": unit.id, "day": as_of}
    return db.session.scalars(_counting(capacities), asked).one()


def holder_count(unit: Unit, as_of: date, capacities: frozenset[Capacity] = STAFF) -> int:
    """Persons of a unit and all below it who hold any level, once each."""
    asked = {"unit": unit.id, "day": as_of}
    return db.session.scalars(_counting_holders(capacities), asked).one()


@cache
def _counting(capacities: frozenset[Capacity]) -> sa.Select[int]:
    """Made once for each set of capacities: a page compares many figures."""
    return sa.select(sa.func.count(Employment.person_id.distinct())).where(
        Employment.unit_id.in_(Unit.at_or_below(sa.bindparam("unit"))),
        Employment.covers(DAY),
        Employment.capacity.in_(capacities),
    )


@cache
def _counting_holders(capacities: frozenset[Capacity]) -> sa.Select[int]:
    same = Qualification.person_id == Employment.person_id
    return _counting(capacities).where(sa.exists().where(same, Qualification.approved_on <= DAY))


def _counted(actor: Actor, days: Sequence[date], *, by_unit: bool) -> dict[Any, Holding]:
    """The holdings of each unit, or of each day: of every person the highest level held by then."""
    asked = {f"day_{n}": day for n, day in enumerate(days)}
    return {
        row.by: Holding(row.staff, {level: row._mapping[level.value] for level in Level})
        for row in db.session.execute(_levels(actor, len(days), by_unit), asked)
    }


@lru_cache(maxsize=200)  # readers; making the statement costs more than its answer
def _levels(actor: Actor, days: int, by_unit: bool) -> sa.Select[Any]:
    asked = (sa.bindparam(f"day_{n}", type_=sa.Date) for n in range(days))
    day = sa.union_all(*(sa.select(day.label("day")) for day in asked)).subquery()
    by = Employment.unit_id if by_unit else day.c.day
    reach = sa.select(Unit.id).where(visible(Unit, actor, Can.FIGURES_SEE))
    same = Qualification.person_id == Employment.person_id
    highest = (
        sa.select(by.label("by"), sa.func.coalesce(sa.func.max(RANK), 0).label("rank"))
        .select_from(Employment)
        .join(day, Employment.covers(day.c.day))
        .outerjoin(Qualification, same & (Qualification.approved_on <= day.c.day))
        .where(Employment.capacity.in_(STAFF), Employment.unit_id.in_(reach))
        .group_by(by, Employment.person_id)
        .subquery()
    )
    counts = [
        sa.func.count().filter(highest.c.rank == level.rank + 1).label(level.value)
        for level in Level
    ]
    chosen = sa.select(highest.c.by, sa.func.count().label("staff"), *counts)
    return chosen.group_by(highest.c.by)
