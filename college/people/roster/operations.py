"""A roster is taken in, checked and imported, chunk by chunk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from college.core import clock, imports, jobs, journal
from college.core.access import require
from college.core.db import db, locked
from college.core.imports import Fate, ImportState
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.core.row_imports import keep_look, let_in
from college.people.employment.models import Capacity
from college.people.notices.imported import tell_imported
from college.people.persons.queries import by_documents, lock_persons
from college.people.roster.checking import Check
from college.people.roster.deciding import Decision, Placed, decide_all, refused_cell
from college.people.roster.layout import HEADINGS, Columns
from college.people.roster.models import RosterImport
from college.people.roster.queries import CHECK, RECORD, headway
from college.people.roster.recording import carry_out
from college.stations.units.models import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRoster:
    """A sheet as it was uploaded, and what holds for rows that do not say it."""

    filename: str
    file_sha256: str
    rows: int
    columns: Columns  # as recognised; the check waits until those it needs are there
    unit: Unit | None = None
    capacity: Capacity | None = None
    since_on: date | None = None


@operation
def upload_roster(actor: Actor, new: NewRoster) -> RosterImport:
    """Keep an uploaded roster. It is checked at once where the columns it needs are known.

    Raises NotAllowed.
    """
    require(actor, Can.ROSTER_IMPORT)
    row = RosterImport(
        filename=new.filename[-200:],
        file_sha256=new.file_sha256,
        columns=HEADINGS.stored(new.columns),
        unit_id=new.unit.id if new.unit else None,
        capacity=new.capacity,
        since_on=new.since_on or clock.today(),
        rows_total=new.rows,
        uploaded_by_id=actor.person_id,
        ordered_by_id=actor.person_id,
    )
    db.session.add(row)
    journal.record(actor, "upload_roster", row, filename=row.filename)
    if HEADINGS.is_enough(new.columns):
        jobs.ask(CHECK, row.id, total=new.rows)
    return row


@operation
def choose_columns(
    actor: Actor, roster: RosterImport, *, columns: Columns, headings: Sequence[str]
) -> RosterImport:
    """Say which column holds what, remember it for the next sheet, and have this one checked.

    Raises NotAllowed, WrongState.
    """
    require(actor, Can.ROSTER_IMPORT)
    row = _to_be_checked(actor, roster)
    row.columns = HEADINGS.stored(columns)
    HEADINGS.remember(headings, columns)
    journal.record(actor, "choose_columns", row, columns=row.columns)
    return row


@operation
def check_roster(actor: Actor, roster: RosterImport) -> RosterImport:
    """Have a roster checked again, as long as nothing of it is imported.

    Asked twice it is checked once. Raises NotAllowed, WrongState.
    """
    require(actor, Can.ROSTER_IMPORT)
    row = locked(RosterImport, roster.id)
    if row.state is ImportState.UPLOADED and headway(row).is_going:
        return row
    _to_be_checked(actor, row)
    journal.record(actor, "check_roster", row)
    return row


@operation
def keep_check(
    actor: Actor, roster: RosterImport, found: Check, *, check_sha256: str, rows_sha256: str
) -> RosterImport:
    """Keep what the dry run found; the first one stands. Raises NotAllowed."""
    require(actor, Can.ROSTER_IMPORT)
    row = locked(RosterImport, roster.id)
    kept = {"check_sha256": check_sha256, "rows_sha256": rows_sha256}
    if keep_look(row, found.tally, found.accepted, **kept):
        ready = row.rows_ready
        journal.record(actor, "keep_roster_check", row, sha256=check_sha256, ready=ready)
    return row


@operation
def import_roster(actor: Actor, roster: RosterImport) -> RosterImport:
    """Have the worker import what can be imported, or go on with an import that stopped half-way.

    Asked twice it is imported once. Raises NotAllowed, WrongState, SheetGone.
    """
    require(actor, Can.ROSTER_IMPORT)
    row = locked(RosterImport, roster.id)
    if not imports.may_go_in(row, headway(row)):
        return row
    let_in(actor, row, RECORD)
    journal.record(actor, "import_roster", row, rows=row.rows_ready)
    return row


@operation
def record_chunk(
    actor: Actor, roster: RosterImport, rows: Sequence[Placed], *, start: int
) -> RosterImport:
    """Bring some rows in, from number `start` on; a chunk that is in already is left alone.

    What is on record is asked again, under lock: a row that no longer fits is refused and told.
    Raises NotAllowed.
    """
    require(actor, Can.ROSTER_IMPORT)
    made = locked(RosterImport, roster.id)
    if made.state is not ImportState.IMPORTING or made.rows_done != start:
        return made
    _lock_persons_of(rows)
    decisions = decide_all(rows)
    _count(made, decisions)
    carry_out(actor, [d for d in decisions if d.refused is None])
    made.rows_done += len(rows)
    journal.record(actor, "record_roster_rows", made, start=start, rows=len(rows))
    return made


@operation
def finish_roster(actor: Actor, roster: RosterImport) -> RosterImport:
    """Close an import whose rows are in. Raises NotAllowed."""
    require(actor, Can.ROSTER_IMPORT)
    row = locked(RosterImport, roster.id)
    if not imports.close(row):
        return row
    journal.record(actor, "finish_roster", row, new=row.rows_new, changed=row.rows_changed)
    tell_imported(row, changed=row.rows_changed, page=f"/admin/people/import/{row.id}")
    return row


@operation
def hand_back_roster(actor: Actor, roster: RosterImport, *, count: int) -> RosterImport:
    """Note that somebody takes the refused rows home, with their ID numbers in full."""
    require(actor, Can.ROSTER_IMPORT)
    journal.record(actor, "hand_back_roster_rows", roster, count=count)
    return roster


def _to_be_checked(actor: Actor, roster: RosterImport) -> RosterImport:
    row = locked(RosterImport, roster.id)
    imports.look_again(actor, row, CHECK, total=row.rows_total)
    return row


def _lock_persons_of(rows: Sequence[Placed]) -> None:
    """Nobody changes the posts of these persons until the chunk is in."""
    lock_persons([person.id for person in by_documents(placed.key for placed in rows).values()])


def _count(made: RosterImport, decisions: Sequence[Decision]) -> None:
    headings = HEADINGS.read_stored(made.columns)
    late = [refused_cell(d, headings) for d in decisions if d.fate is Fate.REFUSED]
    made.rows_new += sum(d.fate is Fate.NEW for d in decisions)
    made.rows_changed += sum(d.fate is Fate.CHANGED for d in decisions)
    made.rows_refused += len(late)
    made.rows_unchanged -= sum(d.fate is not Fate.UNCHANGED for d in decisions)
    made.add_late(late)
