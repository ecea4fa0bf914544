"""Who of a closed class is entitled to a certificate, who holds one, and who is not and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload, lazyload

from college.certs.batches.models import UNSETTLED, BatchEntry, BatchState, IssueBatch
from college.certs.certificates.models import FINAL_REASONS, IN_FORCE, LAPSED, Certificate
from college.certs.designs.models import CertificateKind
from college.certs.wording import Severity, class_periods, lint
from college.core import clock
from college.core.db import db
from college.core.errors import RuleBroken
from college.core.text import Remark, say
from college.courses.completion.models import Reason
from college.courses.enrolments.models import Enrolment, EnrolmentState
from college.courses.runs.models import CourseRun, RunState
from college.people.employment.models import Employment
from college.people.persons.models import Person
from college.stations.units.models import Unit


class RunStillOpen(RuleBroken):
    code = "run_still_open"
    message = say(
        "“%(title)s” is still going on. Its instructor closes it first; "
        "then it is settled who completed it."
    )


@dataclass(frozen=True, slots=True)
class Place:
    """One trainee's place on the list; `certificate` is the one held or last revoked."""

    enrolment: Enrolment
    certificate: Certificate | None = None

    @property
    def person(self) -> Person:
        return self.enrolment.person

    @property
    def attended(self) -> str:
        """Class periods, as the paper counts them."""
        course = self.enrolment.run.course
        return class_periods(self.enrolment.minutes_attended or 0, course.minutes_per_period)

    @property
    def reasons(self) -> list[Remark]:
        """Why the person did not complete."""
        return [Reason.of(stored).remark for stored in self.enrolment.outcome]

    @property
    def unit(self) -> Unit | None:
        """Where the person works today."""
        today = clock.today()
        posts = [post for post in self.person.employments if _covers(post, today)]
        return posts[-1].unit if posts else None


@dataclass(frozen=True, slots=True)
class Roster:
    """A closed class, sorted by what its trainees get."""

    run: CourseRun
    entitled: list[Place]
    held: list[Place]  # their certificate is in force
    revoked: list[Place]  # for a reason after which none follows
    others: list[Place]  # did not complete; the enrolment's `outcome` says why

    @property
    def total(self) -> int:
        return len(self.entitled) + len(self.held) + len(self.revoked) + len(self.others)


@dataclass(frozen=True, slots=True)
class Awaiting:
    """A closed class with people who are entitled, and the batch that was begun for them."""

    run: CourseRun
    entitled: int
    batch: IssueBatch | None


def entitled(run: CourseRun, kind: CertificateKind = CertificateKind.COMPLETION) -> Roster:
    """Sort the trainees of a closed class, each group in pinyin order. Raises RunStillOpen."""
    if run.state is not RunState.CLOSED:
        raise RunStillOpen(title=run.title)
    roster = Roster(run, [], [], [], [])
    certificates = _latest_certificates(run, kind)
    for enrolment in db.session.scalars(_settled(run)):
        place = Place(enrolment, certificates.get(enrolment.id))
        _group(roster, place).append(place)
    return roster


def _group(roster: Roster, place: Place) -> list[Place]:
    certificate = place.certificate
    if certificate is not None and certificate.state in IN_FORCE:
        return roster.held
    if certificate is not None and certificate.revocation_reason in FINAL_REASONS:
        return roster.revoked
    completed = place.enrolment.state is EnrolmentState.COMPLETED
    return roster.entitled if completed else roster.others


def _settled(run: CourseRun) -> sa.Select[Enrolment]:
    settled = {EnrolmentState.COMPLETED, EnrolmentState.NOT_COMPLETED}
    chosen = sa.select(Enrolment).join(Enrolment.person)
    chosen = chosen.where(Enrolment.run_id == run.id, Enrolment.state.in_(settled))
    person = contains_eager(Enrolment.person).selectinload(Person.employments)
    chosen = chosen.options(
        person.joinedload(Employment.unit), joinedload(Enrolment.run).joinedload(CourseRun.course)
    )
    return chosen.order_by(Person.sort_key, Person.id)


