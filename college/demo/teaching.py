"""The classes of the demo college: over, on, to come; each taught by the people whose job it is.

What lies in the past is done on its day: the clock is put there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from random import Random

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from college.core import clock
from college.core.db import db
from college.courses.attendance.models import AttendanceStatus
from college.courses.attendance.operations import mark_all_present, mark_attendance
from college.courses.catalogue.models import Course
from college.courses.catalogue.operations import add_course
from college.courses.completion.operations import close_run
from college.courses.enrolments.models import Enrolment, EnrolmentState
from college.courses.enrolments.operations import enrol, enrol_many
from college.courses.grades.operations import enter_mark
from college.courses.runs.models import CourseRun, Lesson
from college.courses.runs.operations import NewLesson, NewRun, open_run, plan_run
from college.demo import classes, courses, staff
from college.demo.cast import TOOK_OVER_ON, actor, named, person
from college.demo.classes import Plan
from college.demo.courses import EVENING, MORNING, at
from college.demo.names import TELLING_NAMES
from college.people.persons.models import Person

IN_CLASS_2025 = 13


@dataclass(frozen=True, slots=True)
class Lapse:
    """How somebody did not simply come, in the lesson of this place in the timetable."""

    lesson: int
    status: AttendanceStatus
    minutes_late: int | None = None
    reason: str = ""


A = AttendanceStatus
ILL, AT_WORK = "病假", "站里值班"
MISSED_TWO = (Lapse(1, A.ABSENT), Lapse(2, A.ON_LEAVE, reason=ILL))
MISSED_THREE = (Lapse(0, A.ABSENT), *MISSED_TWO)
CAME_LATE = (Lapse(0, A.LATE, 15),)
MISSED_ONE = (Lapse(3, A.ON_LEAVE, reason=AT_WORK),)


def is_there() -> bool:
    return bool(db.session.scalar(sa.select(sa.exists().where(CourseRun.is_demo))))


def build() -> None:
    with clock.put_at(at(TOOK_OVER_ON, MORNING.begins)):
        for new in courses.COURSES:
            add_course(actor("chen"), new)
    _teach_2025()
    _teach_2026()
    _teach_casework()
    _teach_group_work()
    _open_others()


def run(code: str) -> CourseRun:
    """A class with its lessons and assessments."""
    parts = (selectinload(CourseRun.lessons), selectinload(CourseRun.assessments))
    chosen = sa.select(CourseRun).where(CourseRun.code == code).options(*parts)
    return db.session.scalars(chosen.execution_options(populate_existing=True)).one()


def casework_trainees() -> list[Person]:
    """李雷, those whose names test a printer, and some of every cohort."""
    others = staff.of_tongliao()
    telling = [named(name) for name in TELLING_NAMES]
    return [person("lilei"), *telling, *others[2:5], *others[20:24]]


def _teach_2025() -> None:
    """The class of the cohort of 2025, for most of it; four people did not complete."""
    plan, people = classes.exam_2025(), staff.of_tongliao()[staff.COHORT_2025]
    lapses = {2: MISSED_TWO, 5: CAME_LATE, 9: MISSED_THREE, 12: CAME_LATE}
    hold(plan, people[:IN_CLASS_2025], lapses)
    _mark(plan, {7: (45, 52), 9: (61, None), 11: (58, 74)})
    close(plan, days_later=3, accept_missing=True)


def _teach_2026() -> None:
    """The class of the cohort of 2026, of whom every sixth missed too much."""
    plan, others = classes.exam_2026(), staff.of_tongliao()[staff.COHORT_2026]
    people = [person("lilei"), *others]
    hold(plan, people, dict.fromkeys(range(3, len(people), 6), MISSED_THREE))
    close(plan, days_later=2)


def _teach_casework() -> None:
    """Closed some days ago; its certificates wait for the administrator."""
    plan = classes.casework()
    hold(plan, casework_trainees(), {9: MISSED_TWO, 12: CAME_LATE})
    _mark(plan, {11: (82, 48)})
    close(plan, days_later=2)


def _teach_group_work() -> None:
    """Its lessons are over and three marks are missing: the instructor can close it."""
    plan, people = classes.group_work(), [person("lilei"), *staff.of_tongliao()[5:16]]
    hold(plan, people, {3: CAME_LATE, 6: MISSED_TWO})
    _mark(plan, {4: (None,), 7: (None,), 10: (None,)})


def _open_others() -> None:
    others = staff.of_tongliao()
    _fill(classes.child_protection(), others[14:29])  # three more than there are seats
    _fill(classes.law_update(), others[:15])
    _fill(classes.older_people(), others[30:38])
    publish(classes.supervision_skills())


def publish(plan: Plan) -> CourseRun:
    """Plan a class and open it, as the administrator does."""
    opens_on, closes_on = plan.window
    teacher, chen = named(plan.teacher), actor("chen")
    new = NewRun(
        course=db.session.scalars(sa.select(Course).where(Course.code == plan.course)).one(),
        code=plan.code,
        title=plan.title,
        title_en=plan.title_en,
        seats=plan.seats,
        place=courses.PLACE,
        place_en=courses.PLACE_EN,
        enrolment_opens_at=at(opens_on, MORNING.begins),
        enrolment_closes_at=at(closes_on, EVENING.begins),
        lessons=_lessons(plan, teacher),
        assessments=plan.assessments,
        instructors=[teacher],
        is_demo=True,
    )
    return open_run(chen, plan_run(chen, new))


def _lessons(plan: Plan, teacher: Person) -> list[NewLesson]:
    slot = plan.slot
    return [
        NewLesson(
            title=title,
            title_en=title_en,
            starts_at=at(day, slot.begins),
            ends_at=at(day, slot.begins) + timedelta(minutes=slot.minutes),
            room=slot.room,
            room_en=slot.room_en,
            is_online=slot.is_online,
            instructor=teacher,
        )
        for day, (title, title_en) in zip(plan.days, plan.titles, strict=True)
    ]


def _fill(plan: Plan, people: Sequence[Person]) -> None:
    """Publish a class and enrol people yesterday or earlier, one after the other."""
    opens_at = at(plan.window[0], MORNING.begins) + timedelta(hours=2)
    with clock.put_at(min(opens_at, clock.now())):
        opened = publish(plan)
        for each in people:
            enrol(actor("chen"), opened, each)


def hold(plan: Plan, people: Sequence[Person], lapses: Mapping[int, Sequence[Lapse]]) -> None:
    """Teach a class that is over: enrol `people` and keep its attendance, lesson by lesson."""
    with clock.put_at(at(plan.window[0], EVENING.begins)):
        enrol_many(actor("chen"), publish(plan), people)
    held, teacher = run(plan.code), actor("hanmeimei")
    seated = _seated(held)
    for place, lesson in enumerate(held.lessons):
        with clock.put_at(lesson.ends_at):
            for number, lapse in _of_lesson(place, lapses):
                _mark_lapse(lesson, seated[number], lapse)
            mark_all_present(teacher, lesson)


def _of_lesson(place: int, lapses: Mapping[int, Sequence[Lapse]]) -> list[tuple[int, Lapse]]:
    return [(n, lapse) for n, some in lapses.items() for lapse in some if lapse.lesson == place]


def _mark_lapse(lesson: Lesson, enrolment: Enrolment, lapse: Lapse) -> None:
    mark_attendance(
        actor("hanmeimei"),
        lesson,
        enrolment,
        status=lapse.status,
        minutes_late=lapse.minutes_late,
        reason=lapse.reason,
    )


def _mark(plan: Plan, low: Mapping[int, Sequence[int | None]]) -> None:
    """Enter everybody's marks: good ones, but those of `low` as given, None for not marked."""
    graded, teacher = run(plan.code), actor("hanmeimei")
    chance = Random(plan.code)  # noqa: S311 - the same marks at every load
    with clock.put_at(at(plan.days[-1], EVENING.begins)):
        for number, enrolment in enumerate(_seated(graded)):
            good = [chance.randint(62, 95) for _ in graded.assessments]
            for assessment, value in zip(graded.assessments, low.get(number, good), strict=True):
                if value is not None:
                    enter_mark(teacher, assessment, enrolment, value=Decimal(value))


def close(plan: Plan, *, days_later: int, accept_missing: bool = False) -> None:
    on = plan.days[-1] + timedelta(days=days_later)
    with clock.put_at(at(on, MORNING.begins)):
        close_run(actor("hanmeimei"), run(plan.code), accept_missing=accept_missing)


def _seated(held: CourseRun) -> Sequence[Enrolment]:
    """The enrolments of a class in the order of enrolling."""
    chosen = sa.select(Enrolment).options(joinedload(Enrolment.person))
    seated = (Enrolment.run_id == held.id) & (Enrolment.state == EnrolmentState.ENROLLED)
    return db.session.scalars(chosen.where(seated).order_by(Enrolment.id)).all()
