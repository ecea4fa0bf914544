"""Official results as published, and the verdict that the rules give them."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from college.core import clock
from college.core.dated import Moment
from college.core.db import Base, stored_as_text
from college.core.imports import SheetImport
from college.core.roles import Actor, Reach, Scope
from college.core.text import say
from college.exams.cycles.models import ExamCycle
from college.exams.pass_rules.models import PassLine, Subject
from college.people.persons.models import Person
from college.people.qualifications.models import Level


class ResultStatus(StrEnum):
    SAT = "sat"
    ABSENT = "absent"
    DISCIPLINE = "discipline"

    @property
    def label(self) -> str:
        return {
            "sat": say("Sat"),
            "absent": say("Absent from the exam"),
            "discipline": say("Result withheld for discipline"),
        }[self]


class Verdict(StrEnum):
    PASSED = "passed"
    NOT_PASSED = "not_passed"

    @property
    def label(self) -> str:
        return {"passed": say("Passed"), "not_passed": say("Not passed")}[self]


class ResultImport(SheetImport, Base):
    """One uploaded sheet of results, and what became of its rows.

    `published_on` is the day of the list: which pass lines a verdict on it can have known.
    `rows_new` counts all that were or would be written, `rows_corrected` those of them that
    supersede another mark; `persons_passing` are those whom the rows let earn the level.
    Of the results that the dry run found, `results_done` are recorded, and `persons_done` of their
    persons are awarded what they earned. `columns`: which heading holds what; {} until that is
    certain.
    """

    __tablename__ = "result_import"
    unversioned = "moves by its state, under its own lock"

    cycle_id: Mapped[int] = mapped_column(sa.ForeignKey(ExamCycle.id), index=True)
    published_on: Mapped[date]
    columns: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)
    rows_corrected: Mapped[int] = mapped_column(default=0)
    persons_passing: Mapped[int] = mapped_column(default=0)
    qualifications_new: Mapped[int] = mapped_column(default=0)
    results_ready: Mapped[int] = mapped_column(default=0)
    results_done: Mapped[int] = mapped_column(default=0)
    persons_done: Mapped[int] = mapped_column(default=0)

    cycle: Mapped[ExamCycle] = relationship(lazy="joined", innerjoin=True)

    @property
    def steps_done(self) -> int:
        return self.results_done + self.persons_done


STATED = "level = 'senior' AND verdict = 'passed'"


class Result(Base):
    """One paper of one person in one cycle. A correction is a new row that supersedes this one.

    `score` is the published one; `published_verdict`, where the sheet has it, wins over arithmetic,
    and stands alone where no marks were published.
    `import_id` is the sheet that says so, also of a row that was judged anew.
    """

    __tablename__ = "result"
    unversioned = "never edited: a correction is a new row"
    __table_args__ = (
        sa.Index(
            "uq_result_current",
            "person_id",
            "cycle_id",
            "level",
            "subject",
            unique=True,
            sqlite_where=sa.text("superseded_by_id IS NULL"),
            postgresql_where=sa.text("superseded_by_id IS NULL"),
        ),
        # few of a nation's results, asked for by every page that tells of the senior level
        sa.Index(
            "ix_result_senior_pass",
            "person_id",
            sqlite_where=sa.text(STATED),
            postgresql_where=sa.text(STATED),
        ),
        sa.CheckConstraint("score BETWEEN 0 AND 100", "score_in_range"),
        sa.CheckConstraint("score IS NULL OR status = 'sat'", "who_has_a_score_sat"),
        sa.CheckConstraint(
            "status <> 'sat' OR score IS NOT NULL OR published_verdict IS NOT NULL",
            "who_sat_has_a_score_or_a_verdict",
        ),
    )

    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id))
    cycle_id: Mapped[int] = mapped_column(sa.ForeignKey(ExamCycle.id), index=True)
    level: Mapped[Level] = mapped_column(stored_as_text(Level))
    subject: Mapped[Subject] = mapped_column(stored_as_text(Subject))
    status: Mapped[ResultStatus] = mapped_column(stored_as_text(ResultStatus))
    score: Mapped[Decimal | None] = mapped_column(sa.Numeric(4, 1))
    region: Mapped[str] = mapped_column(sa.String(60), default="")  # place of registration
    published_verdict: Mapped[Verdict | None] = mapped_column(
        stored_as_text(Verdict, name="published_verdict")
    )
    verdict: Mapped[Verdict] = mapped_column(stored_as_text(Verdict))
    pass_line_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PassLine.id))
    import_id: Mapped[int | None] = mapped_column(sa.ForeignKey(ResultImport.id), index=True)
    superseded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("result.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)

    person: Mapped[Person] = relationship(lazy="raise_on_sql")
    cycle: Mapped[ExamCycle] = relationship(lazy="raise_on_sql")
    pass_line: Mapped[PassLine | None] = relationship(lazy="raise_on_sql")
    sheet: Mapped[ResultImport | None] = relationship(lazy="raise_on_sql")

    @property
    def published_on(self) -> date | None:
        """The day of the list that says so; None for a result that came in without one."""
        return self.sheet.published_on if self.sheet is not None else None

    @classmethod
    def known(cls, at: Moment | None = None) -> sa.ColumnElement[bool]:
        """The rows believed at a moment; now, where none is given."""
        if at is None:
            return cls.superseded_by_id.is_(None)
        later = aliased(Result)
        is_corrected = sa.exists().where(later.id == cls.superseded_by_id, later.recorded_at <= at)
        return (cls.recorded_at <= at) & ~is_corrected

    @classmethod
    def is_senior_pass(cls) -> sa.ColumnElement[bool]:
        """A passed paper of the senior exam, which is one paper and gives a statement.

        Both words stand in the statement itself: a database uses the index of these rows only
        where it reads that no others are asked for.
        """
        senior, passed = (
            sa.literal(word.value, sa.String, literal_execute=True)
            for word in (Level.SENIOR, Verdict.PASSED)
        )
        return (cls.level == senior) & (cls.verdict == passed)

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        if reach.scope in {Scope.MINE, Scope.UNIT}:
            return cls.person.has(Person.within(reach, actor))
        return sa.false()


class LapseStage(StrEnum):
    """When somebody is told: of papers by their last sitting, of a statement by its days."""

    YEAR_BEGINS = "year_begins"
    REGISTRATION_OPENS = "registration_opens"
    REGISTRATION_CLOSES = "registration_closes"
    DAYS_180 = "days_180"
    DAYS_90 = "days_90"
    DAYS_30 = "days_30"

    @property
    def label(self) -> str:
        return {
            "year_begins": say("The exam year begins"),
            "registration_opens": say("Registration opens"),
            "registration_closes": say("Registration closes"),
            "days_180": say("180 days before"),
            "days_90": say("90 days before"),
            "days_30": say("30 days before"),
        }[self]


class LapseWarning(Base):
    """Somebody was told that a pass lapses: once at each stage, anew where its day `on` is moved.

    `year`: of papers the last one that they count in, of a senior statement that of its exam.
    """

    __tablename__ = "lapse_warning"
    __table_args__ = (sa.UniqueConstraint("person_id", "level", "year", "stage", "on"),)
    unversioned = "written by the worker alone"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id))
    level: Mapped[Level] = mapped_column(stored_as_text(Level))
    year: Mapped[int]
    stage: Mapped[LapseStage] = mapped_column(stored_as_text(LapseStage))
    on: Mapped[date]
    told_at: Mapped[datetime] = mapped_column(default=clock.now)

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        del cls, reach, actor
        return sa.false()
