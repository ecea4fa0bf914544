"""Spreadsheets in and out: .xlsx and .csv, cells as they were typed.

What somebody sent is read in a helper, within bounds (`sheet_reading.py`); what we write runs as no
formula.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from college.core.errors import RuleBroken
from college.core.helper import ABORTED, Bounds, Ended, Helper, OutOfMemory, OutOfTime
from college.core.text import say

Cell = str | float | int | bool | date | time | datetime | timedelta
Position = tuple[int, int]  # row and column, from 1
Table = tuple[list[list[Cell]], set[Position]]  # all rows, and where formulas stand
EXACT_BELOW = 10**15  # a spreadsheet keeps 15 digits of a number
LOST_DIGITS = re.compile(r"[0-9](\.[0-9]+)?e\+?[0-9]+")  # 1.50502E+17
MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 100_000
HEADING_DEPTH = 10  # official sheets have a title or two above their headings
NARROWEST, WIDEST = 9, 48  # columns of what we write, in digits
LOOKED_AT = 500  # rows for that: more would cost a third of all the writing
LATIN = 0x2E7F  # the last character that is no wider than a digit
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"%PDF")
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ARCHIVE = b"PK\x03\x04"
# 60,000 rows take 5 s and 110 MB; uploads are rare, so the helper does not wait for the next
BOUNDS = Bounds(memory=512 << 20, cpu_seconds=20, wall_seconds=25, tasks=50, idle_seconds=15)


class NotASheet(RuleBroken):
    code, field = "not_a_sheet", "file"
    message = say("This is no spreadsheet. Upload .xlsx or .csv; the template shows the columns.")


class Picture(NotASheet):
    code = "picture"
    message = say("This is a picture. Upload .xlsx or .csv; here is a template.")


class OldWorkbook(NotASheet):
    code = "old_workbook"
    message = say(
        "This is an old workbook, or one with a password. Save it as .xlsx without a password."
    )


class Unreadable(NotASheet):
    code = "sheet_unreadable"
    message = say("We cannot read this sheet. Open it, save it as a new .xlsx, and upload that.")


class SheetTooLarge(RuleBroken):
    code, field = "sheet_too_large", "file"
    message = say("This file is too large to read. Split it into parts of at most 10 MB.")


class SheetEmpty(RuleBroken):
    code, field = "sheet_empty", "file"
    message = say("This sheet has no rows below its headings. Fill it in and upload it again.")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its line as a spreadsheet shows it, and its cells by heading.

    `formulas` are the headings under which a formula stands; its cell is what was last computed.
    All rows of a sheet share `places`: a mapping of each row's own would take thrice the memory.
    """

    line: int
    places: Mapping[str, int]
    values: Sequence[Cell]
    formulas: frozenset[str] = frozenset()

    @property
    def cells(self) -> dict[str, Cell]:
        last = len(self.values)
        return {h: self.values[n] for h, n in self.places.items() if n < last}

    def text(self, heading: str) -> str:
        """The cell as trimmed text; whole floats without their point; "" when absent."""
        place = self.places.get(heading, MAX_ROWS)
        return as_text(self.values[place]) if place < len(self.values) else ""


@dataclass(frozen=True, slots=True)
class Sheet:
    headings: list[str]
    rows: list[Row]


reader = Helper(
    "college.core.sheet_reading:read", BOUNDS, knows=(NotASheet, SheetTooLarge, Unreadable)
)


