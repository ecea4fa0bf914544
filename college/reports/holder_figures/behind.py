"""The persons behind a number, for those who may see them."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from college.core.access import visible
from college.core.roles import Actor, Can
from college.people.employment.models import STAFF, Capacity, Employment
from college.people.persons.models import Person
from college.people.qualifications.models import Level, Qualification
from college.reports.figures.queries import within_reach
from college.reports.holder_figures import parts
from college.reports.holder_figures.flows import Group, Of, members
from college.reports.holder_figures.parts import Part
from college.stations.units.models import Unit
from college.stations.units.queries import below


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which of a group a number counts: of a level, of a capacity, or with a post at one unit."""

    level: Level | None = None
    is_highest: bool = False  # those who hold nothing above the level
    capacity: Capacity | None = None
    at: Unit | None = None


EVERYBODY = Narrowed()


def behind(
    actor: Actor,
    group: Group | Part,
    year: int,
    as_of: date,
    of: Of,
    narrowed: Narrowed = EVERYBODY,
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
    if narrowed.level is not None:
        chosen = chosen.where(_of_level(narrowed.level, last, of, narrowed.is_highest))
    if narrowed.capacity is not None or narrowed.at is not None:
        chosen = chosen.where(Person.id.in_(_posted(actor, narrowed, last, of)))
    return chosen.order_by(Person.sort_key, Person.id), asked


def _of_level(level: Level, day: date, of: Of, is_highest: bool) -> sa.ColumnElement[bool]:
    known = Qualification.known(of.known_at) & (Qualification.approved_on <= day)
    held = sa.select(Qualification.person_id).where(known)
    holds = Person.id.in_(held.where(Qualification.level == level))
    above = [each for each in Level if each.rank > level.rank]
    if is_highest and above:
        return holds & Person.id.not_in(held.where(Qualification.level.in_(above)))
    return holds


def _posted(actor: Actor, narrowed: Narrowed, day: date, of: Of) -> sa.Select[int]:
    """Those with such a post that day: at the unit by itself, or wherever the figure looks."""
    there = Employment.covers(day, of.known_at) & within_reach(actor)
    if narrowed.at is not None:
        there &= Employment.unit_id == narrowed.at.id
    elif of.unit is not None:
        there &= Employment.unit_id.in_(below(of.unit.id, day, of.known_at))
    capacities = STAFF if narrowed.capacity is None else {narrowed.capacity}
    return sa.select(Employment.person_id).where(there, Employment.capacity.in_(capacities))
