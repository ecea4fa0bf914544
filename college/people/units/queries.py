"""Units with the people who work there. Here, not in stations: a station knows no person.

Everything is as of a day and, where a moment is given, as known then.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from college.core import clock
from college.core.access import allowed, covers, fetch, visible
from college.core.db import db
from college.core.roles import Actor, Can
from college.people.employment.models import STAFF, Employment
from college.people.persons.models import Person
from college.stations.indicators.models import IndicatorValue
from college.stations.indicators.queries import of_unit
from college.stations.units.coverage import Coverage, Tally, covered, upwards
from college.stations.units.models import Unit, UnitKind, UnitPhase
from college.stations.units.queries import below, phases_known

ONE_DAY = timedelta(days=1)


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
    shows_staff: bool  # how many: not to whom small numbers are hidden, see `reports.figures`
    words: str  # what is looked for
    total: int  # units, found or not
    tally: Tally
    coverage: Coverage


@dataclass(frozen=True, slots=True)
class PhaseLine:
    """A phase of a unit, with what it stood below; None as well where the reader may not see it."""

    phase: UnitPhase
    parent: Unit | None


@dataclass(frozen=True, slots=True)
class UnitPage:
    """A unit on a day, as known then. `standing` is None where it was not there, or not known.

    `parent` is then where it stood last.
    """

    unit: Unit
    as_of: date
    standing: UnitPhase | None
    parent: Unit | None
    merged_into: Unit | None  # where it went on, if the reader may see that one
    below: list[StaffedUnit]
    staff: int
    staff_below: int
    tally: Tally
    coverage: Coverage
    phases: list[PhaseLine]
    indicators: Sequence[IndicatorValue]
    shows_staff: bool
    shows_persons: bool
    may_record: bool
    may_report: bool

    @property
    def opened_on(self) -> date | None:
        """As believed in `phases`, which need not be today's belief."""
        return self.phases[0].phase.from_on if self.phases else None

    @property
    def closed_on(self) -> date | None:
        last_day = self.phases[-1].phase.to_on if self.phases else None
        return last_day + ONE_DAY if last_day else None


def tree(
    actor: Actor, as_of: date, *, known_at: datetime | None = None, words: str = ""
) -> UnitTree:
    """Return the visible units that were there on a day, parents before their children.

    With `words`, those whose name, code or host holds them, and what stands above these.
    """
    rows = _staffed(actor, as_of, known_at)
    found = _found(rows, words) if words.strip() else rows
    kinds, parents = _kinds(rows), _parents(rows)
    return UnitTree(
        as_of,
        found,
        staff=len(_persons(as_of, known_at, kinds)),
        shows_staff=covers(actor, Can.SMALL_CELLS_SEE, of=Can.UNITS_SEE),
        words=words.strip(),
        total=len(rows),
        tally=Tally.of(kinds),
        coverage=covered(kinds, parents),
    )


def page(
    actor: Actor, unit_id: int, as_of: date | None = None, *, known_at: datetime | None = None
) -> UnitPage:
    """Return what the actor sees of one unit on a day, today by default. Raises NotFound."""
    unit, day = fetch(Unit, unit_id, actor, Can.UNITS_SEE), as_of or clock.today()
    family = _staffed(actor, day, known_at, top=unit)
    own = next((row for row in family if row.unit is unit), None)
    lines = _lines(actor, unit, known_at)
    standing = next((line for line in lines if _covers(line.phase, day)), None)
    last = standing or (lines[-1] if lines else None)
    kinds = _kinds(family)
    return UnitPage(
        unit=unit,
        as_of=day,
        standing=standing.phase if standing else None,
        parent=last.parent if last else None,
        merged_into=_merged_into(actor, unit),
        below=[row for row in family if row.parent_id == unit.id],
        staff=own.staff if own else 0,
        staff_below=own.staff_below if own else 0,
        tally=Tally.of({each: kind for each, kind in kinds.items() if each != unit.id}),
        coverage=covered(kinds, _parents(family)),
        phases=lines,
        indicators=of_unit(actor, unit, known_at),
        shows_staff=allowed(actor, Can.SMALL_CELLS_SEE, unit),
        shows_persons=allowed(actor, Can.PERSONS_SEE, unit),
        may_record=allowed(actor, Can.UNITS_RECORD, unit),
        may_report=allowed(actor, Can.INDICATORS_RECORD, unit),
    )


