"""A state qualification that a person holds. It never expires."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from college.core import clock
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


class Qualification(Base):
    """`approved_on` is the date on the state's certificate; `region` where a regional one holds."""

    __tablename__ = "qualification"
    __table_args__ = (
        sa.UniqueConstraint("person_id", "level"),
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
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)

    person: Mapped[Person] = relationship(lazy="raise_on_sql")

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        if reach.scope in {Scope.MINE, Scope.UNIT}:
            return cls.person.has(Person.within(reach, actor))
        return sa.false()
