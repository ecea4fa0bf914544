"""The worker's part of a roster: the dry run, then chunk after chunk."""

from functools import lru_cache

from college.core import import_jobs, imports
from college.core.db import db
from college.core.import_jobs import Tell
from college.core.jobs import Progress
from college.people.accounts.queries import acting_for
from college.people.roster import files
from college.people.roster.checking import Check, check, read_sheet
from college.people.roster.deciding import Placed
from college.people.roster.layout import HEADINGS
from college.people.roster.models import RosterImport
from college.people.roster.operations import finish_roster, keep_check, record_chunk
from college.people.roster.queries import headway
from college.people.roster.reading import Usual

NAME = "roster"  # of its failpoints
CHUNK = 200  # rows in one transaction: a fraction of a second


def check_sheet(import_id: int) -> Progress:
    """Make the dry run of a roster and keep what it finds."""
    made = db.session.get_one(RosterImport, import_id)
    return import_jobs.dry_run(
        NAME, made, headway(made), look=_look, store=files.keep_check, keep=_keep
    )


def record_next(import_id: int) -> Progress:
    """Bring one chunk of rows in; at the end close the import."""
    made = db.session.get_one(RosterImport, import_id)
    rows, done = _accepted(made.rows_sha256), made.rows_done

    def record(made: RosterImport) -> RosterImport:
        actor = acting_for(made.ordered_by_id)
        if done < len(rows):
            return record_chunk(actor, made, rows[done : done + CHUNK], start=done)
        _accepted.cache_clear()
        return finish_roster(actor, made)

    return import_jobs.record_next(NAME, made, len(rows) + 1, record)


def _look(made: RosterImport, tell: Tell) -> Check:
    actor = acting_for(made.ordered_by_id)
    usual = Usual(has_unit=made.unit_id is not None, capacity=made.capacity, since_on=made.since_on)
    columns, place = HEADINGS.read_stored(made.columns), made.unit_id
    sheet = read_sheet(imports.kept(made.file_sha256), made.filename)
    return check(actor, sheet, columns, usual, place, tell)


def _keep(made: RosterImport, found: Check, kept: tuple[str, str]) -> None:
    shown, rows = kept
    actor = acting_for(made.ordered_by_id)
    keep_check(actor, made, found, check_sha256=shown, rows_sha256=rows)


@lru_cache(maxsize=1)
def _accepted(rows_sha256: str) -> list[Placed]:
    """The rows to bring in: read and deciphered once, not for each chunk."""
    return files.accepted_in(rows_sha256)
