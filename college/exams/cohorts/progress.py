"""How far the members of cohorts came: each stage is one plain query that is its definition.

Each is as of a day, and as known at a moment or now: what `asked` says of a statement. A result
counts from the day on which its exam is out.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum, StrEnum, auto
from functools import cache
from typing import Any

import sqlalchemy as sa

from college.core import clock
from college.core.dated import Moment
from college.core.db import UtcDateTime, db
from college.core.text import say
from college.courses.enrolments.models import Enrolment, EnrolmentState
from college.courses.runs.models import CourseRun
from college.exams.candidacies.queries import papers_of
from college.exams.cohorts.models import CohortMember, ExamCohort, cohort_run
from college.exams.cycles.models import ExamCycle
from college.exams.pass_rules.models import PassRule, Subject
from college.exams.results.models import Result, ResultStatus, Verdict
from college.exams.results.out import out_by
from college.people.qualifications.models import Level, Qualification

ENROLLED = (
    EnrolmentState.ENROLLED,
    EnrolmentState.COMPLETED,
    EnrolmentState.NOT_COMPLETED,
)
ONE_DAY = timedelta(days=1)
COHORTS: sa.BindParameter[Any] = sa.bindparam("cohorts", expanding=True)
DAY = sa.bindparam("day", type_=sa.Date)
ENDS_AT = sa.bindparam("ends_at", type_=UtcDateTime)  # what happened later does not count
KNOWN_AT = sa.bindparam("known_at", type_=UtcDateTime)
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


FUNNEL = frozenset(Funnel.__dataclass_fields__)


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


def asked(
    cohort_ids: Collection[int], as_of: date | None = None, known_at: datetime | None = None
) -> dict[str, object]:
    """The values of a statement: of which cohorts, as of which day (None: today), known when."""
    day = as_of or clock.today()
    over = clock.midnight(day + ONE_DAY)
    values = {"cohorts": list(cohort_ids), "day": day, "ends_at": min(over, known_at or over)}
    return values if known_at is None else values | {"known_at": known_at}


def funnels(
    cohort_ids: Collection[int], as_of: date | None = None, known_at: datetime | None = None
) -> dict[int, Funnel]:
    """How many came how far: four statements, for however many cohorts."""
    values = asked(cohort_ids, as_of, known_at)
    found: dict[int, dict[str, int]] = {cohort_id: {} for cohort_id in cohort_ids}
    for counted in _funnels(known_at is not None):
        for row in db.session.execute(counted, values).mappings():
            found[row["cohort_id"]].update({name: row[name] for name in row if name in FUNNEL})
    return {cohort_id: Funnel(**persons) for cohort_id, persons in found.items()}


@cache
def _funnels(is_past: bool) -> list[sa.Select[*tuple[Any, ...]]]:
    """Made once: making them costs more than their answers.

    One for each way on which stages are found, so that no row is read for one stage and then again
    for the next.
    """
    persons = CohortMember.person_id.distinct()
    found = [_by_cohort(_members(is_past), sa.func.count(persons).label("members"))]
    for way in Way:
        rules = {stage: _rule(stage, is_past) for stage in Stage if _way_of(stage) is way}
        counts = (sa.func.count(persons).filter(rule).label(s) for s, rule in rules.items())
        found.append(_by_cohort(_on(way, is_past), *counts))
    return found


def funnel(cohort: ExamCohort) -> Funnel:
    return funnels([cohort.id])[cohort.id]


def stages_of(cohort: ExamCohort) -> Stages:
    """The members of one cohort who reached each stage."""
    values = asked([cohort.id])
    return Stages(
        {
            stage: frozenset(row.person_id for row in db.session.execute(reaching(stage), values))
            for stage in Stage
        }
    )


def members(*, is_past: bool = False) -> Members:
    """Who is in the "cohorts" that day: cohort and person, each once. All stages are of these."""
    return _members(is_past).distinct()


def reaching(stage: Stage, *, is_past: bool = False) -> Members:
    """The members who reached a stage: the one definition behind every number and every list.

    Enrolled: with a seat in a class of the cohort. Trained: completed one. Sat: wrote a paper of
    the level in the exam of the cohort. Passed a paper: by the verdict on it in that exam. Passed:
    earned the level with that exam; a senior, who passed the paper, which is a statement and no
    title. Holds the qualification: on record for that level by that exam, approved by the day; of
    a senior that is the title, granted after the review.
    """
    return _on(_way_of(stage), is_past).where(_rule(stage, is_past)).distinct()


class Way(Enum):
    """What is looked through for a stage, member by member."""

    CLASSES = auto()
    RESULTS = auto()
    EXAM = auto()


def _way_of(stage: Stage) -> Way:
    if stage in {Stage.ENROLLED, Stage.TRAINED}:
        return Way.CLASSES
    is_result = stage is Stage.SAT or stage.paper is not None
    return Way.RESULTS if is_result else Way.EXAM


def _on(way: Way, is_past: bool) -> Members:
    if way is Way.CLASSES:
        return _in_classes(is_past)
    return _with_results(is_past) if way is Way.RESULTS else _of_exam(is_past)


def _rule(stage: Stage, is_past: bool) -> sa.ColumnElement[bool]:
    """Of a row on the way to a stage, whether its member reached it."""
    if stage is Stage.ENROLLED:
        return Enrolment.had_seat(ENDS_AT)
    if stage is Stage.TRAINED:
        return _completed(is_past)
    if stage is Stage.SAT:
        return Result.status == ResultStatus.SAT
    if stage.paper is not None:
        return (Result.subject == stage.paper) & (Result.verdict == Verdict.PASSED)
    known_at = _moment(is_past)
    qualified = _earned(known_at, Qualification.approved_on <= DAY)
    if stage is Stage.QUALIFIED:
        return qualified
    passed = _is_out() & (_earned(known_at) | _stated(known_at))
    return passed | qualified  # a certificate may bear a day before


def _members(is_past: bool) -> Members:
    """Once for each time that they joined."""
    there = CohortMember.there(DAY, _moment(is_past))
    chosen = sa.select(CohortMember.cohort_id, CohortMember.person_id)
    return chosen.where(CohortMember.cohort_id.in_(COHORTS), there)


def _moment(is_past: bool) -> Moment | None:
    return KNOWN_AT if is_past else None


def _in_classes(is_past: bool) -> Members:
    """Those who asked for a seat in a class of the cohort."""
    of_cohort = cohort_run.c.cohort_id == CohortMember.cohort_id
    return (
        _members(is_past)
        .join(cohort_run, of_cohort)
        .join(Enrolment, Enrolment.run_id == cohort_run.c.run_id)
        .join(CourseRun, CourseRun.id == cohort_run.c.run_id)
        .where(Enrolment.person_id == CohortMember.person_id)
    )


def _completed(is_past: bool) -> sa.ColumnElement[bool]:
    """They did when the class was over, or was closed before that."""
    is_over = (CourseRun.ends_on <= DAY) | (CourseRun.closed_at <= ENDS_AT)
    done = (Enrolment.state == EnrolmentState.COMPLETED) & is_over
    return done & (CourseRun.closed_at <= KNOWN_AT) if is_past else done


def _with_results(is_past: bool) -> Members:
    """Those with a result of the cohort's level in its cycle, once for each."""
    same = (Result.cycle_id == ExamCohort.cycle_id) & (Result.level == ExamCohort.level)
    return (
        _of_exam(is_past)
        .join(Result, (Result.person_id == CohortMember.person_id) & same)
        .where(Result.known(_moment(is_past)), _is_out())
    )


