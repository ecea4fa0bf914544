"""Reported figures beside the ledger's own: what was printed, what we count, and the difference."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from college.core.access import visible
from college.core.db import db
from college.core.roles import Actor, Can
from college.people.employment.models import Capacity
from college.reports.figures.queries import DAY, holder_count, staff_count
from college.stations.indicators.models import IndicatorValue
from college.stations.units.models import Unit, UnitKind

NEIGHBOURHOOD_STAFF = frozenset({Capacity.CADRE, Capacity.COMMUNITY_WORKER})


def units_below(unit: Unit, as_of: date, kind: UnitKind) -> int:
    """Units of one kind below a unit, open that day."""
    return db.session.scalars(_counting(kind), {"unit": unit.id, "day": as_of}).one()


@cache
def _counting(kind: UnitKind) -> sa.Select[int]:
    is_open = sa.or_(Unit.opened_on.is_(None), Unit.opened_on <= DAY) & sa.or_(
        Unit.closed_on.is_(None), Unit.closed_on > DAY
    )
    there = Unit.id.in_(Unit.at_or_below(sa.bindparam("unit"))) & (Unit.kind == kind)
    return sa.select(sa.func.count(Unit.id)).where(there, is_open)


# the codes of reported figures that the ledger can count by itself
LEDGER: dict[str, Callable[[Unit, date], int]] = {
    "station_workers": lambda u, d: staff_count(u, d, frozenset({Capacity.STATION_WORKER})),
    "certificate_holders": lambda u, d: holder_count(u, d, NEIGHBOURHOOD_STAFF),
    "general_stations": lambda u, d: units_below(u, d, UnitKind.GENERAL_STATION),
    "stations": lambda u, d: units_below(u, d, UnitKind.STATION),
    "mental_health_stations": lambda u, d: units_below(u, d, UnitKind.MENTAL_HEALTH_STATION),
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """`ledger` is None where the ledger does not count such a thing."""

    reported: IndicatorValue
    ledger: int | None

    @property
    def difference(self) -> Decimal | None:
        return None if self.ledger is None else self.ledger - self.reported.value


def comparisons(actor: Actor) -> Sequence[Comparison]:
    """Every visible reported figure with the ledger's own of the same date."""
    chosen = sa.select(IndicatorValue).join(IndicatorValue.unit)
    rows = db.session.scalars(
        chosen.where(visible(IndicatorValue, actor, Can.FIGURES_SEE))
        .options(joinedload(IndicatorValue.unit))
        .order_by(Unit.path, IndicatorValue.id)
    )
    return [Comparison(row, _counted(row)) for row in rows]


def _counted(row: IndicatorValue) -> int | None:
    count = LEDGER.get(row.code)
    return None if count is None else count(row.unit, row.as_of)
