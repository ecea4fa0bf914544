"""From an uploaded file to a roster to be checked: the way of the page and of the command."""

from datetime import date

from college.core import imports
from college.core.access import fetch, require
from college.core.imports import Upload
from college.core.roles import Actor, Can
from college.core.sheets import Sheet
from college.people.employment.models import Capacity
from college.people.roster.checking import read_sheet
from college.people.roster.layout import HEADINGS
from college.people.roster.models import RosterImport
from college.people.roster.operations import NewRoster, choose_columns, upload_roster
from college.stations.units.models import Unit


def take_in(
    actor: Actor,
    content: bytes,
    filename: str,
    *,
    unit: Unit | None = None,
    capacity: Capacity | None = None,
    since_on: date | None = None,
    may_wait: bool = True,
) -> RosterImport:
    """Keep a roster to be checked: the bytes first, then the row, so that no row lacks its bytes.

    One whose columns are in doubt waits for somebody to say which holds what, if it may. Raises
    NotAllowed, NotASheet, SheetTooLarge, SheetEmpty; else also ColumnsUnknown, ColumnChosenTwice.
    """
    require(actor, Can.ROSTER_IMPORT)
    sheet = read_sheet(content, filename)
    columns = HEADINGS.certain_at_first(sheet.headings, may_wait=may_wait)
    key = imports.keep(content)
    return upload_roster(
        actor,
        NewRoster(
            filename=filename,
            file_sha256=key,
            rows=len(sheet.rows),
            columns=columns,
            unit=unit,
            capacity=capacity,
            since_on=since_on,
        ),
    )


def take_in_upload(
    actor: Actor,
    *,
    file: Upload,
    unit_id: int | None,
    capacity: str,
    since_on: date | None,
) -> RosterImport:
    """As `take_in`, with what the form holds. Raises NotFound for a unit one may not see."""
    unit = fetch(Unit, unit_id, actor, Can.UNITS_SEE) if unit_id else None
    return take_in(
        actor,
        file.read(),
        file.filename or "",
        unit=unit,
        capacity=Capacity(capacity) if capacity else None,
        since_on=since_on,
    )


def take_columns(actor: Actor, roster: RosterImport, sheet: Sheet, **chosen: str) -> RosterImport:
    """A heading for each field, "" for none.

    Raises ColumnsUnknown, ColumnChosenTwice, WrongState.
    """
    columns = HEADINGS.checked(HEADINGS.read_stored(chosen))
    return choose_columns(actor, roster, columns=columns, headings=sheet.headings)
