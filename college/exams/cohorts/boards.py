"""Where everybody of a cohort stands in its plan: the facts, gathered for all of them at once."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.courses.attendance.models import AttendanceRecord
from college.courses.enrolments.models import IN_CLASS, Enrolment, EnrolmentState
from college.courses.grades.models import Mark
from college.courses.runs.models import Lesson
from college.exams.candidacies.models import Candidacy, CandidacyStep
from college.exams.cohorts.models import (
    CohortMember,
    CohortMilestone,
    ExamCohort,
    MilestoneKind,
    MilestoneTick,
    cohort_run,
)
from college.exams.cohorts.verdicts import STEPS, Facts, Stand, Standing, verdict
from college.exams.results.models import Result, ResultStatus
from college.people.persons.models import Person

Key = tuple[int, int]  # cohort and person


@dataclass(frozen=True, slots=True)
class Line:
    member_id: int
    person_id: int
    name: str
    standing: Standing


@dataclass(frozen=True)
class Board:
    """A cohort's plan in the order of its days, and its members, who falls behind longest first."""

    cohort: ExamCohort
    plan: Sequence[CohortMilestone]
    lines: Sequence[Line]
    is_over: bool

    @cached_property
    def behind(self) -> Sequence[Line]:
        return [line for line in self.lines if line.standing.is_behind]

    @cached_property
    def met(self) -> Mapping[int, int]:
        """How many have met each milestone, by its id."""
        return {
            m.id: sum(line.standing.checks[at].stand is Stand.MET for line in self.lines)
            for at, m in enumerate(self.plan)
        }

    @cached_property
    def overdue(self) -> Mapping[int, int]:
        """How many are late with each milestone, by its id."""
        return {
            m.id: sum(line.standing.checks[at].is_overdue for line in self.lines)
            for at, m in enumerate(self.plan)
        }

    def without(self, milestone: CohortMilestone) -> Sequence[Line]:
        """The members who have not met a milestone of the plan."""
        at = [m.id for m in self.plan].index(milestone.id)
        return [x for x in self.lines if x.standing.checks[at].stand is not Stand.MET]

    @property
    def next_milestone(self) -> CohortMilestone | None:
        """The one that is due next and that somebody has still to meet."""
        today = clock.today()
        ahead = (m for m in self.plan if m.due_on >= today and self.met[m.id] < len(self.lines))
        return next(ahead, None)


def board(cohort: ExamCohort, *, person_id: int | None = None) -> Board:
    """Of one cohort; with `person_id`, of that member alone."""
    return boards([cohort], person_id=person_id)[cohort.id]


def boards(cohorts: Sequence[ExamCohort], *, person_id: int | None = None) -> dict[int, Board]:
    """Of many, in as many statements for ten members as for a thousand."""
    if not cohorts:
        return {}
    ids, today = [cohort.id for cohort in cohorts], clock.today()
    plans: dict[int, list[CohortMilestone]] = defaultdict(list)
    for milestone in db.session.scalars(_plans(ids)):
        plans[milestone.cohort_id].append(milestone)
    members = db.session.execute(_members(ids, person_id)).all()
    gathered = _Gathered(ids, [m for plan in plans.values() for m in plan])
    lines: dict[int, list[Line]] = defaultdict(list)
    over = {cohort.id: cohort.is_over(today) for cohort in cohorts}
    for member in members:
        facts = gathered.facts(member.cohort_id, member.person_id, member.joined_on)
        plan, is_over = plans[member.cohort_id], over[member.cohort_id]
        standing = verdict(plan, facts, today, is_over=is_over)
        line = Line(member.id, member.person_id, member.full_name, standing)
        lines[member.cohort_id].append(line)
    return {c.id: Board(c, plans[c.id], _worst_first(lines[c.id]), over[c.id]) for c in cohorts}


def plan_of(cohort: ExamCohort) -> Sequence[CohortMilestone]:
    return db.session.scalars(_plans([cohort.id])).all()


def _worst_first(lines: Sequence[Line]) -> Sequence[Line]:
    """They come in the order of names, which stands among equals."""
    return sorted(lines, key=lambda x: (-x.standing.days_behind, -len(x.standing.overdue)))


def _plans(cohort_ids: Collection[int]) -> sa.Select[CohortMilestone]:
    in_force = CohortMilestone.cohort_id.in_(cohort_ids) & CohortMilestone.removed_at.is_(None)
    chosen = sa.select(CohortMilestone).where(in_force)
    return chosen.order_by(CohortMilestone.due_on, CohortMilestone.id)


def _members(cohort_ids: Collection[int], person_id: int | None) -> sa.Select[Any]:
    asked: Sequence[Any] = (
        CohortMember.id,
        CohortMember.cohort_id,
        CohortMember.person_id,
        CohortMember.joined_on,
        Person.full_name,
    )
    here = CohortMember.cohort_id.in_(cohort_ids) & CohortMember.left_on.is_(None)
    by_name = sa.select(*asked).join(CohortMember.person).where(here)
    chosen = by_name.order_by(Person.sort_key, Person.id)
    return chosen if person_id is None else chosen.where(CohortMember.person_id == person_id)


