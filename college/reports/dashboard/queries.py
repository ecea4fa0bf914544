"""The day page: what is on now, what is next, and how far the way to the qualification is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from college.core import clock
from college.core.access import visible
from college.core.db import db
from college.core.roles import Actor, Can
from college.core.text import say
from college.courses.enrolments.models import GONE, Enrolment, EnrolmentState
from college.courses.enrolments.queries import lessons_of
from college.courses.runs.models import CourseRun, EnrolmentWindow, Lesson, RunState
from college.exams.cohorts.models import CohortMember, ExamCohort, cohort_run
from college.exams.cycles.models import ExamCycle
from college.exams.results.models import Result, ResultStatus
from college.people.qualifications.models import Qualification

AHEAD = timedelta(days=60)
NEXT_DATES = 4


class Step(StrEnum):
    COHORT = "cohort"
    ENROLLED = "enrolled"
    TRAINED = "trained"
    SAT = "sat"
    QUALIFIED = "qualified"

    @property
    def label(self) -> str:
        return {
            "cohort": say("In the cohort"),
            "enrolled": say("Enrolled in the class"),
            "trained": say("Completed the class"),
            "sat": say("Sat the exam"),
            "qualified": say("Qualified"),
        }[self]


@dataclass(frozen=True, slots=True)
class Way:
    """A member's way through one cohort: the steps done, in order."""

    cohort: ExamCohort
    done: frozenset[Step]
    run: CourseRun | None  # the class to enrol in next

    @property
    def current(self) -> Step | None:
        return next((step for step in Step if step not in self.done), None)

    @property
    def days_to_exam(self) -> int | None:
        """Days until the exam; None once it has begun, and while no day is announced."""
        begins_on = self.cohort.begins_on
        left = (begins_on - clock.today()).days if begins_on else 0
        return left if left > 0 else None


@dataclass(frozen=True, slots=True)
class Day:
    now: Lesson | None  # today's lesson that is on or comes next
    is_teaching: bool  # whether the reader gives that lesson
    coming: Sequence[Lesson]
    way: Way | None


def day_of(actor: Actor) -> Day:
    today = clock.midnight(clock.today())
    lessons = lessons_of(actor.person_id, today, today + AHEAD) if actor.person_id else []
    present = [one for one in lessons if one.ends_at > clock.now()]
    now = next((one for one in present if one.starts_at < today + timedelta(days=1)), None)
    coming = [one for one in present if one is not now][:NEXT_DATES]
    is_teaching = now is not None and now.instructor_id == actor.person_id
    return Day(now, is_teaching, coming, _way(actor))


@dataclass(frozen=True, slots=True)
class House:
    """The administrator's overview in numbers."""

    open_runs: int
    seats_taken: int
    lessons_this_week: int
    waiting: int


def house() -> House:
    monday = clock.today() - timedelta(days=clock.today().weekday())
    week = {
        "monday": clock.midnight(monday),
        "next": clock.midnight(monday + timedelta(days=7)),
    }
    return House(*db.session.execute(_house(), week).one())


@cache
def _house() -> sa.Select[int, int, int, int]:
    is_open = CourseRun.state == RunState.OPEN
    states = (EnrolmentState.ENROLLED, EnrolmentState.WAITING)
    numbers = (sa.func.count().filter(Enrolment.state == state) for state in states)
    of_open = sa.select(*(number.label(s) for number, s in zip(numbers, states, strict=True)))
    of_open = of_open.select_from(Enrolment).join(Enrolment.run)
    enrolments = of_open.where(is_open, Enrolment.state.in_(states)).subquery()
    is_this_week = (Lesson.starts_at >= sa.bindparam("monday")) & (
        Lesson.starts_at < sa.bindparam("next")
    )
    return sa.select(
        sa.select(sa.func.count(CourseRun.id)).where(is_open).scalar_subquery(),
        enrolments.c[EnrolmentState.ENROLLED],
        sa.select(sa.func.count(Lesson.id)).where(is_this_week).scalar_subquery(),
        enrolments.c[EnrolmentState.WAITING],
    )


