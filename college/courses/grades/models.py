"""A mark: what one trainee got in one assessment."""

from datetime import datetime
from decimal import Decimal

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
