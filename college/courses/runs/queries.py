from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

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


def lessons_taught_by(person_id: int, start: datetime, end: datetime) -> Sequence[Lesson]:
    """Return the lessons that a person gives between two moments, in order, with their runs."""
    chosen = in_time(start, end).where(Lesson.instructor_id == person_id)
    return db.session.scalars(chosen).all()


def in_time(start: datetime, end: datetime) -> sa.Select[Lesson]:
    """Select the lessons that touch a span of time, in order, with run and instructor."""
    return (
        sa.select(Lesson)
        .where(Lesson.starts_at < end, Lesson.ends_at > start)
        .options(joinedload(Lesson.run), joinedload(Lesson.instructor))
        .order_by(Lesson.starts_at, Lesson.id)
    )
