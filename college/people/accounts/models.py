"""An account signs a person in; role grants (people/roles) say what they may then do."""

from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from flask_login import UserMixin
from sqlalchemy.orm import Mapped, mapped_column, relationship

from college.core import clock
from college.core.db import Base
from college.core.roles import Actor, Grant
from college.people.persons.models import Person
from college.people.roles.models import RoleGrant


def clean_login(typed: str) -> str:
    """The name to store, to look up, and to count wrong passwords by: one account, one name."""
    return typed.strip().lower()


class Account(UserMixin, Base):
    """Raising `epoch` ends every sign-in (people/sign_ins) that began before."""

    __tablename__ = "account"
    __table_args__ = (
        sa.CheckConstraint("totp_since IS NULL OR totp_sealed IS NOT NULL", "asks_by_a_secret"),
    )
    unversioned: ClassVar[str] = "only its own person changes it, and names the password"
    # of this request, no columns: the sign-in that its cookie named, the key in that cookie, how
    # many notices are new, and the passkey by which that sign-in was begun, if there was one
    sign_in_id, key, unread, passkey_id = 0, "", 0, 0

    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id), unique=True)
    login: Mapped[str] = mapped_column(sa.String(64), unique=True)
    password_hash: Mapped[str] = mapped_column(sa.String(200))
    epoch: Mapped[int] = mapped_column(default=0)
    locale: Mapped[str] = mapped_column(sa.String(16), default="")
    last_signed_in_at: Mapped[datetime | None]
    # the second factor (people/second_factors): its secret, since when it is asked for, and the
    # half-minute of the last code that was taken
    totp_sealed: Mapped[bytes | None]
    totp_since: Mapped[datetime | None]
    totp_counter: Mapped[int] = mapped_column(default=0, server_default="0")

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)

    grants: Mapped[list[RoleGrant]] = relationship(
        primaryjoin=lambda: sa.orm.foreign(RoleGrant.person_id) == Account.person_id,
        viewonly=True,
        lazy="selectin",
        order_by=RoleGrant.id,
    )

    @property
    def has_second_factor(self) -> bool:
        return self.totp_since is not None

    @property
    def is_proved_twice(self) -> bool:
        """Whether this sign-in took more than the password: a code, or a passkey."""
        return self.has_second_factor or self.passkey_id > 0

    def get_id(self) -> str:
        return self.key

    @property
    def actor(self) -> Actor:
        today = clock.today()
        held = (grant for grant in self.grants if grant.holds_on(today))
        grants = (Grant(grant.role, grant.unit_id, grant.to_on) for grant in held)
        return Actor(self.person_id, frozenset(grants))
