"""From an uploaded file to an import to be checked: the way of the page and of the command."""

from datetime import date

from college.core import imports
from college.core.access import fetch, require
from college.core.imports import Upload
from college.core.roles import Actor, Can
from college.exams.cycles.models import ExamCycle
from college.exams.results.checking import read_sheet
from college.exams.results.models import ResultImport
from college.exams.results.operations import upload_results


def take_in(
    actor: Actor, cycle: ExamCycle, content: bytes, filename: str, *, published_on: date
) -> ResultImport:
    """Keep a sheet to be checked: the bytes first, then the row, so that no row lacks its bytes.

    What can be said of the sheet as a whole is said at once. Raises as `read_sheet`, NotAllowed,
    ListToCome, ListBeforeExam.
    """
    require(actor, Can.RESULTS_IMPORT)
    rows = len(read_sheet(content, filename, cycle).rows)
    key = imports.keep(content)
    named = {"filename": filename, "file_sha256": key}
    return upload_results(actor, cycle, published_on=published_on, **named, rows=rows)


def take_in_upload(
    actor: Actor, *, cycle_id: int, published_on: date, file: Upload
) -> ResultImport:
    """As `take_in`, with what the form holds. Raises NotFound for an unknown cycle."""
    cycle = fetch(ExamCycle, cycle_id, actor, Can.RESULTS_IMPORT)
    return take_in(actor, cycle, file.read(), file.filename or "", published_on=published_on)
