"""One person with all that the college holds of them and this reader may see.

Here, not in people: who works where knows no class and no certificate.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager, joinedload

from college.certs.certificates.models import Certificate, CertificateState
from college.core import clock
from college.core.access import allowed, fetch, visible
from college.core.db import Base, db
from college.core.errors import DomainError
from college.core.roles import Actor, Can
from college.courses.enrolments.models import Enrolment
from college.courses.runs.models import CourseRun
from college.people.employment.models import Employment
from college.people.oidc.models import ExternalIdentity
from college.people.oidc.queries import identities
from college.people.persons.identity import NumberKnown
from college.people.persons.models import Person
from college.people.qualifications.models import Qualification
from college.people.roles.models import RoleGrant
from college.stations.units.models import Unit

R = TypeVar("R", bound=Base)
MOST = 30  # of each kind on the page
SEE = Can.PERSONS_SEE
gone = aliased(Person)


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role in force today, and where."""

    grant: RoleGrant
    unit: Unit | None


@dataclass(frozen=True, slots=True)
class PersonPage:
    """`posts`, the newest first, and `units`, where they work today: as far as the reader sees."""

    person: Person
    posts: Sequence[Employment]
    roles: Sequence[HeldRole]
    qualifications: Sequence[Qualification]
    enrolments: Sequence[Enrolment]
    certificates: Sequence[Certificate]
    identities: Sequence[ExternalIdentity]  # as far as the reader may unlink them
    merged: Sequence[Person]  # other records of theirs that were merged into this one
    is_me: bool
    may_amend: bool
    may_reveal: bool
    may_portray: bool
    may_employ: bool
    may_qualify: bool
    may_check: bool

    @property
    def units(self) -> list[Unit]:
        today = clock.today()
        now = (p for p in self.posts if p.from_on <= today and (p.to_on or today) >= today)
        return list({post.unit_id: post.unit for post in now}.values())


def page(actor: Actor, person_id: int) -> PersonPage:
    """Return the page of a person. Raises NotFound for one whom the actor may not see."""
    person = fetch(Person, person_id, actor, Can.PERSONS_SEE)
    return PersonPage(
        person=person,
        posts=_posts(actor, person),
        roles=_roles(person),
        qualifications=_qualifications(actor, person),
        enrolments=_enrolments(actor, person),
        certificates=_certificates(actor, person),
        identities=_identities(actor, person),
        merged=_all(sa.select(Person).where(Person.merged_into_id == person.id)),
        is_me=person.id == actor.person_id,
        may_amend=allowed(actor, Can.PERSONS_RECORD, person),
        may_reveal=allowed(actor, Can.PERSONS_REVEAL, person),
        may_portray=allowed(actor, Can.PHOTOS_KEEP, person),
        may_employ=allowed(actor, Can.EMPLOYMENT_RECORD, person),
        may_qualify=allowed(actor, Can.QUALIFICATIONS_RECORD, person),
        may_check=allowed(actor, Can.QUALIFICATIONS_CHECK, person),
    )


def kept_instead(actor: Actor, person_id: int) -> int | None:
    """Into whom this record was merged, where the actor may see them."""
    mine = Person.id.in_(sa.select(gone.merged_into_id).where(gone.id == person_id))
    return db.session.scalar(sa.select(Person.id).where(mine, visible(Person, actor, SEE)))


def known_already(actor: Actor, refusal: DomainError | None) -> Person | None:
    """Who has the number that was typed, where it was refused for that and the reader sees them."""
    if not isinstance(refusal, NumberKnown):
        return None
    known = (Person.id == refusal.facts["person_id"]) & visible(Person, actor, Can.PERSONS_SEE)
    return db.session.scalar(sa.select(Person).where(known))


def _posts(actor: Actor, person: Person) -> Sequence[Employment]:
    mine = (Employment.person_id == person.id) & visible(Employment, actor, Can.PERSONS_SEE)
    chosen = (
        sa.select(Employment)
        .where(mine, Employment.known())
        .options(joinedload(Employment.unit))
        .limit(MOST)
    )
    return _all(chosen.order_by(Employment.from_on.desc(), Employment.id.desc()))


def _roles(person: Person) -> Sequence[HeldRole]:
    chosen = (
        sa.select(RoleGrant, Unit)
        .outerjoin(Unit, Unit.id == RoleGrant.unit_id)
        .where(RoleGrant.person_id == person.id, RoleGrant.in_force(clock.today()))
        .order_by(RoleGrant.from_on, RoleGrant.id)
    )
    return [HeldRole(grant, unit) for grant, unit in db.session.execute(chosen)]


def _qualifications(actor: Actor, person: Person) -> Sequence[Qualification]:
    is_open = visible(Qualification, actor, Can.PERSONS_SEE)
    held = (Qualification.person_id == person.id) & Qualification.known()
    chosen = sa.select(Qualification).where(held, is_open)
    chosen = chosen.options(joinedload(Qualification.checked_by))
    return _all(chosen.order_by(Qualification.approved_on.desc(), Qualification.id.desc()))


def _enrolments(actor: Actor, person: Person) -> Sequence[Enrolment]:
    mine = (Enrolment.person_id == person.id) & visible(Enrolment, actor, Can.ENROLMENTS_SEE)
    chosen = sa.select(Enrolment).join(Enrolment.run).where(mine).limit(MOST)
    newest = chosen.order_by(CourseRun.starts_on.desc(), Enrolment.id.desc())
    return _all(newest.options(contains_eager(Enrolment.run)))


def _certificates(actor: Actor, person: Person) -> Sequence[Certificate]:
    is_open = visible(Certificate, actor, Can.CERTS_SEE)
    issued = Certificate.state != CertificateState.NUMBERED
    chosen = sa.select(Certificate).where(Certificate.person_id == person.id, issued, is_open)
    return _all(chosen.order_by(Certificate.issued_on.desc(), Certificate.id.desc()).limit(MOST))


def _identities(actor: Actor, person: Person) -> Sequence[ExternalIdentity]:
    if person.id == actor.person_id or not allowed(actor, Can.IDENTITIES_UNLINK, person):
        return ()
    return identities(person.id)


def _all(chosen: sa.Select[R]) -> Sequence[R]:
    return db.session.scalars(chosen).all()