def _latest_certificates(run: CourseRun, kind: CertificateKind) -> dict[int | None, Certificate]:
    """The newest certificate of each enrolment, whatever became of it."""
    chosen = sa.select(Certificate).join(Enrolment, Certificate.enrolment_id == Enrolment.id)
    chosen = chosen.where(Enrolment.run_id == run.id, Certificate.kind == kind)
    found = db.session.scalars(chosen.order_by(Certificate.id))
    return {certificate.enrolment_id: certificate for certificate in found}


def awaiting(kind: CertificateKind = CertificateKind.COMPLETION) -> Sequence[Awaiting]:
    """Return the closed classes with people entitled and without a certificate, newest first."""
    return [Awaiting(*row) for row in db.session.execute(_awaiting(kind))]


@cache
def _awaiting(kind: CertificateKind) -> sa.Select[CourseRun, int, IssueBatch]:
    barred = Certificate.state.in_(IN_FORCE) | Certificate.revocation_reason.in_(FINAL_REASONS)
    has_one = sa.exists().where(
        Certificate.enrolment_id == Enrolment.id, Certificate.kind == kind, barred
    )
    counted = (
        sa.select(Enrolment.run_id, sa.func.count().label("number"))
        .where(Enrolment.run_id.in_(_may_lack(kind)))
        .where(Enrolment.state == EnrolmentState.COMPLETED, ~has_one)
        .group_by(Enrolment.run_id)
        .subquery()
    )
    begun = (IssueBatch.run_id == CourseRun.id) & (IssueBatch.state != BatchState.ISSUED)
    return (
        sa.select(CourseRun, counted.c.number, IssueBatch)
        .join(counted, counted.c.run_id == CourseRun.id)
        .outerjoin(IssueBatch, begun & (IssueBatch.kind == kind))
        .where(CourseRun.state == RunState.CLOSED)
        .options(lazyload(IssueBatch.run))  # joined inwardly it would drop classes without a batch
        .order_by(CourseRun.closed_at.desc(), CourseRun.id.desc())
    )


def _may_lack(kind: CertificateKind) -> sa.CompoundSelect[int]:
    """Classes in which somebody may lack a certificate; all others need not be looked through.

    Who completed is settled as a class closes, and a batch lists everybody entitled. So where one
    was issued, whoever holds nothing is an entry without a paper, or held one that lapsed.
    """
    is_issued = (IssueBatch.kind == kind) & (IssueBatch.state == BatchState.ISSUED)
    never = sa.select(CourseRun.id).where(
        CourseRun.state == RunState.CLOSED,
        ~sa.exists().where(IssueBatch.run_id == CourseRun.id, is_issued),
    )
    without = (
        sa.select(IssueBatch.run_id)
        .join(BatchEntry, BatchEntry.batch_id == IssueBatch.id)
        .where(IssueBatch.kind == kind, BatchEntry.state.in_(_spelt(UNSETTLED)))
    )
    lapsed = (
        sa.select(Enrolment.run_id)
        .join(Certificate, Certificate.enrolment_id == Enrolment.id)
        .where(Certificate.kind == kind, Certificate.state.in_(_spelt(LAPSED)))
    )
    return sa.union(never, without, lapsed)


def _spelt(states: frozenset[StrEnum]) -> sa.BindParameter[Any]:
    """Written out in the statement, or PostgreSQL would not see that its partial index fits."""
    return sa.bindparam(None, sorted(states), expanding=True, literal_execute=True)


def exam_names(title: str) -> list[str]:
    """The state exams that a class title names: allowed as a description, if a person agrees."""
    return [found.what for found in lint(title) if found.severity is Severity.NEEDS_APPROVAL]


def _covers(post: Employment, day: date) -> bool:
    return post.from_on <= day and (post.to_on is None or post.to_on >= day)
