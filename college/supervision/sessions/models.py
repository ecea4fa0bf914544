"""A supervision session and what each supervisee took from it, in minutes.

Private notes of supervisor or supervisee are no part of this release: nothing is written down here
that the two do not both read.
"""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from college.core import clock
from college.core.db import Base, stored_as_text
from college.core.roles import Actor, Reach, Scope
from college.core.text import say
from college.core.versions import Versioned
from college.people.persons.models import Person


class Form(StrEnum):
    INDIVIDUAL = "individual"
    GROUP = "group"
    PEER = "peer"
    LIVE = "live"

    @property
    def label(self) -> str:
        return {
            "individual": say("Individual supervision"),
            "group": say("Group supervision"),
            "peer": say("Peer supervision"),
            "live": say("Live supervision"),
        }[self]

    @property
    def short(self) -> str:
        """The label where the word supervision goes without saying."""
        return {
            "individual": say("Individual"),
            "group": say("Group"),
            "peer": say("Peer"),
            "live": say("Live"),
        }[self]


class SupervisionType(StrEnum):
    """Who bears which responsibility; see the glossary."""

    APPRENTICE = "apprentice"
    TRAINING = "training"
    MANAGERIAL = "managerial"
    CONSULTATIVE = "consultative"

    @property
    def label(self) -> str:
        return {
            "apprentice": say("Apprentice supervision"),
            "training": say("Training supervision"),
            "managerial": say("Managerial supervision"),
            "consultative": say("Consultative supervision"),
        }[self]


class Function(StrEnum):
    ADMINISTRATIVE = "administrative"
    EDUCATIONAL = "educational"
    SUPPORTIVE = "supportive"

    @property
    def label(self) -> str:
        return {
            "administrative": say("Administrative"),
            "educational": say("Educational"),
            "supportive": say("Supportive"),
        }[self]


class SessionState(StrEnum):
    LOGGED = "logged"  # waits for the supervisees' confirmations
    LOCKED = "locked"  # every supervisee confirmed; its minutes count

    @property
    def label(self) -> str:
        return {
            "logged": say("Waiting for confirmation"),
            "locked": say("Confirmed and locked"),
        }[self]


SESSION_MOVES = {
    SessionState.LOGGED: frozenset({SessionState.LOCKED}),
    SessionState.LOCKED: frozenset[SessionState](),
}


class SupervisionSession(Versioned, Base):
    """`functions` is a list of Function values. No text here may name a client: case codes only."""

    __tablename__ = "supervision_session"
    __table_args__ = (sa.CheckConstraint("ends_at > starts_at", "ends_after_start"),)
    counts_by_itself = False

    supervisor_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id), index=True)
    form: Mapped[Form] = mapped_column(stored_as_text(Form))
    type: Mapped[SupervisionType] = mapped_column(stored_as_text(SupervisionType))
    functions: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(sa.String(120), default="")
    is_remote: Mapped[bool] = mapped_column(default=False)
    topics: Mapped[str] = mapped_column(sa.String(1000))
    agreed_actions: Mapped[str] = mapped_column(sa.String(1000), default="")
    state: Mapped[SessionState] = mapped_column(
        stored_as_text(SessionState), default=SessionState.LOGGED
    )
    logged_at: Mapped[datetime] = mapped_column(default=clock.now)
    locked_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)  # of what is confirmed; locking leaves it

    supervisor: Mapped[Person] = relationship(lazy="raise_on_sql")
    attendances: Mapped[list["SupervisionAttendance"]] = relationship(
        back_populates="supervision_session",
        lazy="raise_on_sql",
        order_by="SupervisionAttendance.id",
    )

    @property
    def function_labels(self) -> list[str]:
        return [Function(value).label for value in self.functions]

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds()) // 60

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        if reach.scope is Scope.SUPERVISED:
            return cls.supervisor_id == actor.person_id
        if reach.scope is Scope.MINE:
            return cls.attendances.any(SupervisionAttendance.supervisee_id == actor.person_id)
        return sa.false()


class SupervisionAttendance(Base):
    """The minutes of one supervisee; they count once the session is locked.

    `objection` is what the supervisee says is not right with them, and `objected_at` when.
    """

    __tablename__ = "supervision_attendance"
    unversioned = "moves under the lock of its record, whose version is compared"
    __table_args__ = (
        sa.UniqueConstraint("supervision_session_id", "supervisee_id"),
        sa.CheckConstraint("minutes > 0", "minutes_positive"),
        sa.CheckConstraint("confirmed_at IS NULL OR objected_at IS NULL", "confirmed_or_objected"),
    )

    supervision_session_id: Mapped[int] = mapped_column(sa.ForeignKey(SupervisionSession.id))
    supervisee_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id), index=True)
    minutes: Mapped[int]
    confirmed_at: Mapped[datetime | None]
    objected_at: Mapped[datetime | None]
    objection: Mapped[str] = mapped_column(sa.String(300), default="")

    supervision_session: Mapped[SupervisionSession] = relationship(
        back_populates="attendances", lazy="raise_on_sql"
    )
    supervisee: Mapped[Person] = relationship(lazy="raise_on_sql")

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        if reach.scope is Scope.MINE:
            return cls.supervisee_id == actor.person_id
        return cls.supervision_session.has(SupervisionSession.within(reach, actor))
