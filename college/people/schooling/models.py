"""What a person learned and where they did social work before the college knew their posts."""

from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from college.core.dated import Lasting, Recorded
from college.core.db import Base, stored_as_text
from college.core.roles import Actor, Reach, Scope
from college.core.text import say
from college.people.persons.models import Person


class Education(StrEnum):
    """The degrees that the conditions of the exam tell apart, lowest first."""

    SECONDARY = "secondary"
    JUNIOR_COLLEGE = "junior_college"
    BACHELOR = "bachelor"
    MASTER = "master"
    DOCTORATE = "doctorate"

    @property
    def label(self) -> str:
        return {
            "secondary": say("Senior high or secondary vocational school"),
            "junior_college": say("Junior college"),
            "bachelor": say("Bachelor"),
            "master": say("Master"),
            "doctorate": say("Doctorate"),
        }[self]

    @property
    def rank(self) -> int:
        return list(Education).index(self)


class Schooling(Recorded, Base):
    """One diploma, or one that is expected: `graduated_on` is the day on it, or to be on it.

    `studied_from_on` is the first day of full-time study: that time counts as no practice. None:
    the person studied beside their work. A correction is a new row.
    """

    __tablename__ = "schooling"
    unversioned = "never edited: a correction is a new row"
    __table_args__ = (
        sa.CheckConstraint(
            "studied_from_on IS NULL OR studied_from_on <= graduated_on", "begins_before_its_end"
        ),
    )

    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id), index=True)
    education: Mapped[Education] = mapped_column(stored_as_text(Education))
    is_social_work: Mapped[bool]
    graduated_on: Mapped[date]
    studied_from_on: Mapped[date | None]
    evidence: Mapped[str] = mapped_column(sa.String(200), default="")

    person: Mapped[Person] = relationship(lazy="raise_on_sql")

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        return _of_people(cls, reach, actor)


class EarlierPractice(Lasting, Base):
    """Social work done elsewhere, as stated: what no post of the college's own record says."""

    __tablename__ = "earlier_practice"
    unversioned = "never edited: what was wrong is withdrawn and entered anew"
    __table_args__ = (
        sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", "ends_after_beginning"),
    )

    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id), index=True)
    employer: Mapped[str] = mapped_column(sa.String(120))
    evidence: Mapped[str] = mapped_column(sa.String(200), default="")

    person: Mapped[Person] = relationship(lazy="raise_on_sql")

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        return _of_people(cls, reach, actor)


def _of_people(
    model: type[Schooling] | type[EarlierPractice], reach: Reach, actor: Actor
) -> sa.ColumnElement[bool]:
    if reach.scope in {Scope.MINE, Scope.UNIT}:
        return model.person_id.in_(sa.select(Person.id).where(Person.within(reach, actor)))
    return sa.false()
