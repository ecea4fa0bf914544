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
from functools import cache
from typing import Any

import sqlalchemy as sa

from college.core import clock, kept
from college.core.access import for_readers, visible
from college.core.dated import Day, Moment
from college.core.db import UtcDateTime, db
from college.core.kept import Figure
from college.core.roles import Actor, Can, Scope
from college.people.employment.models import STAFF, Capacity, Employment
from college.people.qualifications.models import Level, Qualification
from college.reports.figures import through_time
from college.stations.units.models import Unit, UnitPhase
from college.stations.units.queries import below

DAY = sa.bindparam("day", type_=sa.Date)
UNIT = sa.bindparam("unit", type_=sa.Integer)
KNOWN_AT = sa.bindparam("known_at", type_=UtcDateTime)
MOST_UNITS = 300  # in one table
YEARS = 5  # of a line through the years
LEVEL = sa.cast(Qualification.level, sa.String)


def reads_all(actor: Actor) -> bool:
    """Whether the figures that the actor reads are those of the whole college."""
    return any(reach.scope is Scope.ALL for reach in actor.reach(Can.FIGURES_SEE))


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
    (counted,) = _counted(actor, [as_of], known_at, by_unit=True)
    asked: dict[str, object] = {"day": as_of, "units": list(counted)}
    if known_at is not None:
        asked["known_at"] = known_at
    return [
        UnitHolding(unit, name, name_en, counted[unit.id])
        for unit, name, name_en in db.session.execute(_named(known_at is not None), asked)
    ]


def holdings_on(
    actor: Actor, days: Sequence[date], *, known_at: datetime | None = None
) -> list[dict[int, Holding]]:
    """The same for each of some dates, by the id of the unit, in the order of the tree."""
    counted = _counted(actor, days, known_at, by_unit=True)
    ids = {unit_id for found in counted for unit_id in found}
    ordered = db.session.scalars(_in_order(), {"units": list(ids)}).all()
    return [{n: found[n] for n in ordered if n in found} for found in counted]


@cache
def _in_order() -> sa.Select[int]:
    some = Unit.id.in_(sa.bindparam("units", expanding=True))
    return sa.select(Unit.id).where(some).order_by(Unit.path, Unit.id)


def has_many_units(actor: Actor) -> bool:
    """Whether a table of all units would be longer than anybody reads."""
    reach = sa.select(Unit.id).where(visible(Unit, actor, Can.FIGURES_SEE)).limit(MOST_UNITS + 1)
    return len(db.session.scalars(reach).all()) > MOST_UNITS


def all_units(actor: Actor) -> sa.Select[Unit]:
    """Select the units within reach in the order of the tree, for a table that comes in pages."""
    return sa.select(Unit).where(visible(Unit, actor, Can.FIGURES_SEE)).order_by(Unit.path, Unit.id)


def holdings_of(
    actor: Actor, units: Sequence[Unit], as_of: date, *, known_at: datetime | None = None
) -> list[UnitHolding]:
    """The same as `holdings_by_unit` of some units, also of those without staff that day."""
    ids = [unit.id for unit in units]
    (counted,) = _counted(actor, [as_of], known_at, by_unit=True, some=ids)
    asked: dict[str, object] = {"day": as_of, "units": ids}
    if known_at is not None:
        asked["known_at"] = known_at
    return [
        UnitHolding(unit, name, name_en, counted.get(unit.id, NOBODY))
        for unit, name, name_en in db.session.execute(_named(known_at is not None), asked)
    ]


@cache
def _named(is_past: bool) -> sa.Select[Unit, str, str]:
    """The "units" with the names they had on the day."""
    phase = UnitPhase.covers(DAY, KNOWN_AT if is_past else None)
    return (
        sa.select(
            Unit,
            sa.func.coalesce(UnitPhase.name, Unit.name),
            sa.func.coalesce(UnitPhase.name_en, Unit.name_en),
        )
        .outerjoin(UnitPhase, (UnitPhase.unit_id == Unit.id) & phase)
        .where(Unit.id.in_(sa.bindparam("units", expanding=True)))
        .order_by(Unit.path, Unit.id)
    )


