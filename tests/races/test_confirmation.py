"""Eight supervisees confirm at once: the session is locked, and locked once."""

from collections import Counter
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from college.core.db import db
from college.core.journal import JournalEntry
from college.core.roles import SYSTEM, Role
from college.people.persons.models import Person
from college.people.persons.operations import NewPerson, record_persons
from college.people.roles.operations import grant_role
from college.supervision.sessions.models import SessionState, SupervisionSession
from college.supervision.sessions.operations import confirm
from college.supervision.sessions.queries import mine_in
from config import Settings
from tests.databases import IS_POSTGRES
from tests.factories import actor
from tests.factories.supervision import make_session
from tests.races.together import (
    apart,
    at_once,
    college_of,
    hold_after,
    outcome_of,
    ready_to_fork,
    take_locks_away,
)

PEOPLE = 8
# on PostgreSQL nobody counts before all have confirmed; on SQLite only one can write
WRITTEN = "UPDATE supervision_attendance" if IS_POSTGRES else "FROM supervision_session"

# nothing here touches the database of the other tests
pytestmark = pytest.mark.real_commits


def test_the_last_of_eight_confirmations_at_once_locks_the_session_once(own):
    outcome, state, locks = apart(lambda: race(own))
    assert outcome == {"confirmed": PEOPLE}
    assert (state, locks) == (SessionState.LOCKED, 1)


def test_without_the_lock_nobody_locks_it(own):
    outcome, state, locks = apart(lambda: race(own, has_locks=False))
    assert (state, locks) == (SessionState.LOGGED, 0)
    if IS_POSTGRES:  # each saw the others unconfirmed
        assert outcome == {"confirmed": PEOPLE}
    else:  # a deferred transaction dies when it turns from reader to writer
        assert outcome == {"confirmed": 1, "OperationalError": PEOPLE - 1}


def race(settings: Settings, *, has_locks: bool = True) -> tuple[Any, Any, Any]:
    """What each attempt came to, the session's state afterwards, and how often it was locked."""
    app = college_of(settings)
    with app.app_context():
        people = record_persons(SYSTEM, [NewPerson(full_name=f"学员{n}") for n in range(PEOPLE)])
        for person in people:
            grant_role(SYSTEM, person, role=Role.TRAINEE)
        db.session.commit()
        ids, session_id = [person.id for person in people], make_session(*people).id
        if not has_locks:
            take_locks_away(db.engine)
            hold_after(db.engine, WRITTEN, PEOPLE)
        ready_to_fork()
    outcome = Counter(at_once([partial(press, app, session_id, each) for each in ids]))
    with app.app_context():
        state = db.session.get_one(SupervisionSession, session_id).state
        entries = sa.select(sa.func.count(JournalEntry.id))
        locks = db.session.scalar(entries.where(JournalEntry.deed == "lock_session"))
        return dict(outcome), state, locks


def press(app: Flask, session_id: int, person_id: int) -> str:
    with app.app_context():
        return outcome_of(partial(confirmed, session_id, person_id))


def confirmed(session_id: int, person_id: int) -> str:
    me = actor(db.session.get_one(Person, person_id), Role.TRAINEE)
    confirm(me, mine_in(me, session_id))
    return "confirmed"
