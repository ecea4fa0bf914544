"""Who opened whose page: one row a day for each reader, so that the person can see it."""

from datetime import date
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from college.core import clock
from college.core.db import Base
from college.core.roles import Actor, Reach, Scope
from college.people.persons.models import Person


class Look(Base):
    """`reader_id` opened the page of `person_id` on that day, once or often."""

    __tablename__ = "look"
    __table_args__ = (sa.UniqueConstraint("person_id", "reader_id", "on"),)
    unversioned: ClassVar[str] = "written once and never changed"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id))
    reader_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id), index=True)
    on: Mapped[date] = mapped_column(default=clock.today, index=True)

    reader: Mapped[Person] = relationship(lazy="joined", innerjoin=True, foreign_keys=reader_id)

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        if reach.scope is Scope.MINE and actor.person_id is not None:
            return cls.person_id == actor.person_id
        return sa.false()
