"""The steps of a cohort's way as figures: those of `exams.cohorts.progress`, then registered.

Each step is one plain query that is its definition; of them all, and of each person once.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from enum import StrEnum
from functools import cache

import sqlalchemy as sa

from college.core.dated import Moment
from college.core.db import db
from college.core.text import say
from college.exams.cohorts.models import CohortMember, ExamCohort
from college.exams.cohorts.progress import (
    DAY,
    KNOWN_AT,
    Members,
    Stage,
    asked,
    members,
    reaching,
    stages_in,
)
from college.exams.pass_rules.models import PassRule
from college.people.qualifications.models import Level
from college.register.registrations.models import (
    Registration,
    RegistrationKind,
    RegistrationState,
    RegistrationStep,
)

Pairs = frozenset[tuple[int, int]]  # cohort and person


class Step(StrEnum):
    """In the order in which they come; the first is the whole."""

    MEMBERS = "members"
    ENROLLED = "enrolled"
    TRAINED = "trained"
    SAT = "sat"
    COMPREHENSIVE = "comprehensive"
    PRACTICE = "practice"
    LAW_AND_POLICY = "law_and_policy"
    PASSED = "passed"
    QUALIFIED = "qualified"
    REGISTERED = "registered"

    @property
    def label(self) -> str:
        return {
            "members": say("Members"),
            "registered": say("First registration in force"),
        }.get(self) or Stage(self).label


def steps_in(level: Level, year: int, known: Sequence[PassRule] | None = None) -> list[Step]:
    """Those that a level has in a year, with its papers; `known` are all rules of passing."""
    stages = (Step(stage) for stage in stages_in(level, year, known))
    return [Step.MEMBERS, *stages, Step.REGISTERED]


def persons_at(step: Step, *, is_past: bool = False) -> Members:
    """Cohort and person of the "cohorts", each once, who reached a step by the "day".

    Registered: holds the qualification by the exam of the cohort, and its first registration was
    completed by that day, is not cancelled and has not run out.
    """
    if step is Step.MEMBERS:
        return members(is_past=is_past)
    if step is Step.REGISTERED:
        is_registered = _is_registered(KNOWN_AT if is_past else None)
        return reaching(Stage.QUALIFIED, is_past=is_past).where(is_registered)
    return reaching(Stage(step), is_past=is_past)


def reached(
    cohort_ids: Collection[int],
    steps: Collection[Step],
    as_of: date,
    known_at: datetime | None = None,
) -> dict[Step, Pairs]:
    """Who reached each step: as many statements as there are steps, however many persons."""
    values, is_past = asked(cohort_ids, as_of, known_at), known_at is not None
    return {
        step: frozenset(
            (row.cohort_id, row.person_id)
            for row in db.session.execute(_prepared(step, is_past), values)
        )
        for step in steps
    }


def registered(
    cohort_ids: Collection[int], as_of: date, known_at: datetime | None = None
) -> dict[int, int]:
    """How many of each cohort are registered, with one statement."""
    found = _prepared(Step.REGISTERED, known_at is not None).subquery()
    counted = sa.select(found.c.cohort_id, sa.func.count()).group_by(found.c.cohort_id)
    rows = db.session.execute(counted, asked(cohort_ids, as_of, known_at))
    return {cohort_id: persons for cohort_id, persons in rows}  # noqa: C416 - typed so


@cache
def _prepared(step: Step, is_past: bool) -> Members:
    """Made once: making it costs more than its answer."""
    return persons_at(step, is_past=is_past)


def _is_registered(known_at: Moment | None) -> sa.ColumnElement[bool]:
    cancelled = sa.select(RegistrationStep.registration_id).where(
        RegistrationStep.state == RegistrationState.CANCELLED,
        RegistrationStep.known(known_at),
        RegistrationStep.on <= DAY,
    )
    return sa.exists().where(
        Registration.person_id == CohortMember.person_id,
        Registration.level == ExamCohort.level,
        Registration.kind == RegistrationKind.FIRST,
        RegistrationStep.registration_id == Registration.id,
        RegistrationStep.state == RegistrationState.REGISTERED,
        RegistrationStep.known(known_at),
        RegistrationStep.on <= DAY,
        RegistrationStep.to_on >= DAY,
        Registration.id.not_in(cancelled),
    )
