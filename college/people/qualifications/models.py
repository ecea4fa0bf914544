"""A state qualification that a person holds. It never expires."""

from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from college.core.dated import Recorded
from college.core.db import Base, stored_as_text
from college.core.roles import Actor, Reach, Scope
from college.core.text import say
from college.people.persons.models import Person


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
    NATIONAL = "national"
    REGIONAL = "regional"

    @property
    def label(self) -> str:
        return {"national": say("National line"), "regional": say("Regional line")}[self]


class Qualification(Recorded, Base):
    """`approved_on` is the date on the state's certificate; `region` where a regional one holds.

    A correction is a new row: `known()` are those believed today.
    """

    __tablename__ = "qualification"
    unversioned = "never edited: a correction is a new row"
    __table_args__ = (
        sa.Index(
            "uq_qualification_known",
            "person_id",
            "level",
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        ),
        sa.CheckConstraint("(basis = 'regional') = (region != '')", "regional_names_its_region"),
    )

    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id))
    level: Mapped[Level] = mapped_column(stored_as_text(Level))
    approved_on: Mapped[date] = mapped_column(index=True)
    exam_year: Mapped[int | None]
    management_no_sealed: Mapped[bytes | None]
    basis: Mapped[PassBasis] = mapped_column(stored_as_text(PassBasis))
    region: Mapped[str] = mapped_column(sa.String(60), default="")
    evidence: Mapped[str] = mapped_column(sa.String(200), default="")

    person: Mapped[Person] = relationship(lazy="raise_on_sql")

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        if reach.scope in {Scope.MINE, Scope.UNIT}:
            return cls.person.has(Person.within(reach, actor))
        return sa.false()
