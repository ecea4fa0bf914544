"""How far the members of cohorts came: each stage is one plain query that is its definition."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

import sqlalchemy as sa

from college.core.db import db
from college.core.text import say
from college.courses.enrolments.models import Enrolment, EnrolmentState
from college.exams.cohorts.models import CohortMember, ExamCohort, cohort_run
from college.exams.cycles.models import ExamCycle
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
    """Persons of a cohort: in it now, in a class of it, through the class, at the exam, passed."""

    members: int = 0
    enrolled: int = 0
    trained: int = 0
    sat: int = 0
    passed: int = 0


class Stage(StrEnum):
    """What members reached after they joined."""

    ENROLLED = "enrolled"
    TRAINED = "trained"
    SAT = "sat"
    PASSED = "passed"

    @property
    def label(self) -> str:
        return {
            "enrolled": say("Enrolled"),
            "trained": say("Trained"),
            "sat": say("Sat the exam"),
            "passed": say("Passed"),
        }[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """Which members reached a stage, by person id."""

    enrolled: frozenset[int]
    trained: frozenset[int]
    sat: frozenset[int]
    passed: frozenset[int]

    def at(self, stage: Stage) -> frozenset[int]:
        return {
            Stage.ENROLLED: self.enrolled,
            Stage.TRAINED: self.trained,
            Stage.SAT: self.sat,
            Stage.PASSED: self.passed,
        }[stage]


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
    stages = {name: _counted(chosen) for name, chosen in _stages(COHORTS).items()}
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
    reached = {
        name: frozenset(
            row.person_id for row in db.session.execute(chosen, {"cohorts": [cohort.id]})
        )
        for name, chosen in _stages(COHORTS).items()
    }
    del reached["members"]
    return Stages(**reached)


def _stages(cohort_ids: sa.BindParameter[Any]) -> dict[str, Members]:
    members = (
        sa.select(CohortMember.cohort_id, CohortMember.person_id)
        .where(CohortMember.cohort_id.in_(cohort_ids), CohortMember.left_on.is_(None))
        .distinct()
    )
    return {
        "members": members,
        "enrolled": _in_classes(members, ENROLLED),
        "trained": _in_classes(members, (EnrolmentState.COMPLETED,)),
        "sat": _with_results(members, Result.status == ResultStatus.SAT),
        "passed": _passed(members),
    }


def _in_classes(members: Members, states: Collection[EnrolmentState]) -> Members:
    """Those with an enrolment, in one of `states`, in a class of the cohort."""
    of_cohort = cohort_run.c.cohort_id == CohortMember.cohort_id
    return (
        members.join(cohort_run, of_cohort)
        .join(Enrolment, Enrolment.run_id == cohort_run.c.run_id)
        .where(Enrolment.person_id == CohortMember.person_id, Enrolment.state.in_(states))
    )


def _with_results(members: Members, wanted: sa.ColumnElement[bool]) -> Members:
    """Those with a current result of the cohort's level in its cycle that is as `wanted`."""
    same = (Result.cycle_id == ExamCohort.cycle_id) & (Result.level == ExamCohort.level)
    return (
        members.join(ExamCohort, ExamCohort.id == CohortMember.cohort_id)
        .join(Result, (Result.person_id == CohortMember.person_id) & same)
        .where(Result.superseded_by_id.is_(None), wanted)
    )


def _passed(members: Members) -> Members:
    """Those who earned the level with the cohort's cycle; of seniors, who passed the paper.

    A senior's pass is a statement and makes no Qualification; the senior exam is one paper.
    """
    earned = sa.exists().where(
        Qualification.person_id == CohortMember.person_id,
        Qualification.level == ExamCohort.level,
        Qualification.exam_year == ExamCycle.year,
        Qualification.known(),
    )
    stated = sa.exists().where(
        Result.person_id == CohortMember.person_id,
        Result.cycle_id == ExamCohort.cycle_id,
        Result.level == Level.SENIOR,
        ExamCohort.level == Level.SENIOR,
        Result.verdict == Verdict.PASSED,
        Result.superseded_by_id.is_(None),
    )
    return (
        members.join(ExamCohort, ExamCohort.id == CohortMember.cohort_id)
        .join(ExamCycle, ExamCycle.id == ExamCohort.cycle_id)
        .where(earned | stated)
    )


def _counted(chosen: Members) -> sa.Subquery:
    found = chosen.subquery()
    counted = sa.select(found.c.cohort_id, sa.func.count().label("persons"))
    return counted.group_by(found.c.cohort_id).subquery()
