"""Several workers at one outbox: each notice goes out once, and it is the claim that sees to it."""

from collections import Counter
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask

from college.core import clock
from college.core.db import db
from college.core.roles import Role
from college.people.notices import sending
from college.people.notices.models import Delivery
from config import Settings
from tests.factories import make_person
from tests.factories.notices import make_delivery
from tests.kills import Workers, ended
from tests.people.outboxes import FACTS, KIND
from tests.people.post_office import open_office
from tests.races.together import FORK, PATIENCE, apart, at_once, college_of, ready_to_fork

WORKERS, NOTICES = 3, 8

# nothing here touches the database of the other tests
pytestmark = pytest.mark.real_commits


def test_workers_at_once_send_each_notice_once(own):
    sent, letters, states = raced(own)
    assert letters == [1] * NOTICES
    assert sent == NOTICES
    assert states == {"sent": NOTICES}


def test_without_the_claim_it_is_sent_by_each_of_them(own):
    """The negative control."""
    sent, letters, _ = raced(own, is_careless=True)
    assert letters == [WORKERS] * NOTICES
    assert sent == WORKERS * NOTICES


def raced(own: Settings, *, is_careless: bool = False) -> tuple[int, list[int], dict[str, int]]:
    with open_office() as office:
        url = f"smtp://127.0.0.1:{office.port}"
        settings = own.model_copy(update={"mail_url": url})
        sent, states = apart(lambda: worked_off(settings, is_careless))
        times = Counter(letter["Message-ID"] for letter in office.letters)
        return sent, list(times.values()), states


def worked_off(settings: Settings, is_careless: bool) -> tuple[int, dict[str, int]]:
    app = college_of(settings)
    with app.app_context():
        for n in range(NOTICES):
            make_delivery(make_person(Role.TRAINEE, email=f"p{n}@example.org"), KIND, **FACTS)
        ready_to_fork()
    gate = FORK.Barrier(WORKERS)
    sent = sum(at_once([partial(work, app, gate, is_careless)] * WORKERS))
    with app.app_context():
        counted = sa.select(Delivery.state, sa.func.count()).group_by(Delivery.state)
        states = {row[0].value: row[1] for row in db.session.execute(counted)}
        ready_to_fork()
    return sent, states


def work(app: Flask, gate, is_careless: bool) -> int:
    """Each has seen what is due before anybody sends."""
    look = sending._due

    def look_together():
        found = look()
        gate.wait(PATIENCE)
        return found

    sending._due = look_together
    if is_careless:
        sending._claim = lambda delivery_id, claim: True
    with app.app_context():
        return sending.send_due()


def test_a_worker_killed_behind_the_server_repeats_the_same_letter(own):
    with open_office() as office:
        settings = own.model_copy(update={"mail_url": f"smtp://127.0.0.1:{office.port}"})
        exits, states = apart(lambda: killed(settings))
    assert exits == [9, 0, 0]
    assert states == ["waiting", "waiting", "sent"]
    first, second = (letter["Message-ID"] for letter in office.letters)
    assert first == second


def killed(settings: Settings) -> tuple[list[int], list[str]]:
    """One dies when the letter is out, one comes too early, and one after the claim ran out."""
    app = college_of(settings)
    workers, exits, states = Workers(app), [], []
    with app.app_context():
        made = make_delivery(make_person(Role.TRAINEE, email="p@example.org"), KIND, **FACTS)
        row = Delivery.id == made.id
        ready_to_fork()
    for point in ("notices.sent", "", "-"):
        with app.app_context():
            if point == "-":
                long_ago = clock.now() - sending.CLAIM
                db.session.execute(sa.update(Delivery).where(row).values(claimed_until=long_ago))
                db.session.commit()
            ready_to_fork()
        exits.append(ended(workers.started(sending.send_due, point)))
        with app.app_context():
            states.append(db.session.scalars(sa.select(Delivery.state).where(row)).one().value)
            ready_to_fork()
    return exits, states
