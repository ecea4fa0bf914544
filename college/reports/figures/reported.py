"""Reported figures beside the ledger's own: what was printed, what we count, and the difference."""

from collections.abc import Callable, Collection, Mapping, Sequence
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
from college.exams.results.queries import chunks
from college.people.employment.models import Capacity
from college.reports.figures.queries import (
    KNOWN_AT,
    Asked,
    holder_count,
    holdings_at,
    holdings_on,
    staff_count,
)
from college.reports.figures.seen import seen_holdings, sees_small_cells
from college.reports.figures.small_cells import FEWEST, Count, Hidden, without_few
from college.stations.indicators.models import Counted, IndicatorValue
from college.stations.units.coverage import coverage
from college.stations.units.models import Unit, UnitKind, UnitPhase
from college.stations.units.queries import below

Ledger = Callable[[Asked], sa.Select[int]]
NEIGHBOURHOOD_STAFF = frozenset({Capacity.CADRE, Capacity.COMMUNITY_WORKER})


def units_below(asked: Asked, kind: UnitKind) -> sa.Select[int]:
    """Units that were of one kind, and stood at or below a unit, that day."""
    there = UnitPhase.unit_id.in_(below(asked.unit, asked.day, asked.known_at))
    was_so = UnitPhase.covers(asked.day, asked.known_at) & (UnitPhase.kind == kind)
    return sa.select(sa.func.count(UnitPhase.unit_id.distinct())).where(there, was_so)


# what the ledger counts by itself, each with its plain query; coverage is none
WORKERS = frozenset({Capacity.STATION_WORKER})
LEDGER: dict[str, Ledger] = {
    Counted.STATION_WORKERS: lambda asked: staff_count(asked, WORKERS),
    Counted.CERTIFICATE_HOLDERS: lambda asked: holder_count(asked, NEIGHBOURHOOD_STAFF),
    Counted.GENERAL_STATIONS: lambda asked: units_below(asked, UnitKind.GENERAL_STATION),
    Counted.STATIONS: lambda asked: units_below(asked, UnitKind.STATION),
    Counted.MENTAL_HEALTH_STATIONS: lambda asked: units_below(
        asked, UnitKind.MENTAL_HEALTH_STATION
    ),
}
# persons, and those of any post of them, who stand in the table of units
ALL_POSTS: dict[str, Ledger] = {
    Counted.STATION_WORKERS: staff_count,
    Counted.CERTIFICATE_HOLDERS: holder_count,
}
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
    ours = [row for row in rows if row.code in LEDGER]
    counted = _counted([(row, LEDGER[row.code]) for row in ours], known_at)
    covered = {
        row.id: coverage(row.unit, row.as_of, known_at).percent
        for row in rows
        if row.code == Counted.COVERAGE
    }
    shown: dict[int, Count] = dict(counted | covered)
    if not sees_small_cells(actor):
        persons = [row for row in ours if row.code in ALL_POSTS]
        told = _told(actor, [row for row in persons if _is_large(row, counted)], counted, known_at)
        shown |= {row.id: _kept(row, counted[row.id], told) for row in persons}
    return [Comparison(row, shown.get(row.id)) for row in rows]


def _is_large(row: IndicatorValue, counted: Mapping[int, int]) -> bool:
    """Just as the source has printed it, and not a small cell by itself."""
    return FEWEST <= counted[row.id] == row.value


def _kept(row: IndicatorValue, ledger: int, told: Collection[int]) -> Count:
    """Persons as who sees no small cells may see them: where the source has printed the number.

    Any other one of a unit with all below it would give away what the table of units hides.
    """
    if ledger == row.value and (ledger < FEWEST or row.id in told):
        return without_few(ledger)
    return Hidden.FEW if ledger < FEWEST else Hidden.SOME


