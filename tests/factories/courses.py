"""Courses, runs with a timetable, enrolments: dull but valid."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from college.core import clock
from college.core.roles import Role
from college.courses.catalogue.models import Category, Course
from college.courses.enrolments.models import Enrolment, EnrolmentState
from college.courses.runs.models import Assessment, CourseRun, Lesson, RunState
from college.people.persons.models import Person
from tests.factories import make_person, saved

_numbers = count(1)


def make_course(**over: Any) -> Course:
    usual = {
        "code": f"C-{next(_numbers)}",
        "title": "个案工作实务",
        "title_en": "Casework in practice",
        "category": Category.PRACTICE,
        "minutes": 300,
    }
    return saved(Course(**usual | over))


def make_run(course: Course | None = None, *, lessons: int = 2, **over: Any) -> CourseRun:
    """An open class with `lessons` of 150 minutes, one a day at 9:00, beginning in ten days.

    `begins` says the first lesson's moment; `instructors` are 韩梅梅 alone unless given.
    """
    begins = over.pop("begins", None) or morning(10)
    instructors = over.pop("instructors", None) or [
        make_person(Role.INSTRUCTOR, full_name="韩梅梅")
    ]
    last = begins + timedelta(days=max(lessons - 1, 0))
    usual = {
        "course_id": (course or make_course()).id,
        "code": f"R-{next(_numbers)}",
        "title": "个案工作实务班",
        "title_en": "Casework class",
        "place": "学院",
        "place_en": "College",
        "seats": 30,
        "state": RunState.OPEN,
        "starts_on": clock.local(begins).date(),
        "ends_on": clock.local(last).date(),
        "enrolment_opens_at": clock.now() - timedelta(days=7),
        "enrolment_closes_at": clock.now() + timedelta(days=7),
    }
    run = saved(CourseRun(**usual | over, instructors=instructors))
    for number in range(lessons):
        make_lesson(run, instructors[0], number + 1, begins + timedelta(days=number))
    return run


def make_lesson(
    run: CourseRun, instructor: Person, position: int, starts_at: datetime, **over: Any
) -> Lesson:
    usual = {
        "title": f"第{position}讲",
        "title_en": f"Lesson {position}",
        "ends_at": starts_at + timedelta(minutes=150),
        "room": "302教室",
        "room_en": "Room 302",
    }
    same = {"run_id": run.id, "instructor_id": instructor.id, "position": position}
    return saved(Lesson(starts_at=starts_at, **same | usual | over))


def make_assessment(run: CourseRun, position: int = 1, **over: Any) -> Assessment:
    usual = {"title": "模拟考试", "title_en": "Mock exam", "weight_percent": 100}
    return saved(Assessment(run_id=run.id, position=position, **usual | over))


def make_enrolment(run: CourseRun, person: Person | None = None, **over: Any) -> Enrolment:
    usual = {"state": EnrolmentState.ENROLLED}
    person = person or make_person()
    return saved(Enrolment(run_id=run.id, person_id=person.id, **usual | over))


def morning(days: int) -> datetime:
    """9:00 in Tongliao, so many days from now."""
    day = clock.local(clock.now()) + timedelta(days=days)
    return day.replace(hour=9, minute=0, second=0, microsecond=0)
