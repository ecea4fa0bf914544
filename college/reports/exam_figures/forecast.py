"""How many qualifications there will be at the end of the year, and how sure that is.

What is to come is earned by the members of this year's cohorts, or once their results are here by
those of the next exam, as far as they have joined. Of members of past cohorts, whether they came to
the exam or not, a share earned the level with it; that share differs from year to year by more than
chance, and the interval grows by as much. It holds nine times of ten, if the year is of the kind of
the years before.

A forecast is made only from five past exams on with twenty members or more each. It is tried on
each of them from the fourth on, by what was known of those before it; where it failed half the time
or oftener it is not shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from math import sqrt
from typing import Any

import sqlalchemy as sa

from college.core import kept
from college.core.dated import Moment
from college.core.db import db
from college.core.kept import Figure
from college.core.roles import Actor
from college.exams.cohorts.models import CohortMember, ExamCohort
from college.exams.cycles.models import ExamCycle
from college.exams.results.models import Result
from college.exams.results.out import out_by
from college.people.qualifications.models import Qualification
from college.reports.exam_figures.rates import DAY, KNOWN_AT
from college.reports.figures.queries import reads_all

FEWEST_YEARS, FEWEST_MEMBERS, FIRST_TRIED = 5, 20, 3
# Student's t for 90 %, two-sided, by degrees of freedom; from ten on the one of ten, a little wide
T = {2: 2.920, 3: 2.353, 4: 2.132, 5: 2.015, 6: 1.943, 7: 1.895, 8: 1.860, 9: 1.833}
T_OF_MANY = 1.812


@dataclass(frozen=True, slots=True)
class Past:
    """Of one year's exams: members of cohorts on the day, and those who earned the level."""

    year: int
    members: int
    earned: int


@dataclass(frozen=True, slots=True)
class Range:
    low: int
    expected: int
    high: int

    def holds(self, number: int) -> bool:
        return self.low <= number <= self.high


@dataclass(frozen=True, slots=True)
class Try:
    """What would have been said of a past year, and what came."""

    past: Past
    said: Range

    @property
    def is_hit(self) -> bool:
        return self.said.holds(self.past.earned)


@dataclass(frozen=True, slots=True)
class Forecast:
    """At the end of `year`; `members` are those whose results are to come by then.

    Who holds a certificate of that exam by now is none of them.
    `to_come` is None where there is too little to go by, the tries failed, or nobody is a member.
    """

    year: int
    held: int
    members: int
    past: Sequence[Past]
    tries: Sequence[Try]
    to_come: Range | None

    @property
    def hits(self) -> int:
        return sum(each.is_hit for each in self.tries)

    @property
    def at_year_end(self) -> Range | None:
        more = self.to_come
        if more is None:
            return None
        return Range(self.held + more.low, self.held + more.expected, self.held + more.high)


def forecast(actor: Actor, as_of: date, known_at: datetime | None = None) -> Forecast | None:
    """Of the year of `as_of`, or the next with an exam ahead.

    None for who reads one unit's figures only.
    """
    if not reads_all(actor):
        return None
    asked: dict[str, object] = {"day": as_of}
    if known_at is not None:
        asked["known_at"] = known_at
    is_past = known_at is not None
    rows = db.session.execute(_members(is_past), asked).all()
    over = [row for row in rows if row.is_over and (row.earned or _is_known(row.year, known_at))]
    done = [Past(row.year, row.members, row.earned) for row in over]
    ahead = [row for row in rows if row not in over and row.year >= as_of.year]
    year = min((row.year for row in ahead), default=as_of.year)
    members = sum(row.members - row.holding for row in ahead if row.year == year)
    return made(year, held(as_of, known_at), members, done)


def held(as_of: date, known_at: datetime | None = None) -> int:
    """Qualifications approved by a day, of whomever."""
    asked = {"day": as_of} | ({} if known_at is None else {"known_at": known_at})
    figure, chosen = Figure("held", 0, [as_of]), _held(known_at is not None)
    rows = kept.rows(figure, chosen, asked, is_whole=True, known_at=known_at)
    return int(rows[0][0]) if rows else 0


