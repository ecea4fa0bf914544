"""Ordering that what is kept long enough goes, and carrying it out step by step."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from college.core import clock, jobs, journal
from college.core.access import require
from college.core.db import db, locked
from college.core.errors import Conflict, RuleBroken
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.core.text import say
from college.people.persons.models import Person
from college.reports.personal_data.operations import delete_person
from college.reports.proposals.models import DueKind, Proposal
from college.reports.retention.clearing import CLEAR
from college.reports.retention.models import Clearing
from college.reports.retention.queries import (
    CLEAR as JOB,
)
from college.reports.retention.queries import (
    are_due,
    count_waiting,
    ids_to_clear,
    under_way,
)

AT_ONCE = 500  # rows of one step
PEOPLE_AT_ONCE = 5
REASON = "超过保存期限，且与学院已无任何联系。"  # kept nowhere: the last letter says it


class NothingDue(RuleBroken):
    code = "nothing_due"
    message = say("Nothing of this kind is due any more.")


class NobodyChosen(RuleBroken):
    code, field = "nobody_chosen", "rows"
    message = say("Tick whom you want to delete.")


@dataclass(frozen=True, slots=True)
class Cleared:
    """The order after one step, and the stored files that nothing names any more."""

    clearing: Clearing
    files: Sequence[str]


@operation
def order_clearing(
    actor: Actor, kind: DueKind, *, before: datetime, rows: Collection[int] = ()
) -> Clearing:
    """Have the worker clear away what is proposed of a kind.

    Each is asked once more whether it was over `before`; of people those alone in `rows`. Ordered
    twice it is done once. Raises NotAllowed, NothingDue, NobodyChosen.
    """
    require(actor, Can.DATA_DECIDE)
    going = under_way(kind)
    if going is not None:
        return going
    is_people = kind is DueKind.PEOPLE
    if is_people and not rows:
        raise NobodyChosen
    chosen = sorted(are_due(rows, before)) if is_people else []
    total = len(chosen) if is_people else count_waiting(kind)
    if not total:
        raise NothingDue
    made = Clearing(
        kind=kind, before=before, chosen=chosen, total=total, ordered_by_id=actor.person_id
    )
    db.session.add(made)
    db.session.flush()
    journal.record(actor, "order_clearing", made, kind=kind, total=total)
    jobs.ask(JOB, made.id, total=total)
    return made


@operation
def go_on_clearing(actor: Actor, clearing: Clearing) -> Clearing:
    """Have an order that stopped half-way carried out to its end. Raises NotAllowed."""
    require(actor, Can.DATA_DECIDE)
    row = locked(Clearing, clearing.id)
    if not row.is_over:
        journal.record(actor, "go_on_clearing", row, kind=row.kind)
        jobs.ask(JOB, row.id, total=row.total)
    return row


@operation
def clear_some(actor: Actor, clearing: Clearing) -> Cleared:
    """Take the next handful away, each asked once more whether it is due. Raises NotAllowed."""
    require(actor, Can.DATA_DECIDE)
    row = locked(Clearing, clearing.id)
    if row.is_over:
        return Cleared(row, ())
    files = _people(actor, row) if row.kind is DueKind.PEOPLE else _rows(actor, row)
    return Cleared(row, sorted(files))


def _rows(actor: Actor, row: Clearing) -> set[str]:
    ids = ids_to_clear(row, AT_ONCE)
    gone = sa.delete(Proposal).where(Proposal.kind == row.kind, Proposal.row_id.in_(ids))
    db.session.execute(gone)
    files = CLEAR[row.kind](actor, ids) if ids else set[str]()
    row.done += len(ids)
    _note(actor, row, len(ids), is_over=len(ids) < AT_ONCE)
    return files


def _people(actor: Actor, row: Clearing) -> set[str]:
    """Somebody who came back, or whom a rule of the deletion keeps, is left and counted."""
    ids = row.chosen[row.done + row.refused :][:PEOPLE_AT_ONCE]
    due, files = are_due(ids, row.before), set[str]()
    for person_id in ids:
        try:
            if person_id not in due:
                raise NothingDue
            person = db.session.get_one(Person, person_id)
            files |= set(delete_person(actor, person, reason=REASON).files)
            row.done += 1
        except (RuleBroken, Conflict):
            row.refused += 1
    _note(actor, row, len(ids), is_over=row.done + row.refused >= len(row.chosen))
    return files


def _note(actor: Actor, row: Clearing, n: int, *, is_over: bool) -> None:
    if is_over:
        row.finished_at = clock.now()
    journal.record(actor, "clear_some", row, kind=row.kind, count=n, over=is_over)
