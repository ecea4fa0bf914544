"""Four sealers at once make one chain; with the locks off they collide, so the locks do it."""

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError

from college.core import auditing, journal, sealing
from college.core.db import db
from college.core.operation import start_writing
from college.core.roles import SYSTEM
from college.core.sealing import JournalSeal
from college.factory import create_app
from college.people.persons.models import Person
from config import Settings
from tests.conftest import make_tables
from tests.databases import IS_POSTGRES, fresh_postgres_database
from tests.factories import make_person

SEALERS, ROUNDS = 4, 6
pytestmark = pytest.mark.real_commits  # nothing here touches the database of the other tests


@pytest.fixture
def own(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    before = sealing.keeper()
    empty = nullcontext(f"sqlite:///{tmp_path / 'race.db'}")
    with fresh_postgres_database(database_url) if IS_POSTGRES else empty as url:
        app = create_app(Settings(environment="test", instance=tmp_path, database_url=url))
        with app.app_context():
            make_tables()
            sealing.keeper().make_key()
        yield app
        with app.app_context():
            db.engine.dispose()
    sealing.use(before)


def test_sealers_at_once_make_one_chain(own):
    outcome = race(own)
    assert set(outcome) == {"sealed"}
    with own.app_context():
        report = auditing.verify()
        assert report.is_whole, report.faults
        assert (report.entries, report.unsealed) == (ROUNDS + 1, 0)


def test_without_the_locks_they_collide(own):
    with own.app_context():
        unlock(db.engine)
    outcome = race(own)
    assert outcome["IntegrityError"] + outcome["OperationalError"] > 0
    with own.app_context():  # and even then no size has two roots: the database sees to that
        sizes = db.session.scalars(sa.select(JournalSeal.size)).all()
        assert len(sizes) == len(set(sizes))


def race(app: Flask) -> Counter[str]:
    with app.app_context():
        linger(db.engine)
        person_id = make_person(None).id
    outcome: Counter[str] = Counter()
    for n in range(ROUNDS):
        with app.app_context():
            start_writing()
            person = db.session.get_one(Person, person_id)
            journal.record(SYSTEM, "test", person, about=person_id, n=n)
            db.session.commit()
        with ThreadPoolExecutor(SEALERS) as pool:
            outcome.update(pool.map(lambda _: attempt(app), range(SEALERS)))
    with app.app_context():
        sealing.seal_everything()
    return outcome


def attempt(app: Flask) -> str:
    with app.app_context():
        try:
            sealing.seal_everything()
        except DBAPIError as error:
            db.session.rollback()
            return type(error).__name__
        return "sealed"


def linger(engine: sa.Engine) -> None:
    """Widen the gap between looking for entries and giving them their leaves."""

    @sa.event.listens_for(engine, "after_cursor_execute")
    def wait(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "NOT (EXISTS" in statement:
            time.sleep(0.02)


def unlock(engine: sa.Engine) -> None:
    @sa.event.listens_for(engine, "before_cursor_execute", retval=True)
    def pass_by(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> Any:
        if "pg_try_advisory_xact_lock" in statement:
            return "SELECT true", ()
        return statement.replace("BEGIN IMMEDIATE", "BEGIN"), parameters
