"""One year's state exam in one province, with its dates: they differ by year and province."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from college.core.db import Base
from college.core.roles import Actor, Reach, Scope
from college.core.versions import Versioned


class ExamCycle(Versioned, Base):
    """`approved_on` is the date that the state prints on the certificates won in this cycle."""

    __tablename__ = "exam_cycle"
    __table_args__ = (
        sa.UniqueConstraint("year", "province"),
        sa.CheckConstraint("exam_to_on >= exam_from_on", "ends_after_start"),
    )

    year: Mapped[int]
    province: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(120))
    name_en: Mapped[str] = mapped_column(sa.String(200), default="")
    registration_from_on: Mapped[date | None]
    registration_to_on: Mapped[date | None]
    exam_from_on: Mapped[date]
    exam_to_on: Mapped[date]
    scores_on: Mapped[date | None]
    approved_on: Mapped[date | None]
    syllabus_edition: Mapped[str] = mapped_column(sa.String(32), default="")
    citation: Mapped[str] = mapped_column(sa.String(300), default="")

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        return sa.true() if reach.scope is Scope.MINE else sa.false()
