from datetime import datetime, timedelta
from itertools import count
from typing import Any

from college.core import clock
from college.core.db import db
from college.core.roles import Role
from college.people.persons.models import Person
from college.supervision.sessions.models import (
    Form,
    Function,
    SupervisionSession,
    SupervisionType,
)
from college.supervision.sessions.operations import SessionFacts, confirm, log_session
from college.supervision.sessions.queries import attendances_of
from tests.factories import actor, make_person

_hours = count(1)
LAST_YEAR = datetime(clock.today().year - 1, 1, 1, 9, 0, tzinfo=clock.SHANGHAI)


def facts(*attendances: tuple[Person, int], **over: Any) -> SessionFacts:
    """A session of 60 minutes that is over and in nobody's way."""
    starts_at = over.pop("starts_at", LAST_YEAR + timedelta(hours=3 * next(_hours)))
    usual: SessionFacts = {
        "form": Form.INDIVIDUAL if len(attendances) == 1 else Form.GROUP,
        "type": SupervisionType.TRAINING,
        "functions": [Function.EDUCATIONAL],
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=60),
        "place": "302教室",
        "is_remote": False,
        "topics": "个案-07：会谈的结构",
        "agreed_actions": "",
        "attendances": attendances,
    }
    return usual | over  # type: ignore[return-value]


def make_session(
    *people: Person,
    supervisor: Person | None = None,
    minutes: int = 60,
    is_locked: bool = False,
    **over: Any,
) -> SupervisionSession:
    """A logged session of one supervisee or more; `is_locked` has all of them confirm."""
    supervisor = supervisor or make_person(Role.SUPERVISOR, full_name="王督导")
    there = [(person, minutes) for person in people or (make_person(),)]
    logged = log_session(actor(supervisor, Role.SUPERVISOR), supervisor, **facts(*there, **over))
    if is_locked:
        confirm_all(logged)
    db.session.commit()
    return logged


def confirm_all(logged: SupervisionSession) -> None:
    for attendance in attendances_of(logged):
        person = db.session.get_one(Person, attendance.supervisee_id)
        confirm(actor(person, Role.TRAINEE), attendance)
