"""Spreadsheets in and out: .xlsx and .csv, cells as they were typed, limits before parsing."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zipfile import BadZipFile, ZipFile

from college.core.errors import RuleBroken
from college.core.text import say

Cell = str | float | int | bool | date | time | datetime | timedelta
MAX_BYTES = 10 * 1024 * 1024
MAX_UNPACKED_BYTES = 50 * 1024 * 1024
MAX_ENTRIES = 2_000
MAX_RATIO = 100
MAX_ROWS = 100_000
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


class NotASheet(RuleBroken):
    code, field = "not_a_sheet", "file"
    message = say("This is no spreadsheet. Upload .xlsx or .csv; the template shows the columns.")


class SheetTooLarge(RuleBroken):
    code, field = "sheet_too_large", "file"
    message = say("This file is too large to read. Split it into parts of at most 10 MB.")


class SheetEmpty(RuleBroken):
    code, field = "sheet_empty", "file"
    message = say("This sheet has no rows below its headings. Fill it in and upload it again.")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its line as a spreadsheet shows it, and its cells by heading."""

    line: int
    cells: dict[str, Cell]

    def text(self, heading: str) -> str:
        """The cell as trimmed text; whole floats without their point; "" when absent."""
        return as_text(self.cells.get(heading, ""))


@dataclass(frozen=True, slots=True)
class Sheet:
    headings: list[str]
    rows: list[Row]


def as_text(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def read(content: bytes, filename: str) -> Sheet:
    """Read the first sheet; its first non-empty row holds the headings.

    Raises NotASheet, SheetTooLarge, SheetEmpty.
    """
    if len(content) > MAX_BYTES:
        raise SheetTooLarge
    is_zip = content.startswith(b"PK\x03\x04")
    table = _read_xlsx(content) if is_zip else _read_csv(content, filename)
    filled = [
        (line, cells) for line, cells in enumerate(table, start=1) if any(map(as_text, cells))
    ]
    if len(filled) < 2:
        raise SheetEmpty
    if len(filled) > MAX_ROWS:
        raise SheetTooLarge
    headings = [as_text(cell) for cell in filled[0][1]]
    rows = [
        Row(line, {h: c for h, c in zip(headings, cells, strict=False) if h})
        for line, cells in filled[1:]
    ]
    return Sheet([h for h in headings if h], rows)


def write_xlsx(title: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A workbook with one sheet: bold headings, text stays text, numbers stay numbers."""
    from xlsxwriter import Workbook  # 0.1 s that only a download needs to pay

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(out, options) as book:
        sheet = book.add_worksheet(title[:31])
        bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
        sheet.write_row(0, 0, headings, bold)
        sheet.set_column(0, max(len(headings) - 1, 0), 18, text)
        for line, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, int | float) and not isinstance(cell, bool):
                    sheet.write_number(line, column, cell)
                else:
                    sheet.write_string(line, column, harmless(as_text(cell)))
        sheet.freeze_panes(1, 0)
    return out.getvalue()


def write_csv(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """UTF-8 with a byte-order mark, so that a double click opens it rightly."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(headings)
    for row in rows:
        writer.writerow([c if isinstance(c, int | float) else harmless(as_text(c)) for c in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def harmless(text: str) -> str:
    """Text that a spreadsheet would run as a formula gets an apostrophe in front."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _read_xlsx(content: bytes) -> list[list[Cell]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with ZipFile(io.BytesIO(content)) as archive:
            infos = archive.infolist()
    except BadZipFile as error:
        raise NotASheet from error
    unpacked = sum(info.file_size for info in infos)
    packed = max(sum(info.compress_size for info in infos), 1)
    if len(infos) > MAX_ENTRIES or unpacked > MAX_UNPACKED_BYTES or unpacked / packed > MAX_RATIO:
        raise SheetTooLarge
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, IndexError) as error:
        raise NotASheet from error


def _read_csv(content: bytes, filename: str) -> list[list[Cell]]:
    if not filename.lower().endswith((".csv", ".txt")) or b"\0" in content:
        raise NotASheet
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return [list(row) for row in csv.reader(io.StringIO(text))]
    raise NotASheet
