"""Continuing education 继续教育: what counts, by which rule, and what people entered.

Minutes throughout: one class period 学时 is not one hour 小时. Hours of the college's own classes
are no rows here: they are read from attendance, so that nothing stands twice.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from college.core import clock
from college.core.dated import Lasting, Recorded
from college.core.db import Base, stored_as_text
from college.core.roles import Actor, Reach, Scope
from college.core.text import say
from college.people.persons.models import Person
from college.people.qualifications.models import Level
from college.register.registrations.models import Registration


class HourCategory(StrEnum):
    TRAINING = "training"
    DEGREE = "degree"
    PUBLICATION = "publication"
    HOMEWORK = "homework"

    @property
    def label(self) -> str:
        return {
            "training": say("Filed training"),
            "degree": say("Degree education in social work"),
            "publication": say("Published articles"),
            "homework": say("Marked homework"),
        }[self]


class HourUnit(StrEnum):
    """In what a proof says how much it was."""

    HOUR = "hour"
    PERIOD = "period"
    PIECE = "piece"

    @property
    def label(self) -> str:
        return {
            "hour": say("hours (clock hours)"),
            "period": say("class periods"),
            "piece": say("pieces"),
        }[self]


class Bound(StrEnum):
    AT_LEAST = "at_least"
    AT_MOST = "at_most"

    @property
    def label(self) -> str:
        return {"at_least": say("at least"), "at_most": say("counts at most")}[self]


class HoursRule(Lasting, Base):
    """Minutes that a period of a level asks for; of one category, or, without one, in all.

    A rule of a region goes before that of the whole country (""). Nothing is overwritten: who ends
    a rule, or begins a new one after it, leaves the row as what was believed and adds another.
    """

    __tablename__ = "hours_rule"
    unversioned = "never edited: a new rule is a new row"
    __table_args__ = (
        sa.CheckConstraint("minutes > 0", "minutes_positive"),
        sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", "ends_after_beginning"),
        sa.CheckConstraint("category IS NOT NULL OR bound = 'at_least'", "all_is_at_least"),
    )

    region: Mapped[str] = mapped_column(sa.String(60), default="", server_default="")
    level: Mapped[Level] = mapped_column(stored_as_text(Level))
    category: Mapped[HourCategory | None] = mapped_column(stored_as_text(HourCategory))
    bound: Mapped[Bound] = mapped_column(stored_as_text(Bound))
    minutes: Mapped[int]
    citation: Mapped[str] = mapped_column(sa.String(300))

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        return sa.true() if reach.scope is Scope.PUBLISHED else sa.false()


class ConversionRule(Lasting, Base):
    """How many minutes one unit of a proof is, in a region ("": everywhere) and since a day.

    `is_once`: it counts once in a life, such as a degree.
    """

    __tablename__ = "conversion_rule"
    unversioned = "never edited: a new rule is a new row"
    __table_args__ = (
        sa.Index(
            "uq_conversion_rule_known",
            "region",
            "category",
            "unit",
            "name",
            "from_on",
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        ),
        sa.CheckConstraint("minutes_per_unit > 0", "minutes_positive"),
        sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", "ends_after_beginning"),
    )

    region: Mapped[str] = mapped_column(sa.String(60), default="")
    category: Mapped[HourCategory] = mapped_column(stored_as_text(HourCategory))
    unit: Mapped[HourUnit] = mapped_column(stored_as_text(HourUnit))
    name: Mapped[str] = mapped_column(sa.String(120))
    minutes_per_unit: Mapped[int]
    is_once: Mapped[bool] = mapped_column(default=False)
    citation: Mapped[str] = mapped_column(sa.String(300))

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        return sa.true() if reach.scope is Scope.PUBLISHED else sa.false()


class EntryState(StrEnum):
    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        return {
            "waiting": say("Waits for confirmation"),
            "confirmed": say("Confirmed"),
            "refused": say("Not confirmed"),
        }[self]


_S = EntryState
ENTRY_MOVES = {
    _S.WAITING: frozenset({_S.CONFIRMED, _S.REFUSED}),
    _S.CONFIRMED: frozenset[_S](),
    _S.REFUSED: frozenset[_S](),
}


class HourEntry(Recorded, Base):
    """What a proof shows that is none of the college's own. It counts on its last day, `done_on`.

    A second person says whether it does. A correction is a new row, which waits for that anew; all
    rows of one entry bear the id of the first.
    """

    __tablename__ = "hour_entry"
    unversioned = "never edited: decided once, under lock; a correction is a new row"
    __table_args__ = (
        sa.Index("ix_hour_entry_person_id_done_on", "person_id", "done_on"),
        sa.CheckConstraint("minutes > 0", "minutes_positive"),
        sa.CheckConstraint("done_on >= from_on", "ends_after_beginning"),
        sa.CheckConstraint("category <> 'training' OR filing_no <> ''", "training_is_filed"),
        sa.CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", "decided_when_it_was"),
        sa.CheckConstraint(
            "decided_by_id IS NULL OR entered_by_id IS NULL OR decided_by_id <> entered_by_id",
            "decided_by_another",
        ),
    )

    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id))
    first_id: Mapped[int | None] = mapped_column(sa.ForeignKey("hour_entry.id"), index=True)
    category: Mapped[HourCategory] = mapped_column(stored_as_text(HourCategory))
    title: Mapped[str] = mapped_column(sa.String(120))
    provider: Mapped[str] = mapped_column(sa.String(120), default="")
    from_on: Mapped[date]
    done_on: Mapped[date]
    quantity: Mapped[Decimal] = mapped_column(sa.Numeric(6, 1))
    conversion_id: Mapped[int] = mapped_column(sa.ForeignKey(ConversionRule.id))
    minutes: Mapped[int]
    filing_no: Mapped[str] = mapped_column(sa.String(64), default="")
    authority: Mapped[str] = mapped_column(sa.String(120), default="")
    evidence: Mapped[str] = mapped_column(sa.String(200))
    entered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Person.id))
    state: Mapped[EntryState] = mapped_column(stored_as_text(EntryState), default=_S.WAITING)
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Person.id))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(sa.String(200), default="")

    person: Mapped[Person] = relationship(lazy="raise_on_sql", foreign_keys=person_id)
    conversion: Mapped[ConversionRule] = relationship(lazy="raise_on_sql")
    entered_by: Mapped[Person | None] = relationship(
        lazy="raise_on_sql", foreign_keys=entered_by_id
    )
    decided_by: Mapped[Person | None] = relationship(
        lazy="raise_on_sql", foreign_keys=decided_by_id
    )

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        if reach.scope in {Scope.MINE, Scope.UNIT}:
            return cls.person.has(Person.within(reach, actor))
        return sa.false()


class PeriodWarning(Base):
    """Somebody was told, so many days before their period ends: once each."""

    __tablename__ = "period_warning"
    __table_args__ = (sa.UniqueConstraint("registration_id", "days"),)
    unversioned = "written by the worker alone"

    registration_id: Mapped[int] = mapped_column(sa.ForeignKey(Registration.id))
    days: Mapped[int]
    told_at: Mapped[datetime] = mapped_column(default=clock.now)

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        del cls, reach, actor
        return sa.false()
