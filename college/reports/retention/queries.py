"""What is due and what is proposed, and what became of what was ordered."""

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
from college.core.roles import Actor, Can, roles_with
from college.people.persons.models import Person
from college.people.roles.models import RoleGrant
from college.reports.proposals.models import DueKind, Proposal, ProposalRound
from college.reports.retention.due import DUE
from college.reports.retention.models import Clearing
from college.reports.retention.naming import names_of

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
                DueKind.LISTS: config["KEEP_SHEETS_DAYS"],
                DueKind.LETTERS: config["KEEP_LETTERS_DAYS"],
                DueKind.INVITATIONS: config["KEEP_INVITATIONS_DAYS"],
                DueKind.LOOKS: config["KEEP_LOOKS_DAYS"],
                DueKind.PEOPLE: config["KEEP_IDLE_PEOPLE_YEARS"] * YEAR,
            }
        )

    def before(self, kind: DueKind) -> datetime:
        return clock.now() - timedelta(days=self.days[kind])


@dataclass(frozen=True, slots=True)
class Headway:
    """How far an order is; `has_failed`: its job was set aside."""

    clearing: Clearing
    has_failed: bool


@dataclass(frozen=True, slots=True)
class Due:
    """A row that is due, whom it is about, and when it was over, where that is known."""

    row_id: int
    person_id: int | None
    over: date | datetime | None

    def due_at(self, days: int) -> datetime | None:
        if self.over is None:
            return None
        over = self.over if isinstance(self.over, datetime) else clock.midnight(self.over)
        return over + timedelta(days=days)


@dataclass(frozen=True, slots=True)
class DueLine:
    """A kind: for how long it is kept, how many wait for a decision, and how many are kept on."""

    kind: DueKind
    days: int
    count: int
    since: datetime | None  # when the oldest fell due
    kept: int


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal, and what the row is called that it is about."""

    proposal: Proposal
    name: str


def due(actor: Actor, periods: Periods) -> Sequence[DueLine]:
    """Every kind with what is proposed of it. Raises NotAllowed."""
    require(actor, Can.DATA_DECIDE)
    is_waiting = Proposal.waits()
    chosen = sa.select(
        Proposal.kind,
        sa.func.count().filter(is_waiting),
        sa.func.min(Proposal.due_at).filter(is_waiting),
        sa.func.count().filter(~is_waiting),
    ).group_by(Proposal.kind)
    found = {row[0]: row[1:] for row in db.session.execute(chosen)}
    return [DueLine(kind, periods.days[kind], *found.get(kind, (0, None, 0))) for kind in DueKind]


def proposed(actor: Actor, kind: DueKind, *, are_kept: bool) -> sa.Select[Proposal]:
    """Choose the proposals of a kind that wait, or those kept on, the longest due first."""
    require(actor, Can.DATA_DECIDE)
    state = Proposal.waits() if not are_kept else ~Proposal.waits()
    people = (joinedload(Proposal.person), joinedload(Proposal.decided_by))
    chosen = sa.select(Proposal).where(Proposal.kind == kind, state).options(*people)
    return chosen.order_by(Proposal.due_at.asc().nulls_first(), Proposal.id)


def with_names(kind: DueKind, rows: Sequence[Proposal]) -> Sequence[Proposed]:
    names = names_of(kind, [row.row_id for row in rows])
    return [Proposed(row, names.get(row.row_id, "")) for row in rows]


def last_look() -> ProposalRound | None:
    """The last one that found something new, or something due no more."""
    return db.session.scalar(sa.select(ProposalRound).order_by(ProposalRound.id.desc()).limit(1))


def not_proposed(kind: DueKind, before: datetime, most: int) -> Sequence[Due]:
    """What is due and stands in no proposal, kept on or not."""
    known = sa.select(Proposal.row_id).where(Proposal.kind == kind)
    chosen = DUE[kind](before).subquery()
    rows = sa.select(chosen).where(chosen.c.id.not_in(known)).order_by(chosen.c.id).limit(most)
    return [Due(*row) for row in db.session.execute(rows)]


def outdated(kind: DueKind, before: datetime, most: int) -> Sequence[int]:
    """The proposals of what is due no more."""
    still = sa.select(DUE[kind](before).subquery().c.id)
    rows = sa.select(Proposal.id).where(Proposal.kind == kind, Proposal.row_id.not_in(still))
    return db.session.scalars(rows.order_by(Proposal.id).limit(most)).all()


def kept_long_enough(most: int) -> Sequence[int]:
    rows = sa.select(Proposal.id).where(Proposal.kept_until <= clock.today())
    return db.session.scalars(rows.order_by(Proposal.id).limit(most)).all()


def deciders() -> Sequence[int]:
    """The ids of those who decide what goes."""
    is_one = RoleGrant.in_force(clock.today()) & RoleGrant.role.in_(roles_with(Can.DATA_DECIDE))
    chosen = sa.select(RoleGrant.person_id).join(Person, Person.id == RoleGrant.person_id)
    return db.session.scalars(chosen.where(is_one, Person.stands()).distinct()).all()


def ids_to_clear(row: Clearing, most: int) -> Sequence[int]:
    """What was proposed before the order, is not kept on, and is still due."""
    due_still = DUE[row.kind](row.before).subquery()
    chosen = (
        sa.select(Proposal.row_id)
        .join(due_still, due_still.c.id == Proposal.row_id)
        .join(ProposalRound, ProposalRound.id == Proposal.round_id)
        .where(Proposal.kind == row.kind, Proposal.waits())
        .where(ProposalRound.looked_at <= row.ordered_at)
    )
    return db.session.scalars(chosen.order_by(Proposal.row_id).limit(most)).all()


def count_waiting(kind: DueKind) -> int:
    mine = sa.select(sa.func.count(Proposal.id)).where(Proposal.kind == kind, Proposal.waits())
    return db.session.scalars(mine).one()


def are_due(people: Collection[int], before: datetime) -> set[int]:
    """Those of these people who are proposed, not kept on, and still due."""
    waiting = sa.select(Proposal.row_id).where(Proposal.kind == DueKind.PEOPLE, Proposal.waits())
    chosen = DUE[DueKind.PEOPLE](before).where(Person.id.in_(people), Person.id.in_(waiting))
    return {row[0] for row in db.session.execute(chosen)}


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


def _is_aside(job: Job | None) -> bool:
    return job is None or job.is_over