def holding_in_all(actor: Actor, as_of: date, *, known_at: datetime | None = None) -> Holding:
    """The same for all visible units together: every person counts once."""
    return holdings_at(actor, [as_of], known_at=known_at)[0][1]


def year_ends(as_of: date, years: int = YEARS) -> list[date]:
    """The last days of so many years before, and the day itself."""
    return [*(date(year, 12, 31) for year in range(as_of.year - years, as_of.year)), as_of]


def holdings_at(
    actor: Actor, days: Sequence[date], *, known_at: datetime | None = None
) -> list[tuple[date, Holding]]:
    """The total at each of some dates, for a line through the years."""
    if known_at is None and days[-1] != clock.today():
        return holdings_of_any(actor, days)
    return holdings_of_days(actor, days, known_at=known_at)


def holdings_of_days(
    actor: Actor, days: Sequence[date], *, known_at: datetime | None = None
) -> list[tuple[date, Holding]]:
    """The same of the days that today's pages ask for, which are kept of a nation as they are."""
    counted = _counted(actor, days, known_at, by_unit=False)
    return [(day, found.get(None, NOBODY)) for day, found in zip(days, counted, strict=True)]


def holdings_of_any(actor: Actor, days: Sequence[date]) -> list[tuple[date, Holding]]:
    """The same of days that nobody foresaw: of a nation from what changed on each day.

    More to read than the few days of `holdings_of_days`: each day of ten years.
    """
    asked = {"me": actor.person_id}
    figure, is_whole = Figure("changes", through_time.KEYS), reads_all(actor)
    rows = kept.kept_rows(figure, _changes(actor), asked) if is_whole else None
    if rows is None:
        counted = _counted(actor, days, None, by_unit=False)
        through = [found.get(None, NOBODY) for found in counted]
    else:
        numbers = through_time.numbers_on(rows, days)
        through = [_holding(staff, held) for staff, *held in numbers]
    return list(zip(days, through, strict=True))


@for_readers
def _changes(actor: Actor) -> sa.Select[*tuple[Any, ...]]:
    return through_time.changes(within_reach(actor), RANK)


def _holding(staff: int, held: Sequence[int]) -> Holding:
    return Holding(staff, dict(zip(Level, held, strict=True)))


@dataclass(frozen=True, slots=True)
class Asked:
    """Of which unit, on which day, known when: values, or the parameters of a statement."""

    unit: int | sa.BindParameter[int]
    day: Day
    known_at: Moment | None = None


def staff_count(asked: Asked, capacities: frozenset[Capacity] = STAFF) -> sa.Select[int]:
    """Persons of a unit and all below it that day, once each: beside what is reported."""
    return sa.select(sa.func.count(Employment.person_id.distinct())).where(
        Employment.unit_id.in_(below(asked.unit, asked.day, asked.known_at)),
        Employment.covers(asked.day, asked.known_at),
        Employment.capacity.in_(capacities),
    )


def holder_count(asked: Asked, capacities: frozenset[Capacity] = STAFF) -> sa.Select[int]:
    """Persons of a unit and all below it that day who hold any level, once each."""
    same = Qualification.person_id == Employment.person_id
    is_held = Qualification.known(asked.known_at) & (Qualification.approved_on <= asked.day)
    return staff_count(asked, capacities).where(sa.exists().where(same, is_held))