def as_text(cell: Cell) -> str:
    """What a cell says. The apostrophe of `harmless` is taken off again."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = str(cell).strip()
    return text[1:] if text.startswith("'") and _could_run(text[1:]) else text


def is_number_lost(cell: Cell) -> bool:
    """Whether a cell holds a long number whose last digits a spreadsheet has rounded away."""
    if isinstance(cell, str):
        return bool(LOST_DIGITS.fullmatch(cell.strip().lower()))
    return isinstance(cell, int | float) and abs(cell) >= EXACT_BELOW


def heading_key(heading: str) -> str:
    """A heading as it is compared: without spaces, line breaks, stars and colons, small letters."""
    return re.sub(r"[\s*＊:：]", "", heading).lower()


def read(content: bytes, filename: str, *, known: AbstractSet[str] = frozenset()) -> Sheet:
    """Read the first sheet. The first non-empty row holds the headings.

    Official sheets carry a title above: of the first ten rows, the one with the most `known`
    headings (as `heading_key` writes them) is taken. Raises NotASheet, SheetTooLarge, SheetEmpty.
    """
    if len(content) > MAX_BYTES:
        raise SheetTooLarge
    if content.startswith(OLD_WORKBOOK):
        raise OldWorkbook
    if content.startswith(PICTURES):
        raise Picture
    cells_by_line, formulas = _table(content, filename.lower())
    lines = enumerate(cells_by_line, start=1)
    filled = [(line, cells) for line, cells in lines if any(map(as_text, cells))]
    filled = filled[_heading_place([cells for _, cells in filled[:HEADING_DEPTH]], known) :]
    if len(filled) < 2:
        raise SheetEmpty
    if len(filled) - 1 > MAX_ROWS:
        raise SheetTooLarge
    headings = _told_apart([as_text(cell) for cell in filled[0][1]])
    places = {heading: n for n, heading in enumerate(headings) if heading}
    rows = [_row(line, places, cells, formulas) for line, cells in filled[1:]]
    return Sheet([h for h in headings if h], rows)


def write_xlsx(
    title: str,
    headings: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    choices: Mapping[int, Sequence[str]] | None = None,
) -> bytes:
    """A workbook with one sheet: bold headings, text stays text, numbers stay numbers.

    Every column is typed as text, so that an ID number keeps its 18 digits; `choices` gives columns
    (from 0) a drop-down list.
    """
    return _written([(title, headings, rows)], choices or {})


Part = tuple[str, Sequence[str], Iterable[Sequence[Cell]]]  # a sheet: its name, headings, rows


def write_workbook(parts: Sequence[Part]) -> bytes:
    """A workbook of several sheets, each written like the one of `write_xlsx`."""
    return _written(parts, {})


def _written(parts: Sequence[Part], choices: Mapping[int, Sequence[str]]) -> bytes:
    from xlsxwriter import Workbook  # 0.1 s that only a download needs to pay

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(out, options) as book:
        bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
        for place, (title, headings, rows) in enumerate(parts, start=1):
            sheet = book.add_worksheet(_sheet_name(title, place if len(parts) > 1 else None))
            sheet.write_row(0, 0, [harmless(heading) for heading in headings], bold)
            widths = [_width(heading) for heading in headings]
            for line, row in enumerate(rows, start=1):
                for column, cell in enumerate(row):
                    if line <= LOOKED_AT and column < len(widths):
                        widths[column] = max(widths[column], _width(as_text(cell)))
                    if isinstance(cell, int | float) and not isinstance(cell, bool):
                        sheet.write_number(line, column, cell)
                    else:
                        sheet.write_string(line, column, harmless(as_text(cell)), text)
            for column, width in enumerate(widths):
                sheet.set_column(column, column, min(max(width + 2, NARROWEST), WIDEST), text)
            for column, words in choices.items():
                listed = {"validate": "list", "source": list(words), "error_type": "warning"}
                sheet.data_validation(1, column, MAX_ROWS, column, listed)
            sheet.freeze_panes(1, 0)
    return out.getvalue()


def _width(text: str) -> int:
    """Of its longest line, in digits: a Han character takes two."""
    return max((sum(1 + (ord(c) > LATIN) for c in line) for line in text.split("\n")), default=0)


def _sheet_name(title: str, place: int | None) -> str:
    """Spreadsheets take 31 characters and some marks not; of several no two may be the same."""
    plain = re.sub(r"[\[\]:*?/\\]", " ", title).strip("' ")
    return plain[:31] if place is None else f"{place} {plain}"[:31]


def write_csv(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """UTF-8 with a byte-order mark, so that a double click opens it rightly."""
    return b"\xef\xbb\xbf" + csv_text(headings, rows).encode()


def csv_text(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """For a program to read."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([harmless(heading) for heading in headings])
    for row in rows:
        writer.writerow([c if isinstance(c, int | float) else harmless(as_text(c)) for c in row])
    return out.getvalue()


def harmless(text: str) -> str:
    """Text that a spreadsheet would run as a formula gets an apostrophe in front."""
    return f"'{text}" if _could_run(text) else text


def _could_run(text: str) -> bool:
    """Some programs pass over blanks and line ends in front of the sign."""
    return text.startswith(FORMULA_STARTS) or text.lstrip().startswith(FORMULA_STARTS)


def _table(content: bytes, filename: str) -> Table:
    """Have the helper read it, as what its name and its first bytes agree that it is."""
    is_workbook = content.startswith(ARCHIVE)
    if not filename.endswith((".xlsx", ".xlsm") if is_workbook else (".csv", ".txt")):
        raise NotASheet
    try:
        table: Table = reader.ask(content, is_workbook)
    except (OutOfMemory, OutOfTime) as fault:
        raise SheetTooLarge from fault
    except Ended as fault:  # who asks for more memory than there is may abort
        raise SheetTooLarge if fault.kind == ABORTED else Unreadable from fault
    return table


def _told_apart(headings: Sequence[str]) -> list[str]:
    """Each heading once: one that stands again gets the number of its column in brackets."""
    found: list[str] = []
    for column, heading in enumerate(headings, start=1):
        found.append(f"{heading} ({column})" if heading and heading in found else heading)
    return found


def _heading_place(top: Sequence[Sequence[Cell]], known: AbstractSet[str]) -> int:
    found = [len({heading_key(as_text(cell)) for cell in cells} & known) for cells in top]
    return found.index(max(found)) if found else 0


def _row(
    line: int, places: Mapping[str, int], cells: Sequence[Cell], formulas: AbstractSet[Position]
) -> Row:
    if not formulas:
        return Row(line, places, cells)
    return Row(
        line, places, cells, frozenset(h for h, n in places.items() if (line, n + 1) in formulas)
    )
