"""The review 评审 of the senior level: from the statement of the passed exam to the title.

Passing the written exam gives a statement and no title. A committee of the province reviews who
applies while the statement counts, the names stand on public notice, and then comes the title.
Source: 人社部规〔2018〕2号. It is the committee's; the college keeps what became of it.
"""

from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from college.core.dated import Recorded
from college.core.db import Base, stored_as_text
from college.core.roles import Actor, Reach, Scope
from college.core.states import Moves
from college.core.text import say
from college.core.versions import Versioned
from college.people.persons.models import Person


class ReviewState(StrEnum):
    PREPARED = "prepared"
    APPLIED = "applied"
    PASSED = "passed"
    NOT_PASSED = "not_passed"
    NOTICED = "noticed"
    OBJECTED = "objected"
    TITLED = "titled"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return {
            "prepared": say("Not applied for review yet"),
            "applied": say("Applied for review"),
            "passed": say("Review passed"),
            "not_passed": say("Review not passed"),
            "noticed": say("On public notice"),
            "objected": say("Public notice with an objection upheld"),
            "titled": say("Title obtained"),
            "withdrawn": say("Application for review withdrawn"),
        }[self]


_S = ReviewState
REVIEW_MOVES: Moves[ReviewState] = {
    _S.PREPARED: frozenset({_S.APPLIED}),
    _S.APPLIED: frozenset({_S.PASSED, _S.NOT_PASSED, _S.WITHDRAWN}),
    _S.PASSED: frozenset({_S.NOTICED}),
    _S.NOTICED: frozenset({_S.TITLED, _S.OBJECTED}),
}
REVIEWING = frozenset({_S.APPLIED, _S.PASSED, _S.NOTICED})
_OPEN = f"state IN ({', '.join(repr(state.value) for state in _S if state in REVIEWING)})"


class Review(Versioned, Base):
    """One application with the statement it rests on. `state` is that of the last step believed.

    `until_on` is the last day of the statement as printed; `ground` says why it is not that of the
    rule, such as a notice of the region.
    """

    __tablename__ = "review"
    __table_args__ = (
        sa.Index(
            "uq_review_open",
            "person_id",
            unique=True,
            sqlite_where=sa.text(_OPEN),
            postgresql_where=sa.text(_OPEN),
        ),
        sa.Index("ix_review_person_id", "person_id"),
        sa.CheckConstraint("until_on >= issued_on", "ends_after_beginning"),
    )

    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id))
    exam_year: Mapped[int]
    issued_on: Mapped[date]
    until_on: Mapped[date]
    ground: Mapped[str] = mapped_column(sa.String(200), default="")
    committee: Mapped[str] = mapped_column(sa.String(120), default="")
    state: Mapped[ReviewState] = mapped_column(stored_as_text(ReviewState), default=_S.PREPARED)

    person: Mapped[Person] = relationship(lazy="raise_on_sql")

    @property
    def is_under_way(self) -> bool:
        return self.state in REVIEWING

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        if reach.scope in {Scope.MINE, Scope.UNIT}:
            return cls.person.has(Person.within(reach, actor))
        return sa.false()


class ReviewStep(Recorded, Base):
    """A state that a review came into on a day, who says so and by what.

    That of the public notice carries its last day.
    """

    __tablename__ = "review_step"
    unversioned = "never edited: a correction is a new row"
    __table_args__ = (
        sa.Index(
            "uq_review_step_known",
            "review_id",
            "position",
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        ),
        sa.CheckConstraint("(state = 'noticed') = (to_on IS NOT NULL)", "notice_has_its_end"),
        sa.CheckConstraint('to_on IS NULL OR to_on >= "on"', "ends_after_beginning"),
    )

    review_id: Mapped[int] = mapped_column(sa.ForeignKey(Review.id), index=True)
    position: Mapped[int]
    state: Mapped[ReviewState] = mapped_column(stored_as_text(ReviewState))
    on: Mapped[date]
    to_on: Mapped[date | None]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Person.id))
    evidence: Mapped[str] = mapped_column(sa.String(200))

    review: Mapped[Review] = relationship(lazy="raise_on_sql")
    by: Mapped[Person | None] = relationship(lazy="raise_on_sql")

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        return cls.review.has(Review.within(reach, actor))
