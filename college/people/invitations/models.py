"""An invitation: whoever brings its code chooses a password, once and for some days.

Of the code the database keeps the hash alone, as of the key of a sign-in.
"""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from college.core import clock
from college.core.db import Base, stored_as_text
from college.core.roles import Actor, Reach, Scope
from college.core.text import say
from college.people.persons.models import Person


class InvitationKind(StrEnum):
    FIRST = "first"
    RESET = "reset"

    @property
    def label(self) -> str:
        return {"first": say("Invitation"), "reset": say("New password")}[self]


class Way(StrEnum):
    MAIL = "mail"
    SLIP = "slip"

    @property
    def label(self) -> str:
        return {"mail": say("by message"), "slip": say("on paper")}[self]


class Invitation(Base):
    __tablename__ = "invitation"
    __table_args__ = (sa.CheckConstraint("expires_at > made_at", "ends_after_beginning"),)
    unversioned: ClassVar[str] = "it is used once or ends, and ending it twice is ending it"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id), index=True)
    kind: Mapped[InvitationKind] = mapped_column(stored_as_text(InvitationKind))
    way: Mapped[Way] = mapped_column(stored_as_text(Way))
    code_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]  # used, withdrawn, or another one came after it
    was_used: Mapped[bool] = mapped_column(default=False)

    person: Mapped[Person] = relationship(lazy="raise_on_sql")

    @classmethod
    def is_open(cls, at: datetime) -> sa.ColumnElement[bool]:
        return cls.ended_at.is_(None) & (cls.expires_at > at)

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        if reach.scope is Scope.MINE and actor.person_id is not None:
            return cls.person_id == actor.person_id
        if reach.scope is Scope.UNIT:
            return cls.person.has(Person.within(reach, actor))
        return sa.false()


class PasswordAsk(Base):
    """Somebody says that they forgot their password: what they typed, until the worker saw it."""

    __tablename__ = "password_ask"
    unversioned: ClassVar[str] = "it is written once and taken away"

    typed_sealed: Mapped[bytes]
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
