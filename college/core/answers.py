"""Twice is once: what a form was answered, kept under its one-time key."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from college.core import clock
from college.core.db import Base, db, insert_or_leave

KEPT = timedelta(days=2)  # longer than any form stays valid
MOST = 4000  # characters of a body: a script's answer; a page is never kept, only where it lies


class GivenAnswer(Base):
    __tablename__ = "given_answer"
    __table_args__ = (sa.UniqueConstraint("person_id", "key"),)

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    key: Mapped[str] = mapped_column(sa.String(64))
    status: Mapped[int]
    location: Mapped[str] = mapped_column(sa.Text, default="")
    body: Mapped[str] = mapped_column(sa.Text, default="")
    at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


_FIRST = sa.select(GivenAnswer).where(
    GivenAnswer.person_id == sa.bindparam("person"), GivenAnswer.key == sa.bindparam("once")
)


def first(person_id: int, key: str) -> GivenAnswer | None:
    """What this form was answered when it came first; None when it has not come yet."""
    return db.session.scalar(_FIRST, {"person": person_id, "once": key})


def keep(person_id: int, key: str, *, status: int, location: str, body: str) -> bool:
    """Keep the answer in the transaction of the change; False when the same form came in first.

    Where the other one is still at work, PostgreSQL waits here for how it ends.
    """
    row = {"person_id": person_id, "key": key, "status": status, "location": location, "body": body}
    return insert_or_leave(GivenAnswer, [row | {"at": clock.now()}]) == 1


def forget_old() -> int:
    """Delete the answers to forms that are no longer valid; returns how many."""
    old = sa.delete(GivenAnswer).where(GivenAnswer.at < clock.now() - KEPT)
    return len(db.session.scalars(old.returning(GivenAnswer.id)).all())
