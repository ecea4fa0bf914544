"""A course run: one class, taught once, from its first lesson to its last."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, query_expression, relationship

from college.core import clock
from college.core.db import Base, stored_as_text
from college.core.roles import Actor, Reach, Scope
from college.core.text import say
from college.core.versions import Versioned
from college.courses.catalogue.models import Course
from college.people.persons.models import Person


class RunState(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        return {
            "draft": say("Being planned"),
            "open": say("Published"),
            "closed": say("Class closed"),
        }[self]


RUN_MOVES = {
    RunState.DRAFT: frozenset({RunState.OPEN}),
    RunState.OPEN: frozenset({RunState.CLOSED}),
    RunState.CLOSED: frozenset[RunState](),
}


class EnrolmentWindow(StrEnum):
    """Whether a run takes enrolments; computed, never stored."""

    NOT_YET = "not_yet"
    OPEN = "open"
    CLOSED = "closed"


run_instructor = sa.Table(
    "run_instructor",
    Base.metadata,
    sa.Column("run_id", sa.ForeignKey("course_run.id"), primary_key=True),
    sa.Column("person_id", sa.ForeignKey(Person.id), primary_key=True),
)


class CourseRun(Versioned, Base):
    """Who attends `attendance_percent` of the minutes and passes every assessment completes.

    `seats_taken` and `my_state` are None unless the query of a page asked for them.
    """

    __tablename__ = "course_run"
    __table_args__ = (
        sa.CheckConstraint("seats > 0", "seats_positive"),
        sa.CheckConstraint("ends_on >= starts_on", "ends_after_start"),
        sa.CheckConstraint("attendance_percent BETWEEN 0 AND 100", "attendance_is_a_share"),
    )

    course_id: Mapped[int] = mapped_column(sa.ForeignKey(Course.id), index=True)
    code: Mapped[str] = mapped_column(sa.String(32), unique=True)
    title: Mapped[str] = mapped_column(sa.String(120))
    title_en: Mapped[str] = mapped_column(sa.String(200), default="")
    place: Mapped[str] = mapped_column(sa.String(120), default="")
    place_en: Mapped[str] = mapped_column(sa.String(200), default="")
    seats: Mapped[int]
    starts_on: Mapped[date] = mapped_column(index=True)
    ends_on: Mapped[date]
    enrolment_opens_at: Mapped[datetime]
    enrolment_closes_at: Mapped[datetime]
    attendance_percent: Mapped[int] = mapped_column(default=90)
    state: Mapped[RunState] = mapped_column(stored_as_text(RunState), default=RunState.DRAFT)
    closed_at: Mapped[datetime | None]
    is_demo: Mapped[bool] = mapped_column(default=False)

    course: Mapped[Course] = relationship(lazy="joined", innerjoin=True)
    instructors: Mapped[list[Person]] = relationship(
        secondary=run_instructor, lazy="raise_on_sql", order_by=Person.id
    )
    lessons: Mapped[list["Lesson"]] = relationship(
        back_populates="run", lazy="raise_on_sql", order_by="Lesson.starts_at, Lesson.id"
    )
    assessments: Mapped[list["Assessment"]] = relationship(
        back_populates="run", lazy="raise_on_sql", order_by="Assessment.position, Assessment.id"
    )

    seats_taken: Mapped[int] = query_expression()
    my_state: Mapped[str] = query_expression()

    @property
    def seats_left(self) -> int:
        return max(self.seats - self.seats_taken, 0)

    @property
    def has_begun(self) -> bool:
        return self.starts_on <= clock.today()

    @property
    def minutes(self) -> int:
        """Of all lessons in the timetable."""
        return sum(lesson.minutes for lesson in self.lessons)

    @property
    def closes_in_days(self) -> int:
        """Days until enrolment closes, 0 on its last day."""
        return (clock.local(self.enrolment_closes_at).date() - clock.today()).days

    def enrolment_window(self) -> EnrolmentWindow:
        now = clock.now()
        if self.state is RunState.CLOSED or now >= self.enrolment_closes_at:
            return EnrolmentWindow.CLOSED
        is_early = self.state is RunState.DRAFT or now < self.enrolment_opens_at
        return EnrolmentWindow.NOT_YET if is_early else EnrolmentWindow.OPEN

    def next_lesson(self) -> "Lesson | None":
        """The lesson that is on or comes next."""
        now = clock.now()
        return next((lesson for lesson in self.lessons if lesson.ends_at > now), None)

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        if reach.scope is Scope.PUBLISHED:
            return cls.state != RunState.DRAFT
        if reach.scope is Scope.TAUGHT:
            return cls.instructors.any(Person.id == actor.person_id)
        return sa.false()


class Lesson(Versioned, Base):
    """An online lesson's `room` is a word such as 直播, so two may have the same at one time."""

    __tablename__ = "lesson"
    __table_args__ = (
        sa.UniqueConstraint("run_id", "position"),
        sa.CheckConstraint("ends_at > starts_at", "ends_after_start"),
    )

    run_id: Mapped[int] = mapped_column(sa.ForeignKey(CourseRun.id))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(120))
    title_en: Mapped[str] = mapped_column(sa.String(200), default="")
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime]
    room: Mapped[str] = mapped_column(sa.String(60), default="")
    room_en: Mapped[str] = mapped_column(sa.String(120), default="")
    is_online: Mapped[bool] = mapped_column(default=False)
    instructor_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id), index=True)

    run: Mapped[CourseRun] = relationship(back_populates="lessons", lazy="raise_on_sql")
    instructor: Mapped[Person] = relationship(lazy="raise_on_sql")

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds()) // 60

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        return cls.run.has(CourseRun.within(reach, actor))


class Assessment(Base):
    """One thing that is marked: a test, an assignment. `weight_percent` of a run sum to 100."""

    __tablename__ = "assessment"
    __table_args__ = (
        sa.UniqueConstraint("run_id", "position"),
        sa.CheckConstraint("max_mark > 0 AND pass_mark <= max_mark", "marks_in_order"),
        sa.CheckConstraint("weight_percent BETWEEN 0 AND 100", "weight_is_a_share"),
    )

    run_id: Mapped[int] = mapped_column(sa.ForeignKey(CourseRun.id))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(60))
    title_en: Mapped[str] = mapped_column(sa.String(120), default="")
    weight_percent: Mapped[int]
    max_mark: Mapped[Decimal] = mapped_column(sa.Numeric(5, 1), default=Decimal(100))
    pass_mark: Mapped[Decimal] = mapped_column(sa.Numeric(5, 1), default=Decimal(60))

    run: Mapped[CourseRun] = relationship(back_populates="assessments", lazy="raise_on_sql")

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        return cls.run.has(CourseRun.within(reach, actor))
