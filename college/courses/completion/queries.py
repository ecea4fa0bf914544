from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.courses.attendance.queries import Trainee, lessons
from college.courses.completion.models import (
    Completion,
    Lack,
    Reason,
    Standing,
    minutes_needed,
    verdict,
)
from college.courses.enrolments.models import Enrolment, EnrolmentState
from college.courses.grades.queries import Grid, Line, grid
from college.courses.runs.models import Assessment, CourseRun, RunState

HOPING = frozenset(
    {
        EnrolmentState.APPLIED,
        EnrolmentState.APPROVED,
        EnrolmentState.WAITING,
        EnrolmentState.OFFERED,
    }
)


@dataclass(frozen=True, slots=True)
class Judged:
    """One trainee with the verdict: as it would be now, or, once closed, as it was."""

    trainee: Trainee
    minutes: int
    total: Decimal | None
    completion: Completion


@dataclass(frozen=True, slots=True)
class Outlook:
    """What closing a run would do, or did. `hoping` wait for a seat that will not come."""

    run: CourseRun
    judged: Sequence[Judged]
    minutes_held: int
    unmarked: int  # trainee and lesson without attendance
    missing_marks: int
    lessons_ahead: int
    ends_at: datetime | None
    hoping: int
    blank: Sequence[Assessment]  # assessments that nobody at all has a mark in yet

    @property
    def completing(self) -> Sequence[Judged]:
        return [one for one in self.judged if one.completion.completes]

    @property
    def lacking(self) -> Sequence[Judged]:
        return [one for one in self.judged if not one.completion.completes]

    def own_reasons(self, one: Judged) -> Sequence[Reason]:
        """What one trainee lacks, without the marks that everybody lacks alike."""
        shared = {part.title for part in self.blank}
        return [
            reason
            for reason in one.completion.reasons
            if reason.lack is not Lack.MARK_MISSING or reason.facts["title"] not in shared
        ]

    @property
    def minutes_needed(self) -> int:
        return minutes_needed(self.minutes_held, self.run.attendance_percent)

    @property
    def is_closed(self) -> bool:
        return self.run.state is RunState.CLOSED

    @property
    def can_close(self) -> bool:
        return self.run.state is RunState.OPEN and not self.lessons_ahead


def outlook(run: CourseRun) -> Outlook:
    """Judge a whole class, in as many statements for 5 people as for 200."""
    marks, timetable = grid(run), lessons(run)
    now = clock.now()
    is_closed = run.state is RunState.CLOSED
    lines = [_as_stored(line) if is_closed else _as_it_stands(marks, line) for line in marks.lines]
    held = len(marks.lessons_held)
    hoping = (Enrolment.run_id == run.id) & Enrolment.state.in_(HOPING)
    return Outlook(
        run=run,
        judged=lines,
        minutes_held=marks.minutes_held,
        unmarked=sum(held - line.attended.lessons for line in marks.lines),
        missing_marks=marks.missing,
        blank=[] if is_closed else marks.blank,
        lessons_ahead=sum(lesson.ends_at > now for lesson in timetable),
        ends_at=max((lesson.ends_at for lesson in timetable), default=None),
        hoping=db.session.scalar(sa.select(sa.func.count(Enrolment.id)).where(hoping)) or 0,
    )


def _as_it_stands(marks: Grid, line: Line) -> Judged:
    standing = Standing(
        minutes_attended=line.attended.minutes,
        minutes_held=marks.minutes_held,
        attendance_percent=marks.run.attendance_percent,
        minutes_per_period=marks.run.course.minutes_per_period,
        lessons_unmarked=len(marks.lessons_held) - line.attended.lessons,
        achieved=tuple(line.achieved),
    )
    return Judged(line.trainee, line.attended.minutes, line.total, verdict(standing))


def _as_stored(line: Line) -> Judged:
    enrolment = line.trainee.enrolment
    completes = enrolment.state is EnrolmentState.COMPLETED
    reasons = tuple(Reason.of(stored) for stored in enrolment.outcome)
    minutes = enrolment.minutes_attended or 0
    return Judged(line.trainee, minutes, enrolment.total_mark, Completion(completes, reasons))
