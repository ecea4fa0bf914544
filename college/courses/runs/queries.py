from functools import cache

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from college.core import clock
from college.core.access import visible
from college.core.db import db
from college.core.errors import NotFound
from college.core.roles import Actor, Can
from college.courses.runs.models import CourseRun, Lesson


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
