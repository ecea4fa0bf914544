"""Judging the results of an exam year anew: who ordered it, for which line, and what it changed."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from college.core import clock
from college.core.db import Base
from college.exams.cycles.models import ExamCycle
from college.exams.pass_rules.models import PassLine
from college.exams.results.models import Result
from college.people.persons.models import Person
from college.people.qualifications.models import Qualification


class Rejudging(Base):
    """One round through the people of a cycle; with a line, those registered in its region alone.

    It goes by person: `last_person_id` is the last one done, so that it can stop anywhere.
    """

    __tablename__ = "rejudging"
    unversioned = "moves behind its last person, under its own lock"

    cycle_id: Mapped[int] = mapped_column(sa.ForeignKey(ExamCycle.id), index=True)
    line_id: Mapped[int | None] = mapped_column(sa.ForeignKey(PassLine.id))
    ordered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Person.id))
    ordered_at: Mapped[datetime] = mapped_column(default=clock.now)
    persons_total: Mapped[int]
    persons_done: Mapped[int] = mapped_column(default=0)
    last_person_id: Mapped[int] = mapped_column(default=0)
    results_changed: Mapped[int] = mapped_column(default=0)
    qualifications_new: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None]

    cycle: Mapped[ExamCycle] = relationship(lazy="joined", innerjoin=True)
    line: Mapped[PassLine | None] = relationship(lazy="joined")


class RejudgingChange(Base):
    """What a round changed: a result that took another's place, or a qualification that it gave."""

    __tablename__ = "rejudging_change"
    unversioned = "never edited"
    __table_args__ = (
        sa.CheckConstraint("(result_id IS NULL) != (qualification_id IS NULL)", "one_thing"),
    )

    rejudging_id: Mapped[int] = mapped_column(sa.ForeignKey(Rejudging.id), index=True)
    result_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Result.id), index=True)
    qualification_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey(Qualification.id), index=True
    )
