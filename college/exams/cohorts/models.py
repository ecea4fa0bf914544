"""A cohort that prepares for one level in one cycle: its members, its tutor, its classes."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from college.core.db import Base, stored_as_text
from college.core.roles import Actor, Reach, Scope
from college.core.versions import Versioned
from college.courses.runs.models import CourseRun
from college.exams.cycles.models import ExamCycle
from college.people.persons.models import Person
from college.people.qualifications.models import Level

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

    cohort: Mapped[ExamCohort] = relationship(back_populates="members", lazy="raise_on_sql")
    person: Mapped[Person] = relationship(lazy="raise_on_sql")