def staff_on(
    actor: Actor, unit: Unit, day: date, known_at: datetime | None = None
) -> sa.Select[Employment]:
    """Select the posts at the unit itself that day which the actor may see, by their names."""
    there = (Employment.unit_id == unit.id) & Employment.covers(day, known_at)
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
        chosen = chosen.where(Unit.id.in_(below(top.id, as_of, known_at)))
    found = [(unit, phase) for unit, phase in db.session.execute(chosen.order_by(Unit.id))]
    parents = {unit.id: phase.parent_id for unit, phase in found}
    here, all_below = _counts(_persons(as_of, known_at, parents, top=top), parents)
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
            staff_below=len(all_below.get(unit_id, ())),
        )
        for unit_id, level in _in_order(parents)
    ]


def _found(rows: Sequence[StaffedUnit], words: str) -> list[StaffedUnit]:
    """Those with every word in name or code, and the way down to them."""
    wanted = words.casefold().split()
    parents = _parents(rows)
    kept: set[int] = set()
    for row in rows:
        text = f"{row.name} {row.name_en} {row.unit.division_code} {row.unit.host_site}".casefold()
        if all(word in text for word in wanted):
            kept.update(upwards(row.unit.id, parents))
    return [row for row in rows if row.unit.id in kept]


def _kinds(rows: Iterable[StaffedUnit]) -> dict[int, UnitKind]:
    return {row.unit.id: row.kind for row in rows}


def _parents(rows: Iterable[StaffedUnit]) -> dict[int, int | None]:
    return {row.unit.id: row.parent_id for row in rows}


def _lines(actor: Actor, unit: Unit, known_at: datetime | None) -> list[PhaseLine]:
    """What is or was believed of a unit, the earliest phase first."""
    phases = phases_known(unit, known_at)
    wanted = {phase.parent_id for phase in phases if phase.parent_id}
    mine = visible(Unit, actor, Can.UNITS_SEE) & Unit.id.in_(wanted)
    parents = {parent.id: parent for parent in db.session.scalars(sa.select(Unit).where(mine))}
    return [PhaseLine(phase, parents.get(phase.parent_id or 0)) for phase in phases]


def _merged_into(actor: Actor, unit: Unit) -> Unit | None:
    if unit.merged_into_id is None:
        return None
    mine = visible(Unit, actor, Can.UNITS_SEE)
    return db.session.scalar(sa.select(Unit).where(Unit.id == unit.merged_into_id, mine))


def _covers(phase: UnitPhase, day: date) -> bool:
    has_begun = phase.from_on is None or phase.from_on <= day
    return has_begun and (phase.to_on is None or phase.to_on >= day)


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
    as_of: date,
    known_at: datetime | None,
    unit_ids: Container[int],
    *,
    top: Unit | None = None,
) -> dict[int, set[int]]:
    """Who is on the staff of which of these units, all at or below `top`: units by person."""
    staff = Employment.covers(as_of, known_at) & Employment.capacity.in_(STAFF)
    chosen = sa.select(Employment.person_id, Employment.unit_id).where(staff)
    if top is not None:  # a page of one station reads its own posts, not the whole country's
        chosen = chosen.where(Employment.unit_id.in_(below(top.id, as_of, known_at)))
    found = dict[int, set[int]]()
    for person_id, unit_id in db.session.execute(chosen):
        if unit_id in unit_ids:
            found.setdefault(person_id, set()).add(unit_id)
    return found


def _counts(
    persons: Mapping[int, set[int]], parents: Mapping[int, int | None]
) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    """Persons of each unit itself, and of each unit with all below it."""
    here: dict[int, set[int]] = {}
    all_below: dict[int, set[int]] = {}
    ways = {unit_id: list(upwards(unit_id, parents)) for unit_id in parents}
    for person_id, units in persons.items():
        for unit_id in units:
            here.setdefault(unit_id, set()).add(person_id)
            for above in ways[unit_id]:
                all_below.setdefault(above, set()).add(person_id)
    return here, all_below
