"""What an import tells people: refused cells in their language, and the rows to mend as a sheet."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from flask_babel import gettext

from college.core.imports import Refused
from college.core.sheets import Cell, Row, as_text, is_number_lost, read, write_xlsx
from college.web.forms import sentence, spoken


@dataclass(frozen=True, slots=True)
class Told:
    """One refused cell in words."""

    line: int
    column: str
    value: str
    problem: str
    mend: str


def told(refused: Sequence[Refused]) -> list[Told]:
    return [
        Told(
            cell.line,
            cell.column,
            cell.value,
            sentence(cell.reason),
            gettext(cell.reason.mend) % {k: spoken(v) for k, v in cell.reason.facts.items()},
        )
        for cell in refused
    ]


def rows_to_mend(
    content: bytes, filename: str, refused: Sequence[Refused], *, known: AbstractSet[str]
) -> bytes:
    """The refused rows as they were uploaded, each with its problems, to be mended and sent again.

    What a number has lost is left empty: it must be typed anew. `known` are headings as
    `sheets.read` wants them.
    """
    sheet = read(content, filename, known=known)
    reasons: dict[int, list[Told]] = {}
    for cell in told(refused):
        reasons.setdefault(cell.line, []).append(cell)
    headings = [*sheet.headings, gettext("Row"), gettext("Problem"), gettext("How to mend it")]
    rows = [
        _to_mend(row, sheet.headings, reasons[row.line])
        for row in sheet.rows
        if row.line in reasons
    ]
    return write_xlsx(gettext("Rows to mend"), headings, rows)


def _to_mend(row: Row, headings: Sequence[str], reasons: Sequence[Told]) -> list[Cell]:
    cells = [row.cells.get(heading, "") for heading in headings]
    kept: list[Cell] = ["" if is_number_lost(cell) else as_text(cell) for cell in cells]
    problems = " ".join(f"{cell.column}: {cell.problem}" for cell in reasons)
    return [*kept, row.line, problems, " ".join(cell.mend for cell in reasons)]
