"""Holders of a day by level, by capacity, and at stations: each a plain query of its own.

By level held: persons who hold the level, so that who holds two counts at both. By highest level:
each person once. By capacity: persons with such a post, so that who has two kinds of post counts in
both. None of these columns but the second is a sum of its rows.

A station is covered when a station worker of its own holds a qualification. General stations stand
above the stations and are counted apart, never with them.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from college.core.access import for_readers, visible
from college.core.db import db
from college.core.kept import Figure
from college.core.roles import Actor, Can
from college.core.shares import Share
from college.people.employment.models import STAFF, Capacity, Employment
from college.people.qualifications.models import Level, Qualification
from college.reports.figures.queries import KNOWN_AT, LEVEL, UNIT, within_reach
from college.reports.holder_figures.flows import Of, posts_on
from college.stations.units.models import STATIONS, Unit, UnitKind, UnitPhase
from college.stations.units.queries import below

DAY: sa.BindParameter[date] = sa.bindparam("day_0", type_=sa.Date)
PLANNED = 60  # per cent of station workers with a certificate; source: a plan template of 2021–2025
WORKER = Capacity.STATION_WORKER
RANK = sa.case({level.value: level.rank for level in Level}, value=LEVEL)


@dataclass(frozen=True, slots=True)
class Capacities:
    """Of each capacity of staff: persons with such a post, and holders among them."""

    staff: dict[Capacity, int]
    holders: dict[Capacity, int]

    @property
    def workers(self) -> Share | None:
        """Holders among station workers, wherever they work."""
        staff = self.staff[WORKER]
        return Share(self.holders[WORKER], staff) if staff else None


@dataclass(frozen=True, slots=True)
class Stations:
    """`covered` of the `stations` have a certified worker of their own; `general` stand apart."""

    stations: int
    covered: int
    general: int
    general_covered: int


def by_level_held(actor: Actor, day: date, of: Of) -> dict[Level, int]:
    """Persons who hold each level, whatever else they hold."""
    rows = of.rows(actor, Figure("levels", 1, [day]), _by_level(actor, *of.shape))
    found = {row[0]: row[1] for row in rows}
    return {level: found.get(level, 0) for level in Level}


def by_highest(actor: Actor, day: date, of: Of) -> dict[Level, int]:
    """Persons by the highest level that they hold."""
    rows = of.rows(actor, Figure("highest", 1, [day]), _by_highest(actor, *of.shape))
    found = {row[0]: row[1] for row in rows}
    return {level: found.get(level.rank, 0) for level in Level}


def by_capacity(actor: Actor, day: date, of: Of) -> Capacities:
    rows = of.rows(actor, Figure("capacities", 1, [day]), _by_capacity(actor, *of.shape))
    staff = {row[0]: row[1] for row in rows}
    held = {row[0]: row[2] for row in rows}
    order = [capacity for capacity in Capacity if capacity in STAFF]
    return Capacities(
        {capacity: staff.get(capacity, 0) for capacity in order},
        {capacity: held.get(capacity, 0) for capacity in order},
    )


def stations(actor: Actor, day: date, of: Of) -> Stations:
    certified = certified_units(actor, day, of)
    rows = db.session.execute(_stations(actor, *of.shape), of.asked(actor, [day])).all()
    general = [unit for unit, kind in rows if kind is UnitKind.GENERAL_STATION]
    others = [unit for unit, kind in rows if kind is not UnitKind.GENERAL_STATION]
    covered, general_covered = (len(certified & set(units)) for units in (others, general))
    return Stations(len(others), covered, len(general), general_covered)


def certified_units(actor: Actor, day: date, of: Of) -> set[int]:
    """Units with a station worker of their own who holds a qualification."""
    rows = of.rows(actor, Figure("certified_units", 1, [day]), _certified(actor, *of.shape))
    return {unit for unit, _ in rows}


@for_readers
def _by_level(actor: Actor, has_unit: bool, is_past: bool) -> sa.Select[*tuple[Any, ...]]:
    known_at = KNOWN_AT if is_past else None
    staff = sa.select(Employment.person_id).where(
        posts_on(DAY, known_at, has_unit), Employment.capacity.in_(STAFF), within_reach(actor)
    )
    counted = sa.func.count(Qualification.person_id.distinct())
    return (
        sa.select(Qualification.level, counted)
        .where(Qualification.known(known_at), Qualification.approved_on <= DAY)
        .where(Qualification.person_id.in_(staff))
        .group_by(Qualification.level)
    )


@for_readers
def _by_highest(actor: Actor, has_unit: bool, is_past: bool) -> sa.Select[*tuple[Any, ...]]:
    known_at = KNOWN_AT if is_past else None
    staff = sa.select(Employment.person_id).where(
        posts_on(DAY, known_at, has_unit), Employment.capacity.in_(STAFF), within_reach(actor)
    )
    highest = (
        sa.select(sa.func.max(RANK).label("rank"))
        .where(Qualification.known(known_at), Qualification.approved_on <= DAY)
        .where(Qualification.person_id.in_(staff))
        .group_by(Qualification.person_id)
        .subquery()
    )
    return sa.select(highest.c.rank, sa.func.count()).group_by(highest.c.rank)


@for_readers
def _by_capacity(actor: Actor, has_unit: bool, is_past: bool) -> sa.Select[*tuple[Any, ...]]:
    known_at = KNOWN_AT if is_past else None
    persons = Employment.person_id.distinct()
    return (
        sa.select(
            Employment.capacity,
            sa.func.count(persons),
            sa.func.count(persons).filter(_holds(is_past)),
        )
        .where(posts_on(DAY, known_at, has_unit), Employment.capacity.in_(STAFF))
        .where(within_reach(actor))
        .group_by(Employment.capacity)
    )


def _holds(is_past: bool) -> sa.ColumnElement[bool]:
    known = Qualification.known(KNOWN_AT if is_past else None)
    held = sa.select(Qualification.person_id).where(known, Qualification.approved_on <= DAY)
    return Employment.person_id.in_(held)


@for_readers
def _certified(actor: Actor, has_unit: bool, is_past: bool) -> sa.Select[*tuple[Any, ...]]:
    known_at = KNOWN_AT if is_past else None
    persons = sa.func.count(Employment.person_id.distinct())
    return (
        sa.select(Employment.unit_id, persons)
        .where(posts_on(DAY, known_at, has_unit), Employment.capacity == WORKER, _holds(is_past))
        .where(within_reach(actor))
        .group_by(Employment.unit_id)
    )


@for_readers
def _stations(actor: Actor, has_unit: bool, is_past: bool) -> sa.Select[int, UnitKind]:
    """The stations of that day and their kinds."""
    known_at = KNOWN_AT if is_past else None
    kinds = {*STATIONS, UnitKind.GENERAL_STATION}
    reach = sa.select(Unit.id).where(visible(Unit, actor, Can.FIGURES_SEE))
    chosen = (
        sa.select(UnitPhase.unit_id, UnitPhase.kind)
        .where(UnitPhase.covers(DAY, known_at), UnitPhase.kind.in_(kinds))
        .where(UnitPhase.unit_id.in_(reach))
    )
    return chosen.where(UnitPhase.unit_id.in_(below(UNIT, DAY, known_at))) if has_unit else chosen
