"""How far stations reach, and how many there are of each kind: none is ever counted twice."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

import sqlalchemy as sa

from college.core.db import UtcDateTime, db
from college.stations.units.models import STATIONS, TOWNS, Unit, UnitKind, UnitPhase
from college.stations.units.queries import below

DAY = sa.bindparam("day", type_=sa.Date)
UNIT = sa.bindparam("unit", type_=sa.Integer)
KNOWN_AT = sa.bindparam("known_at", type_=UtcDateTime)
Parents = Mapping[int, int | None]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of the streets, towns and zones below a unit, how many have a station of their own."""

    towns: int
    covered: int

    @property
    def percent(self) -> int:
        return round(100 * self.covered / self.towns) if self.towns else 0


@dataclass(frozen=True, slots=True)
class Tally:
    """General stations, stations and rooms apart: one number of them all would count twice.

    `mental_health` are some of the `stations`.
    """

    general_stations: int
    stations: int
    mental_health: int
    rooms: int

    @classmethod
    def of(cls, kinds: Mapping[int, UnitKind]) -> "Tally":
        found = list(kinds.values())
        return cls(
            general_stations=found.count(UnitKind.GENERAL_STATION),
            stations=sum(kind in STATIONS for kind in found),
            mental_health=found.count(UnitKind.MENTAL_HEALTH_STATION),
            rooms=found.count(UnitKind.ROOM),
        )

    def __bool__(self) -> bool:
        return bool(self.general_stations or self.stations or self.rooms)


def coverage(unit: Unit, as_of: date, known_at: datetime | None = None) -> Coverage:
    """How far stations reach that day. General stations are none of them, rooms are not counted."""
    asked: dict[str, object] = {"unit": unit.id, "day": as_of}
    if known_at is not None:
        asked["known_at"] = known_at
    rows = db.session.execute(_tree(known_at is not None), asked).all()
    kinds = {row.unit_id: row.kind for row in rows}
    return covered(kinds, {row.unit_id: row.parent_id for row in rows})


def covered(kinds: Mapping[int, UnitKind], parents: Parents) -> Coverage:
    """The same of a tree that lies before us."""
    towns = {unit_id for unit_id, kind in kinds.items() if kind in TOWNS}
    reached: set[int] = set()
    for unit_id, kind in kinds.items():
        if kind in STATIONS:
            reached |= towns & set(upwards(unit_id, parents))
    return Coverage(len(towns), len(reached))


def upwards(unit_id: int, parents: Parents) -> Iterator[int]:
    """The unit and those above it, up to the first that is not among them."""
    seen: set[int] = set()
    at: int | None = unit_id
    while at is not None and at in parents and at not in seen:
        seen.add(at)
        yield at
        at = parents[at]


@cache
def _tree(is_past: bool) -> sa.Select[int, int | None, UnitKind]:
    """What stood below a unit, where, and of which kind."""
    known_at = KNOWN_AT if is_past else None
    there = UnitPhase.unit_id.in_(below(UNIT, DAY, known_at))
    chosen = sa.select(UnitPhase.unit_id, UnitPhase.parent_id, UnitPhase.kind)
    return chosen.where(there, UnitPhase.covers(DAY, known_at))
