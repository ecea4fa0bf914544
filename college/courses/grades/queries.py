from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.courses.attendance.models import AttendanceRecord
from college.courses.attendance.queries import (
    Attended,
    Trainee,
    attended,
    lessons,
    records_of,
    register,
)
from college.courses.grades.models import Achieved, Mark, weighted_total
from college.courses.runs.models import Assessment, CourseRun, Lesson

NOTHING = Attended()


@dataclass(frozen=True, slots=True)
class Cell:
    assessment: Assessment
    mark: Mark | None

    @property
    def value(self) -> Decimal | None:
        return self.mark.value if self.mark else None

    @property
    def version(self) -> int:
        return self.mark.version if self.mark else 0

    @property
    def achieved(self) -> Achieved:
        a = self.assessment
        return Achieved(a.title, a.title_en, a.weight_percent, a.max_mark, a.pass_mark, self.value)


@dataclass(frozen=True, slots=True)
class Line:
    """One trainee: minutes so far, a cell per assessment, the total once all is marked."""

    trainee: Trainee
    attended: Attended
    cells: Sequence[Cell]

    @property
    def achieved(self) -> list[Achieved]:
        return [cell.achieved for cell in self.cells]

    @property
    def total(self) -> Decimal | None:
        return weighted_total(self.achieved)


@dataclass(frozen=True, slots=True)
class Grid:
    """A class's marks. `minutes_held` and `lessons_held` count the lessons that have begun."""

    run: CourseRun
    assessments: Sequence[Assessment]
    lessons_held: Sequence[Lesson]
    lines: Sequence[Line]

    @property
    def minutes_held(self) -> int:
        return sum(lesson.minutes for lesson in self.lessons_held)

    @property
    def missing(self) -> int:
        """How many marks are still to be entered."""
        return sum(cell.value is None for line in self.lines for cell in line.cells)

    @property
    def blank(self) -> Sequence[Assessment]:
        """The assessments in which nobody has a mark yet, where there are several trainees."""
        marked = {c.assessment.id for line in self.lines for c in line.cells if c.value is not None}
        has_several = len(self.lines) > 1
        return [a for a in self.assessments if has_several and a.id not in marked]


def assessments(run: CourseRun) -> Sequence[Assessment]:
    chosen = sa.select(Assessment).where(Assessment.run_id == run.id)
    return db.session.scalars(chosen.order_by(Assessment.position, Assessment.id)).all()


def grid(run: CourseRun) -> Grid:
    """Return the marks of a class, in as many statements for 5 people as for 200."""
    columns = assessments(run)
    of_run = Mark.assessment_id.in_([a.id for a in columns])
    marks = {
        (mark.enrolment_id, mark.assessment_id): mark
        for mark in db.session.scalars(sa.select(Mark).where(of_run))
    }
    minutes = attended(run)
    lines = [
        Line(
            trainee,
            minutes.get(trainee.enrolment.id, NOTHING),
            [Cell(a, marks.get((trainee.enrolment.id, a.id))) for a in columns],
        )
        for trainee in register(run)
    ]
    return Grid(run, columns, [one for one in lessons(run) if one.starts_at <= clock.now()], lines)


def total_of(enrolment_id: int, run_id: int) -> Decimal | None:
    """The weighted total of one trainee, None until every mark is there."""
    marks = sa.select(Assessment, Mark).outerjoin(
        Mark, (Mark.assessment_id == Assessment.id) & (Mark.enrolment_id == enrolment_id)
    )
    rows = db.session.execute(marks.where(Assessment.run_id == run_id))
    return weighted_total([Cell(a, mark).achieved for a, mark in rows])


@dataclass(frozen=True, slots=True)
class Book:
    """Attendance lesson by lesson beside the marks: what the sheet to download holds."""

    grid: Grid
    lessons: Sequence[Lesson]
    records: dict[tuple[int, int], AttendanceRecord]  # by enrolment and lesson


def book(run: CourseRun) -> Book:
    records = {(r.enrolment_id, r.lesson_id): r for r in records_of(run)}
    return Book(grid(run), lessons(run), records)
