"""From an uploaded file to a list to be checked."""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from college.core import imports
from college.core.access import fetch, require
from college.core.imports import Upload
from college.core.roles import Actor, Can
from college.core.sheets import Sheet
from college.exams.cycles.models import ExamCycle
from college.exams.official_lists.checking import read_sheet
from college.exams.official_lists.layout import HEADINGS
from college.exams.official_lists.models import ListKind, OfficialList
from college.exams.official_lists.operations import NewList, choose_columns, upload_list
from college.people.qualifications.models import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is said of a list as it is uploaded."""

    kind: ListKind
    on: date
    level: Level | None = None  # of rows that name none
    source: str = ""


def take_in(
    actor: Actor,
    cycle: ExamCycle,
    content: bytes,
    filename: str,
    about: About,
    *,
    may_wait: bool = True,
) -> OfficialList:
    """Keep a list to be checked: the bytes first, then the row, so that no row lacks its bytes.

    One whose columns are in doubt waits for somebody to say which holds what, if it may. Raises
    NotAllowed, NotASheet, SheetTooLarge, SheetEmpty, ListToCome; else also ColumnsUnknown,
    ColumnChosenTwice.
    """
    require(actor, Can.CANDIDACIES_MOVE)
    sheet = read_sheet(content, filename, about.kind)
    columns = HEADINGS[about.kind].certain_at_first(sheet.headings, may_wait=may_wait)
    return upload_list(
        actor,
        NewList(
            kind=about.kind,
            cycle=cycle,
            on=about.on,
            filename=filename,
            file_sha256=imports.keep(content),
            content_sha256=sha256(content).hexdigest(),
            rows=len(sheet.rows),
            columns=columns,
            level=about.level,
            source=about.source,
        ),
    )


def take_in_upload(
    actor: Actor, *, cycle_id: int, kind: ListKind, on: date, level: str, source: str, file: Upload
) -> OfficialList:
    """As `take_in`, with what the form holds. Raises NotFound for an unknown cycle."""
    cycle = fetch(ExamCycle, cycle_id, actor, Can.CANDIDACIES_MOVE)
    usual = Level(level) if level else None
    about = About(kind=kind, on=on, level=usual, source=source)
    return take_in(actor, cycle, file.read(), file.filename or "", about)


def take_columns(actor: Actor, official: OfficialList, sheet: Sheet, **chosen: str) -> OfficialList:
    """A heading for each field, "" for none.

    Raises ColumnsUnknown, ColumnChosenTwice, WrongState.
    """
    known = HEADINGS[official.kind]
    columns = known.checked(known.read_stored(chosen))
    return choose_columns(actor, official, columns=columns, headings=sheet.headings)
