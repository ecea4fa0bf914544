"""Figures as one reader may see them: whole, or without the cells of fewer than five persons."""

from collections.abc import Sequence
from dataclasses import dataclass

from college.core.access import covers
from college.core.roles import Actor, Can
from college.people.qualifications.models import Level
from college.reports.figures.queries import Holding, UnitHolding
from college.reports.figures.small_cells import (
    Count,
    Hidden,
    hide_with_none_known,
    parts_hide_with_none_known,
    without_small_cells,
    without_small_parts,
)
from college.stations.units.models import Unit


@dataclass(frozen=True, slots=True)
class Seen:
    """A `Holding` in which some numbers may be hidden."""

    staff: Count
    by_level: dict[Level, Count]
    holders: Count

    @property
    def rate(self) -> tuple[int, int] | None:
        """Holders among the staff, when both are shown: a share would give away what is not."""
        if isinstance(self.holders, Hidden) or isinstance(self.staff, Hidden):
            return None
        return self.holders, self.staff

    @property
    def is_whole(self) -> bool:
        counts = [self.staff, self.holders, *self.by_level.values()]
        return not any(isinstance(count, Hidden) for count in counts)


@dataclass(frozen=True, slots=True)
class SeenUnit:
    """A unit under the name it had that day."""

    unit: Unit
    name: str
    name_en: str
    holding: Seen


def sees_small_cells(actor: Actor) -> bool:
    """Whether the actor may see the small cells of whatever figures they may read at all."""
    return covers(actor, Can.SMALL_CELLS_SEE, of=Can.FIGURES_SEE)


def seen_total(actor: Actor, total: Holding) -> Seen:
    """A total by itself, hidden alike on whichever page it stands."""
    if sees_small_cells(actor):
        return _whole(total)
    levels, holders = without_small_parts(list(total.by_level.values()), total.holders)
    (staff,), _ = without_small_parts([total.staff], total.staff)
    return Seen(staff, dict(zip(Level, levels, strict=True)), holders)


def seen_units(
    actor: Actor, units: Sequence[UnitHolding], total: Holding
) -> tuple[list[SeenUnit], Seen]:
    """The units and their total so that no hidden number follows from the ones that are shown."""
    seen, whole = seen_holdings(actor, [row.holding for row in units], total)
    return [_unit(*pair) for pair in zip(units, seen, strict=True)], whole


def hide_where_somebody_holds(
    units: Sequence[UnitHolding], total: Holding, seen: Sequence[SeenUnit], last: Seen
) -> bool:
    """Whether it may be said besides at how many units somebody holds: no small number follows.

    Even to whom all of these units were named each of the numbers could be another one.
    """
    held, shown = [*(row.holding for row in units), total], [*(row.holding for row in seen), last]
    lines = [[*each.by_level.values(), each.holders] for each in shown]
    staff, at_units = [each.staff for each in held], [each.staff for each in shown]
    return hide_with_none_known([_line(h) for h in held], lines) and parts_hide_with_none_known(
        staff[:-1], staff[-1], at_units[:-1], at_units[-1]
    )


def seen_holdings(actor: Actor, held: Sequence[Holding], total: Holding) -> tuple[list[Seen], Seen]:
    """The same of holdings in the order of the tree, on which it depends what hides."""
    if sees_small_cells(actor):
        return [_whole(holding) for holding in held], _whole(total)
    alone = seen_total(actor, total)
    last = [*alone.by_level.values(), alone.holders]
    hidden = {(len(held), j): c for j, c in enumerate(last) if isinstance(c, Hidden)}
    *rows, whole = without_small_cells([_line(h) for h in [*held, total]], hidden)
    staff, all_staff = without_small_parts([h.staff for h in held], total.staff)
    seen = [_seen(count, row) for count, row in zip(staff, rows, strict=True)]
    return seen, _seen(all_staff, whole)


def _whole(holding: Holding) -> Seen:
    return Seen(holding.staff, dict(holding.by_level), holding.holders)


def _line(holding: Holding) -> list[int]:
    return [*holding.by_level.values(), holding.holders]


def _seen(staff: Count, line: Sequence[Count]) -> Seen:
    *levels, holders = line
    return Seen(staff, dict(zip(Level, levels, strict=True)), holders)


def _unit(row: UnitHolding, holding: Seen) -> SeenUnit:
    return SeenUnit(row.unit, row.name, row.name_en, holding)
