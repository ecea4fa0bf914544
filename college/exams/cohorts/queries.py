from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from college.core import clock
from college.core.access import fetch, visible
from college.core.db import db
from college.core.errors import NotFound
from college.core.roles import GRANTS, Actor, Can, Role
from college.courses.runs.models import CourseRun
from college.exams.cohorts.models import (
    CohortMember,
    CohortMilestone,
    ExamCohort,
    MilestoneTick,
)
from college.exams.cohorts.progress import Stage, stages_of
from college.exams.cycles.models import ExamCycle
from college.people.persons.models import Person
from college.people.roles.models import RoleGrant


@dataclass(frozen=True, slots=True)
class MemberProgress:
    """One member and the stages they reached."""

    person: Person
    joined_on: date
    reached: frozenset[Stage]


def seen_by(actor: Actor) -> sa.Select[ExamCohort]:
    """The cohorts that the reader may see, the latest cycle first, to be paged."""
    return (
        sa.select(ExamCohort)
        .join(ExamCycle)
        .where(visible(ExamCohort, actor, Can.COHORTS_SEE))
        .options(joinedload(ExamCohort.tutor))
        .order_by(ExamCycle.year.desc(), ExamCohort.code, ExamCohort.id)
    )


def followed(actor: Actor, cohorts: Collection[ExamCohort]) -> set[int]:
    """The ids of those that the reader follows: of the others they see themselves alone."""
    mine = visible(ExamCohort, actor, Can.COHORTS_FOLLOW)
    some = ExamCohort.id.in_([cohort.id for cohort in cohorts])
    return set(db.session.scalars(sa.select(ExamCohort.id).where(some, mine)))


def tutored(actor: Actor) -> Sequence[ExamCohort]:
    """The reader's own cohorts whose exam is not over, the next exam first."""
    if actor.person_id is None or not actor.reach(Can.COHORTS_FOLLOW):
        return []
    chosen = coming(clock.today()).where(ExamCohort.tutor_id == actor.person_id)
    found = db.session.scalars(chosen.where(visible(ExamCohort, actor, Can.COHORTS_FOLLOW)))
    return found.all()


def coming(day: date) -> sa.Select[ExamCohort]:
    """Select the cohorts whose exam is not over, as `is_over` says, the next exam first."""
    last = ExamCycle.exam_to_on
    is_ahead = (last >= day) | (last.is_(None) & (ExamCycle.year >= day.year))
    order = (ExamCycle.year, last, ExamCohort.id)
    return sa.select(ExamCohort).join(ExamCycle).where(is_ahead).order_by(*order)


def whole(actor: Actor, cohort_id: int) -> ExamCohort:
    """The cohort with its tutor and classes. Raises NotFound, also for who may not see it."""
    chosen = (
        sa.select(ExamCohort)
        .where(ExamCohort.id == cohort_id, visible(ExamCohort, actor, Can.COHORTS_SEE))
        .options(joinedload(ExamCohort.tutor), selectinload(ExamCohort.runs))
    )
    cohort = db.session.scalar(chosen)
    if cohort is None:
        raise NotFound
    return cohort


def progress_of(
    cohort: ExamCohort, *, person_id: int | None = None, stage: Stage | None = None
) -> list[MemberProgress]:
    """How far each member came, in the order of names.

    With `person_id`, that one alone; with `stage`, those alone who reached it.
    """
    stages = stages_of(cohort)
    chosen = sa.select(CohortMember).where(
        CohortMember.cohort_id == cohort.id, CohortMember.left_on.is_(None)
    )
    if person_id is not None:
        chosen = chosen.where(CohortMember.person_id == person_id)
    by_name = chosen.join(CohortMember.person).options(joinedload(CohortMember.person))
    return [
        MemberProgress(
            person=member.person,
            joined_on=member.joined_on,
            reached=frozenset(one for one in Stage if member.person_id in stages.at(one)),
        )
        for member in db.session.scalars(by_name.order_by(Person.sort_key, Person.id))
        if stage is None or member.person_id in stages.at(stage)
    ]


def tutors() -> Sequence[Person]:
    """Who can be a tutor: whoever may follow a cohort or teach, in the order of names."""
    able = [role for role in Role if GRANTS[role].keys() & {Can.COHORTS_FOLLOW, Can.RUNS_TEACH}]
    holds = RoleGrant.role.in_(able) & RoleGrant.in_force(clock.today())
    chosen = sa.select(Person).where(Person.id.in_(sa.select(RoleGrant.person_id).where(holds)))
    return db.session.scalars(chosen.order_by(Person.sort_key, Person.id)).all()


def classes() -> Sequence[CourseRun]:
    """The classes that a cohort can have, the latest first."""
    chosen = sa.select(CourseRun).order_by(CourseRun.starts_on.desc(), CourseRun.id.desc())
    return db.session.scalars(chosen.limit(100)).all()


def cycles() -> Sequence[ExamCycle]:
    chosen = sa.select(ExamCycle).order_by(ExamCycle.year.desc(), ExamCycle.id)
    return db.session.scalars(chosen).all()


def milestone(actor: Actor, milestone_id: int, can: Can) -> CohortMilestone:
    """One that is in a plan. Raises NotFound, also for who may not do `can` there."""
    found = fetch(CohortMilestone, milestone_id, actor, can)
    if found.removed_at is not None:
        raise NotFound
    return found


def ticks_of(milestone: CohortMilestone) -> Mapping[int, MilestoneTick]:
    """Who was checked off there, by member, with who says so."""
    chosen = (
        sa.select(MilestoneTick)
        .where(MilestoneTick.milestone_id == milestone.id, MilestoneTick.taken_back_at.is_(None))
        .options(joinedload(MilestoneTick.by))
    )
    return {tick.member_id: tick for tick in db.session.scalars(chosen)}
