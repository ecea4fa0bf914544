"""A course: what is taught, whenever it is taught."""

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from college.core.db import Base, stored_as_text
from college.core.roles import Actor, Reach, Scope
from college.core.text import say
from college.core.versions import Versioned


class Category(StrEnum):
    EXAM_PREP = "exam_prep"
    PRACTICE = "practice"
    CONTINUING_EDUCATION = "continuing_education"
    SUPERVISION = "supervision"

    @property
    def label(self) -> str:
        return {
            "exam_prep": say("Exam preparation"),
            "practice": say("Practice skills"),
            "continuing_education": say("Continuing education"),
            "supervision": say("Supervision"),
        }[self]


class Course(Versioned, Base):
    """`minutes` of teaching; one class period of this course lasts `minutes_per_period`.

    Hours count as continuing education only where the training is filed: `ce_filing_no`.
    """

    __tablename__ = "course"
    __table_args__ = (
        sa.CheckConstraint("minutes > 0", "minutes_positive"),
        sa.CheckConstraint("minutes_per_period > 0", "period_positive"),
    )

    code: Mapped[str] = mapped_column(sa.String(32), unique=True)
    title: Mapped[str] = mapped_column(sa.String(120))
    title_en: Mapped[str] = mapped_column(sa.String(200), default="")
    summary: Mapped[str] = mapped_column(sa.String(500), default="")
    summary_en: Mapped[str] = mapped_column(sa.String(800), default="")
    category: Mapped[Category] = mapped_column(stored_as_text(Category))
    minutes: Mapped[int]
    minutes_per_period: Mapped[int] = mapped_column(default=45)
    syllabus_edition: Mapped[str] = mapped_column(sa.String(32), default="")
    ce_filing_no: Mapped[str] = mapped_column(sa.String(64), default="")
    ce_authority: Mapped[str] = mapped_column(sa.String(120), default="")

    @property
    def periods(self) -> int:
        return self.minutes // self.minutes_per_period

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        return sa.true() if reach.scope is Scope.PUBLISHED else sa.false()
