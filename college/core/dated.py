"""Facts that are never overwritten: what was so from when until when, and since when we know it.

A change, a correction and a withdrawal each leave the old row as it was, say when it ceased to be
believed, and add what is believed instead. So every figure answers two questions: as of a day, and
as known on a day; last year's report can be printed again as it was.
"""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from college.core import clock

Day = date | sa.ColumnElement[date]
Moment = datetime | sa.ColumnElement[datetime]


class Recorded:
    """A row that is believed from `recorded_at` until `superseded_at`; None: still."""

    recorded_at: Mapped[datetime] = mapped_column(default=clock.now, sort_order=90)
    superseded_at: Mapped[datetime | None] = mapped_column(sort_order=91)

    @classmethod
    def known(cls, at: Moment | None = None) -> sa.ColumnElement[bool]:
        """The rows believed at a moment; now, where none is given."""
        if at is None:
            return cls.superseded_at.is_(None)
        return (cls.recorded_at <= at) & (cls.superseded_at.is_(None) | (cls.superseded_at > at))


class Lasting(Recorded):
    """A fact from its first day to its last; `to_on` is None while no end is known."""

    from_on: Mapped[date] = mapped_column(sort_order=80)
    to_on: Mapped[date | None] = mapped_column(sort_order=81)

    @classmethod
    def covers(cls, day: Day, known_at: Moment | None = None) -> sa.ColumnElement[bool]:
        """The facts that were so on a day, as known now or at a moment."""
        lasts = cls.to_on.is_(None) | (cls.to_on >= day)
        return cls.known(known_at) & (cls.from_on <= day) & lasts
