"""Publishing a regional line and judging a year anew: the only code that makes a Rejudging."""

import sqlalchemy as sa

from college.core import clock, jobs, journal
from college.core.access import require
from college.core.db import db, locked
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.exams.cycles.models import ExamCycle
from college.exams.pass_rules.data import LineData
from college.exams.pass_rules.models import PassLine, Subject
from college.exams.pass_rules.operations import draw_line, withdraw_line
from college.exams.rejudgings.models import Rejudging, RejudgingChange
from college.exams.rejudgings.queries import REJUDGE, cycles_of_year, persons_judged, round_of
from college.exams.rejudgings.refusals import LineOfTheCountry, refuse_line
from college.exams.results.models import Result
from college.exams.results.recording import judge_persons

PORTION = 200  # persons in one transaction: a fraction of a second


@operation
def publish_line(actor: Actor, new: LineData, *, subject: Subject | None = None) -> list[Rejudging]:
    """Enter a regional line that was published, and have the results of its region judged by it.

    One round for each exam of the year. Raises NotAllowed, RegionMissing, YearUnknown,
    LineDrawnAlready.
    """
    require(actor, Can.RESULTS_IMPORT)
    refuse_line(new, subject)
    line = draw_line(actor, new, subject=subject)
    db.session.flush()
    return [_order(actor, cycle, line) for cycle in cycles_of_year(new.year)]


@operation
def take_back_line(actor: Actor, line: PassLine) -> list[Rejudging]:
    """Say that a regional line was entered wrongly, and have its results judged without it.

    What it let people earn stays on record until the office decides; each round lists it.
    Raises NotAllowed, LineOfTheCountry, Overtaken.
    """
    require(actor, Can.RESULTS_IMPORT)
    if not line.region:
        raise LineOfTheCountry
    withdraw_line(actor, line)
    return [_order(actor, cycle, line) for cycle in cycles_of_year(line.year)]


@operation
def order_rejudging(actor: Actor, cycle: ExamCycle) -> Rejudging:
    """Have all results of a cycle judged by the rules, lines and notices that stand now.

    One that is under way is returned instead of a second one. Raises NotAllowed.
    """
    require(actor, Can.RESULTS_IMPORT)
    open_one = sa.select(Rejudging).where(
        Rejudging.cycle_id == cycle.id,
        Rejudging.line_id.is_(None),
        Rejudging.finished_at.is_(None),
    )
    stands = db.session.scalar(open_one.order_by(Rejudging.id.desc()).limit(1))
    return stands if stands is not None and round_of(stands).is_going else _order(actor, cycle)


@operation
def go_on_rejudging(actor: Actor, rejudging: Rejudging) -> Rejudging:
    """Have the worker go on with a round that stopped half-way. Raises NotAllowed."""
    require(actor, Can.RESULTS_IMPORT)
    row = locked(Rejudging, rejudging.id)
    if row.finished_at is None:
        row.ordered_by_id = actor.person_id
        journal.record(actor, "go_on_rejudging", row)
        jobs.ask(REJUDGE, row.id, total=row.persons_total + 1)
    return row


@operation
def judge_portion(actor: Actor, rejudging: Rejudging) -> Rejudging:
    """Judge the next persons of a round; with nobody left the round is over. Raises NotAllowed."""
    require(actor, Can.RESULTS_IMPORT)
    row = locked(Rejudging, rejudging.id)
    if row.finished_at is not None:
        return row
    beyond = persons_judged(row.cycle, row.line).where(Result.person_id > row.last_person_id)
    ids = db.session.scalars(beyond.limit(PORTION)).all()
    if not ids:
        row.finished_at = clock.now()
        journal.record(actor, "finish_rejudging", row, changed=row.results_changed)
        return row
    results, awarded = judge_persons(actor, row.cycle, ids)
    db.session.add_all(
        [
            *(RejudgingChange(rejudging_id=row.id, result_id=r.id) for r in results),
            *(RejudgingChange(rejudging_id=row.id, qualification_id=q.id) for q in awarded),
        ]
    )
    row.last_person_id = ids[-1]
    row.persons_done += len(ids)
    row.results_changed += len(results)
    row.qualifications_new += len(awarded)
    journal.record(actor, "judge_portion", row, persons=len(ids), changed=len(results))
    return row


def _order(actor: Actor, cycle: ExamCycle, line: PassLine | None = None) -> Rejudging:
    persons = persons_judged(cycle, line).order_by(None).subquery()
    count = db.session.scalar(sa.select(sa.func.count()).select_from(persons)) or 0
    row = Rejudging(
        cycle_id=cycle.id,
        line_id=line.id if line is not None else None,
        ordered_by_id=actor.person_id,
        persons_total=count,
    )
    db.session.add(row)
    journal.record(actor, "order_rejudging", row, persons=count)
    jobs.ask(REJUDGE, row.id, total=count + 1)
    return row
