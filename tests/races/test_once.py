"""What opens once opens once, also for eight at the same moment: a code, a paper code, a slip."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pyotp
import pytest
import sqlalchemy as sa
from flask import Flask

from college.core import clock
from college.core.db import db
from college.core.roles import SYSTEM, Actor
from college.people.accounts.models import Account
from college.people.accounts.operations import open_account
from college.people.invitations.models import Invitation, Way
from college.people.invitations.operations import enter, invite
from college.people.persons.models import Person
from college.people.persons.operations import NewPerson, record_person
from college.people.second_factors.codes import SECONDS, new_secret
from college.people.second_factors.operations import confirm_secret, offer_secret, prove
from config import Settings
from tests.databases import IS_POSTGRES
from tests.races.together import (
    apart,
    at_once,
    college_of,
    hold_after,
    outcome_of,
    ready_to_fork,
    take_locks_away,
)

THIEVES = 8
PAPER = "AAAAA-BBBBB"
Attempt = Callable[[], str]

# nothing here touches the database of the other tests
pytestmark = pytest.mark.real_commits


@pytest.mark.parametrize("what", ["phone", "paper", "slip"])
def test_of_eight_at_once_one_gets_in(own, what):
    refused = "Spent" if what == "slip" else "WrongCode"
    assert apart(lambda: race(own, what)) == {"in": 1, refused: THIEVES - 1}


@pytest.mark.parametrize(("what", "table"), [("phone", "account"), ("slip", "invitation")])
def test_without_the_lock_more_than_one_would(own, what, table):
    """The negative control. On SQLite a deferred transaction dies when it turns to writing."""
    outcome = apart(lambda: race(own, what, held_at=f"FROM {table}"))
    assert outcome.get("Spent", 0) == outcome.get("WrongCode", 0) == 0
    assert sum(outcome.values()) == THIEVES
    assert outcome["in"] > 1 if IS_POSTGRES else outcome["in"] == 1


def race(settings: Settings, what: str, *, held_at: str = "") -> dict[str, int]:
    app = college_of(settings)
    with app.app_context():
        person = record_person(SYSTEM, NewPerson(full_name="李雷"))
        person_id = person.id
        code = prepared(person, what)
        if held_at:
            take_locks_away(db.engine)
            hold_after(db.engine, held_at, THIEVES)
        ready_to_fork()
    attempts = [partial(press, app, what, person_id, code) for _ in range(THIEVES)]
    return dict(Counter(at_once(attempts)))


def prepared(person: Person, what: str) -> str:
    """Give the person what opens once; returns what is typed."""
    if what == "slip":
        lasts = timedelta(days=1)
        invite(SYSTEM, person, code="0" * 20, way=Way.SLIP, lasts=lasts)
        db.session.commit()
        return ""
    account = open_account(SYSTEM, person, login="lilei", password_hash="-")
    secret = new_secret()
    offer_secret(account.actor, account, secret=secret)
    phone = _phone(secret)
    confirm_secret(account.actor, account, code=phone(-1), recovery_codes=[PAPER])
    db.session.commit()
    return PAPER if what == "paper" else phone(0)


def _phone(secret: str) -> Callable[[int], str]:
    return lambda steps: str(
        pyotp.TOTP(secret).at(clock.now() + timedelta(seconds=SECONDS * steps))
    )


def press(app: Flask, what: str, person_id: int, code: str) -> str:
    with app.app_context():
        return outcome_of(partial(ATTEMPTS[what], person_id, code))


def proved(person_id: int, code: str) -> str:
    account = db.session.scalars(sa.select(Account).where(Account.person_id == person_id)).one()
    prove(account.actor, account, code=code)
    return "in"


def entered(person_id: int, _: str) -> str:
    invitation = db.session.scalars(sa.select(Invitation)).one()
    enter(Actor(person_id), invitation, login="lilei", password_hash="-")
    return "in"


ATTEMPTS: dict[str, Any] = {"phone": proved, "paper": proved, "slip": entered}
