import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from unicodedata import normalize

from flask_babel import gettext
from wtforms import HiddenField, IntegerField, StringField
from wtforms.validators import Optional

from college.core.roles import Actor
from college.courses.grades.models import plain
from college.courses.grades.operations import enter_mark
from college.courses.grades.queries import Grid
from college.web.forms import Form

MARK = re.compile(r"\d{1,4}(\.\d{1,4})?")


class MarkField(StringField):
    """A mark as it is typed, full-width digits too; an empty one is None, a lacking one wrong."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        text = normalize("NFKC", valuelist[0]).strip() if valuelist else "?"
        if text and not MARK.fullmatch(text):
            raise ValueError(
                gettext("A mark is a number from 0 on with at most one decimal, such as 86.5.")
            )
        self.data = Decimal(text) if text else None

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else plain(self.data)


class MarkForm(Form):
    """One cell. `was` is what the page showed, "" for nothing."""

    aside = frozenset({"was"})

    value = MarkField()
    version = IntegerField(validators=[Optional()])
    was = HiddenField()

    @property
    def is_touched(self) -> bool:
        typed = str((self.value.raw_data or [""])[0]).strip()
        return typed != (self.was.data or "")


@dataclass(frozen=True, slots=True)
class Submitted:
    """What became of a page of cells; the refused by enrolment and assessment."""

    stored: int
    refused: Mapping[tuple[int, int], MarkForm]


def submit_grid(actor: Actor, grid: Grid, entries: Mapping[str, Any]) -> Submitted:
    """Take all cells of a class, one form each; a refused one leaves the others stored."""
    stored = 0
    refused: dict[tuple[int, int], MarkForm] = {}
    for line in grid.lines:
        enrolment = line.trainee.enrolment
        for cell in line.cells:
            form = MarkForm(entries, prefix=f"e{enrolment.id}a{cell.assessment.id}")
            if not form.is_touched:
                continue
            if form.submit(enter_mark, actor, cell.assessment, enrolment) is None:
                refused[enrolment.id, cell.assessment.id] = form
            else:
                stored += 1
    return Submitted(stored, refused)
