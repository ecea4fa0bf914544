from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from college.core import clock
from college.core.access import visible
from college.core.db import db
from college.core.errors import NotFound
from college.core.roles import Actor, Can
from college.courses.runs.models import Assessment, CourseRun, Lesson, run_instructor
from college.people.persons.models import Person


def with_timetable(actor: Actor, run_id: int) -> CourseRun:
    """Return a visible run with its lessons and their instructors. Raises NotFound."""
    chosen = sa.select(CourseRun).where(
        CourseRun.id == run_id, visible(CourseRun, actor, Can.COURSES_SEE)
    )
    taught = selectinload(CourseRun.lessons).joinedload(Lesson.instructor)
    run = db.session.scalar(chosen.options(taught))
    if run is None:
        raise NotFound
    return run


def load_parts(run: CourseRun) -> None:
    """Read lessons, instructors and assessments anew, in the order of the relationships.

    As loader options would, which make their statements each time: that costs more than these.
    """
    for name, chosen in _parts().items():
        set_committed_value(run, name, db.session.scalars(chosen, {"run": run.id}).all())


@cache
def _parts() -> dict[str, sa.Select[Any]]:
    run_id = sa.bindparam("run", type_=sa.Integer)
    teaches = (run_instructor.c.person_id == Person.id) & (run_instructor.c.run_id == run_id)
    lessons = sa.select(Lesson).where(Lesson.run_id == run_id)
    chosen: dict[str, sa.Select[Any]] = {
        "lessons": lessons.order_by(Lesson.starts_at, Lesson.id).options(
            joinedload(Lesson.instructor)
        ),
        "instructors": sa.select(Person).join(run_instructor, teaches).order_by(Person.id),
        "assessments": sa.select(Assessment)
        .where(Assessment.run_id == run_id)
        .order_by(Assessment.position, Assessment.id),
    }
    return {name: each.execution_options(populate_existing=True) for name, each in chosen.items()}


def next_lesson(run_id: int) -> Lesson | None:
    """The lesson that is on or comes next; the first one, when all are over."""
    return db.session.scalar(_next_lesson(), {"run": run_id, "now": clock.now()})


@cache
def _next_lesson() -> sa.Select[Lesson]:
    is_over = Lesson.ends_at <= sa.bindparam("now")
    mine = sa.select(Lesson).where(Lesson.run_id == sa.bindparam("run"))
    return mine.order_by(is_over, Lesson.starts_at, Lesson.id).limit(1)


@cache
def in_time() -> sa.Select[Lesson]:
    """Select the lessons between "start" and "end", in order, with run and instructor."""
    return (
        sa.select(Lesson)
        .where(Lesson.starts_at < sa.bindparam("end"), Lesson.ends_at > sa.bindparam("start"))
        .options(joinedload(Lesson.run), joinedload(Lesson.instructor))
        .order_by(Lesson.starts_at, Lesson.id)
    )
