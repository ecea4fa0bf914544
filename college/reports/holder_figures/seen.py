"""The same as one reader may see it: who reads figures only learns nothing of fewer than five.

Totals are hidden here whenever the page of all units hides them. Who came and who left is shown of
a year only where none of the three numbers is small, and each level that is held only where no
difference to the highest levels is: nothing on these tables needs company in another row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from college.core.roles import Actor
from college.core.shares import Share
from college.people.employment.models import Capacity
from college.people.qualifications.models import Level
from college.reports.figures.queries import (
    has_many_units,
    holdings_at,
    holdings_by_unit,
)
from college.reports.figures.seen import (
    Seen,
    hide_where_somebody_holds,
    seen_total,
    seen_units,
    sees_small_cells,
)
from college.reports.figures.small_cells import (
    FEWEST,
    Count,
    Hidden,
    without_small_parts,
)
from college.reports.holder_figures.flows import Flow, Of
from college.reports.holder_figures.groups import PLANNED, WORKER, Capacities, Stations
from college.reports.holder_figures.parts import LINES, REGISTRATIONS, SENIORS, Part


@dataclass(frozen=True, slots=True)
class SeenFlow:
    """`moves` are the newly certified, who came with a certificate, and who left; None: kept."""

    day: date
    before: Count
    after: Count
    moves: tuple[int, int, int] | None

    @property
    def net(self) -> int | None:
        if isinstance(self.before, Hidden) or isinstance(self.after, Hidden):
            return None
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class SeenCapacity:
    capacity: Capacity
    staff: Count
    holders: Count

    @property
    def share(self) -> Share | None:
        if isinstance(self.staff, Hidden) or isinstance(self.holders, Hidden) or not self.staff:
            return None
        return Share(self.holders, self.staff)


@dataclass(frozen=True, slots=True)
class SeenHolders:
    flows: list[SeenFlow]
    highest: dict[Level, Count]
    held: dict[Level, int] | None
    capacities: list[SeenCapacity]
    stations: Stations | None
    parts: dict[Part, Count]
    seniors: dict[Part, int] | None

    @property
    def workers(self) -> SeenCapacity:
        return next(row for row in self.capacities if row.capacity is WORKER)

    @property
    def reaches_plan(self) -> bool | None:
        share = self.workers.share
        return None if share is None else 100 * share.part >= PLANNED * share.whole

    @property
    def is_empty(self) -> bool:
        """Whether nobody is staff that day, and no staff of these years held anything."""
        counts = [row.staff for row in self.capacities]
        counts += [*(c for f in self.flows for c in (f.before, f.after))]
        return all(count == 0 for count in counts)

    @property
    def is_whole(self) -> bool:
        counts = [c for row in self.capacities for c in (row.staff, row.holders)]
        counts += [*self.highest.values(), *self.parts.values()]
        counts += [*(c for f in self.flows for c in (f.before, f.after))]
        is_kept = None in (self.held, self.seniors, *(flow.moves for flow in self.flows))
        return not is_kept and all(isinstance(count, int) for count in counts)


@dataclass(frozen=True, slots=True)
class Counted:
    """What the ledger counted, before anybody sees it."""

    flows: list[Flow]
    highest: dict[Level, int]
    held: dict[Level, int]
    capacities: Capacities
    stations: Stations
    parts: dict[Part, int]


def seen_holders(actor: Actor, counted: Counted, days: Sequence[date], of: Of) -> SeenHolders:
    """`days` are those of the flows, the first one's before included."""
    if sees_small_cells(actor):
        return _whole(counted)
    totals, is_open = _totals(actor, days, of)
    last = totals[-1]
    return SeenHolders(
        [_flow(*each) for each in zip(counted.flows, totals, totals[1:], strict=False)],
        last.by_level,
        _held(counted, last),
        _capacities(counted.capacities, last),
        counted.stations if is_open else None,
        _seen_parts(counted.parts, last),
        _seniors(counted, last),
    )


def _whole(counted: Counted) -> SeenHolders:
    rows = counted.capacities
    return SeenHolders(
        [SeenFlow(f.day, f.before, f.after, (f.certified, f.joined, f.left)) for f in
         counted.flows],
        dict(counted.highest),
        counted.held,
        [SeenCapacity(each, rows.staff[each], rows.holders[each]) for each in rows.staff],
        counted.stations,
        {part: counted.parts[part] for part in (*LINES, *REGISTRATIONS)},
        {part: counted.parts[part] for part in SENIORS},
    )  # fmt: skip


def _totals(actor: Actor, days: Sequence[date], of: Of) -> tuple[list[Seen], bool]:
    """The totals as the page of all units shows them, the last beside its units.

    And whether the number of covered stations may be told besides. Of many units it says nothing
    of any, whose table stands on no page; of a part of them it might.
    """
    *years, (day, total) = holdings_at(actor, days, known_at=of.known_at)
    if has_many_units(actor):
        alone = [seen_total(actor, then) for _, then in (*years, (day, total))]
        return alone, of.unit is None
    counted = holdings_by_unit(actor, day, known_at=of.known_at)
    units, last = seen_units(actor, counted, total)
    is_open = hide_where_somebody_holds(counted, total, units, last)
    return [*(seen_total(actor, then) for _, then in years), last], is_open


def _flow(flow: Flow, before: Seen, after: Seen) -> SeenFlow:
    moves = (flow.certified, flow.joined, flow.left)
    is_open = isinstance(before.holders, int) and isinstance(after.holders, int)
    shown = moves if is_open and not any(0 < n < FEWEST for n in (*moves, flow.new)) else None
    return SeenFlow(flow.day, before.holders, after.holders, shown)


def _held(counted: Counted, last: Seen) -> dict[Level, int] | None:
    if any(isinstance(count, Hidden) for count in last.by_level.values()):
        return None
    besides = [counted.held[level] - counted.highest[level] for level in Level]
    numbers = [*besides, *counted.held.values()]
    return None if any(0 < n < FEWEST for n in numbers) else counted.held


def _seniors(counted: Counted, last: Seen) -> dict[Part, int] | None:
    """None where one of the numbers, or what lies between two of them, is small."""
    shown = {part: counted.parts[part] for part in SENIORS}
    numbers = [0, *shown.values()]
    between = [abs(one - other) for one in numbers for other in numbers]
    is_open = _held(counted, last) is not None and not any(0 < n < FEWEST for n in between)
    return shown if is_open else None


def _capacities(rows: Capacities, last: Seen) -> list[SeenCapacity]:
    totals = ((rows.staff, last.staff), (rows.holders, last.holders))
    shown = [_parts(list(parts.values()), total) for parts, total in totals]
    return [SeenCapacity(*each) for each in zip(rows.staff, *shown, strict=True)]


def _seen_parts(rows: dict[Part, int], last: Seen) -> dict[Part, Count]:
    """Each way to part the holders by itself: both add up to them."""
    shown: dict[Part, Count] = {}
    for way in (LINES, REGISTRATIONS):
        shown |= zip(way, _parts([rows[part] for part in way], last.holders), strict=True)
    return shown


def _parts(numbers: list[int], total: Count) -> list[Count]:
    """The parts of a total that stands on another page: where it is hidden, so are they."""
    if isinstance(total, int):
        shown, in_all = without_small_parts(numbers, total)
        if in_all == total:
            return shown
    return [Hidden.FEW if number < FEWEST else Hidden.SOME for number in numbers]
