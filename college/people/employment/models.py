"""Who worked where, as what, from when to when, and since when we know: under every figure."""

from datetime import date, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from college.core import clock
from college.core.dated import Lasting
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


NOBODY_BORN, AHEAD = date(1900, 1, 1), timedelta(days=366)
STAFF = frozenset({Capacity.STATION_WORKER, Capacity.COMMUNITY_WORKER, Capacity.CADRE})


class Employment(Lasting, Base):
    """A post: `to_on` is its last day. All rows of one post bear the id of its first as `post_id`.

    A row says what was believed of the post for a time; what changes is another row.
    """

    __tablename__ = "employment"
    unversioned = "never edited: a change is a new row, and whoever saw the old one is refused"
    __table_args__ = (
        sa.Index(
            "uq_employment_known",
            "person_id",
            "unit_id",
            "capacity",
            "from_on",
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        ),
        sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", "ends_after_beginning"),
    )

    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id), index=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey(Unit.id), index=True)
    capacity: Mapped[Capacity] = mapped_column(stored_as_text(Capacity))
    first_id: Mapped[int | None] = mapped_column(sa.ForeignKey("employment.id"), index=True)

    person: Mapped[Person] = relationship(lazy="raise_on_sql")
    unit: Mapped[Unit] = relationship(lazy="raise_on_sql")

    @property
    def post_id(self) -> int:
        return self.first_id or self.id

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        if reach.scope is Scope.MINE:
            return cls.person_id == actor.person_id
        if reach.scope is Scope.UNIT:
            return cls.unit_id.in_(Unit.at_or_below(reach.unit_id))
        return sa.false()


def may_begin(day: date, born_on: date | None) -> bool:
    """Whether a post may begin on a day: a year typed wrongly would move every figure since."""
    return (born_on or NOBODY_BORN) < day <= clock.today() + AHEAD
