"""Several workers on the batches of two classes that the same people completed.

A class has one batch under way at a time; what can double is the work on it, when leases run out
too early. COLLEGE_TEST_THOROUGH=1 has eight processes issue to five hundred people.
"""

from collections import Counter
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from college.certs.batches.jobs import issue_next
from college.certs.batches.models import BatchEntry, EntryState
from college.certs.certificates.models import Certificate, CertificateState
from college.core import storage
from college.core.db import db
from college.core.errors import Conflict
from college.courses.enrolments.models import Enrolment
from college.people.persons.models import Person
from config import Settings
from tests.databases import IS_POSTGRES
from tests.factories.certs import drawn, make_batch, make_closed_run, make_completed, order
from tests.races.together import (
    apart,
    at_once,
    college_of,
    hold_after,
    ready_to_fork,
    take_locks_away,
)
from tests.switches import IS_THOROUGH

WORKERS, PEOPLE = (8, 500) if IS_THOROUGH else (3, 6)

# nothing here touches the database of the other tests
pytestmark = pytest.mark.real_commits


def test_one_certificate_for_each_person_and_class_and_numbers_without_a_gap(own):
    found = apart(lambda: issued(own))
    assert found["holders"] == dict.fromkeys(found["completed"], 1)
    assert len(found["holders"]) == 2 * PEOPLE
    assert sorted(found["serials"]) == list(range(1, 2 * PEOPLE + 1))
    assert found["states"] == {CertificateState.ISSUED: 2 * PEOPLE}
    assert found["entries"] == {EntryState.ISSUED: 2 * PEOPLE}
    assert found["files"] == 2 * PEOPLE


def test_without_the_locks_one_person_is_numbered_twice(own):
    """The negative control: all have read that the person waits before anybody numbers them."""
    said, numbers = apart(lambda: numbered_at_once(own))
    if IS_POSTGRES:  # UNIQUE has the last word, and what the losers did is undone
        assert (said["numbered"], said["Conflict"]) == (1, WORKERS - 1)
    else:  # a deferred transaction dies when it turns from reader to writer
        assert (said["numbered"], said["OperationalError"]) == (1, WORKERS - 1)
    assert len(numbers) == 1


def numbered_at_once(settings: Settings) -> tuple[Counter[str], list[str]]:
    app = college_of(settings)
    with app.app_context():
        batch_id = order(drawn(make_batch(make_closed_run(["学员"])))).id
        take_locks_away(db.engine)
        hold_after(db.engine, "FROM certificate", WORKERS)
        ready_to_fork()
    said = at_once([partial(try_to_number, app, batch_id)] * WORKERS)
    with app.app_context():
        return Counter(said), list(db.session.scalars(sa.select(Certificate.number)))


def try_to_number(app: Flask, batch_id: int) -> str:
    with app.app_context():
        try:
            issue_next(batch_id)
        except (sa.exc.DBAPIError, Conflict) as error:
            return type(error).__name__
        return "numbered"


def issued(settings: Settings) -> dict[str, Any]:
    app = college_of(settings)
    with app.app_context():
        first = make_closed_run([f"学员{number}" for number in range(PEOPLE)])
        second = make_closed_run([])
        for person in db.session.scalars(sa.select(Person).join(Enrolment)).all():
            make_completed(second, person=person)
        ids = [order(drawn(make_batch(run))).id for run in (first, second)]
        ready_to_fork()
    at_once([partial(work, app, ids[n % 2 :] + ids[: n % 2]) for n in range(WORKERS)])
    with app.app_context():
        return what_is_there()


def work(app: Flask, batches: list[int]) -> None:
    """Every step of both batches, without asking whether somebody else holds the job."""
    with app.app_context():
        for batch_id in batches:
            progress = issue_next(batch_id)
            while progress.done < progress.total:
                progress = issue_next(batch_id)


def what_is_there() -> dict[str, Any]:
    rows = db.session.scalars(sa.select(Certificate)).all()
    seats = {
        each.id: (each.person_id, each.run_id) for each in db.session.scalars(sa.select(Enrolment))
    }
    files = storage.files()
    return {
        "completed": list(seats.values()),
        "holders": Counter(seats[row.enrolment_id or 0] for row in rows),
        "serials": [int(row.number.split("-")[3]) for row in rows],
        "states": Counter(row.state for row in rows),
        "entries": Counter(db.session.scalars(sa.select(BatchEntry.state))),
        "files": len({files.get(row.file_sha256) for row in rows}),
    }
