from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from college.core import clock
from college.core.access import fetch, for_readers, visible
from college.core.db import db
from college.core.errors import NotFound
from college.core.roles import Actor, Can
from college.people.accounts.queries import trainees
from college.people.employment.queries import units_of
from college.people.persons.models import Person
from college.stations.units.models import Unit
from college.supervision.sessions.models import (
    SessionState,
    SupervisionAttendance,
    SupervisionSession,
)
from college.supervision.sessions.refusals import SessionLocked

Rows = sa.Select[SupervisionSession, bool]


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session as its reader sees it: `mine` are the reader's own minutes in it, if any."""

    supervision_session: SupervisionSession
    mine: SupervisionAttendance | None
    may: frozenset[Can]

    @property
    def is_locked(self) -> bool:
        return self.supervision_session.state is SessionState.LOCKED

    @property
    def waits_for_me(self) -> bool:
        return self.mine is not None and self.mine.confirmed_at is None and not self.is_locked

    @property
    def people(self) -> list[Person]:
        return [a.supervisee for a in self.supervision_session.attendances]

    @property
    def names(self) -> list[str]:
        return [a.supervisee.full_name for a in self.supervision_session.attendances]

    @property
    def waits_for(self) -> list[str]:
        return [a.supervisee.full_name for a in self._unconfirmed if a.objected_at is None]

    @property
    def objectors(self) -> list[str]:
        return [a.supervisee.full_name for a in self._unconfirmed if a.objected_at is not None]

    @property
    def _unconfirmed(self) -> list[SupervisionAttendance]:
        return [a for a in self.supervision_session.attendances if a.confirmed_at is None]


@dataclass(frozen=True, slots=True)
class MonthCount:
    month: date
    sessions: int


@dataclass(frozen=True, slots=True)
class SessionList:
    """The page of a month: what waits for the reader from any month, then the month itself."""

    month: date
    rows: list[SessionRow]
    waiting: list[SessionRow]
    objected: list[SessionRow]
    earlier: MonthCount | None  # only asked for when the month is empty

    @property
    def previous(self) -> date:
        return _month_after(self.month, -1)

    @property
    def following(self) -> date | None:
        after = _month_after(self.month, 1)
        return after if after <= clock.today() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A person who may be chosen as supervisee, with the unit they work at, if any."""

    person: Person
    person_id: int
    name: str
    unit: str
    unit_en: str
    is_known: bool  # supervised by the reader before


def listed(actor: Actor, month: date) -> SessionList:
    """Return what the actor sees of the month of `month`."""
    rows = of_month(actor, month)
    return SessionList(
        month=month,
        rows=rows,
        waiting=waiting_for(actor) if actor.reach(Can.SUPERVISION_CONFIRM) else [],
        objected=objected(actor) if actor.reach(Can.SUPERVISION_LOG) else [],
        earlier=None if rows else latest_before(actor, month),
    )


def of_month(actor: Actor, month: date) -> list[SessionRow]:
    """Return the visible sessions that began in the month of `month`, the last one first."""
    starts_at, ends_at = month_bounds(month)
    then = (SupervisionSession.starts_at >= starts_at) & (SupervisionSession.starts_at < ends_at)
    return list(reversed(_rows(actor, _chosen(actor, then))))


def waiting_for(actor: Actor) -> list[SessionRow]:
    """Return the sessions that wait for the actor's own confirmation, the oldest first."""
    return _rows(actor, _waiting_for(actor))


@for_readers
def _waiting_for(actor: Actor) -> Rows:
    mine = SupervisionSession.attendances.any(
        visible(SupervisionAttendance, actor, Can.SUPERVISION_CONFIRM)
        & (SupervisionAttendance.supervisee_id == actor.person_id)
        & SupervisionAttendance.confirmed_at.is_(None)
    )
    return _chosen(actor, mine & (SupervisionSession.state == SessionState.LOGGED))


def objected(actor: Actor) -> list[SessionRow]:
    """Return the sessions that the actor may amend and a supervisee objects to, oldest first."""
    return _rows(actor, _objected(actor))


@for_readers
def _objected(actor: Actor) -> Rows:
    theirs = visible(SupervisionSession, actor, Can.SUPERVISION_LOG)
    said = SupervisionSession.attendances.any(SupervisionAttendance.objected_at.is_not(None))
    return _chosen(actor, theirs & said)


def latest_before(actor: Actor, month: date) -> MonthCount | None:
    """Return the last month before the month of `month` that has sessions, and how many."""
    mine = visible(SupervisionSession, actor, Can.SUPERVISION_SEE)
    earlier = mine & (SupervisionSession.starts_at < month_bounds(month)[0])
    latest = db.session.scalar(sa.select(sa.func.max(SupervisionSession.starts_at)).where(earlier))
    if latest is None:
        return None
    found = clock.local(latest).date().replace(day=1)
    since = earlier & (SupervisionSession.starts_at >= month_bounds(found)[0])
    count = sa.select(sa.func.count(SupervisionSession.id)).where(since)
    return MonthCount(found, db.session.scalar(count) or 0)