class _Gathered:
    """What the plans ask for, read once for all members; what no plan asks for is not read."""

    def __init__(self, cohort_ids: Collection[int], plans: Sequence[CohortMilestone]) -> None:
        kinds = {milestone.kind for milestone in plans}
        self.ids = cohort_ids
        self.states: dict[Key, list[EnrolmentState]] = defaultdict(list)
        self.held: dict[Key, int] = defaultdict(int)
        self.attended: dict[Key, int] = defaultdict(int)
        self.steps: dict[Key, CandidacyStep] = {}
        self.sat: dict[Key, bool] = {}  # whether, of whoever has a result
        self.marks: dict[int, dict[int, Decimal]] = defaultdict(dict)  # by person
        self.ticked: dict[Key, dict[int, date]] = defaultdict(dict)
        if kinds & {MilestoneKind.ENROLLED, MilestoneKind.COMPLETED, MilestoneKind.ATTENDED}:
            self._read_classes(MilestoneKind.ATTENDED in kinds)
        if kinds & STEPS.keys():
            self._read_exam()
        if MilestoneKind.ASSESSED in kinds:
            self._read_marks({m.assessment_id for m in plans if m.assessment_id is not None})
        if MilestoneKind.OWN in kinds:
            self._read_ticks()
        self.marked = {number for marks in self.marks.values() for number in marks}

    def facts(self, cohort_id: int, person_id: int, joined_on: date) -> Facts:
        key = cohort_id, person_id
        return Facts(
            joined_on=joined_on,
            states=self.states.get(key, ()),
            minutes_held=self.held.get(key, 0),
            minutes_attended=self.attended.get(key, 0),
            step=self.steps.get(key),
            has_result=key in self.sat,
            has_sat=self.sat.get(key, False),
            marks=self.marks.get(person_id, {}),
            marked=self.marked,
            ticked=self.ticked.get(key, {}),
        )

    def _read_classes(self, with_minutes: bool) -> None:
        chosen = (
            sa.select(
                cohort_run.c.cohort_id,
                Enrolment.id,
                Enrolment.person_id,
                Enrolment.run_id,
                Enrolment.state,
            )
            .join(cohort_run, cohort_run.c.run_id == Enrolment.run_id)
            .where(cohort_run.c.cohort_id.in_(self.ids), Enrolment.state.in_(IN_CLASS))
        )
        held, attended = (self._minutes_held(), self._attended()) if with_minutes else ({}, {})
        for row in db.session.execute(chosen):
            key = row.cohort_id, row.person_id
            self.states[key].append(row.state)
            self.held[key] += held.get(row.run_id, 0)
            self.attended[key] += attended.get(row.id, 0)

    def _classes(self) -> sa.Select[int]:
        return sa.select(cohort_run.c.run_id).where(cohort_run.c.cohort_id.in_(self.ids))

    def _minutes_held(self) -> dict[int, int]:
        kept = sa.exists().where(AttendanceRecord.lesson_id == Lesson.id)
        held: dict[int, int] = defaultdict(int)
        chosen = sa.select(Lesson).where(
            Lesson.run_id.in_(self._classes()), Lesson.starts_at <= clock.now(), kept
        )
        for lesson in db.session.scalars(chosen):
            held[lesson.run_id] += lesson.minutes
        return held

    def _attended(self) -> dict[int, int]:
        chosen = (
            sa.select(AttendanceRecord.enrolment_id, sa.func.sum(AttendanceRecord.minutes))
            .join(AttendanceRecord.lesson)
            .where(Lesson.run_id.in_(self._classes()), Lesson.starts_at <= clock.now())
            .group_by(AttendanceRecord.enrolment_id)
        )
        return {row[0]: int(row[1]) for row in db.session.execute(chosen)}

    def _read_exam(self) -> None:
        """The way of each member to the exam of the cohort, and whether a result came of it."""
        same = (Candidacy.cycle_id == ExamCohort.cycle_id) & (Candidacy.level == ExamCohort.level)
        ways = sa.select(ExamCohort.id, Candidacy.person_id, Candidacy.state).join(Candidacy, same)
        for row in db.session.execute(
            ways.where(ExamCohort.id.in_(self.ids), self._member_of(Candidacy))
        ):
            self.steps[row.id, row.person_id] = row.state
        same = (Result.cycle_id == ExamCohort.cycle_id) & (Result.level == ExamCohort.level)
        results = sa.select(ExamCohort.id, Result.person_id, Result.status).join(Result, same)
        current = ExamCohort.id.in_(self.ids) & Result.superseded_by_id.is_(None)
        of_members = results.where(current, self._member_of(Result)).distinct()
        for cohort_id, person_id, status in db.session.execute(of_members):
            key = cohort_id, person_id
            self.sat[key] = self.sat.get(key, False) or status == ResultStatus.SAT

    def _member_of(self, model: type[Candidacy | Result]) -> sa.ColumnElement[bool]:
        return sa.exists().where(
            CohortMember.cohort_id == ExamCohort.id, CohortMember.person_id == model.person_id
        )

    def _read_marks(self, assessment_ids: Collection[int]) -> None:
        chosen = (
            sa.select(Enrolment.person_id, Mark.assessment_id, Mark.value)
            .join(Mark.enrolment)
            .where(Mark.assessment_id.in_(assessment_ids), Mark.value.is_not(None))
        )
        for row in db.session.execute(chosen):
            self.marks[row.person_id][row.assessment_id] = row.value

    def _read_ticks(self) -> None:
        chosen = (
            sa.select(
                CohortMember.cohort_id,
                CohortMember.person_id,
                MilestoneTick.milestone_id,
                MilestoneTick.on,
            )
            .join(MilestoneTick.member)
            .where(CohortMember.cohort_id.in_(self.ids), MilestoneTick.taken_back_at.is_(None))
        )
        for row in db.session.execute(chosen):
            self.ticked[row.cohort_id, row.person_id][row.milestone_id] = row.on
