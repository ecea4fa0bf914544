"""Classes as a reader sees them: with the seats taken, their own state, and what they may do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.orm import selectinload, with_expression

from college.core import clock
from college.core.access import allowed, for_readers, visible
from college.core.db import UtcDateTime, db
from college.core.errors import NotFound
from college.core.roles import Actor, Can
from college.courses.catalogue.models import Category, Course
from college.courses.enrolments.models import SEATED, Enrolment, EnrolmentState
from college.courses.enrolments.queries import may_put_forward, of_person, standing
from college.courses.runs.models import CourseRun, RunState
from college.courses.runs.queries import load_parts
from college.people.persons.models import Person

NOW = sa.bindparam("now", type_=UtcDateTime)
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
    """Select the classes that are open or on, the next one first, with seats taken.

    Its parameters are those of `asked`, as everywhere here.
    """
    chosen = _on_offer(actor, wanted.category, wanted.only_open)
    return chosen.where(*_matching(wanted.words)) if wanted.words else chosen


def asked(actor: Actor) -> dict[str, object]:
    """What the statements here are asked with: who reads, and now."""
    return {"me": actor.person_id, "now": clock.now()}


@for_readers
def _on_offer(actor: Actor, category: Category | None, only_open: bool) -> sa.Select[CourseRun]:
    chosen = _counted(actor).where(
        visible(CourseRun, actor, Can.COURSES_SEE),
        CourseRun.state == RunState.OPEN,
        CourseRun.ends_on >= clock.today(),
    )
    if category is not None:
        chosen = chosen.where(CourseRun.course.has(Course.category == category))
    if only_open:
        is_open = (CourseRun.enrolment_opens_at <= NOW) & (CourseRun.enrolment_closes_at > NOW)
        chosen = chosen.where(is_open, _seats_taken() < CourseRun.seats)
    return chosen.order_by(CourseRun.starts_on, CourseRun.id)


def next_on_offer(actor: Actor, count: int, *, only_open: bool = False) -> Sequence[CourseRun]:
    """Return the next few classes, with seats taken."""
    chosen = on_offer(actor, Wanted(only_open=only_open)).limit(count)
    return db.session.scalars(chosen, asked(actor)).all()


@for_readers
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
    run = db.session.scalar(_run_seen(actor), {"run": run_id, **asked(actor)})
    if run is None:
        raise NotFound
    load_parts(run)
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


@for_readers
def _run_seen(actor: Actor) -> sa.Select[CourseRun]:
    is_it = CourseRun.id == sa.bindparam("run", type_=sa.Integer)
    chosen = _counted(actor).where(is_it, visible(CourseRun, actor, Can.COURSES_SEE))
    return chosen.execution_options(populate_existing=True)


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
    held = _held(actor)
    if not held:
        return frozenset()
    answers = db.session.execute(_claims(actor), {"run": run.id, **asked(actor)}).one()
    return frozenset(can for can, answer in zip(held, answers, strict=True) if answer)


def _held(actor: Actor) -> list[Can]:
    return [can for can in OF_A_RUN if actor.reach(can)]


@for_readers
def _claims(actor: Actor) -> sa.Select[*tuple[Any, ...]]:
    """Whether each of `_held` reaches as far as the run."""
    is_it = CourseRun.id == sa.bindparam("run", type_=sa.Integer)
    return sa.select(
        *(
            sa.exists().where(is_it, visible(CourseRun, actor, can)).label(can.name)
            for can in _held(actor)
        )
    )
