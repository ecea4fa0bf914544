from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from college.core.db import db
from college.core.roles import Actor, Role
from college.courses.attendance.models import AttendanceStatus
from college.courses.attendance.operations import mark_all_present, mark_attendance
from college.courses.enrolments.models import Enrolment
from college.courses.grades.models import Mark
from college.courses.grades.operations import enter_mark
from college.courses.runs.models import Assessment, CourseRun, Lesson
from college.people.persons.models import Person
from tests.factories import actor, make_person
from tests.factories.courses import make_assessment, make_enrolment, make_run, morning

NAMES = ("李雷", "阿木古楞", "斯琴高娃·乌云", "白晓燕", "苏和")


@dataclass(frozen=True, slots=True)
class Class:
    """A run that is taught: its lessons are over unless `begins` says otherwise."""

    run: CourseRun
    instructor: Person
    teacher: Actor
    lessons: list[Lesson]
    exams: list[Assessment]
    enrolments: list[Enrolment]

    def all_present(self) -> None:
        for lesson in self.lessons:
            mark_all_present(self.teacher, lesson)
        db.session.commit()

    def everybody_gets(self, value: str) -> None:
        for enrolment in self.enrolments:
            for exam in self.exams:
                enter_mark(self.teacher, exam, enrolment, value=Decimal(value))
        db.session.commit()

    def mark(self, value: str | None, **over: Any) -> Mark:
        """The mark of the first trainee in the first assessment."""
        given = None if value is None else Decimal(value)
        return enter_mark(self.teacher, self.exams[0], self.enrolments[0], value=given, **over)

    def attend(self, status: AttendanceStatus, **over: Any) -> Any:
        """The first trainee in the first lesson."""
        there = self.lessons[0], self.enrolments[0]
        return mark_attendance(self.teacher, *there, status=status, **over)


def make_class(
    size: int = 1, *, lessons: int = 2, exams: int = 1, begins: datetime | None = None, **over: Any
) -> Class:
    instructor = make_person(Role.INSTRUCTOR, full_name="韩梅梅")
    run = make_run(lessons=lessons, begins=begins or morning(-10), instructors=[instructor], **over)
    marked = [
        make_assessment(
            run, n + 1, title=f"作业{n + 1}", title_en=f"Task {n + 1}", weight_percent=100 // exams
        )
        for n in range(exams)
    ]
    enrolments = [
        make_enrolment(run, make_person(full_name=NAMES[n % len(NAMES)])) for n in range(size)
    ]
    held = sa.select(Lesson).where(Lesson.run_id == run.id).order_by(Lesson.position)
    return Class(
        run,
        instructor,
        actor(instructor, Role.INSTRUCTOR),
        list(db.session.scalars(held)),
        marked,
        enrolments,
    )


@contextmanager
def counted_but_inserts() -> Iterator[list[str]]:
    """The statements sent inside the block, save the INSERTs: SQLite takes those row by row."""
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            seen.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(sa.Engine, "before_cursor_execute", note)
