"""Which exam, unit and step the pages of the funnel are asked for, and its rows to take away."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import SelectField, StringField

from college.core import clock
from college.core.access import MOST, fetch
from college.core.errors import NotFound
from college.core.roles import Actor, Can
from college.core.sheets import Cell
from college.people.persons.models import Person
from college.people.units.forms import AsOfForm
from college.reports.figures.exams import Exam, name_of
from college.reports.figures.funnels import (
    Counts,
    Shown,
    behind,
    exam_funnel,
    exams_prepared,
    with_members,
)
from college.reports.figures.small_cells import Hidden
from college.reports.figures.steps import Step
from college.stations.units.models import Unit
from college.web.jinja import own, said


class FunnelForm(AsOfForm):
    """What cannot be meant leads to no page.

    Without an exam, the latest that was held by the day and of which the cohorts have members.
    """

    exam = SelectField(_("Exam"), validate_choice=False)
    at = StringField()  # a unit, by its id
    cohort = StringField()
    step = StringField()

    def __init__(self, args: "MultiDict[str, str]", **kwargs: Any) -> None:
        super().__init__(args, **kwargs)
        self.exams = {each.key: each for each in exams_prepared()}
        cycles = [each.cycle for each in self.exams.values()]
        self.exam.choices = [
            (key, f"{name_of(each.cycle, cycles)} {said(each.level)}")
            for key, each in self.exams.items()
        ]

    @cached_property
    def chosen_exam(self) -> Exam | None:
        """None where there is no cohort. Raises NotFound."""
        if not self.exam.data:
            found = with_members(*self.when) or list(self.exams.values())
            return found[0] if found else None
        if self.exam.data not in self.exams:
            raise NotFound
        return self.exams[self.exam.data]

    @property
    def when(self) -> tuple[date, datetime | None]:
        return self.chosen(), self.known_at()

    def shown(self, actor: Actor) -> Shown | None:
        """None where there is no cohort. Raises NotFound."""
        exam = self.chosen_exam
        if exam is None:
            return None
        return exam_funnel(actor, exam, *self.when, at=self.chosen_unit(actor))

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

    def behind(self, actor: Actor) -> tuple[sa.Select[Person], dict[str, object]]:
        """Raises NotFound."""
        exam, step = self.chosen_exam, self.chosen_step
        if exam is None:
            raise NotFound
        cohort_id = _number(self.cohort.data) if self.cohort.data else None
        unit = self.chosen_unit(actor)
        return behind(actor, exam, step, *self.when, cohort_id=cohort_id, unit=unit)

    @property
    def carried(self) -> dict[str, str]:
        """The dates, where they are not today's."""
        dates = super().kept
        return dates if self.known or self.chosen() != clock.today() else {}

    @property
    def kept(self) -> dict[str, str]:
        """What the next page has in its address too."""
        exam = self.chosen_exam
        asked = {"exam": exam.key if exam else "", "at": self.at.data, "cohort": self.cohort.data}
        asked |= {"step": self.step.data}
        return self.carried | {name: value for name, value in asked.items() if value}


def funnel_rows(shown: Shown) -> tuple[list[str], list[list[Cell]]]:
    """A row for the year, for each cohort and for each unit."""
    named = [] if shown.whole is None else [(gettext("Each person once"), shown.whole)]
    named += [(own(line.cohort, "name"), line.counts) for line in shown.cohorts]
    named += [(own(line, "name"), line.counts) for line in shown.units or []]
    return table(gettext("Cohort or unit"), shown.exam.steps, named)


def table(
    first: str, steps: Sequence[Step], named: Sequence[tuple[str, Counts]]
) -> tuple[list[str], list[list[Cell]]]:
    """A row for each name with its counts, under the name of what they are and of the steps."""
    headings = [first, *(said(step) for step in steps)]
    return headings, [[name, *(_cell(counts[step]) for step in steps)] for name, counts in named]


def _cell(count: int | Hidden) -> Cell:
    return str(count) if isinstance(count, Hidden) else count


def _number(asked: str) -> int:
    """Raises NotFound."""
    if not (asked.isascii() and asked.isdigit() and 0 < int(asked) <= MOST):
        raise NotFound
    return int(asked)
