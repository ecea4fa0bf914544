"""The worker's part of a roster: the dry run, then chunk after chunk.

A step can die anywhere: each chunk is one transaction that also says how far the import is.
"""

from functools import lru_cache

from college.core import failpoints, imports, jobs
from college.core.db import db
from college.core.imports import ImportState
from college.core.jobs import Progress
from college.people.accounts.queries import acting_for
from college.people.roster import files
from college.people.roster.checking import check, read_sheet
from college.people.roster.deciding import Placed
from college.people.roster.layout import HEADINGS
from college.people.roster.models import RosterImport
from college.people.roster.operations import finish_roster, keep_check, record_chunk
from college.people.roster.queries import headway
from college.people.roster.reading import Usual

CHUNK = 200  # rows in one transaction: a fraction of a second


def check_sheet(import_id: int) -> Progress:
    """Make the dry run of a roster and keep what it finds."""
    made = db.session.get_one(RosterImport, import_id)
    total, far = max(headway(made).total, 1), 0
    if made.state is not ImportState.UPLOADED:
        return Progress(total, total)

    def tell(rows: int) -> None:
        nonlocal far
        far = min(far + rows, total - 1)
        jobs.report(Progress(far, total))

    actor = acting_for(made.ordered_by_id)
    usual = Usual(has_unit=made.unit_id is not None, capacity=made.capacity, since_on=made.since_on)
    columns, place = HEADINGS.read_stored(made.columns), made.unit_id
    sheet = read_sheet(imports.kept(made.file_sha256), made.filename)
    found = check(actor, sheet, columns, usual, place, tell)
    db.session.rollback()
    shown, rows = files.keep_check(found)
    failpoints.reached("roster.checked")
    with jobs.transaction():
        made = db.session.get_one(RosterImport, import_id)
        keep_check(actor, made, found, check_sha256=shown, rows_sha256=rows)
    return Progress(total, total)


def record_next(import_id: int) -> Progress:
    """Bring one chunk of rows in; at the end close the import."""
    made = db.session.get_one(RosterImport, import_id)
    rows = _accepted(made.rows_sha256)
    total, done = len(rows) + 1, made.rows_done
    if made.state is ImportState.IMPORTED:
        return Progress(total, total)
    is_over = done >= len(rows)
    with jobs.transaction():
        made = db.session.get_one(RosterImport, import_id)
        actor = acting_for(made.ordered_by_id)
        if is_over:
            made = finish_roster(actor, made)
            _accepted.cache_clear()
        else:
            made = record_chunk(actor, made, rows[done : done + CHUNK], start=done)
        done = made.rows_done
        failpoints.reached("roster.recording")
    failpoints.reached("roster.recorded")
    return Progress(total if is_over else done, total)


@lru_cache(maxsize=1)
def _accepted(rows_sha256: str) -> list[Placed]:
    """The rows to bring in: read and deciphered once, not for each chunk."""
    return files.accepted_in(rows_sha256)
