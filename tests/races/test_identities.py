"""What a provider knows one person as is linked with one account, also when eight ask at once."""

from collections import Counter
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask

from college.core.db import db
from college.core.roles import SYSTEM
from college.people.accounts.models import Account
from college.people.accounts.operations import open_account
from college.people.oidc.models import ExternalIdentity
from college.people.oidc.operations import link_identity
from college.people.persons.operations import NewPerson, record_person
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

PEOPLE = 8
THEIRS = {"issuer": "https://id.example.org", "subject": "4711", "shown_as": ""}

# nothing here touches the database of the other tests
pytestmark = pytest.mark.real_commits


def test_of_eight_accounts_one_gets_the_identity(own):
    said, links = apart(lambda: race(own))
    refused = said["LinkedToAnother"] + said["Conflict"]
    assert (said["linked"], refused, links) == (1, PEOPLE - 1, 1)


def test_who_looked_too_early_is_held_back_by_the_table(own):
    """All have looked before anybody writes: it is UNIQUE that has the last word.

    On SQLite, where the lock was taken away, a deferred transaction dies instead.
    """
    said, links = apart(lambda: race(own, has_locks=False))
    loser = "Conflict" if IS_POSTGRES else "OperationalError"
    assert (said["linked"], said[loser], links) == (1, PEOPLE - 1, 1)


@pytest.mark.skipif(not IS_POSTGRES, reason="SQLite has no way to take a UNIQUE away")
def test_without_unique_all_of_them_would_have_it(own):
    """The negative control."""
    said, links = apart(lambda: race(own, has_locks=False, has_unique=False))
    assert (said["linked"], links) == (PEOPLE, PEOPLE)


def race(
    settings: Settings, *, has_locks: bool = True, has_unique: bool = True
) -> tuple[Counter[str], int]:
    app = college_of(settings)
    with app.app_context():
        ids = [opened(number) for number in range(PEOPLE)]
        if not has_unique:
            unlimited = "ALTER TABLE external_identity DROP CONSTRAINT {}"
            name = "uq_external_identity_issuer_sub"
            db.session.execute(sa.text(unlimited.format(name)))
            db.session.commit()
        if not has_locks:
            take_locks_away(db.engine)
            hold_after(db.engine, "FROM external_identity", PEOPLE)
        ready_to_fork()
    said = Counter(at_once([partial(link, app, account_id) for account_id in ids]))
    with app.app_context():
        return said, db.session.scalars(sa.select(sa.func.count(ExternalIdentity.id))).one()


def opened(number: int) -> int:
    person = record_person(SYSTEM, NewPerson(full_name="李雷"))
    account = open_account(SYSTEM, person, login=f"lilei{number}", password_hash="-")
    db.session.commit()
    return account.id


def link(app: Flask, account_id: int) -> str:
    def attempt() -> str:
        account = db.session.get_one(Account, account_id)
        link_identity(account.actor, account, **THEIRS)
        return "linked"

    with app.app_context():
        return outcome_of(attempt)
