"""Classes as a reader sees them: with the seats taken, their own state, and what they may do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import sqlalchemy as sa
from sqlalchemy.orm import selectinload, with_expression

from college.core import clock
from college.core.access import allowed, visible
from college.core.db import db
from college.core.errors import NotFound
from college.core.roles import Actor, Can
from college.courses.catalogue.models import Category, Course
from college.courses.enrolments.models import SEATED, Enrolment, EnrolmentState
from college.courses.enrolments.queries import may_put_forward, of_person, standing
from college.courses.runs.models import CourseRun, Lesson, RunState
from college.people.persons.models import Person

OF_A_RUN = (
    Can.ATTENDANCE_MARK,
    Can.COURSES_PLAN,
    Can.GRADES_MARK,
    Can.RUNS_CLOSE,
    Can.RUNS_TEACH,
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader looks for among the classes."""

    words: str = ""
    category: Category | None = None
    only_open: bool = False

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> Self:
        """Take what an address asks for; what no category is called is left out."""
        category = next((c for c in Category if c == asked.get("category")), None)
        return cls(asked.get("q", "").strip()[:80], category, asked.get("open") == "1")

    @property
    def is_all(self) -> bool:
        return not (self.words or self.category or self.only_open)


@dataclass(frozen=True, slots=True)
class RunPage:
    """A run as one reader sees it; `may` is what they may do with the run."""

    run: CourseRun
    mine: Enrolment | None
    waiting: int
    may: frozenset[Can]
    may_enrol: bool
    may_put_forward: bool


def on_offer(actor: Actor, wanted: Wanted) -> sa.Select[CourseRun]:
    """Select the classes that are open or on, the next one first, with seats taken."""
    chosen = _counted(actor).where(
        visible(CourseRun, actor, Can.COURSES_SEE),
        CourseRun.state == RunState.OPEN,
        CourseRun.ends_on >= clock.today(),
        *_matching(wanted.words),
    )
    if wanted.category is not None:
        chosen = chosen.where(CourseRun.course.has(Course.category == wanted.category))
    if wanted.only_open:
        now = clock.now()
        is_open = (CourseRun.enrolment_opens_at <= now) & (CourseRun.enrolment_closes_at > now)
        chosen = chosen.where(is_open, _seats_taken() < CourseRun.seats)
    return chosen.order_by(CourseRun.starts_on, CourseRun.id)


def next_on_offer(actor: Actor, count: int) -> Sequence[CourseRun]:
    """Return the next few classes, with seats taken."""
    return db.session.scalars(on_offer(actor, Wanted()).limit(count)).all()


def taught(actor: Actor) -> sa.Select[CourseRun]:
    """Select the classes that the actor teaches, closed ones last, with lessons and seats taken."""
    return (
        _counted(actor)
        .where(visible(CourseRun, actor, Can.RUNS_TEACH))
        .options(selectinload(CourseRun.lessons))
        .order_by(CourseRun.state == RunState.CLOSED, CourseRun.starts_on, CourseRun.id)
    )


def run_page(actor: Actor, run_id: int) -> RunPage:
    """Return what the page of a run shows. Raises NotFound for a run that the actor may not see."""
    taught = selectinload(CourseRun.lessons).joinedload(Lesson.instructor)
    parts = (selectinload(CourseRun.instructors), selectinload(CourseRun.assessments))
    chosen = (
        _counted(actor)
        .where(CourseRun.id == run_id, visible(CourseRun, actor, Can.COURSES_SEE))
        .options(taught, *parts)
        .execution_options(populate_existing=True)
    )
    run = db.session.scalar(chosen)
    if run is None:
        raise NotFound
    me = db.session.get(Person, actor.person_id) if actor.person_id else None
    now = standing(run, [me] if me else [])
    mine = now.known.get(me.id) if me else None
    if me and mine and mine.state is EnrolmentState.WAITING:
        mine = of_person(run, me)  # with the place in the list, which is counted for nobody else
    return RunPage(
        run=run,
        mine=mine,
        waiting=now.waiting,
        may=_may_with(run, actor),
        may_enrol=me is not None and allowed(actor, Can.ENROLMENTS_ENROL, me),
        may_put_forward=may_put_forward(actor),
    )


def _counted(actor: Actor) -> sa.Select[CourseRun]:
    own = sa.select(Enrolment.state).where(
        Enrolment.run_id == CourseRun.id, Enrolment.person_id == actor.person_id
    )
    return sa.select(CourseRun).options(
        with_expression(CourseRun.seats_taken, _seats_taken()),
        with_expression(CourseRun.my_state, own.correlate(CourseRun).scalar_subquery()),
    )


def _seats_taken() -> sa.ScalarSelect[int]:
    seated = (Enrolment.run_id == CourseRun.id) & Enrolment.state.in_(SEATED)
    return (
        sa.select(sa.func.count(Enrolment.id)).where(seated).correlate(CourseRun).scalar_subquery()
    )


def _matching(words: str) -> list[sa.ColumnElement[bool]]:
    """One clause per word: each must stand in the class or in its course, in either language."""
    texts = (CourseRun.title, CourseRun.title_en, CourseRun.code, CourseRun.place)
    of_course = (Course.title, Course.title_en, Course.summary, Course.summary_en, Course.code)
    return [
        sa.or_(
            *(text.icontains(word, autoescape=True) for text in texts),
            CourseRun.course.has(sa.or_(*(t.icontains(word, autoescape=True) for t in of_course))),
        )
        for word in words.split()[:5]
    ]


def _may_with(run: CourseRun, actor: Actor) -> frozenset[Can]:
    """What the actor may do with one run, in at most one statement."""
    held = [can for can in OF_A_RUN if actor.reach(can)]
    if not held:
        return frozenset()
    asked = [
        sa.exists().where(CourseRun.id == run.id, visible(CourseRun, actor, can)).label(can.name)
        for can in held
    ]
    answers = db.session.execute(sa.select(*asked)).one()
    return frozenset(can for can, answer in zip(held, answers, strict=True) if answer)
