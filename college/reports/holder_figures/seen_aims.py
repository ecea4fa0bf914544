"""What targets have reached, for who sees no small cells: where it tells of no few persons.

Sums of parts of the tree are more ways round: a district less its stations, the whole less the
districts. So of one level a number is shown only where the table of units hides nothing at or
below the unit, and where everything that the shown numbers leave over between them is nobody or
five and more: of the holders, and of those among them who hold a higher level besides, whom the
tables of highest levels would give away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import sqlalchemy as sa

from college.core.db import db
from college.core.roles import Actor
from college.exams.results.queries import chunks
from college.people.qualifications.models import Level
from college.reports.figures.queries import (
    Holding,
    has_many_units,
    holding_in_all,
    holdings_on,
)
from college.reports.figures.seen import seen_holdings, sees_small_cells
from college.reports.figures.small_cells import FEWEST
from college.reports.holder_figures.flows import Of
from college.reports.holder_figures.targets import Aim, aims
from college.stations.units.queries import below

AT_ONCE = 20  # trees that one statement looks through


@dataclass(frozen=True, slots=True)
class Part:
    """Units, and how many of their staff hold the level."""

    units: frozenset[int]
    held: int


def seen_aims(actor: Actor, day: date, of: Of, in_all: Mapping[Level, int] | None) -> list[Aim]:
    """`in_all`: who holds each level in the whole college, where the page shows it."""
    if sees_small_cells(actor):
        return aims(actor, day, of)
    if has_many_units(actor):  # their table stands on no page
        return aims(actor, day, of, is_counted=False)
    found = aims(actor, day, of)
    return _told(actor, found, day, of.known_at, in_all) if found else []


def _told(
    actor: Actor,
    found: Sequence[Aim],
    day: date,
    known_at: datetime | None,
    in_all: Mapping[Level, int] | None,
) -> list[Aim]:
    (counted,) = holdings_on(actor, [day], known_at=known_at)
    total = holding_in_all(actor, day, known_at=known_at)
    seen, _ = seen_holdings(actor, list(counted.values()), total)
    hiding = {n for n, each in zip(counted, seen, strict=True) if not each.is_whole}
    trees = _trees({aim.target.unit_id for aim in found}, day, known_at)
    shown: set[int] = set()
    for level in Level:
        mine = [aim for aim in found if aim.target.level is level]
        family = [Part(frozenset(counted), in_all[level])] if in_all is not None else []
        for aim in sorted(mine, key=lambda each: -len(trees[each.target.unit_id])):
            part = Part(trees[aim.target.unit_id], aim.reached or 0)
            if not part.units & hiding and is_quiet([*family, part], level, counted):
                family.append(part)
                shown.add(aim.target.id)
    return [aim if aim.target.id in shown else replace(aim, reached=None) for aim in found]


def is_quiet(family: Sequence[Part], level: Level, counted: Mapping[int, Holding]) -> bool:
    """Whether what each part has beside the parts within it is nobody, or five and more.

    Parts lie within each other or apart, the larger one first.
    """
    for n, part in enumerate(family):
        within = _largest([other for other in family[n + 1 :] if other.units <= part.units])
        rest = part.held - sum(other.held for other in within)
        units = part.units.difference(*(other.units for other in within))
        highest = sum(counted[unit].by_level[level] for unit in units if unit in counted)
        if any(0 < abs(number) < FEWEST for number in (rest, rest - highest)):
            return False
    return True


def _largest(parts: Sequence[Part]) -> list[Part]:
    """Those that lie within no other one; they come the larger one first."""
    found: list[Part] = []
    for part in parts:
        if not any(part.units <= other.units for other in found):
            found.append(part)
    return found


def _trees(ids: set[int], day: date, known_at: datetime | None) -> dict[int, frozenset[int]]:
    """The units at and below each of some units that day."""
    found: dict[int, set[int]] = {unit_id: set() for unit_id in ids}
    for some in chunks(sorted(ids), AT_ONCE):
        each = (below(n, day, known_at).add_columns(sa.literal(n)) for n in some)
        for unit_id, top in db.session.execute(sa.union_all(*each)):
            found[top].add(unit_id)
    return {top: frozenset(units) for top, units in found.items()}
