"""Who worked where, as what, from when to when: the ground under every figure."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from college.core import clock
from college.core.db import Base, stored_as_text
from college.core.roles import Actor, Reach, Scope
from college.core.text import say
from college.people.persons.models import Person
from college.stations.units.models import Unit


class Capacity(StrEnum):
    STATION_WORKER = "station_worker"
    COMMUNITY_WORKER = "community_worker"
    CADRE = "cadre"
    VOLUNTEER = "volunteer"
    LECTURER = "lecturer"
    SUPERVISOR = "supervisor"
    OTHER = "other"

    @property
    def label(self) -> str:
        return {
            "station_worker": say("Station worker"),
            "community_worker": say("Community worker"),
            "cadre": say("Cadre"),
            "volunteer": say("Volunteer"),
            "lecturer": say("Lecturer"),
            "supervisor": say("Supervisor"),
            "other": say("Other"),
        }[self]


STAFF = frozenset({Capacity.STATION_WORKER, Capacity.COMMUNITY_WORKER, Capacity.CADRE})


class Employment(Base):
    """`to_on` is the last day; None while it lasts."""

    __tablename__ = "employment"
    __table_args__ = (
        sa.UniqueConstraint("person_id", "unit_id", "capacity", "from_on"),
        sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", "ends_after_beginning"),
    )

    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id))
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey(Unit.id), index=True)
    capacity: Mapped[Capacity] = mapped_column(stored_as_text(Capacity))
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)

    person: Mapped[Person] = relationship(lazy="raise_on_sql")
    unit: Mapped[Unit] = relationship(lazy="raise_on_sql")

    @classmethod
    def covers(cls, day: date | sa.ColumnElement[date]) -> sa.ColumnElement[bool]:
        return (cls.from_on <= day) & (cls.to_on.is_(None) | (cls.to_on >= day))

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        if reach.scope is Scope.MINE:
            return cls.person_id == actor.person_id
        if reach.scope is Scope.UNIT:
            return cls.unit_id.in_(Unit.at_or_below(reach.unit_id))
        return sa.false()
