"""A result sheet is taken in, checked and imported; `recording` writes the results themselves."""

from datetime import date

from college.core import imports, jobs, journal
from college.core.access import require
from college.core.db import db, locked
from college.core.imports import IMPORT_MOVES, ImportState
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.core.sheets import Sheet
from college.core.states import move
from college.exams.cycles.models import ExamCycle
from college.exams.results.checked import Check, Tally
from college.exams.results.layout import HEADINGS, Columns
from college.exams.results.models import ResultImport
from college.exams.results.queries import CHECK, RECORD, headway
from college.exams.results.refusals import refuse_day
from college.people.notices.models import NoticeKind as K
from college.people.notices.telling import tell


@operation
def upload_results(
    actor: Actor,
    cycle: ExamCycle,
    *,
    published_on: date,
    filename: str,
    file_sha256: str,
    rows: int,
    columns: Columns,
) -> ResultImport:
    """Keep an uploaded sheet and have the worker check it; no result is written yet.

    Without `columns` the check waits until somebody says which column holds what.
    Raises NotAllowed, ListToCome, ListBeforeExam.
    """
    require(actor, Can.RESULTS_IMPORT)
    refuse_day(published_on, cycle)
    row = ResultImport(
        cycle_id=cycle.id,
        published_on=published_on,
        filename=filename[-200:],
        file_sha256=file_sha256,
        columns=HEADINGS.stored(columns),
        uploaded_by_id=actor.person_id,
        ordered_by_id=actor.person_id,
    )
    db.session.add(row)
    journal.record(
        actor,
        "upload_results",
        row,
        filename=row.filename,
        cycle=cycle.year,
        published_on=published_on,
    )
    if columns:
        jobs.ask(CHECK, row.id, total=rows)
    return row


@operation
def choose_columns(
    actor: Actor, result_import: ResultImport, sheet: Sheet, columns: Columns
) -> ResultImport:
    """Say which column holds what, remember it for the next sheet, and have this one checked.

    Raises NotAllowed, WrongState, SheetGone.
    """
    require(actor, Can.RESULTS_IMPORT)
    row = locked(ResultImport, result_import.id)
    imports.look_again(actor, row, CHECK, total=len(sheet.rows))
    row.columns = HEADINGS.stored(columns)
    HEADINGS.remember(sheet.headings, columns)
    journal.record(actor, "choose_result_columns", row, columns=row.columns)
    return row


@operation
def check_results(actor: Actor, result_import: ResultImport) -> ResultImport:
    """Have a sheet checked again, as long as nothing of it is imported.

    Asked twice it is checked once. Raises NotAllowed, WrongState.
    """
    require(actor, Can.RESULTS_IMPORT)
    row = locked(ResultImport, result_import.id)
    if row.state is ImportState.UPLOADED and headway(row).is_going:
        return row
    imports.look_again(actor, row, CHECK, total=_rows(row))
    journal.record(actor, "check_results", row)
    return row


@operation
def keep_check(
    actor: Actor, result_import: ResultImport, check: Check, *, check_sha256: str
) -> ResultImport:
    """Keep what the dry run found; the first one stands. Raises NotAllowed."""
    require(actor, Can.RESULTS_IMPORT)
    row = locked(ResultImport, result_import.id)
    if row.state is not ImportState.UPLOADED:
        return row
    move(row, ImportState.CHECKED, IMPORT_MOVES)
    _count(row, check.tally)
    row.check_sha256, row.results_ready = check_sha256, len(check.accepted)
    journal.record(actor, "keep_check", row, sha256=check_sha256, new=check.tally.new)
    return row


@operation
def record_results(actor: Actor, result_import: ResultImport) -> ResultImport:
    """Have the worker import what can be imported, or go on with an import that stopped half-way.

    Asked twice it is imported once. Raises NotAllowed, WrongState.
    """
    require(actor, Can.RESULTS_IMPORT)
    row = locked(ResultImport, result_import.id)
    if not imports.may_go_in(row, headway(row)):
        return row
    if row.state is not ImportState.IMPORTING:
        move(row, ImportState.IMPORTING, IMPORT_MOVES)
        _count(row, Tally(unchanged=row.rows_new + row.rows_unchanged, refused=row.rows_refused))
    row.ordered_by_id = actor.person_id
    journal.record(actor, "record_results", row, results=row.results_ready)
    jobs.ask(RECORD, row.id, total=row.results_ready + 1)  # the worker counts the persons too
    return row


@operation
def finish_import(actor: Actor, result_import: ResultImport) -> ResultImport:
    """Close an import whose results are recorded and awarded. Raises NotAllowed."""
    require(actor, Can.RESULTS_IMPORT)
    row = locked(ResultImport, result_import.id)
    if not imports.close(row):
        return row
    awarded = row.qualifications_new
    journal.record(actor, "finish_import", row, new=row.rows_new, awarded=awarded)
    if row.ordered_by_id is not None:
        counted = {"new": row.rows_new, "changed": row.rows_corrected, "refused": row.rows_refused}
        named = {"file": row.filename, "page": f"/exams/results/{row.id}"}
        tell(K.IMPORT_FINISHED, row.ordered_by_id, {**counted, **named})
    return row


@operation
def hand_back(actor: Actor, result_import: ResultImport, *, count: int) -> ResultImport:
    """Note that somebody takes the refused rows home, with their ID numbers in full."""
    require(actor, Can.RESULTS_IMPORT)
    journal.record(actor, "hand_back_rows", result_import, count=count)
    return result_import


def _rows(row: ResultImport) -> int:
    """As many as the last look at the sheet counted."""
    last = jobs.latest(CHECK, row.id)
    return last.total if last is not None else 0


def _count(row: ResultImport, tally: Tally) -> None:
    row.rows_new, row.rows_corrected = tally.new, tally.corrected
    row.rows_unchanged, row.rows_refused = tally.unchanged, tally.refused
    row.persons_passing = tally.passing
