"""The classes of the assistants' cohorts, and the one on its way to the next exam.

The social workers' own of 2025 and 2026 are among the other classes.
"""

from datetime import timedelta

import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.courses.enrolments.operations import enrol_many
from college.courses.runs.models import CourseRun
from college.demo import classes, exam_years, staff, teaching
from college.demo.cast import actor
from college.demo.courses import MORNING, at
from college.people.persons.models import Person

ALONE = 6  # of so many members one prepares without the class
MISSED = 5  # of so many in the class one missed a lesson too many
# who has not passed: of the cohorts of 2025 and 2026 by place, and an assistant of the banners
FAILED_2025 = slice(10, 18)
FAILED_2026 = (11, 12, 15, 17, *range(18, 29))
ASSISTANTS, OF_BANNERS = (0, 2, 5, 7, 9), -14


def are_there() -> bool:
    code = CourseRun.code == classes.of_assistants(max(classes.ASSISTANTS_FROM)).code
    return bool(db.session.scalar(sa.select(sa.exists().where(code))))


def build() -> None:
    for year in classes.ASSISTANTS_FROM:
        _teach(year)
    _open_next()


def who_prepares() -> list[Person]:
    """For the exam ahead: most have tried before, some hold the level below."""
    workers = staff.of_tongliao()
    holders, later = workers[staff.HOLDERS], workers[staff.COHORT_2026]
    return [
        *workers[staff.COHORT_2025][FAILED_2025],
        *(later[place] for place in FAILED_2026),
        *(holders[place] for place in ASSISTANTS),
        exam_years.community_workers()[OF_BANNERS],
    ]


def _teach(year: int) -> None:
    plan, people = classes.of_assistants(year), exam_years.community_workers()
    members = exam_years.members_of(year)
    there = [people[place] for n, place in enumerate(members, start=1) if n % ALONE]
    lapses = dict.fromkeys(range(2, len(there), MISSED), teaching.MISSED_ONE)
    teaching.hold(plan, there, lapses)
    teaching.close(plan, days_later=2)


def _open_next() -> None:
    """One seat is left; the lesson of yesterday waits for attendance, that of today is next."""
    plan = classes.exam_ahead()
    with clock.put_at(at(plan.days[0] - timedelta(days=14), MORNING.begins)):
        enrol_many(actor("chen"), teaching.publish(plan), who_prepares())
