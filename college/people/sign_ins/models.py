"""One row per device that is signed in: what its cookie names is worth as much as this row."""

from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from college.core import clock
from college.core.db import Base
from college.core.roles import Actor, Reach, Scope
from college.people.persons.models import Person


class SignIn(Base):
    """Whoever holds the key whose hash stands here is the person, while the row is in force.

    `epoch` is the account's at the time: raising that one ends all sign-ins at once. `passkey_id`:
    the passkey (people/passkeys) that proved the person, in place of password and code.
    """

    __tablename__ = "sign_in"
    __table_args__ = (
        sa.CheckConstraint("last_seen_at >= began_at", "seen_after_beginning"),
        sa.CheckConstraint("ended_at IS NULL OR ended_at >= began_at", "ends_after_beginning"),
    )
    unversioned: ClassVar[str] = "it only ever ends, and ending it twice is ending it"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id), index=True)
    key_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    epoch: Mapped[int]
    passkey_id: Mapped[int | None]  # no foreign key: the sign-in outlives the passkey
    browser: Mapped[str] = mapped_column(sa.String(32))  # words of devices.py
    system: Mapped[str] = mapped_column(sa.String(32))
    address: Mapped[str] = mapped_column(sa.String(45))  # its network, not the very machine
    began_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        if reach.scope is Scope.MINE and actor.person_id is not None:
            return cls.person_id == actor.person_id
        return sa.false()
