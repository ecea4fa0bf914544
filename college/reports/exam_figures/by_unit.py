"""Of those who sat one level of one exam, how many of each unit passed.

Of a unit: persons with a post there as staff on the first day of the exam, as known then or now. A
person with posts at two units counts at each of them and once in the total; those of no unit of
ours stand in a line of their own, which only who reads the whole college sees.

Who sees no small cells gets the table of units as one, protected as `figures/small_cells.py` says
against its own total and the one of the page of rates; where that cannot be, none of it. Units
where few sat are one line.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from college.core.access import for_readers
from college.core.db import db
from college.core.roles import Actor
from college.core.shares import Share
from college.exams.results.models import Result, ResultStatus
from college.people.employment.models import STAFF, Employment
from college.people.persons.models import Person
from college.people.qualifications.models import Qualification
from college.reports.exam_figures.rates import KNOWN_AT, all_sittings, sittings
from college.reports.exam_figures.seen import SeenSitting, seen_sittings
from college.reports.figures.exams import Exam
from college.reports.figures.queries import has_many_units, reads_all, within_reach
from college.reports.figures.seen import sees_small_cells
from college.reports.figures.small_cells import FEWEST, Count, Hidden, without_small_cells
from college.stations.units.models import Unit

CYCLE = sa.bindparam("cycle", type_=sa.Integer)
LEVEL = sa.bindparam("level", type_=sa.String)
YEAR = sa.bindparam("year", type_=sa.Integer)
EXAM_DAY = sa.bindparam("exam_day", type_=sa.Date)
Passed = tuple[int, int]  # of so many who sat


@dataclass(frozen=True, slots=True)
class SeenRate:
    """`unit` is None for those of no unit; `share` where both numbers are shown."""

    unit: Unit | None
    sat: Count
    passed: Count
    share: Share | None
    together: int = 0  # so many lines of few who sat, as one


@dataclass(frozen=True, slots=True)
class UnitRates:
    """`rows` is None where none of them may be shown; `total` is then that of the page of rates."""

    exam: Exam
    rows: list[SeenRate] | None
    total: SeenRate

    @property
    def is_whole(self) -> bool:
        rows = [*(self.rows or []), self.total]
        counts = [count for row in rows for count in (row.sat, row.passed)]
        return self.rows is not None and not any(isinstance(count, Hidden) for count in counts)


def exams_held(as_of: date, known_at: datetime | None = None) -> list[Exam]:
    """The latest first, the lowest level first."""
    return [Exam(each.cycle, each.level) for each in all_sittings(as_of, known_at)]


def unit_rates(
    actor: Actor, exam: Exam, as_of: date, known_at: datetime | None = None
) -> UnitRates:
    asked: dict[str, object] = {"cycle": exam.cycle.id, "level": exam.level.value}
    asked |= {"exam_day": exam.posts_on(as_of), "year": exam.cycle.year, "me": actor.person_id}
    if known_at is not None:
        asked["known_at"] = known_at
    is_past = known_at is not None
    rows = db.session.execute(_by_unit(actor, is_past), asked)
    found = {unit_id: (passed, sat) for unit_id, sat, passed in rows}
    sat, passed = db.session.execute(_of_units(actor, is_past), asked).one()
    units = _units(list(found))
    counted: list[tuple[Unit | None, Passed]] = [(unit, found[unit.id]) for unit in units]
    total, on_page = (passed, sat), None
    if reads_all(actor):
        all_ = next(s for s in sittings(actor, as_of, known_at) if _is(s, exam))
        counted.append((None, (all_.all.part - total[0], all_.all.whole - total[1])))
        total = all_.all.part, all_.all.whole
        on_page = _on_page(actor, exam, as_of, known_at)
    if sees_small_cells(actor):
        seen = [_shown(unit, _line(numbers)) for unit, numbers in counted]
        return UnitRates(exam, seen, _shown(None, _line(total)))
    return protected(actor, exam, counted, total, on_page)


def _is(row: Any, exam: Exam) -> bool:
    return row.cycle.id == exam.cycle.id and row.level is exam.level


def _on_page(actor: Actor, exam: Exam, as_of: date, known_at: datetime | None) -> SeenSitting:
    years = seen_sittings(actor, sittings(actor, as_of, known_at))
    rows = (row for year, _ in years.values() for row in year)
    return next(row for row in rows if _is(row, exam))


def protected(
    actor: Actor,
    exam: Exam,
    counted: Sequence[tuple[Unit | None, Passed]],
    total: Passed,
    on_page: SeenSitting | None,
) -> UnitRates:
    counted, few = _gathered(counted)
    place = len(counted) - 1 if few else -1
    lines = [_line(numbers) for _, numbers in counted]
    last = len(lines)
    hidden = _hidden(on_page, last)
    *rows, whole = without_small_cells([*lines, _line(total)], hidden)
    if on_page is not None:
        told = (
            isinstance(cell, Hidden) and (last, j) not in hidden for j, cell in enumerate(whole)
        )
        if any(told) or has_many_units(actor):  # a total that stands elsewhere, or a table too long
            return UnitRates(exam, None, SeenRate(None, on_page.sat, on_page.passed, on_page.share))
    shown = [
        replace(_shown(unit, row), together=few if n == place else 0)
        for n, ((unit, _), row) in enumerate(zip(counted, rows, strict=True))
    ]
    return UnitRates(exam, shown, _shown(None, whole))


def _gathered(
    counted: Sequence[tuple[Unit | None, Passed]],
) -> tuple[list[tuple[Unit | None, Passed]], int]:
    """The lines of few who sat as one, at the end, and how many these are.

    That nobody passed of a few would tell of each of them. A sum of few takes the next line along.
    """
    few = [line for line in counted if 0 < line[1][1] < FEWEST]
    large = sorted((line for line in counted if line not in few), key=lambda line: line[1][1])
    large = [line for line in large if line[1][1]]
    while few and large and sum(sat for _, (_, sat) in few) < FEWEST:
        few.append(large.pop(0))
    if not few:
        return list(counted), 0
    rest = [line for line in counted if line not in few]
    together = sum(p for _, (p, _) in few), sum(sat for _, (_, sat) in few)
    return [*rest, (None, together)], len(few)


def _hidden(on_page: SeenSitting | None, last: int) -> dict[tuple[int, int], Hidden]:
    """Of the total what the page of rates hides: passed, not passed, sat."""
    if on_page is None:
        return {}
    failed = Hidden.SOME if on_page.share is None else 0
    cells = (on_page.passed, failed, on_page.sat)
    return {(last, j): cell for j, cell in enumerate(cells) if isinstance(cell, Hidden)}


def _line(numbers: Passed) -> list[int]:
    passed, sat = numbers
    return [passed, sat - passed, sat]


def _shown(unit: Unit | None, line: Sequence[Count]) -> SeenRate:
    passed, failed, sat = line
    share = None
    if isinstance(passed, int) and isinstance(sat, int) and isinstance(failed, int) and sat:
        share = Share(passed, sat)
    return SeenRate(unit, sat, passed, share)


def _units(ids: Sequence[int]) -> Sequence[Unit]:
    chosen = sa.select(Unit).where(Unit.id.in_(ids)).order_by(Unit.path, Unit.id)
    return db.session.scalars(chosen).all() if ids else []


@for_readers
def _by_unit(actor: Actor, is_past: bool) -> sa.Select[*tuple[Any, ...]]:
    """By unit: who sat, and who of them passed."""
    persons, passed = _persons(is_past)
    chosen = sa.select(Employment.unit_id, persons, passed).where(within_reach(actor))
    return _posted(chosen, is_past).group_by(Employment.unit_id)


@for_readers
def _of_units(actor: Actor, is_past: bool) -> sa.Select[*tuple[Any, ...]]:
    """The same of all of them together, each person once."""
    return _posted(sa.select(*_persons(is_past)).where(within_reach(actor)), is_past)


def _persons(is_past: bool) -> tuple[sa.ColumnElement[int], sa.ColumnElement[int]]:
    persons = sa.func.count(Employment.person_id.distinct())
    return persons, persons.filter(Employment.person_id.in_(sat_here(is_past, only_passed=True)))


def _posted(chosen: sa.Select[*tuple[Any, ...]], is_past: bool) -> sa.Select[*tuple[Any, ...]]:
    in_post = Employment.covers(EXAM_DAY, KNOWN_AT if is_past else None)
    return chosen.where(in_post, Employment.capacity.in_(STAFF)).where(
        Employment.person_id.in_(sat_here(is_past, only_passed=False))
    )


def posted_at(
    unit_id: int, exam: Exam, as_of: date, known_at: datetime | None
) -> sa.ColumnElement[bool]:
    """The persons whom the line of a unit counts."""
    there = (Employment.unit_id == unit_id) & Employment.capacity.in_(STAFF)
    in_post = Employment.covers(exam.posts_on(as_of), known_at)
    return Person.id.in_(sa.select(Employment.person_id).where(there, in_post))


def sat_here(is_past: bool, *, only_passed: bool) -> sa.Select[int]:
    """The persons who sat the "level" of the "cycle", as `rates.py` defines them.

    Of one exam alone, so that nothing of a nation's other years is looked at.
    """
    known_at = KNOWN_AT if is_past else None
    here = (Result.cycle_id == CYCLE) & (sa.cast(Result.level, sa.String) == LEVEL)
    sat = sa.select(Result.person_id).where(here, Result.known(known_at))
    sat = sat.where(Result.status == ResultStatus.SAT)
    if not only_passed:
        return sat
    earned = sa.select(Qualification.person_id).where(
        Qualification.known(known_at),
        sa.cast(Qualification.level, sa.String) == LEVEL,
        Qualification.exam_year == YEAR,
    )
    return sat.where(Result.person_id.in_(earned) | Result.is_senior_pass())
