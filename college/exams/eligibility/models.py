"""The conditions for sitting the exam as rows with a validity and a citation (报考条件)."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from college.core.db import Base, stored_as_text
from college.people.employment.models import Capacity
from college.people.qualifications.models import Level
from college.people.schooling.models import Education


class EligibilityRule(Base):
    """One way in: who meets all of it may sit; a level has several ways.

    `education` is the least that will do. `after_level`: a certificate that must be held, and only
    practice after its approval counts. `takes_graduating`: a diploma expected in the exam year will
    do; elsewhere it is held when registration closes.
    """

    __tablename__ = "eligibility_rule"
    __table_args__ = (
        sa.UniqueConstraint("level", "education", "needs_social_work_major", "from_year"),
        sa.CheckConstraint("practice_years >= 0", "practice_counts_up"),
        sa.CheckConstraint("to_year IS NULL OR to_year >= from_year", "ends_after_beginning"),
    )

    level: Mapped[Level] = mapped_column(stored_as_text(Level))
    education: Mapped[Education] = mapped_column(stored_as_text(Education))
    needs_social_work_major: Mapped[bool]
    practice_years: Mapped[int]
    takes_graduating: Mapped[bool] = mapped_column(default=False)
    after_level: Mapped[Level | None] = mapped_column(stored_as_text(Level, name="after_level"))
    from_year: Mapped[int]
    to_year: Mapped[int | None]
    citation: Mapped[str] = mapped_column(sa.String(300))


class PracticeRule(Base):
    """How practice is counted in a province ("": everywhere else) for the exams from a year on.

    Counted up to and with the month and day, in the exam year or as many years before it.
    """

    __tablename__ = "practice_rule"
    __table_args__ = (
        sa.UniqueConstraint("province", "from_year"),
        sa.CheckConstraint("years_before >= 0", "counted_to_no_later_year"),
        sa.CheckConstraint("month BETWEEN 1 AND 12 AND day BETWEEN 1 AND 31", "a_day_of_the_year"),
        sa.CheckConstraint("to_year IS NULL OR to_year >= from_year", "ends_after_beginning"),
    )

    province: Mapped[str] = mapped_column(sa.String(40), default="")
    years_before: Mapped[int] = mapped_column(default=0)
    month: Mapped[int] = mapped_column(default=12)
    day: Mapped[int] = mapped_column(default=31)
    study_counts: Mapped[bool] = mapped_column(default=False)
    capacities: Mapped[list[str]] = mapped_column(sa.JSON)
    from_year: Mapped[int]
    to_year: Mapped[int | None]
    citation: Mapped[str] = mapped_column(sa.String(300))

    @property
    def counted(self) -> list[Capacity]:
        """The posts that are practice."""
        return [Capacity(each) for each in self.capacities]

    def cut_off(self, year: int) -> date:
        """The last day that counts for the exam of a year."""
        return date(year - self.years_before, self.month, self.day)
