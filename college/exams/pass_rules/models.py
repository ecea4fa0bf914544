"""The rules of passing as rows with a validity and a citation: a verdict names the rows it used."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from college.core.dated import Recorded
from college.core.db import Base, stored_as_text
from college.core.roles import Actor, Reach
from college.core.text import say
from college.people.qualifications.models import Level


class Subject(StrEnum):
    """The papers of the state exam; each level has its own edition of a paper."""

    COMPREHENSIVE = "comprehensive"
    PRACTICE = "practice"
    LAW_AND_POLICY = "law_and_policy"

    @property
    def label(self) -> str:
        return {
            "comprehensive": say("Comprehensive ability"),
            "practice": say("Practice"),
            "law_and_policy": say("Law and policy"),
        }[self]


class PassRule(Base):
    """All `subjects` passed within `window_years` consecutive exam years earn the level."""

    __tablename__ = "pass_rule"
    __table_args__ = (
        sa.UniqueConstraint("level", "from_year"),
        sa.CheckConstraint("window_years >= 1", "window_positive"),
        sa.CheckConstraint("to_year IS NULL OR to_year >= from_year", "ends_after_beginning"),
    )

    level: Mapped[Level] = mapped_column(stored_as_text(Level))
    subjects: Mapped[list[str]] = mapped_column(sa.JSON)
    window_years: Mapped[int]
    earns_qualification: Mapped[bool]  # False: senior, whose pass is only a statement until review
    from_year: Mapped[int]
    to_year: Mapped[int | None]
    citation: Mapped[str] = mapped_column(sa.String(300))

    @property
    def papers(self) -> list[Subject]:
        return [Subject(subject) for subject in self.subjects]


class PassLine(Recorded, Base):
    """The mark that passes. No subject: all of the level; no region: the whole country.

    One that is taken back stays, as what was believed.
    """

    __tablename__ = "pass_line"
    unversioned = "never edited: it is entered, and may be taken back once"
    __table_args__ = (
        sa.Index(
            "uq_pass_line_standing",
            "year",
            "level",
            "subject",
            "region",
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        ),
    )

    year: Mapped[int]
    level: Mapped[Level] = mapped_column(stored_as_text(Level))
    subject: Mapped[Subject | None] = mapped_column(stored_as_text(Subject))
    region: Mapped[str] = mapped_column(sa.String(60), default="")
    line: Mapped[Decimal] = mapped_column(sa.Numeric(4, 1))
    published_on: Mapped[date | None]  # None: the day of the notice is not known
    citation: Mapped[str] = mapped_column(sa.String(300))

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        return sa.false()  # for those who import the results of the whole college


class Extension(Recorded, Base):
    """A notice that lets papers passed in one year count through a later one (成绩有效期延长).

    No province: the whole country. One that is taken back stays, as what was believed.
    """

    __tablename__ = "pass_extension"
    unversioned = "never edited: it is entered, and may be taken back once"
    __table_args__ = (sa.CheckConstraint("until_year > passed_year", "lasts_longer"),)

    level: Mapped[Level] = mapped_column(stored_as_text(Level))
    passed_year: Mapped[int] = mapped_column(index=True)
    until_year: Mapped[int]
    province: Mapped[str] = mapped_column(sa.String(40), default="")
    published_on: Mapped[date | None]  # None: the day of the notice is not known
    citation: Mapped[str] = mapped_column(sa.String(300))

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        return sa.false()  # for those who plan the exam years of the whole college
