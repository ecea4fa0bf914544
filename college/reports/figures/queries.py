"""Figures: each is one plain query that is its own definition, as of a date.

Staff of a unit: persons with a post there that day as station worker, community worker or cadre.
Holder: a person with a state qualification approved by that day, counted at the highest level held.
A person with posts at two units counts at each of them and once in the total.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from college.core.access import visible
from college.core.db import db
from college.core.roles import Actor, Can
from college.people.employment.models import STAFF, Capacity, Employment
from college.people.qualifications.models import Level, Qualification
from college.stations.units.models import Unit

RANK = sa.case(
    {level.value: level.rank + 1 for level in Level}, value=sa.cast(Qualification.level, sa.String)
)


@dataclass(frozen=True, slots=True)
class Holding:
    """How many persons are staff, and how many of them hold which highest level."""

    staff: int
    by_level: dict[Level, int]

    @property
    def holders(self) -> int:
        return sum(self.by_level.values())


@dataclass(frozen=True, slots=True)
class UnitHolding:
    unit: Unit
    holding: Holding


def holdings_by_unit(actor: Actor, as_of: date) -> list[UnitHolding]:
    """Holdings of each visible unit that has staff that day, in the order of the tree."""
    highest = _staff_with_rank(actor, as_of, Employment.unit_id)
    counted = dict(_counted(highest, highest.c.unit_id))
    chosen = sa.select(Unit).where(Unit.id.in_(counted)).order_by(Unit.path, Unit.id)
    return [UnitHolding(unit, counted[unit.id]) for unit in db.session.scalars(chosen)]


def holding_in_all(actor: Actor, as_of: date) -> Holding:
    """The same for all visible units together: every person counts once."""
    highest = _staff_with_rank(actor, as_of)
    return next(holding for _, holding in _counted(highest, None))


def holdings_at(actor: Actor, days: Sequence[date]) -> list[tuple[date, Holding]]:
    """The total at each of some dates, for a line through the years."""
    return [(day, holding_in_all(actor, day)) for day in days]


def staff_count(unit: Unit, as_of: date, capacities: frozenset[Capacity] = STAFF) -> int:
    """Persons of a unit and all below it, once each: what a reported figure is compared with."""
    there = Employment.unit_id.in_(Unit.at_or_below(unit.id)) & Employment.covers(as_of)
    chosen = sa.select(sa.func.count(Employment.person_id.distinct())).where(
        there, Employment.capacity.in_(capacities)
    )
    return db.session.scalars(chosen).one()


def holder_count(unit: Unit, as_of: date, capacities: frozenset[Capacity] = STAFF) -> int:
    """Persons of a unit and all below it who hold any level, once each."""
    there = Employment.unit_id.in_(Unit.at_or_below(unit.id)) & Employment.covers(as_of)
    holds = sa.exists().where(
        Qualification.person_id == Employment.person_id, Qualification.approved_on <= as_of
    )
    chosen = sa.select(sa.func.count(Employment.person_id.distinct())).where(
        there, Employment.capacity.in_(capacities), holds
    )
    return db.session.scalars(chosen).one()


def _staff_with_rank(
    actor: Actor, as_of: date, *by: sa.orm.InstrumentedAttribute[int]
) -> sa.Subquery:
    """One row per person (and unit): the rank of the highest level held, 0 for none."""
    reach = sa.select(Unit.id).where(visible(Unit, actor, Can.FIGURES_SEE))
    held = (Qualification.person_id == Employment.person_id) & (Qualification.approved_on <= as_of)
    rank = sa.func.coalesce(sa.func.max(RANK), 0).label("rank")
    chosen = (
        sa.select(*by, Employment.person_id, rank)
        .outerjoin(Qualification, held)
        .where(Employment.covers(as_of), Employment.capacity.in_(STAFF))
        .where(Employment.unit_id.in_(reach))
        .group_by(*by, Employment.person_id)
    )
    return chosen.subquery()


def _counted(
    highest: sa.Subquery, unit_id: sa.ColumnElement[int] | None
) -> list[tuple[int | None, Holding]]:
    counts = [
        sa.func.count().filter(highest.c.rank == level.rank + 1).label(level.value)
        for level in Level
    ]
    group = sa.null() if unit_id is None else unit_id
    chosen = sa.select(group.label("unit"), sa.func.count().label("staff"), *counts)
    if unit_id is not None:
        chosen = chosen.group_by(unit_id)
    return [
        (row.unit, Holding(row.staff, {level: row._mapping[level.value] for level in Level}))
        for row in db.session.execute(chosen.select_from(highest))
    ]
