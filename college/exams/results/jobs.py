"""The worker's part of an import: the dry run, then chunk after chunk of results and awards.

A step can die anywhere: each chunk is one transaction that also says how far the import is, so the
next step goes on behind the last chunk that was committed.
"""

from collections.abc import Sequence
from functools import lru_cache

from college.core import failpoints, imports, jobs
from college.core.db import db
from college.core.imports import ImportState
from college.core.jobs import Progress
from college.exams.results import files
from college.exams.results.checked import NewResult
from college.exams.results.checking import check_file
from college.exams.results.models import ResultImport
from college.exams.results.operations import finish_import, keep_check
from college.exams.results.queries import headway
from college.exams.results.recording import award_chunk, record_chunk
from college.people.accounts.queries import acting_for

CHUNK = 500  # results or persons in one transaction: a fraction of a second


def check_sheet(import_id: int) -> Progress:
    """Make the dry run of a sheet and keep what it finds."""
    made = db.session.get_one(ResultImport, import_id)
    total, far = max(headway(made).total, 1), 0
    if made.state is not ImportState.UPLOADED:
        return Progress(total, total)

    def tell(rows: int) -> None:
        nonlocal far
        far = min(far + rows, total - 1)
        jobs.report(Progress(far, total))

    found = check_file(imports.kept(made.file_sha256), made.filename, made.cycle, tell)
    db.session.rollback()
    key = files.keep_check(found)
    failpoints.reached("exams.checked")
    with jobs.transaction():
        made = db.session.get_one(ResultImport, import_id)
        keep_check(acting_for(made.ordered_by_id), made, found, check_sha256=key)
    return Progress(total, total)


def record_next(import_id: int) -> Progress:
    """Record one chunk of results; then award one chunk of persons; at the end close the import."""
    made = db.session.get_one(ResultImport, import_id)
    rows, persons = _accepted(made.check_sha256)
    total, done, awarded = len(rows) + len(persons) + 1, made.results_done, made.persons_done
    is_over = made.state is ImportState.IMPORTED
    if is_over:
        return Progress(total, total)
    with jobs.transaction():
        made = db.session.get_one(ResultImport, import_id)
        actor = acting_for(made.ordered_by_id)
        if done < len(rows):
            made = record_chunk(actor, made, next_chunk(rows, done), start=done)
        elif awarded < len(persons):
            part = persons[awarded : awarded + CHUNK]
            made = award_chunk(actor, made, part, start=awarded)
        else:
            made = finish_import(actor, made)
            is_over = True
            _accepted.cache_clear()
        now = made.results_done + made.persons_done
        failpoints.reached("exams.recording")
    failpoints.reached("exams.recorded")
    return Progress(total if is_over else now, total)


def next_chunk(rows: Sequence[NewResult], start: int) -> Sequence[NewResult]:
    """At most CHUNK results from `start` on; the papers of one row of the sheet stay together."""
    end = min(start + CHUNK, len(rows))
    while start < end < len(rows) and rows[end].line == rows[end - 1].line:
        end -= 1
    return rows[start:end]


@lru_cache(maxsize=1)
def _accepted(check_sha256: str) -> tuple[list[NewResult], list[int]]:
    """The results to record and their persons: read and deciphered once, not for each chunk."""
    rows = files.accepted_in(check_sha256)
    return rows, sorted({row.person_id for row in rows})
