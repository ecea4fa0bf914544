"""A station manager's list: who of her people is where on the way to a qualification."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from college.certs.certificates.models import Certificate, CertificateState
from college.core import clock
from college.core.db import db
from college.core.roles import Actor, Can, Scope
from college.courses.enrolments.models import GONE, Enrolment, EnrolmentState
from college.courses.enrolments.offers import next_on_offer
from college.courses.runs.models import CourseRun
from college.exams.cohorts.models import CohortMember, ExamCohort
from college.people.employment.queries import units_of
from college.people.persons.models import Person
from college.people.qualifications.models import Level, Qualification
from college.stations.units.models import Unit

MOST = 10  # on the day page; the list of people has everybody


@dataclass(frozen=True, slots=True)
class StaffLine:
    """One person: the highest level held, the latest class, the latest cohort, the papers."""

    person: Person
    unit: Unit | None
    level: Level | None
    enrolment: Enrolment | None
    cohort: ExamCohort | None
    certificates: int

    @property
    def has_begun(self) -> bool:
        return bool(self.level or self.enrolment or self.cohort)


@dataclass(frozen=True, slots=True)
class Station:
    lines: Sequence[StaffLine]  # the first by name
    total: int
    holders: int
    in_class: int
    not_begun: int
    next_run: CourseRun | None  # the next class with seats left, to put people forward for


def station_of(actor: Actor) -> Station | None:
    """The people of the units that the actor manages; None for who manages none.

    In as many statements for 5 people as for 50.
    """
    reaches = [r for r in actor.reach(Can.PERSONS_SEE) if r.scope is Scope.UNIT]
    if not reaches:
        return None
    own = sa.or_(*(Person.within(reach, actor) for reach in reaches))
    counts = db.session.execute(_counted(own)).one()
    people = db.session.scalars(
        sa.select(Person).where(own).order_by(Person.sort_key, Person.id).limit(MOST)
    ).all()
    next_run = next(iter(next_on_offer(actor, 1, only_open=True)), None)
    return Station(_lines(people), *counts, next_run)


def _counted(own: sa.ColumnElement[bool]) -> sa.Select[int, int, int, int]:
    """All of them, those who hold a level, those in class, those who did nothing yet."""
    holds = sa.exists().where(
        Qualification.person_id == Person.id,
        Qualification.approved_on <= clock.today(),
        Qualification.known(),
    )
    enrolled = sa.exists().where(Enrolment.person_id == Person.id)
    in_class = enrolled.where(Enrolment.state == EnrolmentState.ENROLLED)
    member = sa.exists().where(CohortMember.person_id == Person.id, CohortMember.left_on.is_(None))
    has_begun = sa.or_(holds, enrolled.where(Enrolment.state.not_in(GONE)), member)
    count = sa.func.count
    chosen = sa.select(
        count(), count().filter(holds), count().filter(in_class), count().filter(~has_begun)
    )
    return chosen.select_from(Person).where(own)


def _lines(people: Sequence[Person]) -> list[StaffLine]:
    ids = [person.id for person in people]
    units, levels = units_of(ids, clock.today()), _levels(ids)
    enrolments, cohorts, papers = _enrolments(ids), _cohorts(ids), _certificates(ids)
    return [
        StaffLine(
            person,
            units.get(person.id),
            levels.get(person.id),
            enrolments.get(person.id),
            cohorts.get(person.id),
            papers.get(person.id, 0),
        )
        for person in people
    ]


def _levels(ids: Collection[int]) -> dict[int, Level]:
    """The highest level that each of them holds."""
    chosen = sa.select(Qualification).where(
        Qualification.person_id.in_(ids),
        Qualification.approved_on <= clock.today(),
        Qualification.known(),
    )
    held = sorted(db.session.scalars(chosen), key=lambda one: one.level.rank)
    return {one.person_id: one.level for one in held}


def _enrolments(ids: Collection[int]) -> dict[int, Enrolment]:
    """The latest class of each of them, one that is still on before one that is over."""
    is_over = Enrolment.state.in_({EnrolmentState.COMPLETED, EnrolmentState.NOT_COMPLETED})
    chosen = (
        sa.select(Enrolment)
        .join(Enrolment.run)
        .where(Enrolment.person_id.in_(ids), Enrolment.state.not_in(GONE))
        .options(contains_eager(Enrolment.run))
        .order_by(is_over.desc(), CourseRun.starts_on, Enrolment.id)
    )
    return {one.person_id: one for one in db.session.scalars(chosen)}


def _cohorts(ids: Collection[int]) -> dict[int, ExamCohort]:
    chosen = (
        sa.select(CohortMember.person_id, ExamCohort)
        .join(CohortMember.cohort)
        .where(CohortMember.person_id.in_(ids), CohortMember.left_on.is_(None))
        .order_by(ExamCohort.cycle_id, ExamCohort.id)
    )
    return {row.person_id: row.ExamCohort for row in db.session.execute(chosen)}


def _certificates(ids: Collection[int]) -> dict[int, int]:
    chosen = (
        sa.select(Certificate.person_id, sa.func.count().label("papers"))
        .where(Certificate.person_id.in_(ids), Certificate.state == CertificateState.ISSUED)
        .group_by(Certificate.person_id)
    )
    return {row.person_id: row.papers for row in db.session.execute(chosen)}
