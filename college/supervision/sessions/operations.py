"""Logging, amending and confirming: the only code that makes or changes a supervision session."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict, Unpack

from college.core import clock, journal
from college.core.access import require
from college.core.db import db, locked
from college.core.errors import NotAllowed
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.core.states import move
from college.people.persons.models import Person
from college.supervision.sessions.models import (
    SESSION_MOVES,
    Form,
    Function,
    SessionState,
    SupervisionAttendance,
    SupervisionSession,
    SupervisionType,
)
from college.supervision.sessions.queries import attendances_of
from college.supervision.sessions.refusals import RecordChanged, SessionLocked
from college.supervision.sessions.rules import check_free, check_people, check_size, check_time


class SessionFacts(TypedDict):
    """What a supervisor writes down. The texts name case codes, never clients."""

    form: Form
    type: SupervisionType
    functions: Sequence[Function]
    starts_at: datetime
    ends_at: datetime
    place: str
    is_remote: bool
    topics: str
    agreed_actions: str
    attendances: Sequence[tuple[Person, int]]


@operation
def log_session(
    actor: Actor, supervisor: Person, **facts: Unpack[SessionFacts]
) -> SupervisionSession:
    """Log a session that is over; it waits for each supervisee's confirmation.

    Supervision is logged in one's own name. Raises NotAllowed, or what refusals.py names.
    """
    require(actor, Can.SUPERVISION_LOG)
    if supervisor.id != actor.person_id:
        raise NotAllowed
    _check(supervisor.id, facts)
    logged = SupervisionSession(supervisor_id=supervisor.id, **_columns(facts))
    db.session.add(logged)
    db.session.flush()
    _seat(logged, facts)
    _note(actor, "log_session", logged, facts)
    return logged


@operation
def amend_session(
    actor: Actor, supervision_session: SupervisionSession, **facts: Unpack[SessionFacts]
) -> SupervisionSession:
    """Write a record anew while it is not locked; a change takes back every confirmation.

    Raises NotAllowed, SessionLocked, or what refusals.py names.
    """
    require(actor, Can.SUPERVISION_LOG, supervision_session)
    if locked(SupervisionSession, supervision_session.id).state is SessionState.LOCKED:
        raise SessionLocked
    present = attendances_of(supervision_session)
    if _is_same(supervision_session, present, facts):
        return supervision_session
    supervisor_id = supervision_session.supervisor_id
    _check(supervisor_id, facts, amended=supervision_session, present=present)
    lost = [a for a in present if a.confirmed_at is not None]
    journal.record_all(actor, "clear_confirmation", [(a, a.supervisee_id, {}) for a in lost])
    for name, value in _columns(facts).items():
        setattr(supervision_session, name, value)
    supervision_session.version += 1
    _seat(supervision_session, facts, present=present)
    _note(actor, "amend_session", supervision_session, facts)
    return supervision_session


@operation
def confirm(
    actor: Actor, attendance: SupervisionAttendance, *, version: int | None = None
) -> SupervisionAttendance:
    """Confirm one's own minutes; the last confirmation locks the session. Twice is once.

    `version` is that of the record as the supervisee saw it. Raises NotAllowed, RecordChanged.
    """
    supervision_session = _open_for(actor, attendance)
    if attendance.confirmed_at is not None:
        return attendance
    if version is not None and version != supervision_session.version:
        raise RecordChanged
    attendance.confirmed_at = clock.now()
    attendance.objected_at, attendance.objection = None, ""
    about, minutes = attendance.supervisee_id, attendance.minutes
    journal.record(actor, "confirm", attendance, about=about, minutes=minutes)
    if all(a.confirmed_at is not None for a in attendances_of(supervision_session)):
        move(supervision_session, SessionState.LOCKED, SESSION_MOVES)
        supervision_session.locked_at = clock.now()
        journal.record(actor, "lock_session", supervision_session)
    return attendance


@operation
def decline(
    actor: Actor, attendance: SupervisionAttendance, *, note: str, version: int | None = None
) -> SupervisionAttendance:
    """Say that one's own minutes are not right; the supervisor sees it and amends the record.

    Raises NotAllowed, SessionLocked, RecordChanged.
    """
    supervision_session = _open_for(actor, attendance)
    if supervision_session.state is SessionState.LOCKED:
        raise SessionLocked
    if version is not None and version != supervision_session.version:
        raise RecordChanged
    attendance.confirmed_at = None
    attendance.objected_at, attendance.objection = clock.now(), note
    journal.record(actor, "decline", attendance, about=attendance.supervisee_id, note=note)
    return attendance


def _open_for(actor: Actor, attendance: SupervisionAttendance) -> SupervisionSession:
    """Lock the session of an attendance for the supervisee themselves, and read both anew."""
    require(actor, Can.SUPERVISION_CONFIRM, attendance)
    if attendance.supervisee_id != actor.person_id:
        raise NotAllowed
    supervision_session = locked(SupervisionSession, attendance.supervision_session_id)
    if attendance not in attendances_of(supervision_session):
        raise RecordChanged
    return supervision_session


def _check(
    supervisor_id: int,
    facts: SessionFacts,
    *,
    amended: SupervisionSession | None = None,
    present: Sequence[SupervisionAttendance] = (),
) -> None:
    starts_at, ends_at, attendances = facts["starts_at"], facts["ends_at"], facts["attendances"]
    check_time(starts_at, ends_at)
    check_size(facts["form"], len(attendances))
    minutes = int((ends_at - starts_at).total_seconds()) // 60
    stay = {a.supervisee_id for a in present}
    check_people(supervisor_id, attendances, most=minutes, present=stay)
    people = [person for person, _ in attendances]
    other_than = amended.id if amended else None
    check_free(supervisor_id, people, starts_at, ends_at, other_than=other_than)


def _columns(facts: SessionFacts) -> dict[str, object]:
    columns = {name: value for name, value in facts.items() if name != "attendances"}
    return columns | {"functions": sorted(facts["functions"])}


def _minutes_of(facts: SessionFacts) -> dict[int, int]:
    return {person.id: minutes for person, minutes in facts["attendances"]}


def _is_same(
    supervision_session: SupervisionSession,
    present: Sequence[SupervisionAttendance],
    facts: SessionFacts,
) -> bool:
    stays = {a.supervisee_id: a.minutes for a in present} == _minutes_of(facts)
    columns = _columns(facts)
    return stays and all(getattr(supervision_session, n) == v for n, v in columns.items())


def _seat(
    supervision_session: SupervisionSession,
    facts: SessionFacts,
    *,
    present: Sequence[SupervisionAttendance] = (),
) -> None:
    """Give each supervisee their minutes, unconfirmed; take out who was not there after all."""
    wanted = _minutes_of(facts)
    for attendance in present:
        minutes = wanted.pop(attendance.supervisee_id, None)
        if minutes is None:
            db.session.delete(attendance)
            continue
        attendance.minutes = minutes
        attendance.confirmed_at = attendance.objected_at = None
        attendance.objection = ""
    db.session.add_all(
        SupervisionAttendance(
            supervision_session_id=supervision_session.id, supervisee_id=person_id, minutes=minutes
        )
        for person_id, minutes in wanted.items()
    )


def _note(
    actor: Actor, deed: str, supervision_session: SupervisionSession, facts: SessionFacts
) -> None:
    """Journal what was written down, and beside it each supervisee's minutes.

    What was written about one person alone is theirs: it becomes unreadable with them.
    """
    seated = attendances_of(supervision_session)
    about = seated[0].supervisee_id if len(seated) == 1 else None
    journal.record_all(actor, deed, [(supervision_session, about, _columns(facts))])
    journal.record_all(
        actor, "seat", [(a, a.supervisee_id, {"minutes": a.minutes}) for a in seated]
    )
