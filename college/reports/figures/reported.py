"""Reported figures beside the ledger's own: what was printed, what we count, and the difference."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from college.core.access import for_readers, visible
from college.core.db import db
from college.core.roles import Actor, Can
from college.people.employment.models import Capacity
from college.reports.figures.queries import (
    KNOWN_AT,
    Asked,
    holder_count,
    holding_in_all,
    holdings_by_unit,
    staff_count,
)
from college.reports.figures.seen import seen_units, sees_small_cells
from college.reports.figures.small_cells import FEWEST, Count, Hidden, without_few
from college.stations.indicators.models import Counted, IndicatorValue
from college.stations.units.coverage import coverage
from college.stations.units.models import Unit, UnitKind, UnitPhase
from college.stations.units.queries import below

NEIGHBOURHOOD_STAFF = frozenset({Capacity.CADRE, Capacity.COMMUNITY_WORKER})


def units_below(asked: Asked, kind: UnitKind) -> sa.Select[int]:
    """Units that were of one kind, and stood at or below a unit, that day."""
    there = UnitPhase.unit_id.in_(below(asked.unit, asked.day, asked.known_at))
    was_so = UnitPhase.covers(asked.day, asked.known_at) & (UnitPhase.kind == kind)
    return sa.select(sa.func.count(UnitPhase.unit_id.distinct())).where(there, was_so)


# what the ledger counts by itself, each with its plain query; coverage is none
WORKERS = frozenset({Capacity.STATION_WORKER})
LEDGER: dict[str, Callable[[Asked], sa.Select[int]]] = {
    Counted.STATION_WORKERS: lambda asked: staff_count(asked, WORKERS),
    Counted.CERTIFICATE_HOLDERS: lambda asked: holder_count(asked, NEIGHBOURHOOD_STAFF),
    Counted.GENERAL_STATIONS: lambda asked: units_below(asked, UnitKind.GENERAL_STATION),
    Counted.STATIONS: lambda asked: units_below(asked, UnitKind.STATION),
    Counted.MENTAL_HEALTH_STATIONS: lambda asked: units_below(
        asked, UnitKind.MENTAL_HEALTH_STATION
    ),
}
PERSONS = frozenset({Counted.STATION_WORKERS, Counted.CERTIFICATE_HOLDERS})
AT_ONCE = 20  # figures that one statement counts


@dataclass(frozen=True, slots=True)
class Comparison:
    """`ledger` is None where the ledger does not count such a thing, or `Hidden`."""

    reported: IndicatorValue
    ledger: Count | None

    @property
    def difference(self) -> Decimal | None:
        if self.ledger is None or isinstance(self.ledger, Hidden):
            return None
        return self.ledger - self.reported.value


def all_comparisons(actor: Actor, known_at: datetime | None = None) -> Sequence[Comparison]:
    """Every visible reported figure with the ledger's own of the same date."""
    asked = asked_for(actor, known_at)
    rows = db.session.scalars(all_reported(actor, known_at is not None), asked).all()
    return comparisons(actor, rows, known_at)


def asked_for(actor: Actor, known_at: datetime | None) -> dict[str, object]:
    """The parameters of `all_reported`."""
    return {"me": actor.person_id} | ({} if known_at is None else {"known_at": known_at})


def comparisons(
    actor: Actor, rows: Sequence[IndicatorValue], known_at: datetime | None = None
) -> Sequence[Comparison]:
    """Some of them, which the actor sees."""
    counted = _counted([row for row in rows if row.code in LEDGER], known_at)
    covered = {
        row.id: coverage(row.unit, row.as_of, known_at).percent
        for row in rows
        if row.code == Counted.COVERAGE
    }
    shown: dict[int, Count] = dict(counted | covered)
    if not sees_small_cells(actor):
        counts = [(row, counted[row.id]) for row in rows if row.code in PERSONS]
        is_told = _Told(actor, known_at)
        shown |= {row.id: _kept(row, ledger, is_told) for row, ledger in counts}
    return [Comparison(row, shown.get(row.id)) for row in rows]


def _kept(row: IndicatorValue, ledger: int, is_told: "_Told") -> Count:
    """Persons as who sees no small cells may see them: where the source has printed the number.

    Any other one of a unit with all below it would give away what the table of units hides.
    """
    if ledger == row.value and (ledger < FEWEST or is_told(row, ledger)):
        return without_few(ledger)
    return Hidden.FEW if ledger < FEWEST else Hidden.SOME


class _Told:
    """Whether the table of units of that day tells the number anyway.

    It does not while it hides one of a unit at or below: that would be the district less its other
    stations, and what lies outside the district would be the total less it. Nor where those of
    other posts, who count in the table and not here, are few.
    """

    def __init__(self, actor: Actor, known_at: datetime | None) -> None:
        self.actor, self.known_at = actor, known_at
        self.hiding: dict[date, set[int]] = {}

    def __call__(self, row: IndicatorValue, ledger: int) -> bool:
        day = row.as_of
        if day not in self.hiding:
            self.hiding[day] = self._hiding(day)
        asked = Asked(row.unit_id, day, self.known_at)
        there = sa.select(Unit.id).where(Unit.id.in_(below(row.unit_id, day, self.known_at)))
        if self.hiding[day] & set(db.session.scalars(there)):
            return False
        whole = staff_count if row.code == Counted.STATION_WORKERS else holder_count
        others = db.session.scalars(whole(asked)).one() - ledger
        return not 0 < others < FEWEST

    def _hiding(self, day: date) -> set[int]:
        total = holding_in_all(self.actor, day, known_at=self.known_at)
        held = holdings_by_unit(self.actor, day, known_at=self.known_at)
        rows, _ = seen_units(self.actor, held, total)
        return {row.unit.id for row in rows if not row.holding.is_whole}


@for_readers
def all_reported(actor: Actor, is_past: bool) -> sa.Select[IndicatorValue]:
    return (
        sa.select(IndicatorValue)
        .join(IndicatorValue.unit)
        .where(visible(IndicatorValue, actor, Can.FIGURES_SEE))
        .where(IndicatorValue.known(KNOWN_AT if is_past else None))
        .options(joinedload(IndicatorValue.unit))
        .order_by(Unit.path, IndicatorValue.id)
    )


def _counted(rows: Sequence[IndicatorValue], known_at: datetime | None) -> dict[int, int]:
    """What the ledger counts for each of these figures, by its id."""
    found: dict[int, int] = {}
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        asked: dict[str, object] = {} if known_at is None else {"known_at": known_at}
        for n, row in enumerate(some):
            asked |= {f"unit_{n}": row.unit_id, f"day_{n}": row.as_of}
        chosen = _counting(tuple(row.code for row in some), known_at is not None)
        answers = db.session.execute(chosen, asked).one()
        found |= {row.id: answer for row, answer in zip(some, answers, strict=True)}
    return found


@lru_cache(maxsize=16)
def _counting(codes: tuple[str, ...], is_past: bool) -> sa.Select[*tuple[Any, ...]]:
    """One column for each of the figures: asked one by one they take three times as long."""
    return sa.select(
        *(
            LEDGER[code](
                Asked(
                    sa.bindparam(f"unit_{n}", type_=sa.Integer),
                    sa.bindparam(f"day_{n}", type_=sa.Date),
                    KNOWN_AT if is_past else None,
                )
            )
            .scalar_subquery()
            .label(f"figure_{n}")
            for n, code in enumerate(codes)
        )
    )