def made(year: int, held: int, members: int, done: Sequence[Past]) -> Forecast:
    """The forecast from what lies behind; pure."""
    past = [each for each in sorted(done, key=lambda p: p.year) if each.members >= FEWEST_MEMBERS]
    tries = [
        Try(each, said)
        for n, each in enumerate(past)
        if n >= FIRST_TRIED and (said := predicted(past[:n], each.members))
    ]
    is_good = len(past) >= FEWEST_YEARS and 2 * sum(t.is_hit for t in tries) > len(tries)
    to_come = predicted(past, members) if is_good and members else None
    return Forecast(year, held, members, past, tries, to_come)


def predicted(past: Sequence[Past], members: int) -> Range | None:
    """Of so many members so many will earn the level; None where all or none did before.

    A binomial with a dispersion of its own (Pearson's, never less than 1), and the share itself
    known only as well as the past makes it.
    """
    whole, part = sum(p.members for p in past), sum(p.earned for p in past)
    if len(past) < FIRST_TRIED or not 0 < part < whole:
        return None
    share, free = part / whole, len(past) - 1
    spread = share * (1 - share)
    pearson = sum((p.earned - p.members * share) ** 2 / (p.members * spread) for p in past)
    dispersion = max(1.0, pearson / free)
    reach = T.get(free, T_OF_MANY) * sqrt(
        dispersion * spread * (members + members * members / whole)
    )
    middle = members * share
    return Range(max(0, round(middle - reach)), round(middle), min(members, round(middle + reach)))


@cache
def _members(is_past: bool) -> sa.Select[*tuple[Any, ...]]:
    """By year and by whether it is out: members on the day, and who earned or holds the level."""
    known_at = KNOWN_AT if is_past else None
    # of an exam that lies ahead the day that matters is the one asked for
    day = sa.case((ExamCycle.exam_from_on < DAY, ExamCycle.exam_from_on), else_=DAY)
    is_over = sa.case((ExamCycle.id.in_(out_by(DAY)), 1), else_=0).label("is_over")
    earned, holding = _earned(known_at), _earned(known_at, Qualification.approved_on <= DAY)
    return (
        sa.select(
            ExamCycle.year,
            is_over,
            sa.func.count().label("members"),
            sa.func.sum(sa.case((earned, 1), else_=0)).label("earned"),
            sa.func.sum(sa.case((holding, 1), else_=0)).label("holding"),
        )
        .select_from(CohortMember)
        .join(ExamCohort, ExamCohort.id == CohortMember.cohort_id)
        .join(ExamCycle, ExamCycle.id == ExamCohort.cycle_id)
        .where(CohortMember.there(day, known_at))
        .group_by(ExamCycle.year, is_over)
    )


def _is_known(year: int, known_at: datetime | None) -> bool:
    """Whether anything is on record of a year's exams.

    Scores come out months after the exam, and later still onto the record: a year of which nothing
    is there would count as one in which nobody earned anything. Asked of such years alone: to find
    no result of an exam among a nation's takes long.
    """
    cycles = sa.select(ExamCycle.id).where(ExamCycle.year == year)
    there_is_one = sa.exists().where(Result.cycle_id.in_(cycles), Result.known(known_at))
    return bool(db.session.scalar(sa.select(there_is_one)))


def _earned(known_at: Moment | None, *wanted: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        Qualification.person_id == CohortMember.person_id,
        Qualification.level == ExamCohort.level,
        Qualification.exam_year == ExamCycle.year,
        Qualification.known(known_at),
        *wanted,
    )


@cache
def _held(is_past: bool) -> sa.Select[int]:
    known = Qualification.known(KNOWN_AT if is_past else None)
    held = sa.select(Qualification.person_id, Qualification.level).distinct()
    levels = held.where(known, Qualification.approved_on <= DAY).subquery()
    return sa.select(sa.func.count()).select_from(levels)
