import re
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import SelectField, StringField

from college.core.access import visible
from college.core.db import db
from college.core.errors import NotFound
from college.core.roles import Actor, Can
from college.exams.cycles.models import ExamCycle
from college.people.persons.models import Person
from college.people.qualifications.models import Level
from college.people.units.forms import FIRST_YEAR, AsOfForm
from college.reports.exam_figures import rates, yearly
from college.reports.exam_figures.by_unit import exams_held, posted_at
from college.reports.exam_figures.rates import Group
from college.reports.exam_figures.yearly import Yearly
from college.reports.figures.exams import Exam, name_of
from college.web.forms import id_asked
from college.web.jinja import said

Chosen = tuple[sa.Select[int], dict[str, object]]


class ListForm(AsOfForm):
    """Which number it is whose persons are asked for: what cannot be meant leads to no page."""

    level = StringField()
    group = StringField()

    def behind(self, actor: Actor) -> tuple[sa.Select[Person], dict[str, object]]:
        """Select the persons in pinyin order, as far as the reader may see them."""
        ids, asked = self.members()
        mine = visible(Person, actor, Can.PERSONS_SEE)
        chosen = sa.select(Person).where(Person.id.in_(ids), mine)
        return chosen.order_by(Person.sort_key, Person.id), asked

    def members(self) -> Chosen:
        """Raises NotFound."""
        raise NotImplementedError

    @property
    def chosen_group(self) -> Group | Yearly:
        """Raises NotFound."""
        raise NotImplementedError

    @property
    def chosen_level(self) -> Level | None:
        """Raises NotFound."""
        if not self.level.data:
            return None
        if self.level.data not in list(Level):
            raise NotFound
        return Level(self.level.data)

    @property
    def listed(self) -> dict[str, str]:
        """What the next page of the list has in its address too."""
        level = {"level": self.chosen_level.value} if self.chosen_level else {}
        return self.kept | level | {"group": self.chosen_group.value}


class BehindForm(ListForm):
    """A number beside the rates: of one level of one cycle."""

    cycle = StringField()
    at = StringField()  # a unit, by its id

    def behind(self, actor: Actor) -> tuple[sa.Select[Person], dict[str, object]]:
        chosen, asked = super().behind(actor)
        if self.at.data and self.chosen_level:
            exam, when = Exam(self._cycle, self.chosen_level), (self.chosen(), self.known_at())
            chosen = chosen.where(posted_at(_number(self.at.data), exam, *when))
        return chosen, asked

    def members(self) -> Chosen:
        if self.chosen_level is None:
            raise NotFound
        level, group = self.chosen_level, self.chosen_group
        return rates.members(group, self._cycle.id, level, self.chosen(), self.known_at())

    @property
    def chosen_group(self) -> Group:
        if self.group.data not in list(Group):
            raise NotFound
        return Group(self.group.data)

    @property
    def chosen_year(self) -> int:
        return self._cycle.year

    @property
    def listed(self) -> dict[str, str]:
        at = {"at": self.at.data} if self.at.data else {}
        return super().listed | at | {"cycle": str(self._cycle.id)}

    @property
    def _cycle(self) -> ExamCycle:
        found = db.session.get(ExamCycle, _number(self.cycle.data))
        if found is None:
            raise NotFound
        return found


def _number(asked: str | None) -> int:
    """Raises NotFound."""
    number = id_asked(asked)
    if number is None:
        raise NotFound
    return number


class YearForm(ListForm):
    """A number of one year; of those who passed, with a level, those of the level."""

    year = StringField()

    def members(self) -> Chosen:
        when = self.chosen(), self.known_at()
        return yearly.members(self.chosen_group, self.chosen_year, self.chosen_level, *when)

    @property
    def chosen_group(self) -> Yearly:
        if self.group.data not in list(Yearly):
            raise NotFound
        return Yearly(self.group.data)

    @property
    def chosen_level(self) -> Level | None:
        level = super().chosen_level
        if level is not None and self.chosen_group is not Yearly.PASSED:
            raise NotFound
        return level

    @property
    def chosen_year(self) -> int:
        year = str(self.year.data or "")
        if not re.fullmatch("[0-9]{4}", year) or not FIRST_YEAR <= int(year) <= self.chosen().year:
            raise NotFound
        return int(year)

    @property
    def listed(self) -> dict[str, str]:
        return super().listed | {"year": str(self.chosen_year)}


class UnitsForm(AsOfForm):
    """Which exam, of those that were held by the day; the latest where none is chosen."""

    exam = SelectField(_("Exam"), validate_choice=False)

    def __init__(self, args: "MultiDict[str, str]", **kwargs: Any) -> None:
        super().__init__(args, **kwargs)
        self.exams = {each.key: each for each in exams_held(self.chosen(), self.known_at())}
        cycles = [each.cycle for each in self.exams.values()]
        self.exam.choices = [
            (value, f"{name_of(each.cycle, cycles)} {said(each.level)}")
            for value, each in self.exams.items()
        ]

    @property
    def chosen_exam(self) -> Exam | None:
        """None where none was held. Raises NotFound."""
        if not self.exam.data:
            return next(iter(self.exams.values()), None)
        if self.exam.data not in self.exams:
            raise NotFound
        return self.exams[self.exam.data]

    @property
    def kept(self) -> dict[str, str]:
        chosen = self.chosen_exam
        return super().kept | ({"exam": chosen.key} if chosen else {})


def list_asked(args: "MultiDict[str, str]") -> BehindForm | YearForm:
    """A year's number, or one beside the rates."""
    return YearForm(args) if "year" in args else BehindForm(args)
