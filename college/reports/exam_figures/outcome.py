"""What a year's exam brought, in the shape in which cities report it.

Registered and passed count persons; trained counts person-times, a person twice who came through
two classes, so it is no step between the two and never divided by them. Cumulative: persons on the
register with a qualification approved by the last day of the year, in a post or not, once each.

Source of the shape: the yearly report of a city of 2023 (登记报考、培训人次、通过人数、累计持证).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from college.core import clock, kept
from college.core.db import UtcDateTime, db
from college.core.kept import Figure
from college.core.roles import Actor
from college.courses.catalogue.models import Category, Course
from college.courses.enrolments.models import Enrolment, EnrolmentState
from college.courses.runs.models import CourseRun
from college.exams.cycles.models import ExamCycle
from college.exams.results.models import Result
from college.exams.results.out import out_by
from college.people.qualifications.models import Level, Qualification
from college.reports.exam_figures.rates import DAY, KNOWN_AT, Sitting, by_year
from college.reports.figures.queries import reads_all

FIRST_MOMENT = sa.bindparam("first_moment", type_=UtcDateTime)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One year: `day` is its last, or the day asked for when that comes first."""

    year: int
    day: date
    registered: int
    trained: int
    passed: dict[Level, int]
    cumulative: int

    @property
    def passed_in_all(self) -> int:
        return sum(self.passed.values())


def outcomes(
    actor: Actor, sat: Sequence[Sitting], as_of: date, known_at: datetime | None = None
) -> list[Outcome]:
    """Every year with an exam or a class for it, the latest first; `sat` is of the same day."""
    if not reads_all(actor):
        return []
    came, trained = registered(as_of, known_at), _completed(as_of, known_at)
    holders = first_held(as_of, known_at)
    passed = {year: _passed(found) for year, found in by_year(sat).items()}
    years = sorted({*came, *trained, *passed}, reverse=True)
    return [
        Outcome(
            year=year,
            day=min(date(year, 12, 31), as_of),
            registered=came.get(year, 0),
            trained=trained.get(year, 0),
            passed=passed.get(year, dict.fromkeys(Level, 0)),
            cumulative=sum(persons for since, persons in holders.items() if since <= year),
        )
        for year in years
    ]


def _passed(found: Sequence[Sitting]) -> dict[Level, int]:
    return {level: sum(s.all.part for s in found if s.level is level) for level in Level}


def registered(as_of: date, known_at: datetime | None = None) -> dict[int, int]:
    """Persons on the result sheets of each year."""
    return _by_year("registered", _registered(known_at is not None), as_of, known_at)


def first_held(as_of: date, known_at: datetime | None = None) -> dict[int, int]:
    """Persons by the year of their first qualification."""
    return _by_year("first_held", _first_held(known_at is not None), as_of, known_at)


def _by_year(
    name: str, chosen: sa.Select[*tuple[Any, ...]], as_of: date, known_at: datetime | None
) -> dict[int, int]:
    asked = {"day": as_of} | ({} if known_at is None else {"known_at": known_at})
    figure = Figure(name, 1, [as_of])
    rows = kept.rows(figure, chosen, asked, is_whole=True, known_at=known_at)
    return {int(year): number for year, number in rows}


def _completed(as_of: date, known_at: datetime | None) -> dict[int, int]:
    asked = {"day": as_of, "first_moment": known_at or clock.now()}
    return {int(year): number for year, number in db.session.execute(_trained(), asked)}


def on_sheets(is_past: bool) -> sa.Select[int, int]:
    """The persons on the result sheets of each year, whether they came to the exam or not."""
    return (
        sa.select(ExamCycle.year, Result.person_id)
        .join(ExamCycle, ExamCycle.id == Result.cycle_id)
        .where(Result.known(KNOWN_AT if is_past else None), Result.cycle_id.in_(out_by(DAY)))
    )


def completions() -> sa.Select[int, int]:
    """The year and the person of each enrolment that was completed, in a class for the exam."""
    return (
        sa.select(sa.extract("year", CourseRun.ends_on), Enrolment.person_id)
        .select_from(Enrolment)
        .join(CourseRun, CourseRun.id == Enrolment.run_id)
        .join(Course, Course.id == CourseRun.course_id)
        .where(Course.category == Category.EXAM_PREP, CourseRun.ends_on <= DAY)
        .where(Enrolment.state == EnrolmentState.COMPLETED, CourseRun.closed_at <= FIRST_MOMENT)
    )


def held_by(is_past: bool) -> sa.Select[int]:
    """The person of each qualification that was approved by the day, in a post or not."""
    known = Qualification.known(KNOWN_AT if is_past else None)
    return sa.select(Qualification.person_id).where(known, Qualification.approved_on <= DAY)


@cache
def _registered(is_past: bool) -> sa.Select[*tuple[Any, ...]]:
    persons = sa.func.count(Result.person_id.distinct())
    chosen = on_sheets(is_past).with_only_columns(ExamCycle.year, persons)
    return chosen.group_by(ExamCycle.year)


@cache
def _trained() -> sa.Select[*tuple[Any, ...]]:
    year = sa.extract("year", CourseRun.ends_on)
    return completions().with_only_columns(year, sa.func.count()).group_by(year)


@cache
def _first_held(is_past: bool) -> sa.Select[*tuple[Any, ...]]:
    """Persons by the year of their first qualification."""
    first = sa.func.min(Qualification.approved_on).label("first_on")
    of_each = held_by(is_past).add_columns(first)
    found = of_each.group_by(Qualification.person_id).subquery()
    year = sa.extract("year", found.c.first_on)
    return sa.select(year, sa.func.count()).group_by(year)
