"""One year's state exam in one province, with its dates: they differ by year and province."""

from collections.abc import Collection
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from college.core.db import Base
from college.core.roles import Actor, Reach, Scope
from college.core.versions import Versioned
from college.exams.cycles.paper_times import PaperTime
from college.exams.pass_rules.models import Subject
from college.people.qualifications.models import Level


class ExamCycle(Versioned, Base):
    """Dates that are not announced yet are None.

    `registration_check_…` are the days on which registrations are checked, before anybody pays;
    `check_…` are those of the check after the exam. `approved_on` is the date that the state prints
    on the certificates won in this cycle; `paper_times` are what
    `times` reads; `remind_days` are the days ahead on which candidates are told of a date, none:
    the usual ones.
    """

    __tablename__ = "exam_cycle"
    __table_args__ = (
        sa.UniqueConstraint("year", "province"),
        sa.CheckConstraint("exam_to_on >= exam_from_on", "ends_after_start"),
        sa.CheckConstraint(
            "(exam_from_on IS NULL) = (exam_to_on IS NULL)", "both_exam_days_or_none"
        ),
    )

    year: Mapped[int]
    province: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(120))
    name_en: Mapped[str] = mapped_column(sa.String(200), default="")
    registration_from_on: Mapped[date | None]
    registration_to_on: Mapped[date | None]
    registration_check_from_on: Mapped[date | None]
    registration_check_to_on: Mapped[date | None]
    payment_to_on: Mapped[date | None]
    tickets_from_on: Mapped[date | None]
    tickets_to_on: Mapped[date | None]
    exam_from_on: Mapped[date | None]
    exam_to_on: Mapped[date | None]
    check_from_on: Mapped[date | None]
    check_to_on: Mapped[date | None]
    scores_on: Mapped[date | None]
    approved_on: Mapped[date | None]
    syllabus_edition: Mapped[str] = mapped_column(sa.String(32), default="")
    citation: Mapped[str] = mapped_column(sa.String(300), default="")
    paper_times: Mapped[list[dict[str, str]]] = mapped_column(sa.JSON, default=list)
    remind_days: Mapped[list[int]] = mapped_column(sa.JSON, default=list)

    @classmethod
    def is_ahead(cls, day: date) -> sa.ColumnElement[bool]:
        """The exams that begin after a day; where no day is announced, the year says so."""
        unknown = cls.exam_from_on.is_(None) & (cls.year >= day.year)
        return (cls.exam_from_on > day) | unknown

    def begins_after(self, day: date) -> bool:
        """As `is_ahead`, of this one."""
        return self.year >= day.year if self.exam_from_on is None else self.exam_from_on > day

    @property
    def times(self) -> list[PaperTime]:
        """When papers are written, as far as that is announced, the first one first."""
        times = [PaperTime.of(kept) for kept in self.paper_times]
        return sorted(times, key=lambda t: (t.on, t.starts, t.level.rank))

    def times_of(
        self, level: Level, papers: Collection[Subject] = tuple(Subject)
    ) -> list[PaperTime]:
        return [t for t in self.times if t.level is level and t.subject in papers]

    def begins_on(self, level: Level, papers: Collection[Subject] = tuple(Subject)) -> date | None:
        """The first day on which somebody who enters these papers sits."""
        times = self.times_of(level, papers)
        return times[0].on if times else self.exam_from_on

    def certified_on(self, listed_on: date | None) -> date:
        """The day that is taken for that of a certificate until the state's own is known.

        `listed_on` is the day of the list from which the result came, if there was one: it tells
        more than the exam's own day where the province announced none for its scores.
        """
        known = self.approved_on or self.scores_on or listed_on or self.exam_to_on
        return known or date(self.year, 12, 31)

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        return sa.true() if reach.scope is Scope.MINE else sa.false()
