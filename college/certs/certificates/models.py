"""A certificate: facts frozen at issue, bytes stored once, a state that anyone can ask."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from college.certs.batches.models import BatchEntry
from college.certs.designs.models import CertificateKind, Design
from college.core.db import Base, FileHash, stored_as_text
from college.core.roles import Actor, Reach, Scope
from college.core.text import say
from college.core.versions import Versioned
from college.courses.enrolments.models import Enrolment
from college.people.persons.models import Person


class CertificateState(StrEnum):
    NUMBERED = "numbered"
    ISSUED = "issued"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"

    @property
    def label(self) -> str:
        return {
            "numbered": say("Being drawn"),
            "issued": say("Valid"),
            "revoked": say("Revoked"),
            "superseded": say("Replaced"),
            "expired": say("Expired"),
        }[self]


CERTIFICATE_MOVES = {
    # its paper is being drawn, and the batch waits for it: revoke it once it is there
    CertificateState.NUMBERED: frozenset({CertificateState.ISSUED}),
    CertificateState.ISSUED: frozenset(
        {CertificateState.REVOKED, CertificateState.SUPERSEDED, CertificateState.EXPIRED}
    ),
    CertificateState.REVOKED: frozenset[CertificateState](),
    CertificateState.SUPERSEDED: frozenset[CertificateState](),
    CertificateState.EXPIRED: frozenset[CertificateState](),
}


IN_FORCE = frozenset({CertificateState.NUMBERED, CertificateState.ISSUED})
LAPSED = frozenset(CertificateState) - IN_FORCE


class RevocationReason(StrEnum):
    """A class of reasons fit for the public; the wording of a case stays in the journal."""

    WRONG_FACTS = "wrong_facts"
    NOT_ENTITLED = "not_entitled"
    ISSUED_TWICE = "issued_twice"
    HOLDER_ASKED = "holder_asked"

    @property
    def label(self) -> str:
        return {
            "wrong_facts": say("A printed fact was wrong"),
            "not_entitled": say("The requirements were not met"),
            "issued_twice": say("It was issued twice"),
            "holder_asked": say("The holder asked for it"),
        }[self]


# after these the same enrolment gives no new certificate
FINAL_REASONS = frozenset({RevocationReason.NOT_ENTITLED, RevocationReason.HOLDER_ASKED})


class Certificate(Versioned, Base):
    """`facts` are the placeholders as printed; the file stands in the store by its hash."""

    __tablename__ = "certificate"
    __table_args__ = (
        sa.Index(
            "uq_certificate_in_force",
            "enrolment_id",
            "kind",
            unique=True,
            sqlite_where=sa.text("state IN ('numbered', 'issued')"),
            postgresql_where=sa.text("state IN ('numbered', 'issued')"),
        ),
        sa.Index(
            "ix_certificate_lapsed",  # few: to find them must not cost more with every paper issued
            "enrolment_id",
            sqlite_where=sa.text("state IN ('expired', 'revoked', 'superseded')"),
            postgresql_where=sa.text("state IN ('expired', 'revoked', 'superseded')"),
        ),
        sa.CheckConstraint(
            "state = 'numbered' OR revoked_at IS NOT NULL OR file_sha256 != ''", "issued_has_file"
        ),
        sa.CheckConstraint(
            "(state = 'revoked') = (revoked_at IS NOT NULL)", "revoked_has_its_date"
        ),
    )

    number: Mapped[str] = mapped_column(sa.String(40), unique=True)
    code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    kind: Mapped[CertificateKind] = mapped_column(stored_as_text(CertificateKind))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id), index=True)
    enrolment_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Enrolment.id), index=True)
    entry_id: Mapped[int | None] = mapped_column(sa.ForeignKey(BatchEntry.id), index=True)
    design_id: Mapped[int] = mapped_column(sa.ForeignKey(Design.id))
    facts: Mapped[dict[str, str]] = mapped_column(sa.JSON)
    state: Mapped[CertificateState] = mapped_column(
        stored_as_text(CertificateState), default=CertificateState.NUMBERED
    )
    file_sha256: Mapped[str] = mapped_column(FileHash(), default="")
    issued_on: Mapped[date]
    issued_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revocation_reason: Mapped[RevocationReason | None] = mapped_column(
        stored_as_text(RevocationReason)
    )
    replaces_id: Mapped[int | None] = mapped_column(sa.ForeignKey("certificate.id"))

    person: Mapped[Person] = relationship(lazy="raise_on_sql")
    design: Mapped[Design] = relationship(lazy="raise_on_sql")
    entry: Mapped[BatchEntry | None] = relationship(lazy="raise_on_sql")

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        if reach.scope in {Scope.MINE, Scope.UNIT}:
            return cls.person.has(Person.within(reach, actor))
        return sa.false()
