"""From an uploaded file to an import to be checked: the way of the page and of the command."""

from datetime import date

from college.core import imports
from college.core.access import fetch, require
from college.core.imports import Upload
from college.core.roles import Actor, Can
from college.core.sheets import Sheet
from college.exams.cycles.models import ExamCycle
from college.exams.results.checking import read_sheet
from college.exams.results.layout import HEADINGS
from college.exams.results.models import ResultImport
from college.exams.results.operations import choose_columns, upload_results


def take_in(
    actor: Actor,
    cycle: ExamCycle,
    content: bytes,
    filename: str,
    *,
    published_on: date,
    may_wait: bool = True,
) -> ResultImport:
    """Keep a sheet to be checked: the bytes first, then the row, so that no row lacks its bytes.

    It is checked at once where its columns are certain, and waits for somebody to say which column
    holds what where they are not, if it may. Raises as `read_sheet`, NotAllowed, ListToCome,
    ListBeforeExam; and if it may not wait, ColumnsUnknown, ColumnChosenTwice.
    """
    require(actor, Can.RESULTS_IMPORT)
    sheet = read_sheet(content, filename, cycle)
    return upload_results(
        actor,
        cycle,
        published_on=published_on,
        filename=filename,
        file_sha256=imports.keep(content),
        rows=len(sheet.rows),
        columns=HEADINGS.certain_at_first(sheet.headings, may_wait=may_wait),
    )


def take_columns(actor: Actor, made: ResultImport, sheet: Sheet, **chosen: str) -> ResultImport:
    """A heading for each field, "" for none.

    Raises ColumnsUnknown, ColumnChosenTwice, WrongState, SheetGone.
    """
    columns = HEADINGS.checked(HEADINGS.read_stored(chosen))
    return choose_columns(actor, made, sheet, columns)


def take_in_upload(
    actor: Actor, *, cycle_id: int, published_on: date, file: Upload
) -> ResultImport:
    """As `take_in`, with what the form holds. Raises NotFound for an unknown cycle."""
    cycle = fetch(ExamCycle, cycle_id, actor, Can.RESULTS_IMPORT)
    return take_in(actor, cycle, file.read(), file.filename or "", published_on=published_on)
