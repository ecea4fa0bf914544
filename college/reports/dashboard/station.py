"""A station manager's list: who of her people is where on the way to a qualification."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from college.certs.certificates.models import Certificate, CertificateState
from college.core import clock
from college.core.db import db
from college.core.roles import Actor, Can, Scope
from college.core.text import say
from college.courses.enrolments.models import GONE, Enrolment, EnrolmentState
from college.courses.enrolments.offers import next_on_offer
from college.courses.runs.models import CourseRun
from college.exams.cohorts.models import CohortMember, ExamCohort
from college.people.employment.queries import units_of
from college.people.persons.models import Person
from college.people.qualifications.models import Level, Qualification
from college.stations.units.models import Unit

MOST = 10  # on the day page; the list of people has everybody
MOST_WANTED = 200  # of those behind one of the numbers


class Who(StrEnum):
    """Those behind one of the numbers."""

    HOLDERS = "holders"
    IN_CLASS = "in_class"
    NOT_BEGUN = "not_begun"

    @property
    def label(self) -> str:
        return {
            "holders": say("Hold a qualification"),
            "in_class": say("In class"),
            "not_begun": say("Not begun"),
        }[self]

    @classmethod
    def read(cls, asked: str | None) -> "Who | None":
        return cls(asked) if asked in list(cls) else None


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
    who: Who | None  # whose lines these are; None: everybody's
    lines: Sequence[StaffLine]  # the first by name
    total: int
    holders: int
    in_class: int
    not_begun: int
    next_run: CourseRun | None  # the next class with seats left, to put people forward for

    @property
    def wanted(self) -> int:
        """How many there are of those whose lines these are."""
        return {
            None: self.total,
            Who.HOLDERS: self.holders,
            Who.IN_CLASS: self.in_class,
            Who.NOT_BEGUN: self.not_begun,
        }[self.who]


def station_of(actor: Actor, who: Who | None = None) -> Station | None:
    """The people of the units that the actor manages; None for who manages none.

    In as many statements for 5 people as for 50.
    """
    reaches = [r for r in actor.reach(Can.PERSONS_SEE) if r.scope is Scope.UNIT]
    if not reaches:
        return None
    own = sa.or_(*(Person.within(reach, actor) for reach in reaches))
    rules = _rules()
    counts = db.session.execute(_counted(own, rules)).one()
    chosen = sa.select(Person).where(own).order_by(Person.sort_key, Person.id)
    chosen = chosen.limit(MOST) if who is None else chosen.where(rules[who]).limit(MOST_WANTED)
    people = db.session.scalars(chosen).all()
    next_run = next(iter(next_on_offer(actor, 1, only_open=True)), None)
    return Station(who, _lines(people), *counts, next_run)


def _counted(
    own: sa.ColumnElement[bool], rules: Mapping[Who, sa.ColumnElement[bool]]
) -> sa.Select[int, int, int, int]:
    """All of them, then those of each kind."""
    count = sa.func.count
    parts = (count().filter(rules[who]) for who in (Who.HOLDERS, Who.IN_CLASS, Who.NOT_BEGUN))
    holders, in_class, not_begun = parts
    return sa.select(count(), holders, in_class, not_begun).select_from(Person).where(own)


def _rules() -> dict[Who, sa.ColumnElement[bool]]:
    """Those who hold a level, those in class, those who did nothing yet."""
    holds = sa.exists().where(
        Qualification.person_id == Person.id,
        Qualification.approved_on <= clock.today(),
        Qualification.known(),
    )
    enrolled = sa.exists().where(Enrolment.person_id == Person.id)
    in_class = enrolled.where(Enrolment.state == EnrolmentState.ENROLLED)
    member = sa.exists().where(CohortMember.person_id == Person.id, CohortMember.left_on.is_(None))
    has_begun = sa.or_(holds, enrolled.where(Enrolment.state.not_in(GONE)), member)
    return {Who.HOLDERS: holds, Who.IN_CLASS: in_class, Who.NOT_BEGUN: ~has_begun}


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
