"""Eight supervisees confirm at once, in eight processes: the session is locked, and locked once.

Run once with the lock and once without it: without, the same check must fail, or it proves nothing.
"""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from pathlib import Path
from threading import BrokenBarrierError
from typing import Any

import pytest
import sqlalchemy as sa

from college.core.db import db
from college.core.journal import JournalEntry
from college.core.roles import SYSTEM, Role
from college.factory import create_app
from college.people.accounts.operations import grant_role
from college.people.persons.models import Person
from college.people.persons.operations import NewPerson, record_persons
from college.supervision.sessions.models import SessionState, SupervisionSession
from college.supervision.sessions.operations import confirm
from college.supervision.sessions.queries import mine_in
from config import Settings
from tests.courses.test_enrolment_race import FORK, apart, started
from tests.databases import IS_POSTGRES, fresh_postgres_database
from tests.factories import actor
from tests.factories.supervision import make_session

PEOPLE = 8

pytestmark = pytest.mark.real_commits


@pytest.fixture
def own(database_url: str, tmp_path: Path) -> Iterator[Settings]:
    """The settings of a college on a database of its own."""
    empty = nullcontext(f"sqlite:///{tmp_path / 'race.db'}")
    with fresh_postgres_database(database_url) if IS_POSTGRES else empty as url:
        yield Settings(environment="test", instance=tmp_path, database_url=url)


def test_the_last_of_eight_confirmations_at_once_locks_the_session_once(own):
    outcome, state, locks = apart(lambda: race(own, has_lock=True))
    assert outcome == {"confirmed": PEOPLE}
    assert (state, locks) == (SessionState.LOCKED, 1)


def test_without_the_lock_it_goes_wrong(own):
    outcome, state, locks = apart(lambda: race(own, has_lock=False))
    if IS_POSTGRES:  # each sees the others unconfirmed, and nobody locks
        assert (outcome, state, locks) == ({"confirmed": PEOPLE}, SessionState.LOGGED, 0)
    else:  # a deferred transaction dies when it turns from reader to writer
        assert outcome["OperationalError"] > 0


def race(settings: Settings, *, has_lock: bool) -> tuple[Any, Any, Any]:
    """What each attempt came to, the session's state afterwards, and how often it was locked."""
    app = create_app(settings)
    with app.app_context():
        db.create_all()
        people = record_persons(SYSTEM, [NewPerson(full_name=f"学员{n}") for n in range(PEOPLE)])
        for person in people:
            grant_role(SYSTEM, person, role=Role.TRAINEE)
        db.session.commit()
        ids, session_id = [person.id for person in people], make_session(*people).id
        db.session.remove()
        prepare(db.engine, has_lock=has_lock)
        db.engine.dispose()  # a connection must not be shared with a child
    start = FORK.Barrier(PEOPLE)
    works: list[Callable[[], str]] = [
        lambda p=person_id: press(app, session_id, p, start)  # type: ignore[misc]
        for person_id in ids
    ]
    with started(works) as ends:
        outcome = Counter(end.recv() for end in ends)
    with app.app_context():
        state = db.session.get_one(SupervisionSession, session_id).state
        entries = sa.select(sa.func.count(JournalEntry.id))
        locks = db.session.scalar(entries.where(JournalEntry.deed == "lock_session"))
        return dict(outcome), state, locks


def prepare(engine: sa.Engine, *, has_lock: bool) -> None:
    """Widen the gap between confirming and counting; on request send no lock to the database."""
    gate = FORK.Barrier(PEOPLE)

    @sa.event.listens_for(engine, "after_cursor_execute")
    def linger(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("UPDATE supervision_attendance"):
            return
        if has_lock:
            time.sleep(0.05)
        else:  # nobody counts before everybody has confirmed, or could not
            with suppress(BrokenBarrierError):
                gate.wait(60 if IS_POSTGRES else 1)

    if has_lock:
        return

    @sa.event.listens_for(engine, "before_cursor_execute", retval=True)
    def unlock(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> tuple[str, Any]:
        free = statement.replace("BEGIN IMMEDIATE", "BEGIN")
        return re.sub(r"FOR UPDATE( OF \w+)?", "", free), parameters


def press(app: Any, session_id: int, person_id: int, start: Any) -> str:
    with app.app_context():
        start.wait(30)
        try:
            me = actor(db.session.get_one(Person, person_id), Role.TRAINEE)
            confirm(me, mine_in(me, session_id))
            db.session.commit()
        except sa.exc.OperationalError as error:
            db.session.rollback()
            return type(error).__name__
        finally:
            db.session.remove()
        return "confirmed"
