"""How much is due and since when, and what became of what was ordered."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from college.core import clock
from college.core.access import require
from college.core.db import db
from college.core.jobs import Job, Titled, latest
from college.core.roles import Actor, Can
from college.people.persons.models import Person
from college.reports.retention.due import DUE
from college.reports.retention.models import Clearing, DueKind

CLEAR = "retention.clear"  # the job
SHOWN = 20
YEAR = 365


@dataclass(frozen=True, slots=True)
class Periods:
    """How many days each kind is kept, by the settings."""

    days: Mapping[DueKind, int]

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Self:
        return cls(
            {
                DueKind.SIGN_UPS: config["KEEP_DECLINED_SIGN_UPS_DAYS"],
                DueKind.ROSTERS: config["KEEP_SHEETS_DAYS"],
                DueKind.RESULTS: config["KEEP_SHEETS_DAYS"],
                DueKind.LETTERS: config["KEEP_LETTERS_DAYS"],
                DueKind.INVITATIONS: config["KEEP_INVITATIONS_DAYS"],
                DueKind.LOOKS: config["KEEP_LOOKS_DAYS"],
                DueKind.PEOPLE: config["KEEP_IDLE_PEOPLE_YEARS"] * YEAR,
            }
        )

    def before(self, kind: DueKind) -> datetime:
        return clock.now() - timedelta(days=self.days[kind])


@dataclass(frozen=True, slots=True)
class DueLine:
    kind: DueKind
    days: int
    count: int
    since: date | datetime | None  # of the oldest


@dataclass(frozen=True, slots=True)
class IdlePerson:
    person: Person
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Headway:
    """How far an order is; `has_failed`: its job was set aside."""

    clearing: Clearing
    has_failed: bool


def due(actor: Actor, periods: Periods) -> Sequence[DueLine]:
    """Every kind with what is due of it. Raises NotAllowed."""
    require(actor, Can.DATA_DECIDE)
    return [_line(kind, periods) for kind in DueKind]


def ids_due(kind: DueKind, before: datetime, most: int) -> Sequence[int]:
    chosen = DUE[kind](before).subquery()
    return db.session.scalars(sa.select(chosen.c.id).order_by(chosen.c.id).limit(most)).all()


def count_due(kind: DueKind, before: datetime) -> int:
    chosen = DUE[kind](before).subquery()
    return db.session.scalars(sa.select(sa.func.count()).select_from(chosen)).one()


def are_due(people: Collection[int], before: datetime) -> set[int]:
    """Those of these people who are due."""
    chosen = DUE[DueKind.PEOPLE](before).where(Person.id.in_(people))
    return {row[0] for row in db.session.execute(chosen)}


def idle(actor: Actor, before: datetime) -> sa.Select[Any]:
    """Choose the people who are due, by their names."""
    require(actor, Can.DATA_DECIDE)
    chosen = DUE[DueKind.PEOPLE](before).subquery()
    rows = sa.select(Person, chosen.c.since).join(chosen, chosen.c.id == Person.id)
    return rows.order_by(Person.sort_key, Person.id)


def idle_people(actor: Actor, before: datetime, most: int) -> Sequence[IdlePerson]:
    rows = db.session.execute(idle(actor, before).limit(most))
    return [IdlePerson(row[0], row[1]) for row in rows]


def orders(actor: Actor) -> Sequence[Headway]:
    """What was ordered last, the newest first."""
    require(actor, Can.DATA_DECIDE)
    chosen = sa.select(Clearing).options(joinedload(Clearing.ordered_by))
    rows = db.session.scalars(chosen.order_by(Clearing.id.desc()).limit(SHOWN)).all()
    return [Headway(row, not row.is_over and _is_aside(latest(CLEAR, row.id))) for row in rows]


def under_way(kind: DueKind) -> Clearing | None:
    mine = sa.select(Clearing).where(Clearing.kind == kind, Clearing.finished_at.is_(None))
    return db.session.scalar(mine.order_by(Clearing.id).limit(1))


def subjects(ids: Collection[int]) -> dict[int, Titled]:
    """For the list of jobs: the kind, as it is called in both languages there."""
    rows = db.session.scalars(sa.select(Clearing).where(Clearing.id.in_(ids)))
    return {row.id: Titled(f"№ {row.id}") for row in rows}


def _line(kind: DueKind, periods: Periods) -> DueLine:
    chosen = DUE[kind](periods.before(kind)).subquery()
    counted = sa.select(sa.func.count(), sa.func.min(chosen.c.since)).select_from(chosen)
    count, since = db.session.execute(counted).one()
    return DueLine(kind, periods.days[kind], count, since)


def _is_aside(job: Job | None) -> bool:
    return job is None or job.is_over
