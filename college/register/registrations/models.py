"""The registration 登记 of a state qualification: three years at a time, beside what never expires.

It is the registrar's, not the college's: the college keeps what became of it, step by step.
"""

from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from college.core.dated import Lasting, Recorded
from college.core.db import Base, stored_as_text
from college.core.roles import Actor, Reach, Scope
from college.core.text import say
from college.core.versions import Versioned
from college.people.persons.models import Person
from college.people.qualifications.models import Level


class RegistrationState(StrEnum):
    """As the national system 中国社会工作信息网 calls them; the last is ours."""

    NOT_APPLIED = "not_applied"
    APPLIED = "applied"
    FIRST_PASSED = "first_passed"
    FIRST_REFUSED = "first_refused"
    FINAL_PASSED = "final_passed"
    FINAL_REFUSED = "final_refused"
    REGISTERED = "registered"
    ISSUED = "issued"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        return {
            "not_applied": say("Not applied for"),
            "applied": say("Waits for review"),
            "first_passed": say("First review passed"),
            "first_refused": say("First review not passed"),
            "final_passed": say("Final review passed"),
            "final_refused": say("Final review not passed"),
            "registered": say("Registration completed"),
            "issued": say("Registration certificate issued"),
            "cancelled": say("Registration cancelled"),
        }[self]


_S = RegistrationState
REGISTRATION_MOVES = {
    # completed at once: one from before the college kept them, taken over from its certificate
    _S.NOT_APPLIED: frozenset({_S.APPLIED, _S.REGISTERED}),
    _S.APPLIED: frozenset({_S.FIRST_PASSED, _S.FIRST_REFUSED, _S.CANCELLED}),
    _S.FIRST_REFUSED: frozenset({_S.APPLIED, _S.CANCELLED}),
    _S.FIRST_PASSED: frozenset({_S.FINAL_PASSED, _S.FINAL_REFUSED}),  # locked from here on
    _S.FINAL_REFUSED: frozenset({_S.APPLIED, _S.CANCELLED}),
    _S.FINAL_PASSED: frozenset({_S.REGISTERED}),
    _S.REGISTERED: frozenset({_S.ISSUED, _S.CANCELLED}),
    _S.ISSUED: frozenset({_S.CANCELLED}),
    _S.CANCELLED: frozenset[_S](),
}
IN_FORCE = frozenset({_S.REGISTERED, _S.ISSUED})
UNDER_WAY = frozenset(_S) - IN_FORCE - {_S.NOT_APPLIED, _S.CANCELLED}
_OPEN = f"state IN ({', '.join(repr(state.value) for state in _S if state in UNDER_WAY)})"


class RegistrationKind(StrEnum):
    FIRST = "first"
    RENEWAL = "renewal"

    @property
    def label(self) -> str:
        return {"first": say("First registration"), "renewal": say("Re-registration")}[self]


class RegistrationRule(Lasting, Base):
    """How long and by when, since a day, with its source. Months and working days are whole."""

    __tablename__ = "registration_rule"
    unversioned = "never edited: a new rule is a new row"
    __table_args__ = (
        sa.UniqueConstraint("from_on"),
        sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", "ends_after_beginning"),
        sa.CheckConstraint(
            "first_within_months > 0 AND period_months > 0 AND window_months > 0", "counts_up"
        ),
    )

    first_within_months: Mapped[int]
    period_months: Mapped[int]
    window_months: Mapped[int]
    decision_days: Mapped[int]
    citation: Mapped[str] = mapped_column(sa.String(300))

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        return sa.true() if reach.scope is Scope.PUBLISHED else sa.false()


class Registration(Versioned, Base):
    """One application and the period it led to. `state` is that of the last step believed.

    `ground`: why the registrar took it outside the window, in their words.
    """

    __tablename__ = "registration"
    __table_args__ = (
        sa.Index(
            "uq_registration_open",
            "person_id",
            "level",
            unique=True,
            sqlite_where=sa.text(_OPEN),
            postgresql_where=sa.text(_OPEN),
        ),
        sa.Index("ix_registration_person_level", "person_id", "level"),
    )

    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id))
    level: Mapped[Level] = mapped_column(stored_as_text(Level))
    kind: Mapped[RegistrationKind] = mapped_column(stored_as_text(RegistrationKind))
    state: Mapped[RegistrationState] = mapped_column(
        stored_as_text(RegistrationState), default=RegistrationState.NOT_APPLIED
    )
    registrar: Mapped[str] = mapped_column(sa.String(120), default="")
    ground: Mapped[str] = mapped_column(sa.String(200), default="")
    rule_id: Mapped[int] = mapped_column(sa.ForeignKey(RegistrationRule.id))

    person: Mapped[Person] = relationship(lazy="raise_on_sql")
    rule: Mapped[RegistrationRule] = relationship(lazy="raise_on_sql")

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        if reach.scope in {Scope.MINE, Scope.UNIT}:
            return cls.person.has(Person.within(reach, actor))
        return sa.false()


class RegistrationStep(Recorded, Base):
    """A state that a registration came into on a day, who says so and by what.

    The step that completes it carries the period as the certificate prints it.
    """

    __tablename__ = "registration_step"
    unversioned = "never edited: a correction is a new row"
    __table_args__ = (
        sa.Index(
            "uq_registration_step_known",
            "registration_id",
            "position",
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        ),
        sa.CheckConstraint(
            "(state = 'registered') = (from_on IS NOT NULL AND to_on IS NOT NULL)", "has_its_period"
        ),
        sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", "ends_after_beginning"),
    )

    registration_id: Mapped[int] = mapped_column(sa.ForeignKey(Registration.id), index=True)
    position: Mapped[int]
    state: Mapped[RegistrationState] = mapped_column(stored_as_text(RegistrationState))
    on: Mapped[date]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Person.id))
    evidence: Mapped[str] = mapped_column(sa.String(200), default="")
    from_on: Mapped[date | None]
    to_on: Mapped[date | None]
    certificate_no: Mapped[str] = mapped_column(sa.String(40), default="")

    registration: Mapped[Registration] = relationship(lazy="raise_on_sql")
    by: Mapped[Person | None] = relationship(lazy="raise_on_sql")

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        return cls.registration.has(Registration.within(reach, actor))
