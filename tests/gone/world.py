"""What the visitors of the drill do their deeds on: python -m tests.gone.world prints it as JSON.

The settings are those of the college that is served afterwards.
"""

import json

from flask import Flask, current_app
from itsdangerous import URLSafeTimedSerializer

from college.certs.batches.models import IssueBatch
from college.certs.batches.operations import approve_batch
from college.core import clock, crypto
from college.core.db import db
from college.core.roles import SYSTEM, Role
from college.factory import create_app
from college.people.accounts.models import Account
from college.people.accounts.passwords import hashed
from college.people.persons.models import Person
from college.supervision.sessions.models import SupervisionSession
from college.web.expired import SALT
from config import Settings
from tests.conftest import account_of, key_of
from tests.factories import make_person, saved
from tests.factories.certs import certificates_of, drawn, make_batch, make_closed_run, make_issued
from tests.factories.courses import make_course, make_run
from tests.factories.supervision import make_session
from tests.factories.teaching import make_class
from tests.switches import IS_THOROUGH

# enough that nobody is done before the drill is, however fast the college answers
RUNS, SESSIONS, CELLS = (1600, 600, 20) if IS_THOROUGH else (150, 70, 8)
SERVICES = 3  # each has a batch that is issued while it is gone
PASSWORD = "right-password-1"


def main() -> None:
    app = create_app(Settings.from_env())
    with app.app_context():
        print(json.dumps(world()))  # noqa: T201


def world() -> dict[str, object]:
    teacher, signer = make_person(Role.INSTRUCTOR, full_name="韩梅梅"), make_person()
    course = make_course()
    made = {"lessons": 1, "instructors": [teacher]}
    runs = [make_run(course, **made).id for _ in range(RUNS)]
    saved(Account(person_id=signer.id, login="lilei", password_hash=hashed(PASSWORD)))
    taught = make_class(CELLS)
    trainee, supervisor = make_person(), make_person(Role.SUPERVISOR)
    sessions = [seen(make_session(trainee, supervisor=supervisor)) for _ in range(SESSIONS)]
    (paper,) = certificates_of(make_issued(make_closed_run(["赵敏"])))
    return {
        "runs": runs,
        "trainees": [browser_of(make_person()) for _ in range(3)],
        "teacher": browser_of(taught.instructor),
        "assessment": [taught.run.id, taught.exams[0].id],
        "cells": [one.id for one in taught.enrolments],
        "supervisee": browser_of(trainee),
        "sessions": sessions,
        "holder": browser_of(db.session.get_one(Person, paper.person_id)),
        "paper": [paper.id, paper.code],
        "stranger": browser_of(None),
        "admin": browser_of(with_second_factor(make_person(Role.ADMIN))),
        "batches": [seen(ready(number)) for number in range(SERVICES)],
    }


def ready(number: int) -> IssueBatch:
    """A batch that waits for the word to be issued."""
    batch = drawn(make_batch(make_closed_run([f"周{number}", f"吴{number}"])))
    approve_batch(SYSTEM, batch)
    db.session.commit()
    return batch


def seen(row: IssueBatch | SupervisionSession) -> tuple[int, int]:
    """Its id and its version, as a page shows them."""
    return row.id, row.version


def with_second_factor(person: Person) -> Person:
    """Production lets nobody issue without one; this drill signs in by its cookie alone."""
    account = account_of(person)
    account.totp_sealed, account.totp_since = crypto.seal("of no phone"), clock.now()
    db.session.commit()
    return person


def browser_of(person: Person | None) -> dict[str, object]:
    """Cookie and form token of somebody who is signed in, or of a stranger."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    token = URLSafeTimedSerializer(str(app.secret_key), salt=SALT).dumps("of-this-drill")
    held: dict[str, object] = {"csrf_token": "of-this-drill"}
    if person is not None:
        held |= {"_user_id": key_of(account_of(person)), "_fresh": True}
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return {"id": person.id if person else 0, "cookie": signer.dumps(held), "token": token}


if __name__ == "__main__":
    main()
