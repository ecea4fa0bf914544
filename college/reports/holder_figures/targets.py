"""Targets of a year beside what was reached by a day: how many are still missing.

Reached: persons who hold the level that day, whatever else they hold, among the staff of the unit
and of all that stood below it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from college.core.access import for_readers, visible
from college.core.db import db
from college.core.roles import Actor, Can
from college.people.employment.models import STAFF, Employment
from college.people.qualifications.models import Qualification
from college.register.targets.models import Target
from college.reports.figures.queries import KNOWN_AT
from college.reports.holder_figures.flows import Of
from college.reports.holder_figures.groups import DAY
from college.stations.units.models import Unit, UnitPhase

YEAR: sa.BindParameter[int] = sa.bindparam("year", type_=sa.Integer)


@dataclass(frozen=True, slots=True)
class Aim:
    """`reached` is None where it is kept from the reader."""

    target: Target
    reached: int | None

    @property
    def missing(self) -> int | None:
        return None if self.reached is None else max(0, self.target.persons - self.reached)


def aims(actor: Actor, day: date, of: Of) -> list[Aim]:
    """Of every unit within reach, in the order of the tree; see `seen_aims` for who may see it."""
    asked = Of(None, of.known_at).asked(actor, [day]) | {"year": day.year}
    targets = _wanted(db.session.scalars(_targets(actor, of.known_at is not None), asked), of)
    if not targets:
        return []
    asked["roots"] = list({target.unit_id for target in targets})
    rows = db.session.execute(_reached(of.known_at is not None), asked)
    reached = {(row[0], row[1]): row[2] for row in rows}
    return [Aim(each, reached.get((each.unit_id, each.level), 0)) for each in targets]


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


def _reached(is_past: bool) -> sa.Select[*tuple[Any, ...]]:
    """By each of the "roots" and level: holders among the staff of all that stood below it."""
    known_at = KNOWN_AT if is_past else None
    tree = (
        sa.select(Unit.id.label("root"), Unit.id.label("id"))
        .where(Unit.id.in_(sa.bindparam("roots", expanding=True)))
        .cte(recursive=True)
    )
    phase = aliased(UnitPhase)
    more = sa.select(tree.c.root, phase.unit_id).join(tree, phase.parent_id == tree.c.id)
    tree = tree.union(more.where(phase.covers(DAY, known_at)))
    return (
        sa.select(tree.c.root, Qualification.level, sa.func.count(Employment.person_id.distinct()))
        .select_from(tree)
        .join(Employment, Employment.unit_id == tree.c.id)
        .join(Qualification, Qualification.person_id == Employment.person_id)
        .where(Employment.covers(DAY, known_at), Employment.capacity.in_(STAFF))
        .where(Qualification.known(known_at), Qualification.approved_on <= DAY)
        .group_by(tree.c.root, Qualification.level)
    )
