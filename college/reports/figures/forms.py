"""Which exam, unit and step the pages of the funnel are asked for, and its rows to take away."""

from typing import Any

import sqlalchemy as sa
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import SelectField, StringField

from college.core.access import MOST, fetch
from college.core.errors import NotFound
from college.core.roles import Actor, Can
from college.core.sheets import Cell
from college.people.persons.models import Person
from college.reports.figures.funnels import Prepared, Shown, behind, exams_prepared
from college.reports.figures.small_cells import Hidden
from college.reports.figures.steps import Step
from college.stations.units.models import Unit
from college.web.forms import Form
from college.web.jinja import own, said


class FunnelForm(Form):
    """What cannot be meant leads to no page; without an exam, the latest with a cohort."""

    exam = SelectField(_("Exam"), validate_choice=False)
    at = StringField()  # a unit, by its id
    cohort = StringField()
    step = StringField()

    def __init__(self, args: "MultiDict[str, str]", **kwargs: Any) -> None:
        super().__init__(args, **kwargs)
        self.exams = {each.key: each for each in exams_prepared()}
        self.exam.choices = [(k, f"{e.cycle.year} {said(e.level)}") for k, e in self.exams.items()]

    @property
    def chosen_exam(self) -> Prepared | None:
        """None where there is no cohort. Raises NotFound."""
        if not self.exam.data:
            return next(iter(self.exams.values()), None)
        if self.exam.data not in self.exams:
            raise NotFound
        return self.exams[self.exam.data]

    def chosen_unit(self, actor: Actor) -> Unit | None:
        """Raises NotFound, also for a unit of which the actor reads no figures."""
        if not self.at.data:
            return None
        return fetch(Unit, _number(self.at.data), actor, Can.FIGURES_SEE)

    @property
    def chosen_step(self) -> Step:
        """Raises NotFound."""
        exam = self.chosen_exam
        if exam is None or self.step.data not in exam.steps:
            raise NotFound
        return Step(self.step.data)

    def behind(self, actor: Actor) -> sa.Select[Person]:
        """Raises NotFound."""
        exam, step = self.chosen_exam, self.chosen_step
        if exam is None:
            raise NotFound
        cohort_id = _number(self.cohort.data) if self.cohort.data else None
        return behind(actor, exam, step, cohort_id=cohort_id, unit=self.chosen_unit(actor))

    @property
    def kept(self) -> dict[str, str]:
        """What the next page has in its address too."""
        exam = self.chosen_exam
        asked = {"exam": exam.key if exam else "", "at": self.at.data, "cohort": self.cohort.data}
        return {name: value for name, value in (asked | {"step": self.step.data}).items() if value}


def funnel_rows(shown: Shown) -> tuple[list[str], list[list[Cell]]]:
    """A row for the year, for each cohort and for each unit."""
    steps = shown.exam.steps
    named = [] if shown.whole is None else [(gettext("Each person once"), shown.whole)]
    named += [(own(line.cohort, "name"), line.counts) for line in shown.cohorts]
    named += [(own(line.unit, "name"), line.counts) for line in shown.units or []]
    headings = [gettext("Cohort or unit"), *(said(step) for step in steps)]
    return headings, [[name, *(_cell(counts[step]) for step in steps)] for name, counts in named]


def _cell(count: int | Hidden) -> Cell:
    return str(count) if isinstance(count, Hidden) else count


def _number(asked: str) -> int:
    """Raises NotFound."""
    if not (asked.isascii() and asked.isdigit() and 0 < int(asked) <= MOST):
        raise NotFound
    return int(asked)
