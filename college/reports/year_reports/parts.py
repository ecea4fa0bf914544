"""What a year report is made of: words and numbers in the reader's language, and nothing else.

The same parts make the PDF and the workbook. They hold no time of printing: the same knowledge of
the same year is the same report, byte for byte.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from flask_babel import gettext

from college.core.sheets import Cell, Part
from college.reports.charts.specs import Spec
from college.reports.figures.small_cells import Count, Hidden


def cell(count: Count | None) -> Cell:
    """A number as it stands in a table, or why it does not."""
    if count is None:
        return str(gettext("not shown"))
    return str(count) if isinstance(count, Hidden) else count


Table = tuple[Sequence[str], Sequence[Sequence[Cell]]]  # headings and rows


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its first column names the rows, the others hold numbers and are set right.

    `numbers` is the table of the workbook where the one on paper puts several numbers into a cell,
    or one with its sign of per cent: each has a column of its own, to calculate with.
    """

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str
    numbers: Table | None = None

    @property
    def sheet(self) -> Part:
        headings, rows = self.numbers or (self.headings, self.rows)
        return self.title, headings, rows


@dataclass(frozen=True, slots=True)
class Drawing:
    spec: Spec
    alt: str
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    title: str
    lead: str = ""
    drawing: Drawing | None = None
    grids: Sequence[Grid] = ()


@dataclass(frozen=True, slots=True)
class Key:
    """One of the figures at the top: its name, its number, its unit of count, a line below."""

    label: str
    value: str
    unit: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    language: str
    college: str
    title: str
    lead: str
    key_figures: Sequence[Key]
    chapters: Sequence[Chapter] = field(default_factory=tuple)
    note: str = ""

    @property
    def drawings(self) -> list[Drawing]:
        return [each.drawing for each in self.chapters if each.drawing]

    @property
    def grids(self) -> list[Grid]:
        return [grid for chapter in self.chapters for grid in chapter.grids]

    @property
    def is_empty(self) -> bool:
        """Whether no line of it has anything but nothing in it."""
        cells = (cell for grid in self.grids for row in grid.rows for cell in row[1:])
        return not any(cell and cell != "–" for cell in cells)

    def as_data(self) -> dict[str, Any]:
        return asdict(self)
