"""Who opened whose page, and what people ask for about what is stored on them."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from college.core import clock
from college.core.db import Base, stored_as_text
from college.core.roles import Actor, Reach, Scope
from college.core.states import Moves
from college.core.text import say
from college.core.versions import Versioned
from college.people.persons.models import Person


class RequestKind(StrEnum):
    CORRECTION = "correction"
    DELETION = "deletion"

    @property
    def label(self) -> str:
        return {"correction": say("Correction"), "deletion": say("Deletion")}[self]


class RequestState(StrEnum):
    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return {
            "asked": say("Waiting for an answer"),
            "granted": say("Done as asked"),
            "refused": say("Not done"),
            "withdrawn": say("Taken back"),
        }[self]


_S = RequestState
REQUEST_MOVES: Moves[RequestState] = {
    _S.ASKED: frozenset({_S.GRANTED, _S.REFUSED, _S.WITHDRAWN}),
    _S.GRANTED: frozenset[_S](),
    _S.REFUSED: frozenset[_S](),
    _S.WITHDRAWN: frozenset[_S](),
}


class DataRequest(Versioned, Base):
    """What a person asks for about their own data; `reason` is that of the answer."""

    __tablename__ = "data_request"
    __table_args__ = (
        sa.Index(
            "uq_data_request_asked",
            "person_id",
            "kind",
            unique=True,
            sqlite_where=sa.text("state = 'asked'"),
            postgresql_where=sa.text("state = 'asked'"),
        ),
        sa.CheckConstraint("(state = 'asked') = (decided_at IS NULL)", "decided_when_it_was"),
    )

    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id), index=True)
    kind: Mapped[RequestKind] = mapped_column(stored_as_text(RequestKind))
    state: Mapped[RequestState] = mapped_column(
        stored_as_text(RequestState), default=RequestState.ASKED, index=True
    )
    text: Mapped[str] = mapped_column(sa.String(1000), default="")
    reason: Mapped[str] = mapped_column(sa.String(300), default="")
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Person.id))

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True, foreign_keys=person_id)

    @property
    def is_open(self) -> bool:
        return self.state is RequestState.ASKED

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        if reach.scope is Scope.MINE and actor.person_id is not None:
            return cls.person_id == actor.person_id
        return sa.false()


class Look(Base):
    """`reader_id` opened the page of `person_id` on that day, once or often."""

    __tablename__ = "look"
    __table_args__ = (sa.UniqueConstraint("person_id", "reader_id", "on"),)
    unversioned: ClassVar[str] = "written once and never changed"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id))
    reader_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id), index=True)
    on: Mapped[date] = mapped_column(default=clock.today, index=True)

    reader: Mapped[Person] = relationship(lazy="joined", innerjoin=True, foreign_keys=reader_id)

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        if reach.scope is Scope.MINE and actor.person_id is not None:
            return cls.person_id == actor.person_id
        return sa.false()
