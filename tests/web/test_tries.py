"""However many tries arrive, only the allowed number reach the hasher; and no header moves that."""

import os
from statistics import median
from time import process_time

import pytest
import sqlalchemy as sa

from college.core.db import db
from college.core.roles import SYSTEM, Role
from college.people.accounts.models import Account
from college.people.accounts.operations import open_account
from college.people.accounts.passwords import hashed, is_right, times_checked
from college.people.persons.models import Person
from college.web import limits, network
from tests.databases import count_rows
from tests.factories import make_person

PASSWORD = "drei Pferde auf der Weide"
HASH = hashed(PASSWORD)
ACCOUNTS = 1000
TRIES = int(os.environ.get("TRIES", "1000"))  # TRIES=10000 for the whole storm: some minutes


pytestmark = pytest.mark.usefixtures("fresh_limits")


@pytest.fixture
def allowed(app, monkeypatch):
    def allow(**over):
        for name, value in over.items():
            monkeypatch.setitem(app.config, name, value)
        limits.install(app)

    return allow


@pytest.fixture
def accounts():
    """1,000 people with an account, straight into the tables."""
    first = 1 + (db.session.scalar(sa.select(sa.func.max(Person.id))) or 0)
    ids = range(first, first + ACCOUNTS)
    person = {"full_name": "某人", "sort_key": "", "initials": "", "email": "", "is_demo": False}
    person |= {"id_number_masked": "", "phone_masked": "", "version": 1}
    db.session.execute(sa.insert(Person), [person | {"id": n} for n in ids])
    account = {"password_hash": HASH, "epoch": 0, "locale": ""}
    rows = [account | {"person_id": n, "login": f"crowd{n - first}"} for n in ids]
    db.session.execute(sa.insert(Account), rows)
    # else PostgreSQL believes them empty, and reads them whole
    count_rows(db.session.connection(), "person", "account")
    db.session.commit()


def try_in(client, login="lilei", password="wrong", **options):
    return client.post("/sign-in", data={"login": login, "password": password}, **options)


def make_account(login="lilei"):
    open_account(SYSTEM, make_person(Role.TRAINEE), login=login, password_hash=HASH)
    db.session.commit()


def storm(client, count=TRIES, **options):
    """`count` tries over all accounts in turn; what was answered."""
    statuses = [
        try_in(client, f"crowd{n % ACCOUNTS}", **{k: make(n) for k, make in options.items()})
        for n in range(count)
    ]
    return [answer.status_code for answer in statuses]


def test_of_a_storm_of_tries_from_one_address_fifty_reach_the_hasher(accounts, sign_in):
    client, before = sign_in(None), times_checked()
    forged = lambda n: {"X-Forwarded-For": f"198.51.100.{n % 50}"}  # noqa: E731
    statuses = storm(client, headers=forged)
    assert times_checked() - before == 50
    assert statuses.count(422) == 50
    assert statuses.count(429) == TRIES - 50


def test_of_tries_from_everywhere_only_the_overall_number_reach_it(accounts, sign_in, allowed):
    allowed(SIGN_IN_TRIES_OVERALL=100)
    client, before = sign_in(None), times_checked()
    everywhere = lambda n: {"REMOTE_ADDR": f"10.{n // 250}.{n % 250}.1"}  # noqa: E731
    storm(client, 300, environ_base=everywhere)
    assert times_checked() - before == 100


def test_who_was_here_before_gets_in_while_strangers_use_up_the_tries(sign_in, allowed):
    make_account()
    here = {"REMOTE_ADDR": "192.0.2.7"}
    assert try_in(sign_in(None), password=PASSWORD, environ_base=here).status_code == 302
    allowed(SIGN_IN_TRIES_OVERALL=1)
    stranger = sign_in(None)
    try_in(stranger, "nobody", environ_base={"REMOTE_ADDR": "203.0.113.9"})
    assert try_in(sign_in(None), password=PASSWORD, environ_base=here).status_code == 302
    elsewhere = {"REMOTE_ADDR": "198.51.100.1"}
    assert try_in(sign_in(None), password=PASSWORD, environ_base=elsewhere).status_code == 429


def test_a_class_behind_one_address_gets_in(sign_in, allowed):
    allowed(SIGN_IN_TRIES_PER_ADDRESS=3)
    make_account()
    statuses = [try_in(sign_in(None), password=PASSWORD).status_code for _ in range(8)]
    assert statuses == [302] * 8


def test_an_address_that_had_its_share_locks_nobody_out(sign_in, allowed):
    allowed(SIGN_IN_TRIES_PER_ADDRESS=2)
    make_account()
    bad = {"REMOTE_ADDR": "203.0.113.9"}
    for _ in range(20):
        try_in(sign_in(None), environ_base=bad)
    assert try_in(sign_in(None), password=PASSWORD).status_code == 302


def test_a_household_of_ipv6_is_one_address(sign_in, allowed):
    allowed(SIGN_IN_TRIES_PER_ADDRESS=3)
    statuses = [
        try_in(sign_in(None), f"n{n}", environ_base={"REMOTE_ADDR": f"2001:db8:1:2::{n:x}"})
        for n in range(1, 6)
    ]
    assert [answer.status_code for answer in statuses] == [422] * 3 + [429] * 2


def test_behind_one_proxy_only_its_own_word_counts(own_app):
    """The client may write what it likes before it; the proxy adds the last hop."""
    own_app.config.update(SIGN_IN_TRIES_PER_ADDRESS=5, PROXIES=1)
    limits.install(own_app)
    network.install(own_app)
    client = own_app.test_client()
    forged = [
        try_in(client, f"x{n}", headers={"X-Forwarded-For": f"198.51.100.{n}, 203.0.113.5"})
        for n in range(50)
    ]
    other = try_in(client, "y", headers={"X-Forwarded-For": "203.0.113.5, 203.0.113.6"})
    assert [a.status_code for a in forged] == [422] * 5 + [429] * 45
    assert other.status_code == 422


def test_an_unknown_account_costs_one_comparison_of_the_same_kind(sign_in):
    make_account()
    before = times_checked()
    try_in(sign_in(None), "nobody")
    assert times_checked() - before == 1
    for stored in (HASH, None):
        assert not is_right("wrong", stored)


def test_an_unknown_account_takes_as_long_as_a_known_one():
    def cost(stored):
        began = process_time()
        is_right("wrong", stored)
        return process_time() - began

    pairs = [(cost(HASH), cost(None)) for _ in range(30)]
    known, unknown = (median(column) for column in zip(*pairs, strict=True))
    assert 0.75 < known / unknown < 1.33
