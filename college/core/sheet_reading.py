"""Reads a spreadsheet that somebody sent, in the helper of `sheets.py`: nobody else calls it.

Whatever is damaged here or eats memory ends a helper, not the college. What can be told before the
parser sees a byte is told first: how many entries, how large unpacked, how far the cells reach.
"""

import codecs
import csv
import io
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from zipfile import BadZipFile, ZipFile

from python_calamine import CalamineError, CalamineWorkbook

from college.core.sheets import HEADING_DEPTH, MAX_ROWS, Cell, NotASheet, SheetTooLarge, Table
from college.core.workbook import Distrusted, Extent, extents, first_sheet_path

MAX_ENTRIES = 2_000
MAX_RATIO = 100
MAX_UNPACKED_BYTES = 50 * 1024 * 1024
MAX_COLUMNS = 256
MAX_CELLS = 2_000_000  # a parser fills the rectangle that the outermost cells span
MAX_LETTERS = 50_000_000  # one long text, written once, can stand in a million cells
SHORT = 12  # characters of a cell that others may share
NO_CHARACTERS = frozenset("\0\ufffe\uffff")
SEPARATORS = (",", "\t", ";")
BOOK = "xl/workbook.xml"
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
REFUSALS = (NotASheet, SheetTooLarge)


def read(content: bytes, is_workbook: bool) -> Table:
    """The cells of the first sheet and where formulas stand. Raises NotASheet, SheetTooLarge."""
    table = _workbook(content) if is_workbook else (_csv(content), set())
    if sum(len(cell) for row in table[0] for cell in row if isinstance(cell, str)) > MAX_LETTERS:
        raise SheetTooLarge
    return table


def _shared(rows: Iterable[Sequence[Cell]]) -> list[list[Cell]]:
    """The rows, where a short text that stood before is the same object, which is sent once.

    Columns repeat few words; whoever asked would hold each of them a hundred thousand times, and
    so would we, had all rows been read before.
    """
    seen: dict[str, str] = {}

    def one(cell: Cell) -> Cell:
        if isinstance(cell, str) and len(cell) <= SHORT:
            return seen.setdefault(cell, cell)
        return cell

    return [[one(cell) for cell in row] for row in rows]


def _workbook(content: bytes) -> Table:
    extent = _checked_extent(content)
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        # rows above the first cell come as empty ones, columns before it do not come at all
        before: list[Cell] = [""] * (sheet.start[1] if sheet.start else 0)
        rows = _shared([*before, *row] for row in sheet.iter_rows())
    except (CalamineError, IndexError) as error:
        raise NotASheet from error
    return rows, extent.formulas


def _checked_extent(content: bytes) -> Extent:
    """Measure the archive and its sheets, so that parsing cannot take all memory."""
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            _refuse_bomb(archive)
            _refuse_strange(archive)
            found, first = extents(archive), first_sheet_path(archive)
    except BROKEN_ARCHIVE as error:
        raise NotASheet from error
    if any(_is_too_far(extent) for extent in found.values()):
        raise SheetTooLarge
    if first not in found:  # it could hold anything: nobody has measured it
        raise NotASheet
    return found[first]


def _refuse_bomb(archive: ZipFile) -> None:
    infos = archive.infolist()
    unpacked = sum(info.file_size for info in infos)
    packed = max(sum(info.compress_size for info in infos), 1)
    if len(infos) > MAX_ENTRIES or unpacked > MAX_UNPACKED_BYTES or unpacked / packed > MAX_RATIO:
        raise SheetTooLarge


def _refuse_strange(archive: ZipFile) -> None:
    """No way out of the archive, no entry that is not what the list of entries says of it."""
    names = archive.namelist()
    if BOOK not in names or any(map(_leads_out, names)) or len(set(names)) < len(names):
        raise Distrusted("names")
    if archive.testzip() is not None:
        raise Distrusted("damaged")


def _leads_out(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return ".." in parts or not parts[0] or ":" in parts[0]


def _is_too_far(extent: Extent) -> bool:
    is_too_wide = extent.columns > MAX_COLUMNS or extent.rows > MAX_ROWS + HEADING_DEPTH
    return is_too_wide or extent.rows * extent.columns > MAX_CELLS


def _csv(content: bytes) -> list[list[Cell]]:
    text = _text(content)
    head = "".join(islice(io.StringIO(text), HEADING_DEPTH))
    separator = max(SEPARATORS, key=head.count)  # of as many, the first
    try:
        lines = _counted(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
        return _shared(lines)
    except csv.Error as error:
        raise NotASheet from error


def _text(content: bytes) -> str:
    """As spreadsheets save it in Chinese offices: CSV, CSV UTF-8, and Unicode text."""
    is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if b"\0" in content and not is_wide:
        raise NotASheet
    for encoding in ("utf-16",) if is_wide else ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not NO_CHARACTERS & set(text):
            return text
    raise NotASheet


def _counted(lines: Iterable[list[str]]) -> Iterator[list[str]]:
    cells = 0
    for rows, line in enumerate(lines):
        cells += len(line)
        if cells > MAX_CELLS or len(line) > MAX_COLUMNS or rows > MAX_ROWS + HEADING_DEPTH:
            raise SheetTooLarge
        yield line
