"""Marking: the only code that makes or changes a Mark."""

from decimal import Decimal

import sqlalchemy as sa

from college.core import clock, journal
from college.core.access import require
from college.core.db import db
from college.core.errors import RuleBroken, Stale
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.core.text import Remark, say
from college.courses.attendance.operations import NotInClass, RunClosed
from college.courses.attendance.queries import held_open, seat_held
from college.courses.enrolments.models import Enrolment
from college.courses.grades.models import Mark, plain
from college.courses.runs.models import Assessment
from college.people.persons.models import Person

STEP = Decimal("0.1")


class MarkTooHigh(RuleBroken):
    code, field = "mark_too_high", "value"
    message = say("%(title)s has at most %(most)s points.")


class MarkTooFine(RuleBroken):
    code, field = "mark_too_fine", "value"
    message = say("A mark is a number from 0 on with at most one decimal, such as 86.5.")


@operation
def enter_mark(
    actor: Actor,
    assessment: Assessment,
    enrolment: Enrolment,
    *,
    value: Decimal | None,
    version: int | None = None,
) -> Mark:
    """Store what a trainee got in one assessment; None empties the cell.

    `version` is that of the mark the actor saw, 0 for none, None not to ask.
    Raises NotAllowed, RunClosed, NotInClass, MarkTooHigh, MarkTooFine, Stale.
    """
    require(actor, Can.GRADES_MARK, assessment)
    if not held_open(assessment.run_id):
        raise RunClosed
    if not seat_held(enrolment.id, assessment.run_id):
        raise NotInClass
    _fitting(assessment, value)
    mark = _mark_of(assessment, enrolment.id)
    if (mark.value if mark else None) == value:
        return mark or Mark(value=None, version=0)
    _refuse_stale(mark, version, value)
    was = mark.value if mark else None
    if mark is None:
        mark = Mark(assessment_id=assessment.id, enrolment_id=enrolment.id, version=0)
        db.session.add(mark)
    mark.value, mark.version = value, mark.version + 1
    mark.marked_by_id, mark.marked_at = actor.person_id, clock.now()
    journal.record(actor, "enter_mark", mark, about=enrolment.person_id, value=value, was=was)
    return mark


def _fitting(assessment: Assessment, value: Decimal | None) -> None:
    if value is None:
        return
    if not value.is_finite() or value < 0:
        raise MarkTooFine
    if value > assessment.max_mark:
        raise MarkTooHigh(
            title=assessment.title, title_en=assessment.title_en, most=plain(assessment.max_mark)
        )
    if value != value.quantize(STEP):
        raise MarkTooFine


def _mark_of(assessment: Assessment, enrolment_id: int) -> Mark | None:
    return db.session.scalar(
        sa.select(Mark)
        .where(Mark.assessment_id == assessment.id, Mark.enrolment_id == enrolment_id)
        .execution_options(populate_existing=True)
    )


def _refuse_stale(mark: Mark | None, version: int | None, yours: Decimal | None) -> None:
    if mark is None or version in {None, mark.version}:
        return
    who = db.session.get(Person, mark.marked_by_id) if mark.marked_by_id else None
    raise Stale(
        who=who.full_name if who else "—",
        theirs=plain(mark.value) or Remark(say("no mark")),
        yours=plain(yours) or Remark(say("no mark")),
        stored=plain(mark.value),
        version=mark.version,
    )
