"""The persons behind a number, for those who may see them."""

from datetime import date

import sqlalchemy as sa

from college.core.access import visible
from college.core.roles import Actor, Can
from college.people.persons.models import Person
from college.reports.holder_figures import parts
from college.reports.holder_figures.flows import Group, Of, members
from college.reports.holder_figures.parts import Part


def behind(
    actor: Actor, group: Group | Part, year: int, as_of: date, of: Of
) -> tuple[sa.Select[Person], dict[str, object]]:
    """Select them in pinyin order, as far as the reader may see them; with its parameters.

    Of the year of `as_of`, what was so until that day.
    """
    last = min(date(year, 12, 31), as_of)
    if isinstance(group, Part):
        ids, asked = parts.members(actor, group, last, of)
    else:
        ids, asked = members(actor, group, (date(year - 1, 12, 31), last), of)
    mine = visible(Person, actor, Can.PERSONS_SEE)
    chosen = sa.select(Person).where(Person.id.in_(ids), mine)
    return chosen.order_by(Person.sort_key, Person.id), asked
