"""Telling candidates of the dates of their exam year, as long as the step is still to be done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product

import sqlalchemy as sa

from college.core import journal
from college.core.access import require
from college.core.db import db
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.exams.candidacies.models import Candidacy, Milestone, Reminder
from college.exams.candidacies.models import CandidacyStep as S
from college.exams.cycles.models import ExamCycle
from college.people.notices.models import NoticeKind
from college.people.notices.stages import can_be_told, stage
from college.people.notices.telling import tell_all
from college.people.qualifications.models import Level

STILL_TO_REGISTER = (S.INTENDS, S.ELIGIBLE)
# who has not yet done what the date is for
CONCERNED: Mapping[Milestone, Sequence[S]] = {
    Milestone.REGISTRATION_OPENS: STILL_TO_REGISTER,
    Milestone.REGISTRATION_CLOSES: STILL_TO_REGISTER,
    # whose registration did not pass the check cannot pay
    Milestone.REGISTRATION_CHECK_CLOSES: (S.REGISTERED,),
    Milestone.PAYMENT_CLOSES: (S.REGISTERED,),
    Milestone.TICKETS_OPEN: (S.PAID,),
    Milestone.TICKETS_CLOSE: (S.PAID,),
    Milestone.EXAM_BEGINS: (S.PAID, S.TICKETED),
    Milestone.SCORES_COME: (S.SAT,),
    Milestone.CHECK_CLOSES: (S.SCORED,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DueReminder:
    """Somebody to be told of a date, and at which stage."""

    candidacy_id: int
    person_id: int
    level: Level
    milestone: Milestone
    on: date
    days: int


def due_reminders(today: date, usual: Sequence[int]) -> list[DueReminder]:
    """Whom to tell today; `usual` are the days ahead where the year has none of its own.

    Nobody who was told of this very day at this stage or a later one: a date that is put off is
    told of anew.
    """
    found: list[DueReminder] = []
    for cycle in _coming(today):
        for milestone, level in product(Milestone, Level):
            on = milestone.day_in(cycle, level)
            days = stage(on, today, cycle.remind_days or usual) if on is not None else None
            if on is not None and days is not None:
                found += _untold(cycle, level, milestone, on, days)
    return found


@operation
def remind(actor: Actor, due: Sequence[DueReminder]) -> int:
    """Tell these candidates and note that they were told; returns how many were.

    Raises Conflict where another worker was faster: the next look finds who is left.
    """
    require(actor, Can.CANDIDACIES_MOVE)
    rows = [
        Reminder(candidacy_id=one.candidacy_id, milestone=one.milestone, on=one.on, days=one.days)
        for one in due
    ]
    db.session.add_all(rows)
    db.session.flush()
    tell_all(NoticeKind.EXAM_DATE, {one.person_id: _values(one) for one in due})
    told: list[tuple[Reminder, int | None, dict[str, object]]] = [
        (row, one.person_id, {"milestone": one.milestone, "on": one.on})
        for row, one in zip(rows, due, strict=True)
    ]
    journal.record_all(actor, "remind", told)
    return len(rows)


def _coming(today: date) -> Sequence[ExamCycle]:
    """The years that may have a date to come: a check or scores fall behind the exam's own."""
    chosen = sa.select(ExamCycle).where(ExamCycle.year >= (today - timedelta(days=366)).year)
    return db.session.scalars(chosen.order_by(ExamCycle.year, ExamCycle.id)).all()


def _untold(
    cycle: ExamCycle, level: Level, milestone: Milestone, on: date, days: int
) -> list[DueReminder]:
    told = sa.exists().where(
        Reminder.candidacy_id == Candidacy.id,
        Reminder.milestone == milestone,
        Reminder.on == on,
        Reminder.days <= days,
    )
    mine = (Candidacy.cycle_id == cycle.id) & (Candidacy.level == level)
    chosen = sa.select(Candidacy.id, Candidacy.person_id).where(
        mine,
        Candidacy.state.in_(CONCERNED[milestone]),
        ~told,
        can_be_told(Candidacy.person_id),
    )
    return [
        DueReminder(
            candidacy_id=row.id,
            person_id=row.person_id,
            level=level,
            milestone=milestone,
            on=on,
            days=days,
        )
        for row in db.session.execute(chosen.order_by(Candidacy.id))
    ]


def _values(one: DueReminder) -> dict[str, object]:
    said = {"candidacy_id": one.candidacy_id, "level": one.level, "on": one.on}
    return {**said, "milestone": one.milestone.value}
