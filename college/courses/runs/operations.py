"""Planning and opening runs: the only code that makes or changes a CourseRun and its parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from college.core import clock, journal
from college.core.access import require
from college.core.db import db, in_turn, locked
from college.core.errors import Conflict, RuleBroken
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.core.states import move
from college.core.text import say
from college.courses.catalogue.models import Course
from college.courses.runs.models import RUN_MOVES, Assessment, CourseRun, Lesson, RunState
from college.courses.runs.queries import in_time
from college.people.persons.models import Person

WHOLE = 100  # percent


class NoLessons(RuleBroken):
    code, field = "no_lessons", "lessons"
    message = say("This class has no lessons yet. Enter at least one with its time.")


class LessonBackwards(RuleBroken):
    code, field = "lesson_backwards", "lessons"
    message = say("The lesson %(title)s ends before it begins. Correct its times.")


class WeightsUneven(RuleBroken):
    code, field = "weights_uneven", "assessments"
    message = say("The weights add up to %(sum)s%%. Change them until they make 100%%.")


class EnrolmentBackwards(RuleBroken):
    code, field = "enrolment_backwards", "enrolment_closes_at"
    message = say("Enrolment has to open before it closes. Correct the two dates.")


class InstructorBooked(Conflict):
    code, field = "instructor_booked", "lessons"
    message = say("%(name)s teaches %(lesson)s from %(at)s. Choose another time or instructor.")


class RoomBooked(Conflict):
    code, field = "room_booked", "lessons"
    message = say("%(room)s is taken by %(lesson)s from %(at)s. Choose another time or room.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLesson:
    title: str
    starts_at: datetime
    ends_at: datetime
    instructor: Person
    room: str = ""
    title_en: str = ""
    room_en: str = ""
    is_online: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAssessment:
    title: str
    weight_percent: int
    title_en: str = ""
    max_mark: Decimal = Decimal(100)
    pass_mark: Decimal = Decimal(60)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRun:
    """A run begins and ends with its lessons; who gives a lesson is one of its instructors."""

    course: Course
    code: str
    title: str
    seats: int
    enrolment_opens_at: datetime
    enrolment_closes_at: datetime
    lessons: Sequence[NewLesson]
    assessments: Sequence[NewAssessment] = ()
    instructors: Sequence[Person] = ()
    title_en: str = ""
    place: str = ""
    place_en: str = ""
    attendance_percent: int = 90
    is_demo: bool = False


@operation
def plan_run(actor: Actor, new: NewRun) -> CourseRun:
    """Plan a class with its timetable and assessments, as a draft that only planners see.

    Raises NotAllowed, NoLessons, LessonBackwards, WeightsUneven, EnrolmentBackwards,
    InstructorBooked, RoomBooked, or Conflict for a known code.
    """
    require(actor, Can.COURSES_PLAN)
    _refuse_misplanned(new)
    _refuse_booked(new)
    run = _run(new)
    run.lessons = [_lesson(n, lesson) for n, lesson in enumerate(_in_order(new), start=1)]
    run.assessments = [_assessment(n, part) for n, part in enumerate(new.assessments, start=1)]
    by_id = {p.id: p for p in (*new.instructors, *(lesson.instructor for lesson in new.lessons))}
    run.instructors = [by_id[person_id] for person_id in sorted(by_id)]
    db.session.add(run)
    journal.record(actor, "plan_run", run, code=run.code, seats=run.seats, lessons=len(run.lessons))
    return run


@operation
def open_run(actor: Actor, run: CourseRun) -> CourseRun:
    """Publish a planned class; enrolment opens at its date. Raises NotAllowed, WrongState."""
    require(actor, Can.COURSES_PLAN, run)
    run = locked(CourseRun, run.id)
    move(run, RunState.OPEN, RUN_MOVES)
    journal.record(actor, "open_run", run, code=run.code)
    return run


def _refuse_misplanned(new: NewRun) -> None:
    if not new.lessons:
        raise NoLessons
    for lesson in new.lessons:
        if lesson.ends_at <= lesson.starts_at:
            raise LessonBackwards(title=lesson.title)
    weights = sum(part.weight_percent for part in new.assessments)
    if new.assessments and weights != WHOLE:
        raise WeightsUneven(sum=weights)
    if new.enrolment_closes_at <= new.enrolment_opens_at:
        raise EnrolmentBackwards


def _refuse_booked(new: NewRun) -> None:
    """Compare each lesson with those that stand and with those before it in the new timetable.

    Plans are made one after the other: a room is but a word, there is no row of it to lock.
    """
    in_turn("plan_run")
    lessons = _in_order(new)
    span = {"start": lessons[0].starts_at, "end": max(x.ends_at for x in lessons)}
    standing = db.session.scalars(in_time(), span)
    booked: list[tuple[str, Lesson | NewLesson]] = [(x.run.place, x) for x in standing]
    for lesson in lessons:
        for place, other in booked:
            if lesson.starts_at < other.ends_at and other.starts_at < lesson.ends_at:
                _refuse_clash(lesson, other, is_same_place=place == new.place)
        booked.append((new.place, lesson))


def _refuse_clash(lesson: NewLesson, other: Lesson | NewLesson, *, is_same_place: bool) -> None:
    if other.instructor.id == lesson.instructor.id:
        name = lesson.instructor.full_name
        raise InstructorBooked(name=name, lesson=other.title, at=other.starts_at)
    needs_room = bool(lesson.room) and not lesson.is_online and not other.is_online
    if needs_room and is_same_place and other.room == lesson.room:
        raise RoomBooked(room=lesson.room, lesson=other.title, at=other.starts_at)


def _in_order(new: NewRun) -> list[NewLesson]:
    return sorted(new.lessons, key=lambda lesson: lesson.starts_at)


def _run(new: NewRun) -> CourseRun:
    lessons = _in_order(new)
    return CourseRun(
        course_id=new.course.id,
        code=new.code,
        title=new.title,
        title_en=new.title_en,
        place=new.place,
        place_en=new.place_en,
        seats=new.seats,
        starts_on=clock.local(lessons[0].starts_at).date(),
        ends_on=clock.local(max(lesson.ends_at for lesson in lessons)).date(),
        enrolment_opens_at=new.enrolment_opens_at,
        enrolment_closes_at=new.enrolment_closes_at,
        attendance_percent=new.attendance_percent,
        state=RunState.DRAFT,
        is_demo=new.is_demo,
    )


def _lesson(position: int, new: NewLesson) -> Lesson:
    return Lesson(
        position=position,
        title=new.title,
        title_en=new.title_en,
        starts_at=new.starts_at,
        ends_at=new.ends_at,
        room=new.room,
        room_en=new.room_en,
        is_online=new.is_online,
        instructor_id=new.instructor.id,
    )


def _assessment(position: int, new: NewAssessment) -> Assessment:
    return Assessment(
        position=position,
        title=new.title,
        title_en=new.title_en,
        weight_percent=new.weight_percent,
        max_mark=new.max_mark,
        pass_mark=new.pass_mark,
    )
