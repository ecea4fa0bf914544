import threading

import time_machine
from sqlalchemy.exc import OperationalError

from college.core import answers, clock, jobs, queue, sealing
from college.core.db import db
from tests.factories import make_person


def test_the_sweeper_outlives_a_database_that_is_away(monkeypatch, app):
    monkeypatch.setattr(queue, "SWEEP_SECONDS", 0.01)
    stop = threading.Event()
    rounds: list[int] = []

    def context():
        rounds.append(len(rounds))
        if len(rounds) == 1:
            raise OperationalError("SELECT 1", None, Exception("server closed the connection"))
        stop.set()
        return app.app_context()

    queue._repeat(context, stop, 3, jobs.sweep)

    assert rounds == [0, 1]


def test_the_worker_forgets_the_answers_to_forms_that_are_no_longer_valid(app):
    person = make_person().id
    with time_machine.travel(clock.now() - answers.KEPT * 2):
        answers.keep(person, "old", status=302, location="/me", body="")
    answers.keep(person, "new", status=302, location="/me", body="")
    db.session.commit()
    stop = threading.Event()

    def forget():
        queue._forget_answers()
        stop.set()

    queue._repeat(app.app_context, stop, 0, forget)

    assert answers.first(person, "old") is None
    assert answers.first(person, "new") is not None


def test_a_copy_of_the_seals_that_differs_does_not_end_the_sealer(app, caplog):
    stop = threading.Event()
    rounds: list[int] = []

    def seal():
        rounds.append(len(rounds))
        if len(rounds) == 2:
            stop.set()
        raise sealing.Estranged("seal 1 of the copy is not in the database")

    queue._repeat(app.app_context, stop, 0, seal)

    assert rounds == [0, 1]
    assert "seal 1 of the copy" in caplog.text
