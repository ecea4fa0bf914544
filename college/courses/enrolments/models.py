"""An enrolment: one person in one course run, from applying to completing."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, query_expression, relationship

from college.core import clock
from college.core.dated import Moment
from college.core.db import Base, stored_as_text
from college.core.roles import Actor, Reach, Scope
from college.core.text import say
from college.courses.runs.models import CourseRun
from college.people.persons.models import Person


class EnrolmentState(StrEnum):
    APPLIED = "applied"
    APPROVED = "approved"
    ENROLLED = "enrolled"
    WAITING = "waiting"
    OFFERED = "offered"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    COMPLETED = "completed"
    NOT_COMPLETED = "not_completed"

    @property
    def label(self) -> str:
        return {
            "applied": say("Applied"),
            "approved": say("Approved"),
            "enrolled": say("Enrolled"),
            "waiting": say("On the waiting list"),
            "offered": say("Seat offered"),
            "declined": say("Declined"),
            "withdrawn": say("Withdrawn"),
            "completed": say("Completed"),
            "not_completed": say("Not completed"),
        }[self]


_S = EnrolmentState
ENROLMENT_MOVES = {
    _S.APPLIED: frozenset({_S.APPROVED, _S.DECLINED, _S.WITHDRAWN}),
    _S.APPROVED: frozenset({_S.ENROLLED, _S.WAITING, _S.WITHDRAWN}),
    _S.WAITING: frozenset({_S.OFFERED, _S.ENROLLED, _S.WITHDRAWN}),
    _S.OFFERED: frozenset({_S.ENROLLED, _S.DECLINED, _S.WAITING, _S.WITHDRAWN}),
    _S.ENROLLED: frozenset({_S.COMPLETED, _S.NOT_COMPLETED, _S.WITHDRAWN}),
    _S.WITHDRAWN: frozenset({_S.ENROLLED, _S.WAITING}),
    _S.DECLINED: frozenset({_S.ENROLLED, _S.WAITING}),
    _S.COMPLETED: frozenset[_S](),
    _S.NOT_COMPLETED: frozenset[_S](),
}
IN_CLASS = frozenset({_S.ENROLLED, _S.COMPLETED, _S.NOT_COMPLETED})
SEATED = IN_CLASS | {_S.OFFERED}  # an offered seat is kept free
GONE = frozenset({_S.WITHDRAWN, _S.DECLINED})


class Enrolment(Base):
    """`outcome` keeps why the run's closing decided as it did: a list of {code, **facts}.

    `enrolled_at` is since when they have what they have, a seat or a place in line; `gave_up_at`,
    of who gave up a seat, until when they had it.

    `place` in the waiting list, from 1, is None unless the query of a page asked for it.
    """

    __tablename__ = "enrolment"
    unversioned = "moves by its state, under the lock of its class"
    __table_args__ = (
        sa.UniqueConstraint("run_id", "person_id"),
        sa.Index("ix_enrolment_person_state", "person_id", "state"),
    )

    run_id: Mapped[int] = mapped_column(sa.ForeignKey(CourseRun.id))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id))
    state: Mapped[EnrolmentState] = mapped_column(stored_as_text(EnrolmentState))
    note: Mapped[str] = mapped_column(sa.String(200), default="")
    queue_no: Mapped[int | None]  # place in the order of asking, per run; set when waiting
    enrolled_at: Mapped[datetime] = mapped_column(default=clock.now)
    gave_up_at: Mapped[datetime | None]
    minutes_attended: Mapped[int | None]
    total_mark: Mapped[Decimal | None] = mapped_column(sa.Numeric(5, 1))
    outcome: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)

    place: Mapped[int] = query_expression()
    run: Mapped[CourseRun] = relationship(lazy="raise_on_sql")
    person: Mapped[Person] = relationship(lazy="raise_on_sql")

    @classmethod
    def had_seat(cls, at: Moment) -> sa.ColumnElement[bool]:
        """Who had a seat at a moment, also those who gave it up later or finished the class."""
        return (cls.enrolled_at <= at) & (cls.state.in_(IN_CLASS) | (cls.gave_up_at > at))

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        if reach.scope in {Scope.MINE, Scope.UNIT}:
            return cls.person.has(Person.within(reach, actor))
        return cls.run.has(CourseRun.within(reach, actor))
