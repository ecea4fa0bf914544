"""An official list is taken in, checked and imported, chunk by chunk."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from college.core import imports, jobs, journal
from college.core.access import require
from college.core.db import db, locked
from college.core.imports import Fate, ImportState
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.core.row_imports import keep_look, let_in
from college.exams.candidacies.recording import Evidence, note_listed
from college.exams.cycles.models import ExamCycle
from college.exams.official_lists import files
from college.exams.official_lists import refusals as no
from college.exams.official_lists.checking import Check, refused_cells
from college.exams.official_lists.deciding import Candidate, Decision, decide_all
from college.exams.official_lists.layout import HEADINGS, Columns
from college.exams.official_lists.models import ListKind, OfficialList
from college.exams.official_lists.queries import CHECK, RECORD, headway
from college.exams.official_lists.refusals import refuse_to_come
from college.people.notices.imported import tell_imported
from college.people.persons.masked import confirmation
from college.people.persons.models import Person
from college.people.persons.queries import lock_persons
from college.people.qualifications.models import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class NewList:
    """A list as it was uploaded; `columns` as recognised: the check waits until enough are."""

    kind: ListKind
    cycle: ExamCycle
    on: date
    filename: str
    file_sha256: str
    content_sha256: str
    rows: int
    columns: Columns
    level: Level | None = None
    source: str = ""


@operation
def upload_list(actor: Actor, new: NewList) -> OfficialList:
    """Keep an uploaded list. It is checked at once where the columns it needs are known.

    Raises NotAllowed, ListToCome.
    """
    require(actor, Can.CANDIDACIES_MOVE)
    refuse_to_come(new.on)
    known = HEADINGS[new.kind]
    row = OfficialList(
        kind=new.kind,
        cycle_id=new.cycle.id,
        level=new.level,
        on=new.on,
        source=new.source,
        filename=new.filename[-200:],
        file_sha256=new.file_sha256,
        content_sha256=new.content_sha256,
        columns=known.stored(new.columns),
        rows_total=new.rows,
        uploaded_by_id=actor.person_id,
        ordered_by_id=actor.person_id,
    )
    db.session.add(row)
    journal.record(actor, "upload_list", row, filename=row.filename, sha256=row.content_sha256)
    if known.is_enough(new.columns):
        jobs.ask(CHECK, row.id, total=new.rows)
    return row


@operation
def choose_columns(
    actor: Actor, official: OfficialList, *, columns: Columns, headings: Sequence[str]
) -> OfficialList:
    """Say which column holds what, remember it for the next list, and have this one checked.

    Raises NotAllowed, WrongState, SheetGone.
    """
    require(actor, Can.CANDIDACIES_MOVE)
    row = locked(OfficialList, official.id)
    imports.look_again(actor, row, CHECK, total=row.rows_total)
    known = HEADINGS[row.kind]
    row.columns = known.stored(columns)
    known.remember(headings, columns)
    journal.record(actor, "choose_list_columns", row, columns=row.columns)
    return row


@operation
def confirm_matches(
    actor: Actor, official: OfficialList, *, confirmed: Collection[str]
) -> OfficialList:
    """Say whose rows with partly hidden numbers are, each "line-person", and check the list again.

    Only what the last look offered can be confirmed. Raises NotAllowed, MatchGone, SheetGone.
    """
    require(actor, Can.CANDIDACIES_MOVE)
    row = locked(OfficialList, official.id)
    offered = {f"{one.line}-{one.person_id}": one for one in files.offered_in(row.check_sha256)}
    if row.state is not ImportState.CHECKED or not set(confirmed) <= set(offered):
        raise no.MatchGone
    chosen = [offered[match] for match in sorted(set(confirmed))]
    said = {
        str(one.line): confirmation(one.line, db.session.get_one(Person, one.person_id))
        for one in chosen
    }
    row.confirmed = {**row.confirmed, **said}
    imports.look_again(actor, row, CHECK, total=row.rows_total)
    lines = [one.line for one in chosen]
    journal.record(actor, "confirm_list_matches", row, count=len(lines), lines=lines)
    return row


@operation
def check_list(actor: Actor, official: OfficialList) -> OfficialList:
    """Have a list checked again, as long as nothing of it is imported.

    Asked twice it is checked once. Raises NotAllowed, WrongState, SheetGone.
    """
    require(actor, Can.CANDIDACIES_MOVE)
    row = locked(OfficialList, official.id)
    if row.state is ImportState.UPLOADED and headway(row).is_going:
        return row
    imports.look_again(actor, row, CHECK, total=row.rows_total)
    journal.record(actor, "check_list", row)
    return row


@operation
def keep_check(
    actor: Actor, official: OfficialList, found: Check, *, check_sha256: str, rows_sha256: str
) -> OfficialList:
    """Keep what the dry run found; the first one stands. Raises NotAllowed."""
    require(actor, Can.CANDIDACIES_MOVE)
    row = locked(OfficialList, official.id)
    kept = {"check_sha256": check_sha256, "rows_sha256": rows_sha256}
    if keep_look(row, found.tally, found.accepted, **kept):
        journal.record(actor, "keep_list_check", row, sha256=check_sha256, ready=row.rows_ready)
    return row


@operation
def import_list(actor: Actor, official: OfficialList) -> OfficialList:
    """Have the worker note what can be noted, or go on with an import that stopped half-way.

    Asked twice it is imported once. Raises NotAllowed, WrongState, SheetGone.
    """
    require(actor, Can.CANDIDACIES_MOVE)
    row = locked(OfficialList, official.id)
    if not imports.may_go_in(row, headway(row)):
        return row
    let_in(actor, row, RECORD)
    journal.record(actor, "import_list", row, candidates=row.rows_ready)
    return row


@operation
def record_chunk(
    actor: Actor, official: OfficialList, candidates: Sequence[Candidate], *, start: int
) -> OfficialList:
    """Note some candidates, from number `start` on; a chunk that is in already is left alone.

    Where each stands is asked again, under lock: who no longer fits is refused and told.
    Raises NotAllowed.
    """
    require(actor, Can.CANDIDACIES_MOVE)
    made = locked(OfficialList, official.id)
    if made.state is not ImportState.IMPORTING or made.rows_done != start:
        return made
    lock_persons({one.person_id for one in candidates})
    decisions = decide_all(made.cycle, candidates)
    doing = [d for d in decisions if d.fate in {Fate.NEW, Fate.CHANGED}]
    if doing:
        evidence = Evidence(on=made.on, told=made.evidence, sha256=made.content_sha256)
        note_listed(actor, made.cycle, [d.listed for d in doing], evidence)
    _count(made, decisions)
    made.rows_done += len(candidates)
    journal.record(actor, "record_list_rows", made, start=start, rows=len(candidates))
    return made


@operation
def finish_list(actor: Actor, official: OfficialList) -> OfficialList:
    """Close an import whose candidates are in. Raises NotAllowed."""
    require(actor, Can.CANDIDACIES_MOVE)
    row = locked(OfficialList, official.id)
    if not imports.close(row):
        return row
    journal.record(actor, "finish_list", row, new=row.rows_new, changed=row.rows_changed)
    tell_imported(row, changed=row.rows_changed, page=f"/exams/official-lists/{row.id}")
    return row


@operation
def hand_back_list(actor: Actor, official: OfficialList, *, count: int) -> OfficialList:
    """Note that somebody takes the refused rows home, with their ID numbers in full."""
    require(actor, Can.CANDIDACIES_MOVE)
    journal.record(actor, "hand_back_list_rows", official, count=count)
    return official


def _count(made: OfficialList, decisions: Sequence[Decision]) -> None:
    columns = HEADINGS[made.kind].read_stored(made.columns)
    for decision in decisions:
        count = len(decision.candidate.lines)
        if decision.fate is Fate.UNCHANGED:
            continue
        made.rows_unchanged -= count
        if decision.fate is Fate.NEW:
            made.rows_new += count
        elif decision.fate is Fate.CHANGED:
            made.rows_changed += count
        else:
            made.rows_refused += count
            made.add_late(refused_cells(decision, columns))
