"""The plans of the cohorts: two whose exam is over, and one on its way, where some fall behind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.demo import cast, classes, exam_classes
from college.demo.courses import MORNING, at
from college.demo.exams import COHORT_2025, COHORT_2026, cycle
from college.demo.teaching import run
from college.exams.cohorts.models import CohortMember, CohortMilestone, ExamCohort, MilestoneKind
from college.exams.cohorts.operations import NewCohort, add_members, form_cohort
from college.exams.cohorts.planning import NewMilestone, add_milestone, check_off, take_dates
from college.people.qualifications.models import Level

FORMED_DAYS_AGO = 20


@dataclass(frozen=True, slots=True)
class Own:
    """A milestone of the college's own: due so many days ago, done by so many of the members."""

    title: str
    title_en: str
    days_ago: int
    done_by: int


OWN = (
    Own("已交学习计划", "Study plan handed in", 12, 28),
    Own("已完成摸底测试", "First self-test done", 4, 26),
    Own("已与班主任谈话", "Talked with the tutor", -9, 6),
)


def are_there() -> bool:
    return bool(db.session.scalar(sa.select(sa.exists().where(CohortMilestone.id > 0))))


def build() -> None:
    chen = cast.actor("chen")
    for code in (COHORT_2025, COHORT_2026):
        take_dates(chen, _cohort(code))
    with clock.put_at(at(clock.today() - timedelta(days=FORMED_DAYS_AGO), MORNING.begins)):
        cohort = _form()
        # 李雷 waits for his result and goes on preparing; the last seat of the class is his
        people = [cast.person("lilei"), *exam_classes.who_prepares()]
        members = add_members(chen, cohort, people)
    for own in OWN:
        _plan(cohort, own, members)


def _form() -> ExamCohort:
    """For the exam ahead, whose days are not announced yet."""
    year = classes.year_ahead()
    new = NewCohort(
        code=f"KQ-{year}-SW",
        name=f"{year}年社会工作师备考班",
        name_en=f"Social Worker exam cohort {year}",
        level=Level.SOCIAL_WORKER,
        cycle=cycle(year),
        tutor=cast.person("hanmeimei"),
        runs=[run(classes.exam_ahead().code)],
        is_demo=True,
        is_planned=True,
    )
    return form_cohort(cast.actor("chen"), new)


def _plan(cohort: ExamCohort, own: Own, members: Sequence[CohortMember]) -> None:
    tutor, due_on = cast.actor("hanmeimei"), clock.today() - timedelta(days=own.days_ago)
    new = NewMilestone(
        kind=MilestoneKind.OWN, due_on=due_on, title=own.title, title_en=own.title_en
    )
    with clock.put_at(at(clock.today() - timedelta(days=FORMED_DAYS_AGO - 1), MORNING.begins)):
        milestone = add_milestone(tutor, cohort, new)
    done_on = min(due_on, clock.today() - timedelta(days=1))
    with clock.put_at(at(done_on, MORNING.begins)):
        check_off(tutor, milestone, [one.id for one in members[: own.done_by]], on=done_on)


def _cohort(code: str) -> ExamCohort:
    return db.session.scalars(sa.select(ExamCohort).where(ExamCohort.code == code)).one()
