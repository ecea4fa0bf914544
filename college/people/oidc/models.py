"""Who a person is elsewhere: at the provider by whose word they may sign in here."""

from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from college.core import clock
from college.core.db import Base
from college.core.roles import Actor, Reach, Scope
from college.people.persons.models import Person

ISSUER_LENGTH, SUBJECT_LENGTH, SHOWN_LENGTH = 255, 255, 100


class ExternalIdentity(Base):
    """A provider’s (`issuer`) lasting name for somebody (the standard’s `sub`), and whose it is.

    Never a mail address: those are handed on, and whoever got one would get the account with it.
    `shown_as` is what the owner knows it by; nothing is ever looked up by it.
    """

    __tablename__ = "external_identity"
    __table_args__ = (
        sa.UniqueConstraint("issuer", "sub"),
        sa.UniqueConstraint("person_id", "issuer"),
    )
    unversioned: ClassVar[str] = "it is linked once and unlinked, never changed"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id))
    issuer: Mapped[str] = mapped_column(sa.String(ISSUER_LENGTH))
    sub: Mapped[str] = mapped_column(sa.String(SUBJECT_LENGTH))
    shown_as: Mapped[str] = mapped_column(sa.String(SHOWN_LENGTH), default="")
    linked_at: Mapped[datetime] = mapped_column(default=clock.now)

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        if reach.scope is Scope.MINE and actor.person_id is not None:
            return cls.person_id == actor.person_id
        return sa.false()
