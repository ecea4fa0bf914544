"""Marking attendance: the only code that makes or changes an AttendanceRecord."""

from collections.abc import Sequence

import sqlalchemy as sa

from college.core import clock, journal
from college.core.access import require
from college.core.db import db
from college.core.errors import RuleBroken, Stale
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.core.text import say
from college.courses.attendance.models import (
    AttendanceRecord,
    AttendanceStatus,
    marking_opens_at,
    remark_of,
    text_of,
)
from college.courses.attendance.queries import held_open, seat_held
from college.courses.enrolments.models import Enrolment, EnrolmentState
from college.courses.runs.models import Lesson
from college.people.persons.models import Person


class RunClosed(RuleBroken):
    code = "run_closed"
    message = say("This class is not open: attendance and marks can be read, not changed.")


class LessonNotBegun(RuleBroken):
    code = "lesson_not_begun"
    message = say("This lesson can be marked from %(at)s on.")


class NotInClass(RuleBroken):
    code = "not_in_class"
    message = say("This person has no seat in the class. Reload the page to see who has.")


class MinutesLateNeeded(RuleBroken):
    code, field = "minutes_late_needed", "minutes_late"
    message = say("Late by how many minutes? A whole number from 1 to %(most)s.")


@operation
def mark_attendance(
    actor: Actor,
    lesson: Lesson,
    enrolment: Enrolment,
    *,
    status: AttendanceStatus,
    minutes_late: int | None = None,
    reason: str = "",
    version: int | None = None,
) -> AttendanceRecord:
    """Record how one trainee attended one lesson; being late costs the minutes missed.

    `version` is that of the record the actor saw, 0 for none, None not to ask.
    Raises NotAllowed, RunClosed, LessonNotBegun, NotInClass, MinutesLateNeeded, Stale.
    """
    require(actor, Can.ATTENDANCE_MARK, lesson)
    _begun_and_open(lesson)
    if not seat_held(enrolment.id, lesson.run_id):
        raise NotInClass
    late = _minutes_late(lesson, status, minutes_late)
    reason = reason.strip() if status is AttendanceStatus.ON_LEAVE else ""
    record = _record_of(lesson, enrolment.id)
    if record is not None and record.text == text_of(status, late, reason):
        return record
    _refuse_stale(record, version, remark_of(status, late))
    was = record.text if record else ""
    if record is None:
        record = AttendanceRecord(lesson_id=lesson.id, enrolment_id=enrolment.id, version=0)
        db.session.add(record)
    record.status, record.minutes_late, record.reason = status, late, reason
    record.minutes = _minutes_attended(lesson, status, late)
    record.version += 1
    record.recorded_by_id, record.recorded_at = actor.person_id, clock.now()
    journal.record(
        actor, "mark_attendance", record, about=enrolment.person_id, text=record.text, was=was
    )
    return record


@operation
def mark_all_present(actor: Actor, lesson: Lesson) -> Sequence[AttendanceRecord]:
    """Mark everybody of the lesson present who is not marked yet, and return their records.

    Raises NotAllowed, RunClosed, LessonNotBegun.
    """
    require(actor, Can.ATTENDANCE_MARK, lesson)
    _begun_and_open(lesson)
    unmarked = _unmarked(lesson)
    records = [
        AttendanceRecord(
            lesson_id=lesson.id,
            enrolment_id=enrolment.id,
            status=AttendanceStatus.PRESENT,
            minutes=lesson.minutes,
            recorded_by_id=actor.person_id,
        )
        for enrolment in unmarked
    ]
    db.session.add_all(records)
    changes: list[tuple[AttendanceRecord, int | None, dict[str, object]]] = [
        (record, enrolment.person_id, {"text": record.text, "was": ""})
        for record, enrolment in zip(records, unmarked, strict=True)
    ]
    journal.record_all(actor, "mark_attendance", changes)
    return records


def _begun_and_open(lesson: Lesson) -> None:
    if not held_open(lesson.run_id):
        raise RunClosed
    opens_at = marking_opens_at(lesson)
    if clock.now() < opens_at:
        raise LessonNotBegun(at=opens_at)


def _unmarked(lesson: Lesson) -> Sequence[Enrolment]:
    is_marked = sa.exists().where(
        AttendanceRecord.lesson_id == lesson.id, AttendanceRecord.enrolment_id == Enrolment.id
    )
    chosen = (
        sa.select(Enrolment)
        .where(Enrolment.run_id == lesson.run_id, Enrolment.state == EnrolmentState.ENROLLED)
        .where(~is_marked)
        .order_by(Enrolment.id)
        .with_for_update()
    )
    return db.session.scalars(chosen).all()


def _record_of(lesson: Lesson, enrolment_id: int) -> AttendanceRecord | None:
    return db.session.scalar(
        sa.select(AttendanceRecord)
        .where(AttendanceRecord.lesson_id == lesson.id)
        .where(AttendanceRecord.enrolment_id == enrolment_id)
        .execution_options(populate_existing=True)
    )


def _minutes_late(lesson: Lesson, status: AttendanceStatus, minutes_late: int | None) -> int:
    if status is not AttendanceStatus.LATE:
        return 0
    if minutes_late is None or not 0 < minutes_late < lesson.minutes:
        raise MinutesLateNeeded(most=lesson.minutes - 1)
    return minutes_late


def _minutes_attended(lesson: Lesson, status: AttendanceStatus, minutes_late: int) -> int:
    is_there = status in {AttendanceStatus.PRESENT, AttendanceStatus.LATE}
    return lesson.minutes - minutes_late if is_there else 0


def _refuse_stale(record: AttendanceRecord | None, version: int | None, yours: object) -> None:
    if record is None or version in {None, record.version}:
        return
    who = db.session.get(Person, record.recorded_by_id) if record.recorded_by_id else None
    raise Stale(
        who=who.full_name if who else "—",
        theirs=remark_of(record.status, record.minutes_late),
        yours=yours,
        stored=record.text,
        version=record.version,
    )