def _of_exam(is_past: bool) -> Members:
    return (
        _members(is_past)
        .join(ExamCohort, ExamCohort.id == CohortMember.cohort_id)
        .join(ExamCycle, ExamCycle.id == ExamCohort.cycle_id)
    )


def _is_out() -> sa.ColumnElement[bool]:
    return ExamCohort.cycle_id.in_(out_by(DAY))


def _earned(known_at: Moment | None, *wanted: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Their level with their exam.

    As a list, made once: of what was known before nothing else finds one person's quickly. Of the
    members alone: a nation earns a hundred thousand a year beside them.
    """
    years = sa.select(ExamCycle.year).join(ExamCohort, ExamCohort.cycle_id == ExamCycle.id)
    held = sa.select(Qualification.person_id, Qualification.level, Qualification.exam_year)
    mine = Qualification.exam_year.in_(years.where(ExamCohort.id.in_(COHORTS)))
    theirs = Qualification.person_id.in_(_ever_members())
    earned = held.where(mine, theirs, Qualification.known(known_at), *wanted)
    whose = sa.tuple_(CohortMember.person_id, ExamCohort.level, ExamCycle.year)
    return whose.in_(earned)


def _ever_members() -> sa.Select[int]:
    """Whoever was in one of the "cohorts" on whatever day: more than count, and few of a nation."""
    return sa.select(CohortMember.person_id).where(CohortMember.cohort_id.in_(COHORTS))


def _stated(known_at: Moment | None) -> sa.ColumnElement[bool]:
    """A senior's pass is a statement and makes no Qualification; the senior exam is one paper.

    As a list, made once: asked of each person it would look through the results of the year.
    """
    is_senior = ExamCohort.level == Level.SENIOR
    cycles = sa.select(ExamCohort.cycle_id).where(ExamCohort.id.in_(COHORTS), is_senior)
    passed = sa.select(Result.person_id, Result.cycle_id).where(
        Result.cycle_id.in_(cycles),
        Result.person_id.in_(_ever_members()),
        Result.is_senior_pass(),
        Result.known(known_at),
    )
    return is_senior & sa.tuple_(CohortMember.person_id, ExamCohort.cycle_id).in_(passed)


def _by_cohort(found: Members, *counts: sa.ColumnElement[int]) -> sa.Select[*tuple[Any, ...]]:
    columns: list[sa.ColumnElement[Any]] = [CohortMember.cohort_id.expression, *counts]
    return found.with_only_columns(*columns).group_by(CohortMember.cohort_id)
