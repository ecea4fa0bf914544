"""Spreadsheets in and out: .xlsx and .csv, cells as they were typed, limits before parsing."""

import csv
import io
import re
import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zipfile import BadZipFile, ZipFile

from college.core.errors import RuleBroken
from college.core.text import say
from college.core.workbook import Distrusted, Extent, Position, extents, first_sheet_path

Cell = str | float | int | bool | date | time | datetime | timedelta
MAX_BYTES = 10 * 1024 * 1024
MAX_UNPACKED_BYTES = 50 * 1024 * 1024
MAX_ENTRIES = 2_000
MAX_RATIO = 100
MAX_ROWS = 100_000
MAX_COLUMNS = 256
HEADING_DEPTH = 10  # official sheets have a title or two above their headings
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"%PDF")
# what zipfile raises on damaged bytes, found by damaging some
BROKEN_ARCHIVE = (
    BadZipFile,
    Distrusted,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    struct.error,
    zlib.error,
)
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


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
    """

    line: int
    cells: dict[str, Cell]
    formulas: frozenset[str] = frozenset()

    def text(self, heading: str) -> str:
        """The cell as trimmed text; whole floats without their point; "" when absent."""
        return as_text(self.cells.get(heading, ""))


@dataclass(frozen=True, slots=True)
class Sheet:
    headings: list[str]
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class _Table:
    rows: list[list[Cell]]
    formulas: AbstractSet[Position] = frozenset()


def as_text(cell: Cell) -> str:
    """What a cell says. The apostrophe of `harmless` is taken off again."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = str(cell).strip()
    return text[1:] if text.startswith("'") and _could_run(text[1:]) else text


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
    is_zip = content.startswith(b"PK\x03\x04")
    table = _read_xlsx(content) if is_zip else _Table(_read_csv(content, filename))
    filled = [(n, cells) for n, cells in enumerate(table.rows, start=1) if any(map(as_text, cells))]
    filled = filled[_heading_place([cells for _, cells in filled[:HEADING_DEPTH]], known) :]
    if len(filled) < 2:
        raise SheetEmpty
    if len(filled) > MAX_ROWS:
        raise SheetTooLarge
    headings = [as_text(cell) for cell in filled[0][1]]
    rows = [_row(line, headings, cells, table.formulas) for line, cells in filled[1:]]
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
    from xlsxwriter import Workbook  # 0.1 s that only a download needs to pay

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(out, options) as book:
        sheet = book.add_worksheet(title[:31])
        bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
        sheet.write_row(0, 0, [harmless(heading) for heading in headings], bold)
        sheet.set_column(0, max(len(headings) - 1, 0), 18, text)
        for line, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, int | float) and not isinstance(cell, bool):
                    sheet.write_number(line, column, cell)
                else:
                    sheet.write_string(line, column, harmless(as_text(cell)), text)
        for column, words in (choices or {}).items():
            listed = {"validate": "list", "source": list(words), "error_type": "warning"}
            sheet.data_validation(1, column, MAX_ROWS, column, listed)
        sheet.freeze_panes(1, 0)
    return out.getvalue()


def write_csv(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """UTF-8 with a byte-order mark, so that a double click opens it rightly."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([harmless(heading) for heading in headings])
    for row in rows:
        writer.writerow([c if isinstance(c, int | float) else harmless(as_text(c)) for c in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def harmless(text: str) -> str:
    """Text that a spreadsheet would run as a formula gets an apostrophe in front."""
    return f"'{text}" if _could_run(text) else text


def _could_run(text: str) -> bool:
    """Some programs pass over blanks and line ends in front of the sign."""
    return text.startswith(FORMULA_STARTS) or text.lstrip().startswith(FORMULA_STARTS)


def _heading_place(top: Sequence[Sequence[Cell]], known: AbstractSet[str]) -> int:
    found = [len({heading_key(as_text(cell)) for cell in cells} & known) for cells in top]
    return found.index(max(found)) if found else 0


def _row(
    line: int, headings: Sequence[str], cells: Sequence[Cell], formulas: AbstractSet[Position]
) -> Row:
    named = [(n, h, c) for n, (h, c) in enumerate(zip(headings, cells, strict=False), 1) if h]
    computed = frozenset(h for n, h, _ in named if (line, n) in formulas)
    return Row(line, {h: c for _, h, c in named}, computed)


def _read_xlsx(content: bytes) -> _Table:
    from python_calamine import CalamineError, CalamineWorkbook

    extent = _checked_extent(content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, IndexError) as error:
        raise NotASheet from error
    return _Table(rows, extent.formulas)


def _checked_extent(content: bytes) -> Extent:
    """Measure the archive and its sheets, so that parsing cannot take all memory."""
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            _refuse_bomb(archive)
            found, first = extents(archive), first_sheet_path(archive)
    except BROKEN_ARCHIVE as error:
        raise NotASheet from error
    if any(e.rows > MAX_ROWS + HEADING_DEPTH or e.columns > MAX_COLUMNS for e in found.values()):
        raise SheetTooLarge
    return found.get(first, Extent())


def _refuse_bomb(archive: ZipFile) -> None:
    infos = archive.infolist()
    unpacked = sum(info.file_size for info in infos)
    packed = max(sum(info.compress_size for info in infos), 1)
    if len(infos) > MAX_ENTRIES or unpacked > MAX_UNPACKED_BYTES or unpacked / packed > MAX_RATIO:
        raise SheetTooLarge


def _read_csv(content: bytes, filename: str) -> list[list[Cell]]:
    if not filename.lower().endswith((".csv", ".txt")) or b"\0" in content:
        raise NotASheet
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        try:
            return [list(row) for row in csv.reader(io.StringIO(text, newline=""))]
        except csv.Error as error:
            raise NotASheet from error
    raise NotASheet
