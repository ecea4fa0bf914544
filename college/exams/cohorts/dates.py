"""What the announced dates and the classes say of a cohort's plan, and where the plan differs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.text import Remark
from college.courses.runs.models import Assessment, CourseRun
from college.exams.cohorts.models import (
    CohortMilestone,
    ExamCohort,
    MilestoneKind,
    called,
    cohort_run,
)

K = MilestoneKind


@dataclass(frozen=True, slots=True)
class Proposed:
    """A milestone as the dates have it: what, and the last day for it."""

    kind: MilestoneKind
    due_on: date
    percent: int | None = None
    assessment: Assessment | None = None

    @property
    def what(self) -> str:
        return what(self.kind, percent=self.percent, assessment=self.assessment)

    @property
    def called(self) -> Remark:
        return called(self.kind, percent=self.percent, assessment=self.assessment)


@dataclass(frozen=True, slots=True)
class Difference:
    """A milestone whose announced day is another than it was, or before the plan's own."""

    milestone: CohortMilestone
    announced_on: date

    @property
    def moved_to(self) -> date:
        """The plan's day, moved as the announced one was; never after it."""
        lead = (self.milestone.follows_on or self.milestone.due_on) - self.milestone.due_on
        return min(self.announced_on, self.announced_on - lead)


@dataclass(frozen=True, slots=True)
class Comparison:
    """`missing` are the proposals that are not in the plan and were not taken out of it."""

    missing: Sequence[Proposed]
    differing: Sequence[Difference]

    @property
    def is_same(self) -> bool:
        return not self.missing and not self.differing


def what(
    kind: MilestoneKind,
    *,
    title: str = "",
    percent: int | None = None,
    assessment: Assessment | None = None,
) -> str:
    """In one text: a plan asks once for a share of attendance, a test, or something of its own."""
    told = {K.ATTENDED: percent, K.ASSESSED: assessment and assessment.id, K.OWN: title}
    return f"{kind}:{told[kind]}" if kind in told else kind.value


def proposals(cohort: ExamCohort) -> Sequence[Proposed]:
    """By the exam year and the classes, in the order of their days; what has no day is left out.

    Enrolled when the last class to enrol in closes; the attendance that a class asks for, halfway
    through it; its tests and its completion when it ends; the steps of the exam on their last days.
    """
    cycle = cohort.cycle
    steps = (
        (K.REGISTERED, cycle.registration_to_on),
        (K.PAID, cycle.payment_to_on),
        (K.TICKETED, cycle.tickets_to_on),
        (K.SAT, cycle.exam_to_on),
    )
    announced = [Proposed(kind, day) for kind, day in steps if day is not None]
    return sorted([*_of_classes(cohort), *announced], key=lambda one: one.due_on)


def compare(cohort: ExamCohort, plan: Sequence[CohortMilestone]) -> Comparison:
    """Hold a plan against what the dates say today."""
    said = {one.what: one for one in proposals(cohort)}
    held = {milestone.what: milestone for milestone in plan}
    gone = sa.select(CohortMilestone.what).where(
        CohortMilestone.cohort_id == cohort.id, CohortMilestone.removed_at.is_not(None)
    )
    known = held.keys() | set(db.session.scalars(gone))
    return Comparison(
        [one for name, one in said.items() if name not in known],
        [
            Difference(milestone, said[name].due_on)
            for name, milestone in held.items()
            if name in said and _differs(milestone, said[name].due_on)
        ],
    )


def announced_for(cohort: ExamCohort) -> Mapping[str, date]:
    """The announced day of each thing that a plan may ask for, by what it is."""
    return {one.what: one.due_on for one in proposals(cohort)}


def tests_of(cohort: ExamCohort) -> Sequence[Assessment]:
    """The tests of the classes of a cohort."""
    chosen = (
        sa.select(Assessment)
        .join(cohort_run, cohort_run.c.run_id == Assessment.run_id)
        .where(cohort_run.c.cohort_id == cohort.id)
        .order_by(Assessment.run_id, Assessment.position, Assessment.id)
    )
    return db.session.scalars(chosen).all()


def _differs(milestone: CohortMilestone, announced_on: date) -> bool:
    return milestone.follows_on != announced_on or milestone.due_on > announced_on


def _of_classes(cohort: ExamCohort) -> list[Proposed]:
    chosen = (
        sa.select(CourseRun)
        .join(cohort_run, cohort_run.c.run_id == CourseRun.id)
        .where(cohort_run.c.cohort_id == cohort.id)
        .order_by(CourseRun.id)
    )
    runs = {run.id: run for run in db.session.scalars(chosen)}
    if not runs:
        return []
    closing = max(clock.local(run.enrolment_closes_at).date() for run in runs.values())
    last = max(runs.values(), key=lambda run: run.ends_on)
    halfway = last.starts_on + (last.ends_on - last.starts_on) / 2
    found = [Proposed(K.ENROLLED, closing), Proposed(K.COMPLETED, last.ends_on)]
    if last.attendance_percent:
        found.append(Proposed(K.ATTENDED, halfway, percent=last.attendance_percent))
    tests = tests_of(cohort)
    found += [Proposed(K.ASSESSED, runs[test.run_id].ends_on, assessment=test) for test in tests]
    last_day = cohort.cycle.exam_to_on  # a class may go on after the exam of one of its cohorts
    return [one for one in found if last_day is None or one.due_on <= last_day]
