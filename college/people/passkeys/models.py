"""Passkeys: keys that a person's devices keep, of which the college has the public half."""

from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from college.core import clock
from college.core.db import Base
from college.core.roles import Actor, Reach, Scope
from college.people.persons.models import Person

ID_LENGTH = 1364  # characters of base64url: an id has at most 1023 bytes
NAME_LENGTH = 40


class Passkey(Base):
    """`sign_count`: what the device counted at its last use; one that is shared counts nothing."""

    __tablename__ = "passkey"
    __table_args__ = (sa.CheckConstraint("sign_count >= 0", "counts_up"),)
    unversioned: ClassVar[str] = "its own person alone renames it; the last word counts"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id), index=True)
    credential_id: Mapped[str] = mapped_column(sa.String(ID_LENGTH), unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int] = mapped_column(sa.BigInteger)
    name: Mapped[str] = mapped_column(sa.String(NAME_LENGTH))
    added_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_used_at: Mapped[datetime | None]

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        if reach.scope is Scope.MINE and actor.person_id is not None:
            return cls.person_id == actor.person_id
        return sa.false()


class SpentChallenge(Base):
    """A challenge that was answered: it counts once, and is forgotten when it counts no more."""

    __tablename__ = "spent_challenge"
    unversioned: ClassVar[str] = "written once and never changed"

    challenge_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
