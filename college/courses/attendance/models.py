"""Who was in a lesson, for how many minutes, and who says so."""

from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from college.core import clock
from college.core.db import Base, stored_as_text
from college.core.roles import Actor, Reach
from college.core.text import Remark, say
from college.courses.enrolments.models import Enrolment
from college.courses.runs.models import Lesson
from college.people.persons.models import Person

EARLY = timedelta(minutes=30)  # people arrive, and are ticked off, before the lesson begins


class AttendanceStatus(StrEnum):
    PRESENT = "present"
    LATE = "late"
    ON_LEAVE = "on_leave"
    ABSENT = "absent"

    @property
    def label(self) -> str:
        return {
            "present": say("Present"),
            "late": say("Late"),
            "on_leave": say("On leave"),
            "absent": say("Absent"),
        }[self]


class AttendanceRecord(Base):
    """`minutes` are those attended, never more than the lesson has."""

    __tablename__ = "attendance_record"
    unversioned = "a cell sends its own version, and mark_attendance compares it"
    __table_args__ = (
        sa.UniqueConstraint("lesson_id", "enrolment_id"),
        sa.CheckConstraint("minutes >= 0", "minutes_not_negative"),
        sa.CheckConstraint("minutes_late >= 0", "minutes_late_not_negative"),
    )

    lesson_id: Mapped[int] = mapped_column(sa.ForeignKey(Lesson.id))
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey(Enrolment.id), index=True)
    status: Mapped[AttendanceStatus] = mapped_column(stored_as_text(AttendanceStatus))
    minutes: Mapped[int]
    minutes_late: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(sa.String(120), default="")
    recorded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Person.id))
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    version: Mapped[int] = mapped_column(default=1)

    lesson: Mapped[Lesson] = relationship(lazy="raise_on_sql")
    enrolment: Mapped[Enrolment] = relationship(lazy="raise_on_sql")
    recorded_by: Mapped[Person | None] = relationship(lazy="raise_on_sql")

    @property
    def text(self) -> str:
        """What was chosen, in one line as js/pick.js reads it: "late 15", "on_leave 病假"."""
        return text_of(self.status, self.minutes_late, self.reason)

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        return cls.enrolment.has(Enrolment.within(reach, actor))


def text_of(status: AttendanceStatus, minutes_late: int, reason: str) -> str:
    more = {AttendanceStatus.LATE: str(minutes_late), AttendanceStatus.ON_LEAVE: reason}
    return f"{status} {more.get(status, '')}".strip()


def remark_of(status: AttendanceStatus, minutes_late: int) -> Remark:
    """The same in words, for whoever has to choose between two."""
    if status is AttendanceStatus.LATE:
        return Remark(say("%(minutes)s minutes late"), {"minutes": minutes_late})
    return Remark(status.label)


def marking_opens_at(lesson: Lesson) -> datetime:
    return lesson.starts_at - EARLY
