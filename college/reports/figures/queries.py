"""Figures: each is one plain query that is its own definition, as of a date, as known on another.

Staff of a unit: persons with a post there that day as station worker, community worker or cadre.
Holder: a person with a state qualification approved by that day, counted at the highest level held.
A person with posts at two units counts at each of them and once in the total.

`known_at` is a moment: only what was on record then counts, so that an old report can be printed
again. None is now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any

import sqlalchemy as sa

from college.core.access import visible
from college.core.db import UtcDateTime, db
from college.core.roles import Actor, Can
from college.people.employment.models import STAFF, Capacity, Employment
from college.people.qualifications.models import Level, Qualification
from college.stations.units.models import Unit, UnitPhase
from college.stations.units.queries import below

DAY = sa.bindparam("day", type_=sa.Date)
KNOWN_AT = sa.bindparam("known_at", type_=UtcDateTime)
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
    """A unit under the name it had that day."""

    unit: Unit
    name: str
    name_en: str
    holding: Holding


def holdings_by_unit(
    actor: Actor, as_of: date, *, known_at: datetime | None = None
) -> list[UnitHolding]:
    """Holdings of each visible unit that has staff that day, in the order of the tree."""
    counted = _counted(actor, [as_of], known_at, by_unit=True)
    then = (UnitPhase.unit_id == Unit.id) & UnitPhase.covers(as_of, known_at)
    chosen = (
        sa.select(
            Unit,
            sa.func.coalesce(UnitPhase.name, Unit.name),
            sa.func.coalesce(UnitPhase.name_en, Unit.name_en),
        )
        .outerjoin(UnitPhase, then)
        .where(Unit.id.in_(counted))
        .order_by(Unit.path, Unit.id)
    )
    return [
        UnitHolding(unit, name, name_en, counted[unit.id])
        for unit, name, name_en in db.session.execute(chosen)
    ]


def holding_in_all(actor: Actor, as_of: date, *, known_at: datetime | None = None) -> Holding:
    """The same for all visible units together: every person counts once."""
    return holdings_at(actor, [as_of], known_at=known_at)[0][1]


def holdings_at(
    actor: Actor, days: Sequence[date], *, known_at: datetime | None = None
) -> list[tuple[date, Holding]]:
    """The total at each of some dates, for a line through the years."""
    counted = _counted(actor, days, known_at, by_unit=False)
    return [(day, counted.get(day, NOBODY)) for day in days]


def staff_count(
    unit: Unit,
    as_of: date,
    capacities: frozenset[Capacity] = STAFF,
    *,
    known_at: datetime | None = None,
) -> int:
    """Persons of a unit and all below it that day, once each: beside what is reported."""
    return _one(_counting(capacities, known_at is not None), unit, as_of, known_at)


def holder_count(
    unit: Unit,
    as_of: date,
    capacities: frozenset[Capacity] = STAFF,
    *,
    known_at: datetime | None = None,
) -> int:
    """Persons of a unit and all below it that day who hold any level, once each."""
    return _one(_counting_holders(capacities, known_at is not None), unit, as_of, known_at)


def _one(counting: sa.Select[int], unit: Unit, as_of: date, known_at: datetime | None) -> int:
    asked: dict[str, object] = {"unit": unit.id, "day": as_of}
    if known_at is not None:
        asked["known_at"] = known_at
    return db.session.scalars(counting, asked).one()


@cache
def _counting(capacities: frozenset[Capacity], is_past: bool) -> sa.Select[int]:
    """Made once for each set of capacities: a page compares many figures."""
    known_at = KNOWN_AT if is_past else None
    return sa.select(sa.func.count(Employment.person_id.distinct())).where(
        Employment.unit_id.in_(below(sa.bindparam("unit"), DAY, known_at)),
        Employment.covers(DAY, known_at),
        Employment.capacity.in_(capacities),
    )


@cache
def _counting_holders(capacities: frozenset[Capacity], is_past: bool) -> sa.Select[int]:
    same = Qualification.person_id == Employment.person_id
    held = Qualification.known(KNOWN_AT if is_past else None) & (Qualification.approved_on <= DAY)
    return _counting(capacities, is_past).where(sa.exists().where(same, held))


def _counted(
    actor: Actor, days: Sequence[date], known_at: datetime | None, *, by_unit: bool
) -> dict[Any, Holding]:
    """The holdings of each unit, or of each day: of every person the highest level held by then."""
    asked: dict[str, object] = {f"day_{n}": day for n, day in enumerate(days)}
    if known_at is not None:
        asked["known_at"] = known_at
    chosen = _levels(actor, len(days), by_unit, known_at is not None)
    return {
        row.by: Holding(row.staff, {level: row._mapping[level.value] for level in Level})
        for row in db.session.execute(chosen, asked)
    }


@lru_cache(maxsize=200)  # readers; making the statement costs more than its answer
def _levels(actor: Actor, days: int, by_unit: bool, is_past: bool) -> sa.Select[Any]:
    known_at = KNOWN_AT if is_past else None
    asked = (sa.bindparam(f"day_{n}", type_=sa.Date) for n in range(days))
    day = sa.union_all(*(sa.select(day.label("day")) for day in asked)).subquery()
    by = Employment.unit_id if by_unit else day.c.day
    reach = sa.select(Unit.id).where(visible(Unit, actor, Can.FIGURES_SEE))
    same = Qualification.person_id == Employment.person_id
    held = same & (Qualification.approved_on <= day.c.day) & Qualification.known(known_at)
    highest = (
        sa.select(by.label("by"), sa.func.coalesce(sa.func.max(RANK), 0).label("rank"))
        .select_from(Employment)
        .join(day, Employment.covers(day.c.day, known_at))
        .outerjoin(Qualification, held)
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