def _counted(
    actor: Actor,
    days: Sequence[date],
    known_at: datetime | None,
    *,
    by_unit: bool,
    some: Sequence[int] | None = None,
) -> list[dict[int | None, Holding]]:
    """For each day the holdings of each unit, or of some, or of all together under None."""
    asked: dict[str, object] = {f"day_{n}": day for n, day in enumerate(days)}
    if known_at is not None:
        asked["known_at"] = known_at
    asked["me"] = actor.person_id
    if some is not None:
        asked["units"] = list(some)
    chosen = _levels(actor, len(days), by_unit, known_at is not None, some is not None)
    counted: list[dict[int | None, Holding]] = [{} for _ in days]
    if by_unit:
        found_rows = [tuple(row) for row in db.session.execute(chosen, asked)]
    else:
        figure, is_whole = Figure("holdings", 1, days), reads_all(actor)
        found_rows = kept.rows(figure, chosen, asked, is_whole=is_whole, known_at=known_at)
    for unit_id, *numbers in found_rows:
        for n, found in enumerate(counted):
            staff, *held = numbers[n * COLUMNS : (n + 1) * COLUMNS]
            if staff:
                found[unit_id] = _holding(staff, held)
    return counted


COLUMNS = 1 + len(Level)  # of a day: the staff, and how many hold each highest level


@for_readers
def _levels(
    actor: Actor, days: int, by_unit: bool, is_past: bool, has_units: bool
) -> sa.Select[*tuple[Any, ...]]:
    """One row, or one of each unit: its id, then the COLUMNS of each day.

    Each post and each qualification is looked at once, however many days are asked.
    """
    known_at = KNOWN_AT if is_past else None
    asked = [sa.bindparam(f"day_{n}", type_=sa.Date) for n in range(days)]
    where = UNITS if has_units else within_reach(actor)
    staff = _staff(where, asked, known_at, by_unit=by_unit)
    held = _held(asked, known_at, where if has_units else None)
    counts: list[sa.ColumnElement[int]] = []
    for n in range(days):
        is_there, rank = staff.c[f"there_{n}"] == 1, held.c[f"rank_{n}"]
        counts.append(sa.func.count().filter(is_there))
        counts += [sa.func.count().filter(is_there, rank == _rank(level)) for level in Level]
    by = staff.c.unit_id if by_unit else sa.null()
    chosen = sa.select(by, *counts).select_from(staff)
    chosen = chosen.outerjoin(held, held.c.person_id == staff.c.person_id)
    return chosen.group_by(by) if by_unit else chosen


Days = Sequence[sa.BindParameter[date]]


def within_reach(actor: Actor) -> sa.ColumnElement[bool]:
    """The posts at units whose figures the actor reads."""
    return Employment.unit_id.in_(sa.select(Unit.id).where(visible(Unit, actor, Can.FIGURES_SEE)))


UNITS = Employment.unit_id.in_(sa.bindparam("units", expanding=True))


def _staff(
    where: sa.ColumnElement[bool], days: Days, known_at: Moment | None, *, by_unit: bool
) -> sa.Subquery:
    """Persons with a post as staff there, and on which of the days they have one."""
    whose = [Employment.unit_id, Employment.person_id] if by_unit else [Employment.person_id]
    there = [
        sa.func.max(sa.case((Employment.covers(day, known_at), 1), else_=0)).label(f"there_{n}")
        for n, day in enumerate(days)
    ]
    is_staff = Employment.capacity.in_(STAFF) & Employment.known(known_at)
    chosen = sa.select(*whose, *there).where(is_staff, where)
    return chosen.group_by(*whose).subquery()


def _held(days: Days, known_at: Moment | None, where: sa.ColumnElement[bool] | None) -> sa.Subquery:
    """Persons who hold a qualification, with the highest rank that they held on each day.

    With `where` only those with a post there: of a few units, nobody else need be looked at.
    """
    ranks = [
        sa.func.max(RANK).filter(Qualification.approved_on <= day).label(f"rank_{n}")
        for n, day in enumerate(days)
    ]
    chosen = sa.select(Qualification.person_id, *ranks).where(Qualification.known(known_at))
    if where is not None:
        chosen = chosen.where(
            Qualification.person_id.in_(sa.select(Employment.person_id).where(where))
        )
    return chosen.group_by(Qualification.person_id).subquery()


def _rank(level: Level) -> int:
    return level.rank + 1


RANK = sa.case({level.value: _rank(level) for level in Level}, value=LEVEL)
