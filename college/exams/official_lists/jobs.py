"""The worker's part of an official list: the dry run, then chunk after chunk.

A step can die anywhere: each chunk is one transaction that also says how far the import is.
"""

from functools import lru_cache

from college.core import failpoints, imports, jobs
from college.core.db import db
from college.core.imports import ImportState
from college.core.jobs import Progress
from college.exams.official_lists import files
from college.exams.official_lists.checking import check, read_sheet
from college.exams.official_lists.deciding import Candidate
from college.exams.official_lists.layout import HEADINGS
from college.exams.official_lists.models import OfficialList
from college.exams.official_lists.operations import finish_list, keep_check, record_chunk
from college.exams.official_lists.queries import headway
from college.exams.official_lists.reading import Wanted
from college.people.accounts.queries import acting_for

CHUNK = 200  # candidates in one transaction: a fraction of a second


def check_sheet(list_id: int) -> Progress:
    """Make the dry run of a list and keep what it finds."""
    made = db.session.get_one(OfficialList, list_id)
    total, far = max(headway(made).total, 1), 0
    if made.state is not ImportState.UPLOADED:
        return Progress(total, total)

    def tell(rows: int) -> None:
        nonlocal far
        far = min(far + rows, total - 1)
        jobs.report(Progress(far, total))

    wanted = Wanted(
        kind=made.kind, year=made.cycle.year, level=made.level, confirmed=made.confirmed
    )
    columns = HEADINGS[made.kind].read_stored(made.columns)
    sheet = read_sheet(imports.kept(made.file_sha256), made.filename, made.kind)
    found = check(sheet, made.cycle, columns, wanted, tell)
    db.session.rollback()
    shown, rows = files.keep_check(found)
    failpoints.reached("lists.checked")
    with jobs.transaction():
        made = db.session.get_one(OfficialList, list_id)
        actor = acting_for(made.ordered_by_id)
        keep_check(actor, made, found, check_sha256=shown, rows_sha256=rows)
    return Progress(total, total)


def record_next(list_id: int) -> Progress:
    """Note one chunk of candidates; at the end close the import."""
    made = db.session.get_one(OfficialList, list_id)
    candidates = _accepted(made.rows_sha256)
    total, done = len(candidates) + 1, made.rows_done
    if made.state is ImportState.IMPORTED:
        return Progress(total, total)
    is_over = done >= len(candidates)
    with jobs.transaction():
        made = db.session.get_one(OfficialList, list_id)
        actor = acting_for(made.ordered_by_id)
        if is_over:
            made = finish_list(actor, made)
            _accepted.cache_clear()
        else:
            made = record_chunk(actor, made, candidates[done : done + CHUNK], start=done)
        done = made.rows_done
        failpoints.reached("lists.recording")
    failpoints.reached("lists.recorded")
    return Progress(total if is_over else done, total)


@lru_cache(maxsize=1)
def _accepted(rows_sha256: str) -> list[Candidate]:
    """The candidates to note: read and deciphered once, not for each chunk."""
    return files.accepted_in(rows_sha256)