def runs_found(actor: Actor, words: str, *, limit: int = 20) -> Sequence[CourseRun]:
    """Visible classes whose title or code holds the words, the latest first."""
    text = words.strip()
    if not text:
        return []
    match = sa.or_(
        *(
            c.icontains(text, autoescape=True)
            for c in (CourseRun.title, CourseRun.title_en, CourseRun.code)
        )
    )
    chosen = sa.select(CourseRun).where(visible(CourseRun, actor, Can.COURSES_SEE), match)
    order = (CourseRun.starts_on.desc(), CourseRun.id)
    return db.session.scalars(chosen.order_by(*order).limit(limit)).all()


def _way(actor: Actor) -> Way | None:
    """The latest cohort that the person is a member of."""
    if actor.person_id is None:
        return None
    cohort = db.session.scalar(_latest_cohort(), {"person": actor.person_id})
    if cohort is None:
        return None
    enrolments = _enrolments_in(cohort, actor.person_id)
    done = _steps(cohort, actor.person_id, enrolments)
    return Way(cohort, done, None if enrolments else _class_of(cohort))


@cache
def _latest_cohort() -> sa.Select[ExamCohort]:
    """Made once, as all that every page of a day asks: making it costs more than the answer."""
    is_in = (CohortMember.person_id == sa.bindparam("person")) & CohortMember.left_on.is_(None)
    return (
        sa.select(ExamCohort)
        .join(ExamCohort.members)
        .join(ExamCohort.cycle)
        .where(is_in)
        .options(contains_eager(ExamCohort.cycle), joinedload(ExamCohort.tutor))
        .order_by(ExamCycle.year.desc(), ExamCohort.id.desc())
        .limit(1)
    )


def _steps(cohort: ExamCohort, person_id: int, enrolments: Sequence[Enrolment]) -> frozenset[Step]:
    sat = sa.exists().where(
        Result.person_id == person_id,
        Result.cycle_id == cohort.cycle_id,
        Result.level == cohort.level,
        Result.status == ResultStatus.SAT,
        Result.superseded_by_id.is_(None),
    )
    holds = sa.exists().where(
        Qualification.person_id == person_id,
        Qualification.level == cohort.level,
        Qualification.known(),
    )
    has_sat, is_qualified = db.session.execute(sa.select(sat, holds)).one()
    states = {enrolment.state for enrolment in enrolments}
    claims = {
        Step.COHORT: True,
        Step.ENROLLED: bool(states - {EnrolmentState.WAITING, EnrolmentState.APPLIED}),
        Step.TRAINED: EnrolmentState.COMPLETED in states,
        Step.SAT: has_sat or is_qualified,
        Step.QUALIFIED: is_qualified,
    }
    return frozenset(step for step, is_done in claims.items() if is_done)


def _enrolments_in(cohort: ExamCohort, person_id: int) -> Sequence[Enrolment]:
    chosen = (
        sa.select(Enrolment)
        .join(Enrolment.run)
        .join(cohort_run, cohort_run.c.run_id == Enrolment.run_id)
        .where(cohort_run.c.cohort_id == cohort.id, Enrolment.person_id == person_id)
        .where(Enrolment.state.not_in(GONE))
        .options(contains_eager(Enrolment.run))
    )
    return db.session.scalars(chosen.order_by(Enrolment.id)).all()


def _class_of(cohort: ExamCohort) -> CourseRun | None:
    """The cohort's class that takes enrolments now, if there is one."""
    chosen = (
        sa.select(CourseRun)
        .join(cohort_run, cohort_run.c.run_id == CourseRun.id)
        .where(cohort_run.c.cohort_id == cohort.id)
        .order_by(CourseRun.starts_on, CourseRun.id)
    )
    runs = db.session.scalars(chosen)
    return next((r for r in runs if r.enrolment_window() is EnrolmentWindow.OPEN), None)