def one(actor: Actor, session_id: int) -> SessionRow:
    """Return one visible session. Raises NotFound."""
    rows = _rows(actor, _chosen(actor, SupervisionSession.id == session_id))
    if not rows:
        raise NotFound
    return rows[0]


def amendable(actor: Actor, session_id: int) -> SessionRow:
    """Return one session that the actor may amend. Raises NotFound, SessionLocked."""
    fetch(SupervisionSession, session_id, actor, Can.SUPERVISION_LOG)
    row = one(actor, session_id)
    if row.is_locked:
        raise SessionLocked
    return row


def mine_in(actor: Actor, session_id: int) -> SupervisionAttendance:
    """Return the actor's own attendance in a session. Raises NotFound."""
    own = (SupervisionAttendance.supervision_session_id == session_id) & (
        SupervisionAttendance.supervisee_id == actor.person_id
    )
    row_id = db.session.scalar(sa.select(SupervisionAttendance.id).where(own))
    return fetch(SupervisionAttendance, row_id or 0, actor, Can.SUPERVISION_CONFIRM)


def choices(actor: Actor, *, also: Collection[Person] = ()) -> list[Choice]:
    """Return whom the actor may name as supervisee: today's trainees but not the actor.

    `also` are persons of a record that is being amended. Known ones first, then in pinyin order.
    """
    people = {p.id: p for p in (*also, *trainees()) if p.id != actor.person_id}
    units, known = units_of(people, clock.today()), _supervised_by(actor)
    ordered = sorted(people.values(), key=lambda p: (p.id not in known, p.sort_key, p.id))
    return [_choice(p, units.get(p.id), is_known=p.id in known) for p in ordered]


def attendances_of(
    supervision_session: SupervisionSession,
) -> Sequence[SupervisionAttendance]:
    """Read a session's attendances anew from the database, in order of entry."""
    chosen = sa.select(SupervisionAttendance).where(
        SupervisionAttendance.supervision_session_id == supervision_session.id
    )
    anew = {"populate_existing": True}
    return db.session.scalars(
        chosen.order_by(SupervisionAttendance.id), execution_options=anew
    ).all()


def busy(
    people: Collection[int], starts_at: datetime, ends_at: datetime, *, other_than: int | None
) -> set[int]:
    """Return which of these persons are in a session then, on either side of it."""
    then = (SupervisionSession.starts_at < ends_at) & (SupervisionSession.ends_at > starts_at)
    if other_than is not None:
        then &= SupervisionSession.id != other_than
    supervising = sa.select(SupervisionSession.supervisor_id).where(
        then, SupervisionSession.supervisor_id.in_(people)
    )
    supervised = (
        sa.select(SupervisionAttendance.supervisee_id)
        .join(SupervisionAttendance.supervision_session)
        .where(then, SupervisionAttendance.supervisee_id.in_(people))
    )
    return set(db.session.scalars(sa.union(supervising, supervised)))


def month_bounds(month: date) -> tuple[datetime, datetime]:
    """The first moment of a month and of the next one, on the college's wall clock."""
    return clock.midnight(month.replace(day=1)), clock.midnight(_month_after(month, 1))


def _month_after(month: date, by: int) -> date:
    count = month.year * 12 + month.month - 1 + by
    return date(count // 12, count % 12 + 1, 1)


def _rows(actor: Actor, chosen: Rows) -> list[SessionRow]:
    found = db.session.execute(chosen, {"me": actor.person_id})
    return [_row(actor, row, is_mine) for row, is_mine in found]


def _chosen(actor: Actor, where: sa.ColumnElement[bool]) -> Rows:
    may_amend = visible(SupervisionSession, actor, Can.SUPERVISION_LOG).label("may_amend")
    return (
        sa.select(SupervisionSession, may_amend)
        .where(visible(SupervisionSession, actor, Can.SUPERVISION_SEE), where)
        .options(
            joinedload(SupervisionSession.supervisor),
            selectinload(SupervisionSession.attendances).joinedload(
                SupervisionAttendance.supervisee
            ),
        )
        .order_by(SupervisionSession.starts_at, SupervisionSession.id)
        .execution_options(populate_existing=True)
    )


def _row(actor: Actor, supervision_session: SupervisionSession, may_amend: bool) -> SessionRow:
    mine = next(
        (a for a in supervision_session.attendances if a.supervisee_id == actor.person_id), None
    )
    may = set()
    if may_amend and supervision_session.state is SessionState.LOGGED:
        may.add(Can.SUPERVISION_LOG)
    if mine is not None and actor.reach(Can.SUPERVISION_CONFIRM):
        may.add(Can.SUPERVISION_CONFIRM)
    return SessionRow(supervision_session, mine, frozenset(may))


def _choice(person: Person, unit: Unit | None, *, is_known: bool) -> Choice:
    return Choice(
        person=person,
        person_id=person.id,
        name=person.full_name,
        unit=unit.name if unit else "",
        unit_en=unit.name_en if unit else "",
        is_known=is_known,
    )


def _supervised_by(actor: Actor) -> set[int]:
    chosen = (
        sa.select(SupervisionAttendance.supervisee_id)
        .join(SupervisionAttendance.supervision_session)
        .where(SupervisionSession.supervisor_id == actor.person_id)
    )
    return set(db.session.scalars(chosen.distinct()))
