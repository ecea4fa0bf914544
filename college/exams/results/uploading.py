"""From an uploaded file to a kept and checked import: the way of the page and of the command."""

from typing import Protocol

from college.core.access import fetch, require
from college.core.roles import Actor, Can
from college.exams.cycles.models import ExamCycle
from college.exams.results import files
from college.exams.results.checking import Check, check_file
from college.exams.results.models import ResultImport
from college.exams.results.operations import upload_results


class Upload(Protocol):
    """What a browser's file and one from the command line have in common."""

    @property
    def filename(self) -> str | None: ...

    def read(self) -> bytes: ...


def take_in(
    actor: Actor, cycle: ExamCycle, content: bytes, filename: str
) -> tuple[ResultImport, Check]:
    """Check a sheet and keep it: the bytes first, then the row, so that no row lacks its bytes.

    Raises as `check_file` does, and NotAllowed.
    """
    require(actor, Can.RESULTS_IMPORT)
    check = check_file(content, filename, cycle)
    key = files.keep(content)
    made = upload_results(actor, cycle, filename=filename, file_sha256=key, tally=check.tally)
    return made, check


def take_in_upload(actor: Actor, *, cycle_id: int, file: Upload) -> ResultImport:
    """As `take_in`, with what the form holds. Raises NotFound for an unknown cycle."""
    cycle = fetch(ExamCycle, cycle_id, actor, Can.RESULTS_IMPORT)
    return take_in(actor, cycle, file.read(), file.filename or "")[0]
