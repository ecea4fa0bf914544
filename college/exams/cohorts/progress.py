"""How far the members of cohorts came: each stage is one plain query that is its definition."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.text import say
from college.courses.enrolments.models import Enrolment, EnrolmentState
from college.exams.candidacies.queries import papers_of
from college.exams.cohorts.models import CohortMember, ExamCohort, cohort_run
from college.exams.cycles.models import ExamCycle
from college.exams.pass_rules.models import PassRule, Subject
from college.exams.results.models import Result, ResultStatus, Verdict
from college.people.qualifications.models import Level, Qualification

ENROLLED = (
    EnrolmentState.ENROLLED,
    EnrolmentState.COMPLETED,
    EnrolmentState.NOT_COMPLETED,
)
COHORTS: sa.BindParameter[Any] = sa.bindparam("cohorts", expanding=True)
Members = sa.Select[int, int]  # cohort and person


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """Persons of a cohort: in it now, and who of them reached which stage, as `reaching` says."""

    members: int = 0
    enrolled: int = 0
    trained: int = 0
    sat: int = 0
    comprehensive: int = 0
    practice: int = 0
    law_and_policy: int = 0
    passed: int = 0
    qualified: int = 0

    def at(self, stage: "Stage") -> int:
        reached: int = getattr(self, stage.value)
        return reached


class Stage(StrEnum):
    """What members reached after they joined, in the order in which they come."""

    ENROLLED = "enrolled"
    TRAINED = "trained"
    SAT = "sat"
    COMPREHENSIVE = "comprehensive"
    PRACTICE = "practice"
    LAW_AND_POLICY = "law_and_policy"
    PASSED = "passed"
    QUALIFIED = "qualified"

    @property
    def label(self) -> str:
        return {
            "enrolled": say("Enrolled"),
            "trained": say("Trained"),
            "sat": say("Sat the exam"),
            "comprehensive": say("Passed: comprehensive ability"),
            "practice": say("Passed: practice"),
            "law_and_policy": say("Passed: law and policy"),
            "passed": say("Passed"),
            "qualified": say("Holds the qualification"),
        }[self]

    @property
    def paper(self) -> Subject | None:
        """The paper of which it is the pass."""
        return Subject(self.value) if self.value in list(Subject) else None


def stages_in(level: Level, year: int, known: Sequence[PassRule] | None = None) -> list[Stage]:
    """Those that a level has in a year: a pass for each of its papers, and all the others."""
    papers = papers_of(level, year, known)
    return [stage for stage in Stage if stage.paper is None or stage.paper in papers]


@dataclass(frozen=True, slots=True)
class Stages:
    """Which members reached a stage, by person id."""

    reached: Mapping[Stage, frozenset[int]]

    def at(self, stage: Stage) -> frozenset[int]:
        return self.reached[stage]


def funnels(cohort_ids: Collection[int]) -> dict[int, Funnel]:
    """How many came how far, for many cohorts with one statement."""
    counted = db.session.execute(_funnels(), {"cohorts": list(cohort_ids)})
    return {
        row.id: Funnel(**{name: row._mapping[name] for name in Funnel.__dataclass_fields__})
        for row in counted
    }


@cache
def _funnels() -> sa.Select[Any]:
    """Made once: making it costs more than its answer."""
    everybody = {"members": members(), **{stage.value: reaching(stage) for stage in Stage}}
    stages = {name: _counted(chosen) for name, chosen in everybody.items()}
    columns = [sa.func.coalesce(stage.c.persons, 0).label(name) for name, stage in stages.items()]
    ids: sa.Select[Any] = sa.select(ExamCohort.id)
    chosen = ids.add_columns(*columns).where(ExamCohort.id.in_(COHORTS))
    for stage in stages.values():
        chosen = chosen.outerjoin(stage, stage.c.cohort_id == ExamCohort.id)
    return chosen


def funnel(cohort: ExamCohort) -> Funnel:
    return funnels([cohort.id])[cohort.id]


def stages_of(cohort: ExamCohort) -> Stages:
    """The members of one cohort who reached each stage."""
    asked = {"cohorts": [cohort.id]}
    return Stages(
        {
            stage: frozenset(row.person_id for row in db.session.execute(reaching(stage), asked))
            for stage in Stage
        }
    )


def members() -> Members:
    """Who is in the "cohorts" now: cohort and person, each once. All stages are of these."""
    return (
        sa.select(CohortMember.cohort_id, CohortMember.person_id)
        .where(CohortMember.cohort_id.in_(COHORTS), CohortMember.left_on.is_(None))
        .distinct()
    )


def reaching(stage: Stage) -> Members:
    """The members who reached a stage: the one definition behind every number and every list.

    Enrolled: with a seat in a class of the cohort. Trained: completed one. Sat: wrote a paper of
    the level in the exam of the cohort. Passed a paper: by the verdict on it in that exam. Passed:
    earned the level with that exam; a senior, who passed the paper, which is a statement and no
    title. Holds the qualification: on record for that level by that exam, approved by today; of a
    senior that is the title, granted after the review.
    """
    if stage in IN_CLASSES:
        return _in_classes(IN_CLASSES[stage])
    if stage is Stage.SAT:
        return _with_results(Result.status == ResultStatus.SAT)
    if stage.paper is not None:
        return _with_results((Result.subject == stage.paper) & (Result.verdict == Verdict.PASSED))
    if stage is Stage.PASSED:
        return _of_exam().where(_earned() | _stated())
    return _of_exam().where(
        _earned(
            Qualification.approved_on <= sa.bindparam("today", callable_=clock.today, type_=sa.Date)
        )
    )


IN_CLASSES: Mapping[Stage, Collection[EnrolmentState]] = {
    Stage.ENROLLED: ENROLLED,
    Stage.TRAINED: (EnrolmentState.COMPLETED,),
}


def _in_classes(states: Collection[EnrolmentState]) -> Members:
    """Those with an enrolment, in one of `states`, in a class of the cohort."""
    of_cohort = cohort_run.c.cohort_id == CohortMember.cohort_id
    return (
        members()
        .join(cohort_run, of_cohort)
        .join(Enrolment, Enrolment.run_id == cohort_run.c.run_id)
        .where(Enrolment.person_id == CohortMember.person_id, Enrolment.state.in_(states))
    )


def _with_results(wanted: sa.ColumnElement[bool]) -> Members:
    """Those with a current result of the cohort's level in its cycle that is as `wanted`."""
    same = (Result.cycle_id == ExamCohort.cycle_id) & (Result.level == ExamCohort.level)
    return (
        members()
        .join(ExamCohort, ExamCohort.id == CohortMember.cohort_id)
        .join(Result, (Result.person_id == CohortMember.person_id) & same)
        .where(Result.superseded_by_id.is_(None), wanted)
    )


def _of_exam() -> Members:
    return (
        members()
        .join(ExamCohort, ExamCohort.id == CohortMember.cohort_id)
        .join(ExamCycle, ExamCycle.id == ExamCohort.cycle_id)
    )


def _earned(*wanted: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        Qualification.person_id == CohortMember.person_id,
        Qualification.level == ExamCohort.level,
        Qualification.exam_year == ExamCycle.year,
        Qualification.known(),
        *wanted,
    )


def _stated() -> sa.ColumnElement[bool]:
    """A senior's pass is a statement and makes no Qualification; the senior exam is one paper."""
    return sa.exists().where(
        Result.person_id == CohortMember.person_id,
        Result.cycle_id == ExamCohort.cycle_id,
        Result.level == Level.SENIOR,
        ExamCohort.level == Level.SENIOR,
        Result.verdict == Verdict.PASSED,
        Result.superseded_by_id.is_(None),
    )


def _counted(chosen: Members) -> sa.Subquery:
    found = chosen.subquery()
    counted = sa.select(found.c.cohort_id, sa.func.count().label("persons"))
    return counted.group_by(found.c.cohort_id).subquery()
