"""A class that is on, half marked, with two instructors; and one that is over and can be closed."""

from datetime import timedelta
from decimal import Decimal

import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.roles import SYSTEM, Role
from college.courses.attendance.models import AttendanceStatus
from college.courses.attendance.operations import mark_all_present, mark_attendance
from college.courses.catalogue.models import Category
from college.courses.enrolments.models import Enrolment
from college.courses.enrolments.operations import enrol_many
from college.courses.grades.operations import enter_mark
from college.courses.runs.models import Assessment, CourseRun, Lesson
from college.people.accounts.operations import open_account
from college.people.accounts.passwords import hashed
from college.people.persons.models import Person
from college.people.persons.operations import NewPerson, record_person
from college.people.roles.operations import grant_role
from tests.playgrounds.courses import course, planned


def teaching(cast: dict[str, Person]) -> None:
    bao = record_person(SYSTEM, NewPerson(full_name="包志强", is_demo=True))
    open_account(SYSTEM, bao, login="bao", password_hash=hashed("college-demo"))
    grant_role(SYSTEM, bao, role=Role.INSTRUCTOR, from_on=clock.today())
    run = over(cast)
    db.session.refresh(run, ["instructors"])
    run.instructors.append(bao)
    db.session.flush()
    lessons = db.session.scalars(
        sa.select(Lesson).where(Lesson.run_id == run.id).order_by(Lesson.position)
    ).all()
    people = db.session.scalars(
        sa.select(Enrolment).where(Enrolment.run_id == run.id).order_by(Enrolment.id)
    ).all()
    mark_attendance(SYSTEM, lessons[0], people[0], status=AttendanceStatus.LATE, minutes_late=15)
    for lesson in lessons[:4]:
        mark_attendance(SYSTEM, lesson, people[2], status=AttendanceStatus.ABSENT)
    mark_attendance(
        SYSTEM, lessons[1], people[1], status=AttendanceStatus.ON_LEAVE, reason="站里有走访任务"
    )
    for lesson in lessons[:5]:
        mark_all_present(SYSTEM, lesson)
    exams = db.session.scalars(sa.select(Assessment).where(Assessment.run_id == run.id)).all()
    for n, enrolment in enumerate(people):
        for exam in exams:
            if (n, exam.position) != (4, 2):
                value = Decimal(57 + (n * 7 + exam.position * 5) % 40)
                enter_mark(SYSTEM, exam, enrolment, value=value)
    db.session.commit()


def over(cast: dict[str, Person]) -> CourseRun:
    casework = course("GA-1", "个案工作入门", "First steps in casework", Category.PRACTICE)
    run = planned(cast, casework, "个案工作实务班（第2期）", "Casework class 2",
                  code="GA-2", seats=12, days=-9)  # fmt: skip
    names = ("阿木古楞", "白晓燕", "陈志远", "娜仁", "苏和", "王秀英", "乌日娜", "张建国")
    people = [record_person(SYSTEM, NewPerson(full_name=name, is_demo=True)) for name in names]
    closes_at = run.enrolment_closes_at
    run.enrolment_closes_at = clock.now() + timedelta(minutes=5)
    enrol_many(SYSTEM, run, [*people, cast["lilei"], cast["sugeng"]])
    run.enrolment_closes_at = closes_at
    return run
