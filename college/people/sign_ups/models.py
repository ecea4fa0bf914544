"""A registration: somebody came by themselves and waits until the college knows who they are.

It holds what they typed. Numbers are stored as a person's are, and are wiped once it is decided.
"""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from college.core import clock
from college.core.db import Base, stored_as_text
from college.core.roles import Actor, Reach, Scope
from college.core.states import Moves
from college.core.text import say
from college.core.versions import Versioned
from college.people.persons.identity import IdType
from college.people.persons.models import Person
from college.stations.units.models import Unit


class SignUpState(StrEnum):
    CLAIM = "claim"
    NEWCOMER = "newcomer"
    ACCEPTED = "accepted"
    DECLINED = "declined"

    @property
    def label(self) -> str:
        return {
            "claim": say("Says to be on record"),
            "newcomer": say("New to the college"),
            "accepted": say("Accepted"),
            "declined": say("Turned down"),
        }[self]


WAITING = frozenset({SignUpState.CLAIM, SignUpState.NEWCOMER})
MOVES: Moves[SignUpState] = {
    # somebody with the same number was put on record meanwhile
    SignUpState.NEWCOMER: frozenset(
        {SignUpState.CLAIM, SignUpState.ACCEPTED, SignUpState.DECLINED}
    ),
    SignUpState.CLAIM: frozenset({SignUpState.ACCEPTED, SignUpState.DECLINED}),
}


class SignUp(Versioned, Base):
    """`person_id` is whom it claims to be, once accepted who it is.

    `decider_id` is the unit whose manager answers a claim; None: the college alone does.
    """

    __tablename__ = "sign_up"
    __table_args__ = (
        sa.CheckConstraint("state <> 'claim' OR person_id IS NOT NULL", "claims_somebody"),
        sa.CheckConstraint("state <> 'accepted' OR person_id IS NOT NULL", "accepted_as_somebody"),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (state IN ('claim', 'newcomer'))", "decided_when_it_was"
        ),
    )

    state: Mapped[SignUpState] = mapped_column(stored_as_text(SignUpState), index=True)
    full_name: Mapped[str] = mapped_column(sa.String(100))
    id_type: Mapped[IdType] = mapped_column(stored_as_text(IdType))
    id_number_sealed: Mapped[bytes | None]
    id_number_key: Mapped[str] = mapped_column(sa.String(64))
    id_number_masked: Mapped[str] = mapped_column(sa.String(24))
    phone_sealed: Mapped[bytes | None]
    phone_masked: Mapped[str] = mapped_column(sa.String(24), default="")
    email: Mapped[str] = mapped_column(sa.String(254), default="")
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey(Unit.id))
    decider_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Unit.id), index=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Person.id), index=True)
    password_hash: Mapped[str] = mapped_column(sa.String(200))
    consent: Mapped[str] = mapped_column(sa.String(32))  # the codes of the texts they agreed to
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(sa.String(300), default="")  # of a no

    unit: Mapped[Unit] = relationship(lazy="raise_on_sql", foreign_keys=unit_id)
    decider: Mapped[Unit | None] = relationship(lazy="raise_on_sql", foreign_keys=decider_id)
    person: Mapped[Person | None] = relationship(lazy="raise_on_sql")

    @property
    def is_waiting(self) -> bool:
        return self.state in WAITING

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        """A unit answers claims on its own people; who is new is the college's to take in."""
        if reach.scope is Scope.UNIT:
            return cls.decider_id.in_(Unit.at_or_below(reach.unit_id))
        return sa.false()
