"""Units with the people who work there. Here, not in stations: a station knows no person.

Everything is as of a day and, where a moment is given, as known then.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from college.core import clock
from college.core.access import allowed, fetch, visible
from college.core.db import db
from college.core.roles import Actor, Can
from college.people.employment.models import STAFF, Employment
from college.people.persons.models import Person
from college.stations.indicators.models import IndicatorValue
from college.stations.indicators.queries import of_unit
from college.stations.units.models import Unit, UnitKind, UnitPhase
from college.stations.units.queries import known_phases


@dataclass(frozen=True, slots=True)
class StaffedUnit:
    """A unit as it was that day. `level` is 0 for the topmost ones that the reader sees.

    `staff` are the persons with a post at the unit itself, `staff_below` those there or at any unit
    below, each person once: the two are never added up.
    """

    unit: Unit
    name: str
    name_en: str
    kind: UnitKind
    parent_id: int | None
    level: int
    staff: int
    staff_below: int


@dataclass(frozen=True, slots=True)
class UnitTree:
    as_of: date
    rows: list[StaffedUnit]
    staff: int  # of all visible units together, each person once
    words: str = ""  # what is looked for
    total: int = 0  # units, found or not


@dataclass(frozen=True, slots=True)
class UnitPage:
    unit: Unit
    parent: Unit | None  # None as well where the reader may not see it
    below: list[StaffedUnit]
    staff: int
    staff_below: int
    indicators: Sequence[IndicatorValue]
    shows_persons: bool
    may_record: bool
    phases: Sequence[UnitPhase]


def tree(
    actor: Actor, as_of: date, *, known_at: datetime | None = None, words: str = ""
) -> UnitTree:
    """Return the visible units that were there on a day, parents before their children.

    With `words`, those whose name or code holds them, and what stands above these.
    """
    rows = _staffed(actor, as_of, known_at)
    found = _found(rows, words) if words.strip() else rows
    staff = len(_persons(as_of, known_at, [row.unit.id for row in rows]))
    return UnitTree(as_of, found, staff, words.strip(), len(rows))


def page(actor: Actor, unit_id: int) -> UnitPage:
    """Return what the actor sees of one unit today. Raises NotFound."""
    unit = fetch(Unit, unit_id, actor, Can.UNITS_SEE)
    family = _staffed(actor, clock.today(), None, top=unit)
    return UnitPage(
        unit=unit,
        parent=_parent(actor, unit),
        below=[row for row in family if row.parent_id == unit.id],
        staff=next((row.staff for row in family if row.unit is unit), 0),
        staff_below=next((row.staff_below for row in family if row.unit is unit), 0),
        indicators=of_unit(actor, unit),
        shows_persons=allowed(actor, Can.PERSONS_SEE, unit),
        may_record=allowed(actor, Can.UNITS_RECORD, unit),
        phases=known_phases(unit),
    )


def staff_today(actor: Actor, unit: Unit) -> sa.Select[Employment]:
    """Select the posts at the unit itself that the actor may see, in the order of names."""
    there = (Employment.unit_id == unit.id) & Employment.covers(clock.today())
    mine = visible(Employment, actor, Can.PERSONS_SEE)
    return (
        sa.select(Employment)
        .join(Employment.person)
        .where(there, mine, Employment.capacity.in_(STAFF))
        .options(joinedload(Employment.person))
        .order_by(Person.sort_key, Employment.id)
    )


def _staffed(
    actor: Actor, as_of: date, known_at: datetime | None, *, top: Unit | None = None
) -> list[StaffedUnit]:
    """The visible units of that day, in the order of the tree; from `top` down, if given."""
    chosen = (
        sa.select(Unit, UnitPhase)
        .join(UnitPhase, UnitPhase.unit_id == Unit.id)
        .where(visible(Unit, actor, Can.UNITS_SEE), UnitPhase.covers(as_of, known_at))
    )
    if top is not None:
        chosen = chosen.where(Unit.id.in_(Unit.at_or_below(top.id)))
    found = [(unit, phase) for unit, phase in db.session.execute(chosen.order_by(Unit.id))]
    parents = {unit.id: phase.parent_id for unit, phase in found}
    here, below = _counts(_persons(as_of, known_at, list(parents)), parents)
    phases = {unit.id: (unit, phase) for unit, phase in found}
    return [
        StaffedUnit(
            unit=phases[unit_id][0],
            name=phases[unit_id][1].name,
            name_en=phases[unit_id][1].name_en,
            kind=phases[unit_id][1].kind,
            parent_id=parents[unit_id],
            level=level,
            staff=len(here.get(unit_id, ())),
            staff_below=len(below.get(unit_id, ())),
        )
        for unit_id, level in _in_order(parents)
    ]


def _found(rows: Sequence[StaffedUnit], words: str) -> list[StaffedUnit]:
    """Those with every word in name or code, and the way down to them."""
    wanted = words.casefold().split()
    parents = {row.unit.id: row.parent_id for row in rows}
    kept: set[int] = set()
    for row in rows:
        text = f"{row.name} {row.name_en} {row.unit.division_code} {row.unit.host_site}".casefold()
        if all(word in text for word in wanted):
            kept.update(_upwards(row.unit.id, parents))
    return [row for row in rows if row.unit.id in kept]


def _in_order(parents: Mapping[int, int | None]) -> list[tuple[int, int]]:
    """Each unit with its level below the topmost visible one, children after their parents."""
    children: dict[int | None, list[int]] = {}
    for unit_id, parent_id in parents.items():
        children.setdefault(parent_id if parent_id in parents else None, []).append(unit_id)
    ordered, waiting = [], [(unit_id, 0) for unit_id in reversed(children.get(None, []))]
    while waiting:
        unit_id, level = waiting.pop()
        ordered.append((unit_id, level))
        waiting += [(child, level + 1) for child in reversed(children.get(unit_id, []))]
    return ordered


def _persons(
    as_of: date, known_at: datetime | None, unit_ids: Sequence[int]
) -> dict[int, set[int]]:
    """Who is on the staff of which of these units: units by person."""
    staff = Employment.covers(as_of, known_at) & Employment.capacity.in_(STAFF)
    wanted, found = set(unit_ids), dict[int, set[int]]()
    chosen = sa.select(Employment.person_id, Employment.unit_id).where(staff)
    for person_id, unit_id in db.session.execute(chosen):
        if unit_id in wanted:
            found.setdefault(person_id, set()).add(unit_id)
    return found


def _counts(
    persons: Mapping[int, set[int]], parents: Mapping[int, int | None]
) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    """Persons of each unit itself, and of each unit with all below it."""
    here: dict[int, set[int]] = {}
    below: dict[int, set[int]] = {}
    ways = {unit_id: list(_upwards(unit_id, parents)) for unit_id in parents}
    for person_id, units in persons.items():
        for unit_id in units:
            here.setdefault(unit_id, set()).add(person_id)
            for above in ways[unit_id]:
                below.setdefault(above, set()).add(person_id)
    return here, below


def _upwards(unit_id: int, parents: Mapping[int, int | None]) -> Iterable[int]:
    """A unit and those above it, as far as they are among these."""
    way: dict[int, None] = {}
    at: int | None = unit_id
    while at is not None and at in parents and at not in way:
        way[at] = None
        at = parents[at]
    return way


def _parent(actor: Actor, unit: Unit) -> Unit | None:
    mine = visible(Unit, actor, Can.UNITS_SEE)
    return db.session.scalar(sa.select(Unit).where(Unit.id == unit.parent_id, mine))
