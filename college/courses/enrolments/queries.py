from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager, with_expression

from college.core import clock
from college.core.access import visible
from college.core.db import db, id_of
from college.core.roles import Actor, Can, Scope
from college.courses.enrolments.models import GONE, IN_CLASS, SEATED, Enrolment, EnrolmentState
from college.courses.runs.models import CourseRun, Lesson
from college.courses.runs.queries import in_time
from college.people.employment.models import Employment
from college.people.persons.models import Person
from college.people.persons.queries import named
from college.stations.units.models import Unit


@dataclass(frozen=True, slots=True)
class RosterLine:
    """One person of a class, and a unit where they work today, if there is one."""

    enrolment: Enrolment
    unit: Unit | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a run stands when somebody asks for a seat."""

    taken: int  # seats
    waiting: int
    last: int  # the last number given out in the waiting list
    known: dict[int, Enrolment]  # by person, of those who ask


def of_person(run: CourseRun, person: Person) -> Enrolment | None:
    """Return the person's enrolment with its place in the waiting list."""
    same = (Enrolment.run_id == run.id) & (Enrolment.person_id == person.id)
    chosen = sa.select(Enrolment).where(same).options(with_expression(Enrolment.place, _place()))
    return db.session.scalar(chosen.execution_options(populate_existing=True))


def mine(actor: Actor) -> Sequence[Enrolment]:
    """Return the actor's own enrolments with run and lessons, the present and next ones first."""
    is_over = CourseRun.ends_on < clock.today()
    chosen = (
        sa.select(Enrolment)
        .join(Enrolment.run)
        .where(Enrolment.person_id == actor.person_id, Enrolment.state.not_in(GONE))
        .options(
            contains_eager(Enrolment.run).selectinload(CourseRun.lessons),
            with_expression(Enrolment.place, _place()),
        )
        .order_by(is_over, CourseRun.starts_on, Enrolment.id)
    )
    return db.session.scalars(chosen).all()


def lessons_of(person_id: int, start: datetime, end: datetime) -> Sequence[Lesson]:
    """What a person attends or gives between two moments, in order, with the classes."""
    asked = {"person": person_id, "start": start, "end": end}
    return db.session.scalars(_lessons_of(), asked).all()


@cache
def _lessons_of() -> sa.Select[Lesson]:
    person = sa.bindparam("person", type_=sa.Integer)
    attends = (Enrolment.person_id == person) & Enrolment.state.in_(IN_CLASS)
    is_attended = sa.exists().where(Enrolment.run_id == Lesson.run_id, attends)
    return in_time().where(sa.or_(Lesson.instructor_id == person, is_attended))


def roster(run: CourseRun, states: frozenset[EnrolmentState] = IN_CLASS) -> list[RosterLine]:
    """Return the people of a class in pinyin order, each with a unit of today."""
    post = aliased(Employment)
    today = post.covers(clock.today())
    first_post = sa.select(sa.func.min(post.id)).where(post.person_id == Person.id, today)
    chosen = (
        sa.select(Enrolment, Unit)
        .join(Enrolment.person)
        .outerjoin(Employment, Employment.id == first_post.correlate(Person).scalar_subquery())
        .outerjoin(Unit, Unit.id == Employment.unit_id)
        .where(Enrolment.run_id == run.id, Enrolment.state.in_(states))
        .options(contains_eager(Enrolment.person))
        .order_by(Person.sort_key, Person.id)
    )
    return [RosterLine(enrolment, unit) for enrolment, unit in db.session.execute(chosen)]


def could_enrol(actor: Actor, run: CourseRun, words: str) -> sa.Select[Person]:
    """Select whom the actor may put into a run and who is not in it yet, in pinyin order.

    Not the actor: who wants a seat for themselves takes it on the page of the class, and nobody
    who goes down a list of their people should put themselves forward by a slip of the finger.
    """
    is_in = sa.exists().where(
        Enrolment.run_id == run.id,
        Enrolment.person_id == Person.id,
        Enrolment.state.not_in(GONE),
    )
    others = visible(Person, actor, Can.ENROLMENTS_ENROL) & (Person.id != (actor.person_id or 0))
    chosen = (
        sa.select(Person)
        .where(others, ~is_in, Person.stands())
        .order_by(Person.sort_key, Person.id)
    )
    return chosen.where(named(words)) if words.strip() else chosen


def may_put_forward(actor: Actor) -> bool:
    """Whether the actor may enrol others than themselves."""
    return any(reach.scope is not Scope.MINE for reach in actor.reach(Can.ENROLMENTS_ENROL))


def standing(run: CourseRun, persons: Sequence[Person]) -> Standing:
    """Count the seats and the list of a run, and find the enrolments of `persons`, all at once."""
    asked = {"run": run.id, "people": [id_of(person) for person in persons]}
    found = db.session.execute(_standing(), asked).all()
    first, rows = found[0], [row[3] for row in found if row[3] is not None]
    return Standing(first.taken, first.waiting, first.last or 0, {e.person_id: e for e in rows})


def seats_taken(run: CourseRun) -> int:
    return db.session.scalars(_taken(), {"run": run.id}).one()


@cache
def _taken() -> sa.Select[int]:
    seated = (Enrolment.run_id == sa.bindparam("run")) & Enrolment.state.in_(SEATED)
    return sa.select(sa.func.count(Enrolment.id)).where(seated)


@cache
def _standing() -> sa.Select[Any]:
    """Of a run: the seats taken, the list, its last number; and who of "people" is in it."""
    counts = (
        sa.select(
            sa.func.count(Enrolment.id).filter(Enrolment.state.in_(SEATED)).label("taken"),
            sa.func.count(Enrolment.id).filter(_waits(Enrolment)).label("waiting"),
            sa.func.max(Enrolment.queue_no).label("last"),
        )
        .where(Enrolment.run_id == sa.bindparam("run"))
        .subquery()
    )
    known = aliased(Enrolment)
    people = known.person_id.in_(sa.bindparam("people", expanding=True))
    same = (known.run_id == sa.bindparam("run")) & people
    chosen = sa.select(counts, known).outerjoin_from(counts, known, same).order_by(known.id)
    return chosen.execution_options(populate_existing=True)


def first_waiting(run: CourseRun) -> Enrolment | None:
    chosen = sa.select(Enrolment).where(_waits(Enrolment), Enrolment.run_id == run.id)
    return db.session.scalar(chosen.order_by(Enrolment.queue_no, Enrolment.id).limit(1))


def _place() -> sa.ColumnElement[int | None]:
    """The place in the waiting list, from 1; NULL for who does not wait."""
    before = aliased(Enrolment)
    ahead = (before.run_id == Enrolment.run_id) & (before.queue_no <= Enrolment.queue_no)
    count = sa.select(sa.func.count(before.id)).where(_waits(before), ahead)
    return sa.case((_waits(Enrolment), count.correlate(Enrolment).scalar_subquery()))


def _waits(enrolment: type[Enrolment]) -> sa.ColumnElement[bool]:
    return enrolment.state == EnrolmentState.WAITING
