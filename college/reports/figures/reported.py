"""Reported figures beside the ledger's own: what was printed, what we count, and the difference."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from college.core.access import visible
from college.core.db import db
from college.core.roles import Actor, Can
from college.people.employment.models import Capacity
from college.reports.figures.queries import DAY, KNOWN_AT, holder_count, staff_count
from college.stations.indicators.models import IndicatorValue
from college.stations.units.models import STATIONS, TOWNS, Unit, UnitKind, UnitPhase
from college.stations.units.queries import below

NEIGHBOURHOOD_STAFF = frozenset({Capacity.CADRE, Capacity.COMMUNITY_WORKER})


def units_below(unit: Unit, as_of: date, kind: UnitKind, known_at: datetime | None = None) -> int:
    """Units that were of one kind, and stood at or below a unit, that day."""
    asked: dict[str, object] = {"unit": unit.id, "day": as_of}
    if known_at is not None:
        asked["known_at"] = known_at
    return db.session.scalars(_counting(kind, known_at is not None), asked).one()


@cache
def _counting(kind: UnitKind, is_past: bool) -> sa.Select[int]:
    known_at = KNOWN_AT if is_past else None
    there = UnitPhase.unit_id.in_(below(sa.bindparam("unit"), DAY, known_at))
    was_so = UnitPhase.covers(DAY, known_at) & (UnitPhase.kind == kind)
    return sa.select(sa.func.count(UnitPhase.unit_id.distinct())).where(there, was_so)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of the streets, towns and zones below a unit, how many have a station of their own."""

    towns: int
    covered: int

    @property
    def percent(self) -> int:
        return round(100 * self.covered / self.towns) if self.towns else 0


def coverage(unit: Unit, as_of: date, known_at: datetime | None = None) -> Coverage:
    """How far stations reach that day. General stations are none of them, rooms are not counted."""
    there = UnitPhase.unit_id.in_(below(unit.id, as_of, known_at))
    chosen = sa.select(UnitPhase.unit_id, UnitPhase.parent_id, UnitPhase.kind)
    rows = db.session.execute(chosen.where(there, UnitPhase.covers(as_of, known_at))).all()
    parents = {row.unit_id: row.parent_id for row in rows}
    towns = {row.unit_id for row in rows if row.kind in TOWNS}
    covered = set()
    for row in rows:
        if row.kind in STATIONS:
            covered |= towns & set(_above(row.unit_id, parents))
    return Coverage(len(towns), len(covered))


def _above(unit_id: int, parents: Mapping[int, int | None]) -> Iterator[int]:
    """The unit and those above it, up to the first that is not among them."""
    seen: set[int] = set()
    at: int | None = unit_id
    while at is not None and at in parents and at not in seen:
        seen.add(at)
        yield at
        at = parents[at]


# the codes of reported figures that the ledger can count by itself
WORKERS = frozenset({Capacity.STATION_WORKER})
LEDGER: dict[str, Callable[[Unit, date, datetime | None], int]] = {
    "station_workers": lambda u, d, k: staff_count(u, d, WORKERS, known_at=k),
    "certificate_holders": lambda u, d, k: holder_count(u, d, NEIGHBOURHOOD_STAFF, known_at=k),
    "general_stations": lambda u, d, k: units_below(u, d, UnitKind.GENERAL_STATION, k),
    "stations": lambda u, d, k: units_below(u, d, UnitKind.STATION, k),
    "mental_health_stations": lambda u, d, k: units_below(u, d, UnitKind.MENTAL_HEALTH_STATION, k),
    "coverage": lambda u, d, k: coverage(u, d, k).percent,
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """`ledger` is None where the ledger does not count such a thing."""

    reported: IndicatorValue
    ledger: int | None

    @property
    def difference(self) -> Decimal | None:
        return None if self.ledger is None else self.ledger - self.reported.value


def comparisons(actor: Actor, known_at: datetime | None = None) -> Sequence[Comparison]:
    """Every visible reported figure with the ledger's own of the same date."""
    chosen = sa.select(IndicatorValue).join(IndicatorValue.unit)
    rows = db.session.scalars(
        chosen.where(visible(IndicatorValue, actor, Can.FIGURES_SEE))
        .options(joinedload(IndicatorValue.unit))
        .order_by(Unit.path, IndicatorValue.id)
    )
    return [Comparison(row, _counted(row, known_at)) for row in rows]


def _counted(row: IndicatorValue, known_at: datetime | None) -> int | None:
    count = LEDGER.get(row.code)
    return None if count is None else count(row.unit, row.as_of, known_at)
