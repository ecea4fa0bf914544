from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from college.core import clock
from college.core.db import db
from college.core.errors import NotFound
from college.courses.attendance.models import AttendanceRecord, marking_opens_at
from college.courses.enrolments.models import IN_CLASS, Enrolment, EnrolmentState
from college.courses.runs.models import CourseRun, Lesson, RunState
from college.people.employment.queries import units_of
from college.people.persons.models import Person
from college.stations.units.models import Unit


@dataclass(frozen=True, slots=True)
class Trainee:
    """One line of the class register."""

    enrolment: Enrolment
    person: Person
    unit: Unit | None


@dataclass(frozen=True, slots=True)
class RollLine:
    trainee: Trainee
    record: AttendanceRecord | None


@dataclass(frozen=True, slots=True)
class Roll:
    """Everybody of one lesson; `earlier` and `later` are the lessons beside it."""

    run: CourseRun
    lesson: Lesson
    lines: Sequence[RollLine]
    earlier: Lesson | None
    later: Lesson | None
    can_mark: bool
    open_lesson: Lesson | None  # where marking is open instead, while this one has to wait

    @property
    def marked(self) -> int:
        return sum(line.record is not None for line in self.lines)

    @property
    def opens_at(self) -> datetime:
        return marking_opens_at(self.lesson)


@dataclass(frozen=True, slots=True)
class LessonLine:
    lesson: Lesson
    marked: int
    can_mark: bool


@dataclass(frozen=True, slots=True)
class Diary:
    """The lessons of a run in order, and the first of them that still has to be marked."""

    lines: Sequence[LessonLine]
    trainees: int

    @property
    def next_line(self) -> LessonLine | None:
        left = (line for line in self.lines if line.can_mark and line.marked < self.trainees)
        return next(left, None)


def register(run: CourseRun) -> Sequence[Trainee]:
    """Everybody with a seat in the class, in the order of the Latin alphabet."""
    chosen = (
        sa.select(Enrolment)
        .join(Enrolment.person)
        .where(Enrolment.run_id == run.id, Enrolment.state.in_(IN_CLASS))
        .options(joinedload(Enrolment.person, innerjoin=True))
        .order_by(Person.sort_key, Person.id)
    )
    enrolments = db.session.scalars(chosen).all()
    units = units_of([e.person_id for e in enrolments], clock.today())
    return [Trainee(e, e.person, units.get(e.person_id)) for e in enrolments]


def lessons(run: CourseRun) -> Sequence[Lesson]:
    chosen = sa.select(Lesson).where(Lesson.run_id == run.id)
    return db.session.scalars(chosen.order_by(Lesson.starts_at, Lesson.id)).all()


def diary(run: CourseRun) -> Diary:
    of_class = (Enrolment.run_id == run.id) & Enrolment.state.in_(IN_CLASS)
    counted = (
        sa.select(AttendanceRecord.lesson_id, sa.func.count().label("marked"))
        .join(AttendanceRecord.enrolment)
        .where(of_class)
        .group_by(AttendanceRecord.lesson_id)
    )
    marked = {row.lesson_id: row.marked for row in db.session.execute(counted)}
    trainees = db.session.scalar(sa.select(sa.func.count(Enrolment.id)).where(of_class)) or 0
    now = clock.now()
    lines = [
        LessonLine(one, marked.get(one.id, 0), now >= marking_opens_at(one)) for one in lessons(run)
    ]
    return Diary(lines, trainees)


def roll(run: CourseRun, lesson_id: int) -> Roll:
    """Return who is expected in a lesson and what is recorded. Raises NotFound."""
    held = lessons(run)
    at = next((i for i, lesson in enumerate(held) if lesson.id == lesson_id), None)
    if at is None:
        raise NotFound
    chosen = sa.select(AttendanceRecord).where(AttendanceRecord.lesson_id == lesson_id)
    records = {record.enrolment_id: record for record in db.session.scalars(chosen)}
    lines = [RollLine(t, records.get(t.enrolment.id)) for t in register(run)]
    earlier = held[at - 1] if at else None
    later = held[at + 1] if at + 1 < len(held) else None
    begun = [lesson for lesson in held if clock.now() >= marking_opens_at(lesson)]
    can_mark = held[at] in begun
    open_lesson = begun[-1] if begun and not can_mark else None
    return Roll(run, held[at], lines, earlier, later, can_mark, open_lesson)


def records_of(run: CourseRun) -> Sequence[AttendanceRecord]:
    """Every record of a run, for its sheet."""
    chosen = (
        sa.select(AttendanceRecord)
        .join(AttendanceRecord.lesson)
        .where(Lesson.run_id == run.id)
        .order_by(AttendanceRecord.id)
    )
    return db.session.scalars(chosen).all()


@dataclass(frozen=True, slots=True)
class Attended:
    """What one trainee attended in a run so far: minutes, and lessons that are recorded at all."""

    minutes: int = 0
    lessons: int = 0


def attended(run: CourseRun) -> dict[int, Attended]:
    """Return per enrolment what is recorded of the lessons that have begun."""
    chosen = (
        sa.select(
            AttendanceRecord.enrolment_id, sa.func.sum(AttendanceRecord.minutes), sa.func.count()
        )
        .join(AttendanceRecord.lesson)
        .where(Lesson.run_id == run.id, Lesson.starts_at <= clock.now())
        .group_by(AttendanceRecord.enrolment_id)
    )
    return {
        enrolment_id: Attended(int(minutes), number)
        for enrolment_id, minutes, number in db.session.execute(chosen)
    }


def held_open(run_id: int) -> bool:
    """Say whether a run is open, and keep it from being closed until this transaction ends."""
    chosen = sa.select(CourseRun.state).where(CourseRun.id == run_id)
    return db.session.scalar(chosen.with_for_update(read=True)) == RunState.OPEN


def seat_held(enrolment_id: int, run_id: int) -> bool:
    """Say whether somebody has a seat in a run, and let no other marker near until we are done."""
    chosen = sa.select(Enrolment.state).where(
        Enrolment.id == enrolment_id, Enrolment.run_id == run_id
    )
    return db.session.scalar(chosen.with_for_update()) == EnrolmentState.ENROLLED
