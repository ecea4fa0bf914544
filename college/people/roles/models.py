"""Role grants: who acts as what, where and until when. They end by themselves."""

from datetime import date, datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from college.core.db import Base, stored_as_text
from college.core.roles import Actor, Reach, Role, Scope
from college.people.persons.models import Person
from college.stations.units.models import Unit


class RoleGrant(Base):
    """`to_on` is the last day; None while it lasts. One that was ended ends on that very moment."""

    __tablename__ = "role_grant"
    __table_args__ = (
        sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", "ends_after_beginning"),
        sa.CheckConstraint("ended_at IS NULL OR to_on IS NOT NULL", "ended_has_a_day"),
    )
    unversioned: ClassVar[str] = "it only ever ends, and ending it twice is ending it"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id), index=True)
    role: Mapped[Role] = mapped_column(stored_as_text(Role))
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Unit.id), index=True)
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    ended_at: Mapped[datetime | None]  # early, by somebody; then `to_on` is the day of it

    person: Mapped[Person] = relationship(lazy="raise_on_sql")
    unit: Mapped[Unit | None] = relationship(lazy="raise_on_sql")

    @classmethod
    def in_force(cls, day: date) -> sa.ColumnElement[bool]:
        return (cls.from_on <= day) & cls.lasts_on(day)

    @classmethod
    def lasts_on(cls, day: date) -> sa.ColumnElement[bool]:
        """Whether it holds on a day, or begins after it."""
        to_the_end = cls.ended_at.is_(None) & (cls.to_on >= day)
        return cls.to_on.is_(None) | (cls.to_on > day) | to_the_end

    def holds_on(self, day: date) -> bool:
        """As `in_force`, for a row that lies before us."""
        if self.from_on > day or self.to_on is None:
            return self.from_on <= day
        return self.to_on > day or (self.to_on == day and self.ended_at is None)

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        if reach.scope is Scope.UNIT:
            return cls.unit_id.in_(Unit.at_or_below(reach.unit_id))
        return sa.false()
