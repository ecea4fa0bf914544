"""Refused rows in the reader's language, and the sheets that go out: the template, rows to mend."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext

from college.core.sheets import Cell, Row, as_text, read, write_xlsx
from college.exams.cycles.models import ExamCycle
from college.exams.pass_rules.models import Subject
from college.exams.results.layout import KNOWN_HEADINGS, Field
from college.exams.results.models import Verdict
from college.exams.results.reading import is_number_lost
from college.exams.results.refusals import Refused
from college.people.qualifications.models import Level
from college.web.forms import sentence, spoken
from college.web.jinja import said
from college.web.language import is_chinese

TEMPLATE = (
    Field.NAME,
    Field.ID_NUMBER,
    Field.LEVEL,
    Field.YEAR,
    Field.SUBJECT,
    Field.SCORE,
    Field.VERDICT,
    Field.REGION,
)


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


def template(cycle: ExamCycle | None) -> bytes:
    """An empty sheet: every column typed as text, drop-downs where there are few right words."""
    words = {
        Field.LEVEL: [said(level) for level in Level],
        Field.SUBJECT: [said(subject) for subject in Subject],
        Field.VERDICT: [said(verdict) for verdict in Verdict],
        Field.YEAR: [str(cycle.year)] if cycle else [],
    }
    choices = {n: words[field] for n, field in enumerate(TEMPLATE) if words.get(field)}
    headings = [field.value if is_chinese() else said(field) for field in TEMPLATE]
    return write_xlsx(gettext("Results"), headings, [], choices=choices)


def rows_to_mend(content: bytes, filename: str, refused: Sequence[Refused]) -> bytes:
    """The refused rows as they were uploaded, each with its problems, to be mended and sent again.

    What a number has lost is left empty: it must be typed anew.
    """
    sheet = read(content, filename, known=KNOWN_HEADINGS)
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
