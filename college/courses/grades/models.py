"""A mark: what one trainee got in one assessment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from college.core import clock
from college.core.db import Base
from college.core.roles import Actor, Reach
from college.courses.enrolments.models import Enrolment
from college.courses.runs.models import Assessment
from college.people.persons.models import Person


class Mark(Base):
    __tablename__ = "mark"
    unversioned = "a cell sends its own version, and enter_mark compares it"
    __table_args__ = (
        sa.UniqueConstraint("assessment_id", "enrolment_id"),
        sa.CheckConstraint("value >= 0", "value_not_negative"),
    )

    assessment_id: Mapped[int] = mapped_column(sa.ForeignKey(Assessment.id))
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey(Enrolment.id), index=True)
    value: Mapped[Decimal | None] = mapped_column(sa.Numeric(5, 1))  # None: emptied again
    marked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Person.id))
    marked_at: Mapped[datetime] = mapped_column(default=clock.now)
    version: Mapped[int] = mapped_column(default=1)

    assessment: Mapped[Assessment] = relationship(lazy="raise_on_sql")
    enrolment: Mapped[Enrolment] = relationship(lazy="raise_on_sql")
    marked_by: Mapped[Person | None] = relationship(lazy="raise_on_sql")

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        return cls.enrolment.has(Enrolment.within(reach, actor))


@dataclass(frozen=True, slots=True)
class Achieved:
    """One assessment and what one trainee got in it; None for not marked yet."""

    title: str
    title_en: str
    weight_percent: int
    max_mark: Decimal
    pass_mark: Decimal
    value: Decimal | None


def weighted_total(achieved: Iterable[Achieved]) -> Decimal | None:
    """Return the total of 100, rounded half up to one decimal; None until every mark is there.

    Each mark counts as a share of its maximum; weights that do not sum to 100 count in proportion.
    """
    points, weights = Fraction(0), 0
    for one in achieved:
        if one.value is None:
            return None
        points += Fraction(one.value) / Fraction(one.max_mark) * one.weight_percent
        weights += one.weight_percent
    if not weights:
        return None
    tenths = (1000 * points / weights + Fraction(1, 2)).__floor__()
    return Decimal(tenths) / 10


def plain(value: Decimal | None) -> str:
    """A mark as one types it: "86.5", "86", "" for none."""
    return "" if value is None else f"{value:.1f}".removesuffix(".0")
