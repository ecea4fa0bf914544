"""What the pages of all imports have in common: templates, choices of columns, what is to mend."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from flask import Response, render_template
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import SelectField

from college.core.columns import Headings
from college.core.imports import Headway, Refused, SheetImport, kept
from college.core.sheets import Cell, Row, as_text, is_number_lost, read, write_xlsx
from college.web.downloads import download
from college.web.forms import Form, sentence, spoken
from college.web.jinja import said
from college.web.language import is_chinese

F = TypeVar("F", bound=StrEnum)


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


def template(
    title: str,
    fields: Sequence[F],
    words: Mapping[F, Sequence[str]],
    *,
    heading: Callable[[F], str],
) -> bytes:
    """An empty sheet in the reader's language: every column typed as text.

    `words`: the drop-downs of fields with few right words; `heading`: in Chinese, as it is read.
    """
    choices = {n: words[field] for n, field in enumerate(fields) if words.get(field)}
    headings = [heading(field) if is_chinese() else said(field) for field in fields]
    return write_xlsx(title, headings, [], choices=choices)


def columns_form(
    known: Headings[F],
    headings: Sequence[str],
    chosen: Mapping[str, str],
    sent: MultiDict[str, str] | None = None,
) -> Form:
    """A choice of a heading for each field; what was `chosen` stands there already.

    Before anything was, what the headings mean: of two that mean the same the first.
    """
    if sent is None and not chosen:
        chosen = known.stored(known.recognised_here(headings))
    choices = {field.value: SelectField(default="") for field in known.fields}
    doubtful = known.doubtful(headings)
    form: Form = type("ColumnsForm", (Form,), choices)(sent)
    for field in known.fields:
        mine, is_needed = form[field.value], field in known.required
        none = _("Choose the column") if is_needed else _("not in the sheet")
        mine.label.text = said(field)
        mine.choices = [("", none), *((h, h) for h in headings)]
        mine.flags.required = is_needed
        if field in doubtful:
            same = gettext("; ").join(doubtful[field])
            mine.description = gettext("More than one column may hold this: %(same)s", same=same)
        mine.data = mine.data or chosen.get(field.value, "")
    return form


def moving_part(page: str, row: SheetImport, headway: Headway) -> Response:
    """The part of the page that moves; once its stage is over the whole page is loaded anew."""
    response = Response(render_template(page, row=row, headway=headway))
    if not headway.is_going:
        response.headers["HX-Refresh"] = "true"
    return response


def rows_to_mend(
    made: SheetImport, refused: Sequence[Refused], *, known: AbstractSet[str]
) -> Response:
    """The refused rows as they were uploaded, each with its problems, to be mended and sent again.

    What a number has lost is left empty: it must be typed anew. `known` are headings as
    `sheets.read` wants them.
    """
    sheet = read(kept(made.file_sha256), made.filename, known=known)
    reasons: dict[int, list[Told]] = {}
    for cell in told(refused):
        reasons.setdefault(cell.line, []).append(cell)
    headings = [*sheet.headings, gettext("Row"), gettext("Problem"), gettext("How to mend it")]
    rows = [
        _to_mend(row, sheet.headings, reasons[row.line])
        for row in sheet.rows
        if row.line in reasons
    ]
    content = write_xlsx(gettext("Rows to mend"), headings, rows)
    return download(content, gettext("Rows to mend") + ".xlsx")


def _to_mend(row: Row, headings: Sequence[str], reasons: Sequence[Told]) -> list[Cell]:
    cells = [row.cells.get(heading, "") for heading in headings]
    typed: list[Cell] = ["" if is_number_lost(cell) else as_text(cell) for cell in cells]
    problems = " ".join(f"{cell.column}: {cell.problem}" for cell in reasons)
    return [*typed, row.line, problems, " ".join(cell.mend for cell in reasons)]
