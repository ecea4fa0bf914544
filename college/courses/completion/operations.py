"""Closing a run: the only code that decides who completes."""

from collections.abc import Sequence

import sqlalchemy as sa

from college.core import clock, journal
from college.core.access import require
from college.core.db import db, locked
from college.core.errors import Conflict, RuleBroken
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.core.states import move
from college.core.text import say
from college.courses.completion.queries import HOPING, Judged, Outlook, outlook
from college.courses.enrolments.models import ENROLMENT_MOVES, Enrolment, EnrolmentState
from college.courses.runs.models import RUN_MOVES, CourseRun, RunState

Change = tuple[Enrolment, int | None, dict[str, object]]


class NotOpen(RuleBroken):
    code = "run_not_open"
    message = say("Only an open class can be closed. Reload the page to see how it stands.")


class ClosedAlready(Conflict):
    code = "run_closed_already"
    message = say("This class was closed on %(on)s already. Its results are fixed.")


class LessonsAhead(RuleBroken):
    code = "lessons_ahead"
    message = say("The last lesson ends %(at)s. Close the class after it.")


class StillMissing(RuleBroken):
    code, field = "still_missing", "accept_missing"
    message = say(
        "Marks missing: %(marks)s, attendance missing: %(attendance)s. Enter them first, or say "
        "that they stay empty."
    )


@operation
def close_run(actor: Actor, run: CourseRun, *, accept_missing: bool = False) -> CourseRun:
    """Decide for everybody with a seat who completes, store why, and close the run for good.

    Whoever still hopes for a seat (waiting, offered, applied, approved) is withdrawn: the class is
    over. Raises NotAllowed, NotOpen, ClosedAlready, LessonsAhead, and StillMissing unless
    `accept_missing`.
    """
    require(actor, Can.RUNS_CLOSE, run)
    _lock(run)
    prospect = outlook(run)
    _refuse_early(prospect, accept_missing=accept_missing)
    changes = _decide(prospect.judged)
    journal.record_all(actor, "complete", changes)
    journal.record_all(actor, "withdraw", _dismiss(run))
    move(run, RunState.CLOSED, RUN_MOVES)
    run.closed_at = clock.now()
    completed = len(prospect.completing)
    journal.record(actor, "close_run", run, completed=completed, of=len(changes))
    return run


def _lock(run: CourseRun) -> None:
    """Whoever marks holds the run open (`held_open`): we wait for them, later ones for us."""
    found = locked(CourseRun, run.id)
    if found.state is RunState.CLOSED:
        raise ClosedAlready(on=found.closed_at)
    if found.state is not RunState.OPEN:
        raise NotOpen


def _refuse_early(prospect: Outlook, *, accept_missing: bool) -> None:
    if prospect.lessons_ahead:
        raise LessonsAhead(at=prospect.ends_at)
    if (prospect.missing_marks or prospect.unmarked) and not accept_missing:
        raise StillMissing(marks=prospect.missing_marks, attendance=prospect.unmarked)


def _decide(judged: Sequence[Judged]) -> list[Change]:
    changes: list[Change] = []
    for one in judged:
        enrolment, completion = one.trainee.enrolment, one.completion
        done, not_done = EnrolmentState.COMPLETED, EnrolmentState.NOT_COMPLETED
        move(enrolment, done if completion.completes else not_done, ENROLMENT_MOVES)
        enrolment.minutes_attended, enrolment.total_mark = one.minutes, one.total
        enrolment.outcome = [reason.stored for reason in completion.reasons]
        details: dict[str, object] = {
            "state": enrolment.state,
            "minutes": one.minutes,
            "total": one.total,
            "reasons": enrolment.outcome,
        }
        changes.append((enrolment, enrolment.person_id, details))
    return changes


def _dismiss(run: CourseRun) -> list[Change]:
    chosen = sa.select(Enrolment).where(Enrolment.run_id == run.id, Enrolment.state.in_(HOPING))
    hoping = db.session.scalars(chosen.order_by(Enrolment.id).with_for_update()).all()
    for enrolment in hoping:
        move(enrolment, EnrolmentState.WITHDRAWN, ENROLMENT_MOVES)
    return [(e, e.person_id, {"why": "the class was closed"}) for e in hoping]
