"""Exam figures as one reader may see them: small groups are kept from who reads figures only.

The levels of a year with their passed, not passed and sat are one table, protected as
`figures/small_cells.py` says. Who came first or again, and who was a member, is shown to such a
reader only of a level whose numbers all stand, and only where each part that sat has five persons
or more who passed, and five or more who did not: a rate never rests on fewer. The holders of a year
are shown where they are as many as the staff who hold then, or five and more besides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from college.core.roles import Actor
from college.core.shares import Difference, Share, difference
from college.exams.cycles.models import ExamCycle
from college.people.qualifications.models import Level
from college.reports.exam_figures.forecast import Forecast, Range, Try
from college.reports.exam_figures.outcome import Outcome
from college.reports.exam_figures.rates import Sitting, by_year
from college.reports.figures.queries import holdings_at, year_ends
from college.reports.figures.seen import sees_small_cells
from college.reports.figures.small_cells import (
    FEWEST,
    Count,
    Hidden,
    without_few,
    without_small_cells,
)


@dataclass(frozen=True, slots=True)
class Split:
    """A group in two parts that share nobody; of a part that nobody is in, None."""

    one: Share | None
    other: Share | None

    @property
    def difference(self) -> Difference | None:
        return difference(self.one, self.other) if self.one and self.other else None

    @property
    def is_large(self) -> bool:
        """Whether no part is so small that its rate would tell of persons."""
        return all(_is_large(part) for part in (self.one, self.other) if part)


@dataclass(frozen=True, slots=True)
class SeenSitting:
    """A split is None where it is kept from the reader."""

    cycle: ExamCycle
    level: Level
    sat: Count
    passed: Count
    share: Share | None
    by_try: Split | None
    by_membership: Split | None


@dataclass(frozen=True, slots=True)
class SeenOutcome:
    year: int
    outcome: Outcome
    registered: Count
    trained: Count
    passed: dict[Level, Count]
    passed_in_all: Count
    cumulative: Count


@dataclass(frozen=True, slots=True)
class SeenForecast:
    """The tries are empty, and so are past years, for who may not see of how few they tell."""

    year: int
    at_year_end: Range | None
    held: Count
    members: Count
    years: int
    hits: int
    tries: Sequence[Try]
    tried: int


Year = tuple[list[SeenSitting], Count]  # the levels of a year, and how many passed in all


def seen_sittings(actor: Actor, found: Sequence[Sitting]) -> dict[int, Year]:
    """By year, in the order in which they came."""
    is_whole = sees_small_cells(actor)
    return {year: _seen_year(sat, is_whole) for year, sat in by_year(found).items()}


def seen_outcomes(
    actor: Actor,
    found: Sequence[Outcome],
    sat: dict[int, Year],
    as_of: date,
    known_at: datetime | None = None,
) -> list[SeenOutcome]:
    """The same numbers of the same persons are hidden here as beside the rates."""
    if sees_small_cells(actor):
        return [_seen_outcome(each, sat.get(each.year), None) for each in found]
    days = year_ends(as_of, max((as_of.year - each.year for each in found), default=0))
    held = {day: at.holders for day, at in holdings_at(actor, days, known_at=known_at)}
    return [_seen_outcome(each, sat.get(each.year), held[each.day]) for each in found]


def seen_forecast(actor: Actor, made: Forecast | None) -> SeenForecast | None:
    """Numbers of past members alone would tell of the groups that are hidden beside the rates."""
    if made is None:
        return None
    is_whole = sees_small_cells(actor)
    held, members = (n if is_whole else without_few(n) for n in (made.held, made.members))
    is_open = is_whole or made.members >= FEWEST
    return SeenForecast(
        made.year,
        made.at_year_end if is_open else None,
        held,
        members,
        len(made.past),
        made.hits,
        made.tries if is_whole else (),
        len(made.tries),
    )


def _seen_outcome(outcome: Outcome, year: Year | None, staff: int | None) -> SeenOutcome:
    """`staff`: how many in post held a qualification that day; None to whom nothing is hidden."""
    levels, in_all = year or ([], 0)
    passed: dict[Level, Count] = dict.fromkeys(Level, 0)
    for sitting in levels:
        before = passed[sitting.level]
        passed[sitting.level] = _together(before, sitting.passed)
    numbers = [outcome.registered, outcome.trained, outcome.cumulative]
    if staff is None:
        registered, trained, cumulative = list[Count](numbers)
    else:
        registered, trained, cumulative = map(without_few, numbers)
        if _tells_absent(outcome.registered, levels):
            registered = Hidden.SOME
        if outcome.cumulative >= FEWEST and 0 < outcome.cumulative - staff < FEWEST:
            cumulative = Hidden.SOME  # the few who hold and are in no post
    return SeenOutcome(outcome.year, outcome, registered, trained, passed, in_all, cumulative)


def _tells_absent(registered: int, levels: Sequence[SeenSitting]) -> bool:
    """Whether the registered, less those who sat as the rates show, are few who stayed away.

    Of who sat two levels both count, so the number may be the smaller one.
    """
    sat = [each.sat for each in levels]
    told = sum(count for count in sat if isinstance(count, int))
    return Hidden.SOME not in sat and registered >= FEWEST and 0 < abs(registered - told) < FEWEST


def _together(one: Count, other: Count) -> Count:
    if isinstance(one, int) and isinstance(other, int):
        return one + other
    return Hidden.SOME if Hidden.SOME in (one, other) else Hidden.FEW


def _seen_year(found: Sequence[Sitting], is_whole: bool) -> Year:
    exact = [*(_line(sitting.all) for sitting in found), _totals(found)]
    *rows, total = [list[Count](row) for row in exact] if is_whole else without_small_cells(exact)
    seen = [_seen(sitting, row, is_whole) for sitting, row in zip(found, rows, strict=True)]
    return seen, total[0]


def _line(share: Share) -> list[int]:
    return [share.part, share.whole - share.part, share.whole]


def _totals(found: Sequence[Sitting]) -> list[int]:
    return [sum(_line(sitting.all)[column] for sitting in found) for column in range(3)]


def _seen(sitting: Sitting, row: Sequence[Count], is_whole: bool) -> SeenSitting:
    passed, failed, sat = row
    is_shown = not any(isinstance(count, Hidden) for count in (passed, failed, sat))
    by_try, by_membership = (
        split if is_shown and (is_whole or split.is_large) else None
        for split in (
            Split(sitting.first, sitting.repeat),
            Split(sitting.members, sitting.others),
        )
    )
    share = sitting.all if is_shown else None
    return SeenSitting(sitting.cycle, sitting.level, sat, passed, share, by_try, by_membership)


def _is_large(share: Share) -> bool:
    return share.part >= FEWEST and share.whole - share.part >= FEWEST
