"""Targets of a year beside what was reached by a day: how many are still missing.

Reached: persons who hold the level that day, whatever else they hold, among the staff of the unit
and of all that stood below it, at units of which the reader reads figures today. Counted are the
holders by the units of their posts; up the tree they are added here, so that neither a unit that
moves nor a target that is set makes a kept count wrong.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from operator import add
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from college.core.access import for_readers, visible
from college.core.db import db
from college.core.kept import Figure
from college.core.roles import Actor, Can
from college.people.employment.models import STAFF, Employment
from college.people.qualifications.models import Level, Qualification
from college.register.targets.models import Target
from college.reports.figures.queries import KNOWN_AT, within_reach
from college.reports.holder_figures.flows import Of, posts_on
from college.reports.holder_figures.groups import DAY
from college.stations.units.models import Unit, UnitPhase

YEAR: sa.BindParameter[int] = sa.bindparam("year", type_=sa.Integer)
Posts = frozenset[int]  # the units at which somebody has a post


@dataclass(frozen=True, slots=True)
class Aim:
    """`reached` is None where it is kept from the reader."""

    target: Target
    reached: int | None

    @property
    def missing(self) -> int | None:
        return None if self.reached is None else max(0, self.target.persons - self.reached)


def aims(actor: Actor, day: date, of: Of, *, is_counted: bool = True) -> list[Aim]:
    """Of every unit within reach, in the order of the tree; see `seen_aims` for who may see it.

    Not `is_counted`: the targets alone, where what was reached would be kept from the reader.
    """
    asked = of.asked(actor, [day]) | {"year": day.year}
    targets = _wanted(db.session.scalars(_targets(actor, of.known_at is not None), asked), of)
    if not is_counted:
        return [Aim(each, None) for each in targets]
    if not targets:
        return []
    above = Above({target.unit_id for target in targets}, _parents(day, of))
    below: dict[Posts, list[int]] = {}  # a nation has twenty thousand rows, and few sets of tops
    for ids, *numbers in _rows(actor, day, of):
        tops = above.any_of(ids)
        below[tops] = list(map(add, below[tops], numbers)) if tops in below else numbers
    return [Aim(each, _reached(each, below)) for each in targets]


def _reached(target: Target, below: Mapping[Posts, Sequence[int]]) -> int:
    place = list(Level).index(target.level)
    return sum(numbers[place] for tops, numbers in below.items() if target.unit_id in tops)


def held_at(actor: Actor, day: date, of: Of) -> Mapping[Posts, Sequence[int]]:
    """By the units of their posts as staff: how many persons hold each level, whatever else."""
    found: dict[Posts, Sequence[int]] = {}
    for ids, *numbers in _rows(actor, day, of):
        posts = frozenset(map(int, ids.split(",")))  # the same ones come in any order
        found[posts] = list(map(add, found.get(posts, [0] * len(Level)), numbers))
    return found


@dataclass(frozen=True, slots=True)
class Above:
    """Which of some tops stand at or above a unit, by the unit that each stood right below."""

    tops: Collection[int]
    parents: Mapping[int, int | None]
    found: dict[int, Posts] = field(default_factory=dict)

    def of(self, unit_id: int) -> Posts:
        """Not even a circle keeps it going: a unit on the way has nothing above it yet."""
        if (known := self.found.get(unit_id)) is not None:
            return known
        self.found[unit_id] = frozenset()
        parent = self.parents.get(unit_id)
        found = self.of(parent) if parent is not None else frozenset()
        self.found[unit_id] = found | {unit_id} if unit_id in self.tops else found
        return self.found[unit_id]

    def any_of(self, ids: str) -> Posts:
        """Above any of the units that a row names; of a nation nearly each names one."""
        if "," not in ids:
            return self.of(int(ids))
        return frozenset[int]().union(*(self.of(int(each)) for each in ids.split(",")))


def _wanted(found: sa.ScalarResult[Target], of: Of) -> Sequence[Target]:
    if of.unit is None:
        return found.all()
    return [target for target in found if target.unit.path.startswith(of.unit.path)]


@for_readers
def _targets(actor: Actor, is_past: bool) -> sa.Select[Target]:
    reach = sa.select(Unit.id).where(visible(Unit, actor, Can.FIGURES_SEE))
    return (
        sa.select(Target)
        .join(Target.unit)
        .where(Target.known(KNOWN_AT if is_past else None), Target.year == YEAR)
        .where(Target.unit_id.in_(reach))
        .options(joinedload(Target.unit))
        .order_by(Unit.path, Target.id)
    )


def _rows(actor: Actor, day: date, of: Of) -> list[tuple[Any, ...]]:
    return of.rows(actor, Figure("held_at", 1, [day]), _held_at(actor, *of.shape))


@for_readers
def _held_at(actor: Actor, has_unit: bool, is_past: bool) -> sa.Select[*tuple[Any, ...]]:
    """One row for each set of units at which holders have posts: its ids, who holds each level."""
    known_at = KNOWN_AT if is_past else None
    units = sa.func.aggregate_strings(sa.cast(Employment.unit_id, sa.String), ",")
    in_post = posts_on(DAY, known_at, has_unit) & Employment.capacity.in_(STAFF)
    staff = sa.select(Employment.person_id, units.label("units"))
    staff_ = staff.where(in_post, within_reach(actor)).group_by(Employment.person_id).subquery()
    is_held = [
        sa.func.max(sa.case((Qualification.level == level, 1), else_=0)).label(level.value)
        for level in Level
    ]
    held = sa.select(Qualification.person_id, *is_held)
    held = held.where(Qualification.known(known_at), Qualification.approved_on <= DAY)
    held_ = held.group_by(Qualification.person_id).subquery()
    numbers = [sa.func.sum(held_.c[level.value]) for level in Level]
    both = staff_.join(held_, held_.c.person_id == staff_.c.person_id)
    return sa.select(staff_.c.units, *numbers).select_from(both).group_by(staff_.c.units)


def _parents(day: date, of: Of) -> Mapping[int, int | None]:
    """Right below which unit each stood that day; one that stood below none is left out."""
    asked: dict[str, object] = {"day_0": day}
    if of.known_at is not None:
        asked["known_at"] = of.known_at
    rows = db.session.execute(_stood_below(of.known_at is not None), asked)
    return {row[0]: row[1] for row in rows}


@cache
def _stood_below(is_past: bool) -> sa.Select[int, int | None]:
    phase = UnitPhase.covers(DAY, KNOWN_AT if is_past else None)
    chosen = sa.select(UnitPhase.unit_id, UnitPhase.parent_id)
    return chosen.where(phase, UnitPhase.parent_id.is_not(None))
