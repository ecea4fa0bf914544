"""The worker's part of an import: the dry run, then chunk after chunk of results and awards."""

from collections.abc import Sequence
from functools import lru_cache, partial

from college.core import clock, import_jobs, imports
from college.core.db import db
from college.core.import_jobs import Tell
from college.core.jobs import Progress
from college.core.roles import Actor
from college.exams.results import files
from college.exams.results.checked import Check, NewResult
from college.exams.results.checking import check, read_sheet
from college.exams.results.layout import HEADINGS
from college.exams.results.models import ResultImport
from college.exams.results.operations import finish_import, keep_check
from college.exams.results.queries import headway
from college.exams.results.recording import award_chunk, record_chunk
from college.exams.results.warnings import Lapsing, Sitting, due_in, sittings, warn_of_papers
from college.people.accounts.queries import acting_for
from college.people.notices.stages import tell_in_turn

NAME = "exams"  # of its failpoints
SECONDS = 3600  # between two looks at what lapses
CHUNK = 500  # results or persons in one transaction: a fraction of a second


def check_sheet(import_id: int) -> Progress:
    """Make the dry run of a sheet and keep what it finds."""
    made = db.session.get_one(ResultImport, import_id)
    return import_jobs.dry_run(
        NAME, made, headway(made), look=_look, store=files.keep_check, keep=_keep
    )


def record_next(import_id: int) -> Progress:
    """Record one chunk of results; then award one chunk of persons; at the end close the import."""
    made = db.session.get_one(ResultImport, import_id)
    rows, persons = _accepted(made.check_sha256)
    done, awarded = made.results_done, made.persons_done

    def record(made: ResultImport) -> ResultImport:
        actor = acting_for(made.ordered_by_id)
        if done < len(rows):
            return record_chunk(actor, made, next_chunk(rows, done), start=done)
        if awarded < len(persons):
            part = persons[awarded : awarded + CHUNK]
            return award_chunk(actor, made, part, start=awarded)
        _accepted.cache_clear()
        return finish_import(actor, made)

    return import_jobs.record_next(NAME, made, len(rows) + len(persons) + 1, record)


def warn_due() -> int:
    """Warn everybody whose passes count for the last time; returns how many were warned."""
    return sum(
        tell_in_turn(partial(due_in, sitting), partial(_warn, sitting))
        for sitting in sittings(clock.today())
    )


def _warn(sitting: Sitting, actor: Actor, due: Sequence[Lapsing]) -> int:
    return warn_of_papers(actor, sitting, due)


def next_chunk(rows: Sequence[NewResult], start: int) -> Sequence[NewResult]:
    """At most CHUNK results from `start` on; the papers of one row of the sheet stay together."""
    end = min(start + CHUNK, len(rows))
    while start < end < len(rows) and rows[end].line == rows[end - 1].line:
        end -= 1
    return rows[start:end]


def _look(made: ResultImport, tell: Tell) -> Check:
    sheet = read_sheet(imports.kept(made.file_sha256), made.filename, made.cycle)
    # a sheet from before columns could be chosen was let in by its headings alone
    columns = HEADINGS.read_stored(made.columns) or HEADINGS.recognised(sheet.headings)
    return check(sheet, made.cycle, columns, made.published_on, tell)


def _keep(made: ResultImport, found: Check, key: str) -> None:
    keep_check(acting_for(made.ordered_by_id), made, found, check_sha256=key)


@lru_cache(maxsize=1)
def _accepted(check_sha256: str) -> tuple[list[NewResult], list[int]]:
    """The results to record and their persons: read and deciphered once, not for each chunk."""
    rows = files.accepted_in(check_sha256)
    return rows, sorted({row.person_id for row in rows})
