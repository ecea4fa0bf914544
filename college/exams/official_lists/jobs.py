"""The worker's part of an official list: the dry run, then chunk after chunk."""

from functools import lru_cache

from college.core import import_jobs, imports
from college.core.db import db
from college.core.import_jobs import Tell
from college.core.jobs import Progress
from college.exams.official_lists import files
from college.exams.official_lists.checking import Check, check, read_sheet
from college.exams.official_lists.deciding import Candidate
from college.exams.official_lists.layout import HEADINGS
from college.exams.official_lists.models import OfficialList
from college.exams.official_lists.operations import finish_list, keep_check, record_chunk
from college.exams.official_lists.queries import headway
from college.exams.official_lists.reading import Wanted
from college.people.accounts.queries import acting_for

NAME = "lists"  # of its failpoints
CHUNK = 200  # candidates in one transaction: a fraction of a second


def check_sheet(list_id: int) -> Progress:
    """Make the dry run of a list and keep what it finds."""
    made = db.session.get_one(OfficialList, list_id)
    return import_jobs.dry_run(
        NAME, made, headway(made), look=_look, store=files.keep_check, keep=_keep
    )


def record_next(list_id: int) -> Progress:
    """Note one chunk of candidates; at the end close the import."""
    made = db.session.get_one(OfficialList, list_id)
    candidates, done = _accepted(made.rows_sha256), made.rows_done

    def record(made: OfficialList) -> OfficialList:
        actor = acting_for(made.ordered_by_id)
        if done < len(candidates):
            return record_chunk(actor, made, candidates[done : done + CHUNK], start=done)
        _accepted.cache_clear()
        return finish_list(actor, made)

    return import_jobs.record_next(NAME, made, len(candidates) + 1, record)


def _look(made: OfficialList, tell: Tell) -> Check:
    wanted = Wanted(
        kind=made.kind, year=made.cycle.year, level=made.level, confirmed=made.confirmed
    )
    columns = HEADINGS[made.kind].read_stored(made.columns)
    sheet = read_sheet(imports.kept(made.file_sha256), made.filename, made.kind)
    return check(sheet, made.cycle, columns, wanted, tell)


def _keep(made: OfficialList, found: Check, kept: tuple[str, str]) -> None:
    shown, rows = kept
    actor = acting_for(made.ordered_by_id)
    keep_check(actor, made, found, check_sha256=shown, rows_sha256=rows)


@lru_cache(maxsize=1)
def _accepted(rows_sha256: str) -> list[Candidate]:
    """The candidates to note: read and deciphered once, not for each chunk."""
    return files.accepted_in(rows_sha256)
