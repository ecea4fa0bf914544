import sqlalchemy as sa
from wtforms import StringField

from college.core.access import MOST, visible
from college.core.db import db
from college.core.errors import NotFound
from college.core.roles import Actor, Can
from college.exams.cycles.models import ExamCycle
from college.people.persons.models import Person
from college.people.qualifications.models import Level
from college.people.units.forms import AsOfForm
from college.reports.exam_figures.rates import Group, members


class BehindForm(AsOfForm):
    """Which number it is whose persons are asked for: what cannot be meant leads to no page."""

    cycle = StringField()
    level = StringField()
    group = StringField()

    def wanted(self) -> tuple[ExamCycle, Level, Group]:
        cycle = str(self.cycle.data or "")
        is_one = cycle.isascii() and cycle.isdigit() and 0 < int(cycle) <= MOST
        found = db.session.get(ExamCycle, int(cycle)) if is_one else None
        if found is None or self.level.data not in list(Level):
            raise NotFound
        if self.group.data not in list(Group):
            raise NotFound
        return found, Level(self.level.data), Group(self.group.data)

    def behind(self, actor: Actor) -> tuple[sa.Select[Person], dict[str, object]]:
        """Select the persons in pinyin order, as far as the reader may see them."""
        cycle, level, group = self.wanted()
        ids, asked = members(group, cycle.id, level, self.chosen(), self.known_at())
        mine = visible(Person, actor, Can.PERSONS_SEE)
        chosen = sa.select(Person).where(Person.id.in_(ids), mine)
        return chosen.order_by(Person.sort_key, Person.id), asked

    @property
    def listed(self) -> dict[str, str]:
        """What the next page of the list has in its address too."""
        cycle, level, group = self.wanted()
        asked = {"cycle": str(cycle.id), "level": level.value, "group": group.value}
        return self.kept | asked
