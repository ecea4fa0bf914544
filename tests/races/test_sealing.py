"""Four sealers at once make one chain."""

from collections import Counter
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask

from college.core import auditing, journal, sealing
from college.core.auditing import Report
from college.core.db import db
from college.core.operation import start_writing
from college.core.roles import SYSTEM
from college.core.sealing import JournalSeal
from college.people.persons.models import Person
from config import Settings
from tests.databases import IS_POSTGRES
from tests.factories import make_person
from tests.races.together import (
    apart,
    at_once,
    college_of,
    hold_after,
    outcome_of,
    ready_to_fork,
    take_locks_away,
)

SEALERS, ROUNDS = 4, 6

# nothing here touches the database of the other tests
pytestmark = pytest.mark.real_commits


def test_sealers_at_once_make_one_chain(own):
    outcome, report = apart(lambda: race(own))
    assert outcome == {"sealed": SEALERS * ROUNDS}
    assert report.is_whole, report.faults
    assert (report.entries, report.unsealed) == (SEALERS * ROUNDS + 1, 0)


def test_without_the_locks_they_collide_and_the_database_takes_one(own):
    outcome, sizes = apart(lambda: unlocked(own))
    refused = "IntegrityError" if IS_POSTGRES else "OperationalError"
    assert outcome == {"sealed": 1, refused: SEALERS - 1}
    assert sizes == [2]  # the person's entry and one more, with one root


def race(settings: Settings) -> tuple[Counter[str], Report]:
    """What each sealer said each time, and what an audit says of the whole."""
    app, person_id = college_with_entry(settings)
    outcomes = at_once([partial(record_and_seal, app, person_id) for _ in range(SEALERS)])
    with app.app_context():
        sealing.seal_everything()  # who was not alone left it to the next
        return Counter(said for part in outcomes for said in part), auditing.verify()


def unlocked(settings: Settings) -> tuple[Counter[str], list[int]]:
    """What each sealer of the same entries said, and how much each seal covers."""
    app, person_id = college_with_entry(settings)
    with app.app_context():
        write(person_id)
        take_locks_away(db.engine)
        hold_after(db.engine, "NOT (EXISTS", SEALERS)  # what has no leaf yet
        ready_to_fork()
    outcome = Counter(at_once([partial(seal, app)] * SEALERS))
    with app.app_context():
        return outcome, list(db.session.scalars(sa.select(JournalSeal.size)))


def college_with_entry(settings: Settings) -> tuple[Flask, int]:
    app = college_of(settings)
    with app.app_context():
        sealing.keeper().make_key()
        person_id = make_person(None).id
        ready_to_fork()
    return app, person_id


def record_and_seal(app: Flask, person_id: int) -> list[str]:
    said = []
    for _ in range(ROUNDS):
        with app.app_context():
            write(person_id)
        said.append(seal(app))
    return said


def write(person_id: int) -> None:
    start_writing()
    person = db.session.get_one(Person, person_id)
    journal.record(SYSTEM, "test", person, about=person_id)
    db.session.commit()
    db.session.remove()


def seal(app: Flask) -> str:
    with app.app_context():
        return outcome_of(sealed)


def sealed() -> str:
    sealing.seal_everything()
    return "sealed"
