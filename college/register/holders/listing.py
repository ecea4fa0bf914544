"""The register as a list to look through: a row for each qualification held on a day."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import product

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from college.core import kept
from college.core.access import visible
from college.core.db import db
from college.core.kept import Figure
from college.core.roles import Actor, Can, Scope
from college.core.text import say
from college.people.employment.models import STAFF, Employment
from college.people.persons.models import Person
from college.people.qualifications.models import Level, Qualification
from college.register.holders.queries import staffed_at
from college.stations.units.queries import below


class Checking(StrEnum):
    """Whether a second person has compared the record with the certificate."""

    OPEN = "open"
    DONE = "done"

    @property
    def label(self) -> str:
        return {"open": say("Not yet"), "done": say("By two people")}[self]


@dataclass(frozen=True, slots=True)
class Wanted:
    day: date
    known_at: datetime | None = None
    unit_id: int | None = None
    level: Level | None = None
    checking: Checking | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """`may_check`: whether this reader may say that it is what the certificate says."""

    qualification: Qualification
    units: Sequence[str]
    may_check: bool


@dataclass(frozen=True, slots=True)
class Count:
    """Persons once each, whatever they hold; the qualifications, and those not yet checked."""

    persons: int
    qualifications: int
    unchecked: int


def listed(actor: Actor, wanted: Wanted) -> sa.Select[Qualification]:
    """Select the qualifications that are wanted, by name, each person's highest first.

    Of one level by two lines the national one comes first, and both are there.
    """
    highest_first = sa.case({level.value: -level.rank for level in Level}, value=_LEVEL)
    return (
        sa.select(Qualification)
        .join(Qualification.person)
        .where(_wanted(actor, wanted))
        .options(contains_eager(Qualification.person), joinedload(Qualification.checked_by))
        .order_by(Person.sort_key, Person.id, highest_first, Qualification.basis, Qualification.id)
    )


def counted(actor: Actor, wanted: Wanted) -> Count:
    unchecked = sa.func.count().filter(Qualification.checked_at.is_(None))
    persons = sa.func.count(Qualification.person_id.distinct())
    chosen = sa.select(persons, sa.func.count(), unchecked).where(_wanted(actor, wanted))
    reads_all = any(reach.scope is Scope.ALL for reach in actor.reach(Can.PERSONS_LIST))
    is_whole = reads_all and wanted.unit_id is None
    figure = Figure(f"register/{wanted.level or ''}/{wanted.checking or ''}", 0, [wanted.day])
    rows = kept.rows(figure, chosen, {}, is_whole=is_whole, known_at=wanted.known_at)
    return Count(*rows[0]) if rows else Count(0, 0, 0)


def unfiltered(day: date) -> Iterator[Wanted]:
    """All that may be asked for of everybody: each is counted by itself."""
    for level, checking in product((None, *Level), (None, *Checking)):
        yield Wanted(day, level=level, checking=checking)


def with_places(actor: Actor, rows: Sequence[Qualification], wanted: Wanted) -> list[Row]:
    """What the list says beside each: in two statements, however many there are."""
    where = staffed_at([row.person_id for row in rows], wanted.day, wanted.known_at)
    mine = visible(Qualification, actor, Can.QUALIFICATIONS_CHECK)
    open_ = Qualification.checked_at.is_(None) & Qualification.known()
    ids = sa.select(Qualification.id).where(Qualification.id.in_([row.id for row in rows]), open_)
    not_own = sa.and_(
        Qualification.person_id != (actor.person_id or 0),
        Qualification.recorded_by_id.is_distinct_from(actor.person_id),
    )
    may = set(db.session.scalars(ids.where(mine, not_own)))
    return [Row(row, where.get(row.person_id, ()), row.id in may) for row in rows]


_LEVEL = sa.cast(Qualification.level, sa.String)


def _wanted(actor: Actor, wanted: Wanted) -> sa.ColumnElement[bool]:
    mine = visible(Qualification, actor, Can.PERSONS_LIST)
    chosen = mine & Qualification.known(wanted.known_at) & (Qualification.approved_on <= wanted.day)
    if wanted.unit_id is not None:
        staff = sa.select(Employment.person_id).where(
            Employment.unit_id.in_(below(wanted.unit_id, wanted.day, wanted.known_at)),
            Employment.covers(wanted.day, wanted.known_at),
            Employment.capacity.in_(STAFF),
        )
        chosen &= Qualification.person_id.in_(staff)
    if wanted.level is not None:
        chosen &= Qualification.level == wanted.level
    if wanted.checking is not None:
        is_open = Qualification.checked_at.is_(None)
        chosen &= is_open if wanted.checking is Checking.OPEN else ~is_open
    return chosen
