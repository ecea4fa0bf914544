import re

import sqlalchemy as sa
from werkzeug.datastructures import MultiDict
from wtforms import StringField

from college.core.access import MOST, visible
from college.core.db import db
from college.core.errors import NotFound
from college.core.roles import Actor, Can
from college.exams.cycles.models import ExamCycle
from college.people.persons.models import Person
from college.people.qualifications.models import Level
from college.people.units.forms import FIRST_YEAR, AsOfForm
from college.reports.exam_figures import rates, yearly
from college.reports.exam_figures.rates import Group
from college.reports.exam_figures.yearly import Yearly

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
        return super().listed | {"cycle": str(self._cycle.id)}

    @property
    def _cycle(self) -> ExamCycle:
        cycle = str(self.cycle.data or "")
        is_one = cycle.isascii() and cycle.isdigit() and 0 < int(cycle) <= MOST
        found = db.session.get(ExamCycle, int(cycle)) if is_one else None
        if found is None:
            raise NotFound
        return found


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


def list_asked(args: "MultiDict[str, str]") -> BehindForm | YearForm:
    """A year's number, or one beside the rates."""
    return YearForm(args) if "year" in args else BehindForm(args)
