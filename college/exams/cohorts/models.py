"""A cohort that prepares for one level in one cycle: members, tutor, classes, plan to the exam."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from college.core import clock
from college.core.dated import Moment
from college.core.db import Base, stored_as_text
from college.core.roles import Actor, Reach, Scope
from college.core.text import Remark, say
from college.core.versions import Versioned
from college.courses.runs.models import Assessment, CourseRun
from college.exams.cycles.models import ExamCycle
from college.people.persons.models import Person
from college.people.qualifications.models import Level

AnyDay = date | sa.SQLColumnExpression[Any]  # one that is not announced is nobody's
cohort_run = sa.Table(
    "cohort_run",
    Base.metadata,
    sa.Column("cohort_id", sa.ForeignKey("exam_cohort.id"), primary_key=True),
    sa.Column("run_id", sa.ForeignKey(CourseRun.id), primary_key=True),
)


class ExamCohort(Versioned, Base):
    __tablename__ = "exam_cohort"

    code: Mapped[str] = mapped_column(sa.String(32), unique=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    name_en: Mapped[str] = mapped_column(sa.String(200), default="")
    level: Mapped[Level] = mapped_column(stored_as_text(Level))
    cycle_id: Mapped[int] = mapped_column(sa.ForeignKey(ExamCycle.id), index=True)
    tutor_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id), index=True)
    is_demo: Mapped[bool] = mapped_column(default=False)

    cycle: Mapped[ExamCycle] = relationship(lazy="joined", innerjoin=True)
    tutor: Mapped[Person] = relationship(lazy="raise_on_sql")
    runs: Mapped[list[CourseRun]] = relationship(
        secondary=cohort_run, lazy="raise_on_sql", order_by=CourseRun.id
    )
    members: Mapped[list["CohortMember"]] = relationship(
        back_populates="cohort", lazy="raise_on_sql", order_by="CohortMember.id"
    )

    @property
    def begins_on(self) -> date | None:
        """The first day of the exam for this level."""
        return self.cycle.begins_on(self.level)

    def is_over(self, day: date) -> bool:
        """Whether its exam is; where no day is announced, the year says so."""
        last = self.cycle.exam_to_on
        return self.cycle.year < day.year if last is None else last < day

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        if reach.scope is Scope.MINE:
            return cls.members.any(CohortMember.person_id == actor.person_id)
        if reach.scope is Scope.TUTORED:
            return cls.tutor_id == actor.person_id
        return sa.false()


class CohortMember(Base):
    __tablename__ = "cohort_member"
    __table_args__ = (sa.UniqueConstraint("cohort_id", "person_id"),)

    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey(ExamCohort.id))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id), index=True)
    joined_on: Mapped[date]
    left_on: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)

    cohort: Mapped[ExamCohort] = relationship(back_populates="members", lazy="raise_on_sql")
    person: Mapped[Person] = relationship(lazy="raise_on_sql")

    @classmethod
    def there(cls, day: AnyDay, known_at: Moment | None = None) -> sa.ColumnElement[bool]:
        """Who is in their cohort on a day, as known now or at a moment."""
        found = (cls.joined_on <= day) & (cls.left_on.is_(None) | (cls.left_on >= day))
        return found if known_at is None else found & (cls.recorded_at <= known_at)


class MilestoneKind(StrEnum):
    """What a milestone asks for: measured by what is on record, or checked off by the tutor."""

    ENROLLED = "enrolled"
    ATTENDED = "attended"
    ASSESSED = "assessed"
    COMPLETED = "completed"
    REGISTERED = "registered"
    PAID = "paid"
    TICKETED = "ticketed"
    SAT = "sat"
    OWN = "own"

    @property
    def label(self) -> str:
        return {
            "enrolled": say("Enrolled in a class of the cohort"),
            "attended": say("Attended a share of the lessons"),
            "assessed": say("Passed a test of the class"),
            "completed": say("Class completed"),
            "registered": say("Registered for the state exam"),
            "paid": say("Exam fee paid"),
            "ticketed": say("Admission ticket printed"),
            "sat": say("Exam sat"),
            "own": say("Something of our own, checked off by the tutor"),
        }[self]

    @property
    def is_measured(self) -> bool:
        return self is not MilestoneKind.OWN


def called(kind: MilestoneKind, *, percent: int | None, assessment: Assessment | None) -> Remark:
    """What is asked for, in words."""
    if percent is not None:
        facts = {"percent": percent}
        return Remark(say("Attended at least %(percent)s%% of the lessons"), facts)
    if assessment is not None:
        named = {"title": assessment.title, "title_en": assessment.title_en}
        return Remark(say("Passed: %(title)s"), named)
    return Remark(kind.label)


class CohortMilestone(Versioned, Base):
    """One thing that the members of a cohort have done by a day. Removed, it stays on record.

    `what` says in one text what is asked for, so that a plan asks for it once. `follows_on`: the
    announced day in view of which `due_on` was set; the plan differs once another is announced.
    """

    __tablename__ = "cohort_milestone"
    __table_args__ = (
        sa.CheckConstraint("(kind = 'attended') = (percent IS NOT NULL)", "share_of_attended"),
        sa.CheckConstraint("percent BETWEEN 1 AND 100", "percent_is_a_share"),
        sa.CheckConstraint("(kind = 'assessed') = (assessment_id IS NOT NULL)", "test_of_assessed"),
        sa.CheckConstraint("kind <> 'own' OR title <> ''", "own_has_a_title"),
        sa.Index(
            "uq_cohort_milestone_cohort_id_what",
            "cohort_id",
            "what",
            unique=True,
            sqlite_where=sa.text("removed_at IS NULL"),
            postgresql_where=sa.text("removed_at IS NULL"),
        ),
    )

    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey(ExamCohort.id))
    kind: Mapped[MilestoneKind] = mapped_column(stored_as_text(MilestoneKind))
    what: Mapped[str] = mapped_column(sa.String(160))
    title: Mapped[str] = mapped_column(sa.String(60), default="")  # "": as its kind is called
    title_en: Mapped[str] = mapped_column(sa.String(120), default="")
    due_on: Mapped[date]
    follows_on: Mapped[date | None]
    percent: Mapped[int | None]
    assessment_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Assessment.id))
    removed_at: Mapped[datetime | None]

    cohort: Mapped[ExamCohort] = relationship(lazy="raise_on_sql")
    assessment: Mapped[Assessment | None] = relationship(lazy="joined")

    @property
    def called(self) -> Remark:
        """What it is called: by a title of its own, or by what it asks for."""
        if self.title:
            return Remark(say("%(title)s"), {"title": self.title, "title_en": self.title_en})
        return called(self.kind, percent=self.percent, assessment=self.assessment)

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        return cls.cohort.has(ExamCohort.within(reach, actor))


class MilestoneTick(Base):
    """A member did what a milestone of the college's own asks for: on which day, who says so."""

    __tablename__ = "milestone_tick"
    unversioned = "never edited: it is taken back, once"
    __table_args__ = (
        sa.Index(
            "uq_milestone_tick_milestone_id_member_id",
            "milestone_id",
            "member_id",
            unique=True,
            sqlite_where=sa.text("taken_back_at IS NULL"),
            postgresql_where=sa.text("taken_back_at IS NULL"),
        ),
    )

    milestone_id: Mapped[int] = mapped_column(sa.ForeignKey(CohortMilestone.id))
    member_id: Mapped[int] = mapped_column(sa.ForeignKey(CohortMember.id), index=True)
    on: Mapped[date]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Person.id))
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    taken_back_at: Mapped[datetime | None]

    milestone: Mapped[CohortMilestone] = relationship(lazy="raise_on_sql")
    member: Mapped[CohortMember] = relationship(lazy="raise_on_sql")
    by: Mapped[Person | None] = relationship(lazy="raise_on_sql")

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        return cls.milestone.has(CohortMilestone.within(reach, actor))


class CohortWarning(Base):
    """The tutor of a cohort was told that members fall behind: once in the week of a Monday."""

    __tablename__ = "cohort_warning"
    __table_args__ = (sa.UniqueConstraint("cohort_id", "week_on"),)
    unversioned = "written by the worker alone"

    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey(ExamCohort.id))
    week_on: Mapped[date]
    told_at: Mapped[datetime] = mapped_column(default=clock.now)

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        del cls, reach, actor
        return sa.false()