def _told(
    actor: Actor,
    rows: Sequence[IndicatorValue],
    counted: Mapping[int, int],
    known_at: datetime | None,
) -> set[int]:
    """Those of the figures, by id, that the table of units of their day tells anyway.

    It does not while it hides one of a unit at or below: that would be the district less its other
    stations, and what lies outside the district would be the total less it. Nor where those of
    other posts, who count in the table and not here, are few.
    """
    hiding = _hiding(actor, sorted({row.as_of for row in rows}), known_at)
    open_ = [row for row in rows if not hiding[row.as_of]]
    doubtful = [row for row in rows if hiding[row.as_of]]
    stood = _stood(doubtful, known_at)
    open_ += [row for row in doubtful if not hiding[row.as_of] & stood[row.id]]
    all_posts = _counted([(row, ALL_POSTS[row.code]) for row in open_], known_at)
    return {row.id for row in open_ if not 0 < all_posts[row.id] - counted[row.id] < FEWEST}


def _hiding(
    actor: Actor, days: Sequence[date], known_at: datetime | None
) -> dict[date, frozenset[int]]:
    """On each day the units of which the table hides a number."""
    found: dict[date, frozenset[int]] = {}
    for some in chunks(days, AT_ONCE):
        totals = holdings_at(actor, some, known_at=known_at)
        held = holdings_on(actor, some, known_at=known_at)
        for (day, total), units in zip(totals, held, strict=True):
            seen, _ = seen_holdings(actor, list(units.values()), total)
            found[day] = frozenset(n for n, h in zip(units, seen, strict=True) if not h.is_whole)
    return found


def _stood(rows: Sequence[IndicatorValue], known_at: datetime | None) -> dict[int, set[int]]:
    """For each of the figures, by id, the units at or below its own on its day."""
    found: dict[int, set[int]] = {row.id: set() for row in rows}
    for some in chunks(rows, AT_ONCE):
        chosen = _standing(len(some), known_at is not None)
        for unit_id, n in db.session.execute(chosen, _asked(some, known_at)):
            found[some[n].id].add(unit_id)
    return found


@lru_cache(maxsize=AT_ONCE)
def _standing(rows: int, is_past: bool) -> sa.CompoundSelect[int, int]:
    each = (below(asked.unit, asked.day, asked.known_at) for asked in _places(rows, is_past))
    return sa.union_all(*(chosen.add_columns(sa.literal(n)) for n, chosen in enumerate(each)))


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


def _counted(
    rows: Sequence[tuple[IndicatorValue, Ledger]], known_at: datetime | None
) -> dict[int, int]:
    """What is counted for each of these figures, by its id."""
    found: dict[int, int] = {}
    for some in chunks(rows, AT_ONCE):
        chosen = _counting(tuple(ledger for _, ledger in some), known_at is not None)
        figures = [row for row, _ in some]
        answers = db.session.execute(chosen, _asked(figures, known_at)).one()
        found |= {row.id: answer for row, answer in zip(figures, answers, strict=True)}
    return found


@lru_cache(maxsize=16)
def _counting(counts: tuple[Ledger, ...], is_past: bool) -> sa.Select[*tuple[Any, ...]]:
    """One column for each of the figures: asked one by one they take three times as long."""
    places = zip(counts, _places(len(counts), is_past), strict=True)
    columns = [count(asked).scalar_subquery() for count, asked in places]
    return sa.select(*(column.label(f"figure_{n}") for n, column in enumerate(columns)))


def _places(rows: int, is_past: bool) -> list[Asked]:
    """Where each of some figures stands, as parameters that `_asked` fills in."""
    known_at = KNOWN_AT if is_past else None
    places = []
    for n in range(rows):
        unit = sa.bindparam(f"unit_{n}", type_=sa.Integer)
        places.append(Asked(unit, sa.bindparam(f"day_{n}", type_=sa.Date), known_at))
    return places


def _asked(rows: Sequence[IndicatorValue], known_at: datetime | None) -> dict[str, object]:
    asked: dict[str, object] = {} if known_at is None else {"known_at": known_at}
    for n, row in enumerate(rows):
        asked |= {f"unit_{n}": row.unit_id, f"day_{n}": row.as_of}
    return asked
