"""Look into an .xlsx before it is parsed: how far its cells reach, and which hold formulas.

A parser allocates the rectangle that the outermost cells span; one cell at XFD1048576, in a file of
1.4 KB, asks it for half a terabyte and ends the process.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from xml.parsers import expat
from zipfile import ZipFile

from college.core.sheets import Position

CHUNK_BYTES = 256 * 1024
PART_PATH = re.compile(r"xl/(_rels/|worksheets/)?[^/]+\.(xml|rels)", re.IGNORECASE)
REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
SHEET_PATH = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)


class Distrusted(Exception):
    """The XML is broken, or brings entities of its own."""


@dataclass(slots=True)
class Extent:
    """The last row and column with content, and where formulas stand, row by row."""

    rows: int = 0
    columns: int = 0
    formulas: set[Position] = field(default_factory=set)


def extents(archive: ZipFile) -> dict[str, Extent]:
    """Scan every worksheet of the archive, by path, and glance at the other parts that are read.

    Raises Distrusted.
    """
    parts = [name for name in archive.namelist() if PART_PATH.fullmatch(name)]
    paths = [name for name in parts if SHEET_PATH.fullmatch(name)]
    for part in parts:
        if part not in paths:
            _parse(archive, part, lambda tag, attributes: None)
    return {path: _scan(archive, path) for path in paths}


def first_sheet_path(archive: ZipFile) -> str:
    """The path of the sheet that comes first in the tab bar; "" where the book does not say."""
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return ""
    relation = ""
    targets: dict[str, str] = {}

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        nonlocal relation
        if tag == "sheet" and not relation:
            relation = next((v for k, v in attributes.items() if k.endswith(":id")), "")

    def target(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    _parse(archive, "xl/workbook.xml", sheet)
    _parse(archive, "xl/_rels/workbook.xml.rels", target)
    path = targets.get(relation, "")
    return path.lstrip("/") if path.startswith("/") else f"xl/{path}"


def _scan(archive: ZipFile, path: str) -> Extent:
    extent = Extent()
    row = column = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal row, column
        if tag == "row":
            row, column = _number(attributes.get("r", ""), row + 1), 0
        elif tag == "c":
            row, column = _position(attributes.get("r", ""), (row, column + 1))
        elif tag in {"v", "is", "f"}:  # once a cell: a comparison is cheaper than a call
            if row > extent.rows:
                extent.rows = row
            if column > extent.columns:
                extent.columns = column
            if tag == "f":
                extent.formulas.add((row, column))

    _parse(archive, path, start)
    return extent


def _parse(archive: ZipFile, path: str, start: Callable[[str, dict[str, str]], None]) -> None:
    def refuse(*_: object) -> None:
        raise Distrusted("entities")

    parser = expat.ParserCreate()

    def began(tag: str, attributes: dict[str, str]) -> None:
        start(tag.rpartition(":")[2] if ":" in tag else tag, attributes)

    parser.StartElementHandler = began
    parser.EntityDeclHandler = refuse
    try:
        with archive.open(path) as file:
            while chunk := file.read(CHUNK_BYTES):
                parser.Parse(chunk, False)
            parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise Distrusted(path) from error


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() else otherwise


def _position(reference: str, otherwise: Position) -> Position:
    found = REFERENCE.fullmatch(reference)
    return (int(found[2]), _column(found[1])) if found else otherwise


@lru_cache(maxsize=256)
def _column(letters: str) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column
