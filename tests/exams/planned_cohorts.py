"""Cohorts on the way to an exam in sixty days, for the tests of their plans."""

from collections.abc import Mapping
from datetime import date, timedelta

from college.core import clock
from college.core.db import db
from college.core.roles import SYSTEM
from college.courses.attendance.models import AttendanceRecord, AttendanceStatus
from college.courses.enrolments.models import Enrolment
from college.courses.runs.models import Lesson
from college.exams.cohorts.boards import board
from college.exams.cohorts.models import (
    CohortMember,
    CohortMilestone,
    ExamCohort,
    MilestoneKind,
)
from college.exams.cohorts.planning import (
    NewMilestone,
    add_milestone,
)
from college.exams.cycles.models import ExamCycle
from tests.factories import saved
from tests.factories.exams import make_cohort, make_cycle

K = MilestoneKind


def make_exam() -> ExamCycle:
    """An exam in sixty days, with all its dates."""
    return make_cycle(
        in_days(60).year,
        registration_from_on=in_days(-30),
        registration_to_on=in_days(10),
        payment_to_on=in_days(12),
        tickets_from_on=in_days(50),
        tickets_to_on=in_days(58),
        exam_from_on=in_days(60),
        exam_to_on=in_days(61),
        scores_on=None,
    )


def in_days(days: int) -> date:
    return clock.today() + timedelta(days=days)


def planned(cohort, kind: K, days: int, **over) -> CohortMilestone:
    new = NewMilestone(kind=kind, due_on=in_days(days), **over)
    made = add_milestone(SYSTEM, cohort, new)
    db.session.commit()
    return made


def joined(cohort, days: int) -> None:
    for member in db.session.query(CohortMember).filter_by(cohort_id=cohort.id):
        member.joined_on = in_days(days)
    db.session.commit()


def cohort_of(cycle, *members, **over) -> ExamCohort:
    cohort = make_cohort(cycle, members=members, **over)
    joined(cohort, -90)
    return cohort


def check(cohort):
    """Of a cohort with one member and one milestone."""
    (line,) = board(cohort).lines
    (only,) = line.standing.checks
    return only


def attend(enrolment: Enrolment, minutes: Mapping[Lesson, int]) -> None:
    """Keep the register of some lessons for one trainee."""
    for lesson, some in minutes.items():
        facts = {"status": AttendanceStatus.PRESENT, "minutes": some}
        saved(AttendanceRecord(lesson_id=lesson.id, enrolment_id=enrolment.id, **facts))
