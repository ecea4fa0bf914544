"""A state qualification that a person holds. It never expires."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from college.core import crypto
from college.core.dated import Recorded
from college.core.db import Base, stored_as_text
from college.core.roles import Actor, Reach, Scope
from college.core.text import say
from college.people.persons.models import Person

SHOWN = 4  # characters of a management number


class Level(StrEnum):
    """The three levels of the state exam, lowest first. Source: 国人部发〔2006〕71号."""

    ASSISTANT = "assistant"
    SOCIAL_WORKER = "social_worker"
    SENIOR = "senior"

    @property
    def label(self) -> str:
        return {
            "assistant": say("Assistant Social Worker"),
            "social_worker": say("Social Worker"),
            "senior": say("Senior Social Worker"),
        }[self]

    @property
    def rank(self) -> int:
        return list(Level).index(self)


class PassBasis(StrEnum):
    """By which line a level was passed; who passed by both holds both, and counts once."""

    NATIONAL = "national"
    REGIONAL = "regional"

    @property
    def label(self) -> str:
        return {"national": say("National line"), "regional": say("Regional line")}[self]

    @property
    def rank(self) -> int:
        """A certificate that holds everywhere is better than one that holds in a region."""
        return int(self is PassBasis.NATIONAL)


def masked_number(number: str) -> str:
    """The last four characters of a management number; of a short one, the last alone."""
    shown = SHOWN if len(number) > 2 * SHOWN else 1
    return f"{'*' * (len(number) - shown)}{number[-shown:]}"


class Qualification(Recorded, Base):
    """`approved_on` is the date on the state's certificate; `region` where a regional one holds.

    A correction is a new row: `known()` are those believed today. Each is to be compared with the
    certificate by somebody else than who recorded it; the correction anew. Who passed by a regional
    line and later by the national one has a row of each. What somebody withdrew (`is_withdrawn`)
    stays away, whatever papers earn, until it is recorded by hand.
    """

    __tablename__ = "qualification"
    unversioned = "never edited: a correction is a new row, and the check is said once"
    __table_args__ = (
        sa.Index(
            "uq_qualification_known",
            "person_id",
            "level",
            "basis",
            "region",
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        ),
        sa.Index(
            "ix_qualification_withdrawn",
            "person_id",
            sqlite_where=sa.text("is_withdrawn = 1"),
            postgresql_where=sa.text("is_withdrawn"),
        ),
        sa.CheckConstraint("(basis = 'regional') = (region != '')", "regional_names_its_region"),
        sa.CheckConstraint("(checked_at IS NULL) = (checked_by_id IS NULL)", "checked_by_somebody"),
        sa.CheckConstraint("checked_by_id != recorded_by_id", "checked_by_a_second_person"),
    )

    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id))
    level: Mapped[Level] = mapped_column(stored_as_text(Level))
    approved_on: Mapped[date] = mapped_column(index=True)
    exam_year: Mapped[int | None]
    management_no_sealed: Mapped[bytes | None]
    basis: Mapped[PassBasis] = mapped_column(stored_as_text(PassBasis))
    region: Mapped[str] = mapped_column(sa.String(60), default="")
    evidence: Mapped[str] = mapped_column(sa.String(200), default="")
    recorded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Person.id))  # None: a command
    checked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Person.id))
    checked_at: Mapped[datetime | None]
    is_withdrawn: Mapped[bool] = mapped_column(default=False)

    person: Mapped[Person] = relationship(lazy="raise_on_sql", foreign_keys=[person_id])
    recorded_by: Mapped[Person | None] = relationship(
        lazy="raise_on_sql", foreign_keys=[recorded_by_id]
    )
    checked_by: Mapped[Person | None] = relationship(
        lazy="raise_on_sql", foreign_keys=[checked_by_id]
    )

    @property
    def management_no_masked(self) -> str:
        """Enough to compare with the certificate, too little to pass it on."""
        if self.management_no_sealed is None:
            return ""
        return masked_number(crypto.unseal(self.management_no_sealed))

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        if reach.scope in {Scope.MINE, Scope.UNIT}:
            return cls.person.has(Person.within(reach, actor))
        return sa.false()
