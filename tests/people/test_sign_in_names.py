"""Signing in by user name, phone or mail: one account, however it is called."""

from statistics import median
from time import process_time

import pytest

from college.core import security_log
from college.core.db import db
from college.core.roles import SYSTEM, Role
from college.core.security_log import SecurityEvent
from college.people.accounts.opening import HasAccount, LoginTaken, UnfitLogin
from college.people.accounts.operations import open_account
from college.people.accounts.passwords import hashed, times_checked
from college.people.accounts.queries import meant_by
from college.web.limits import install
from tests.factories import make_person

PASSWORD = "drei Pferde auf der Weide"
HASH = hashed(PASSWORD)
PHONE, MAIL = "13800138000", "lilei@example.org"


pytestmark = pytest.mark.usefixtures("fresh_limits")


def make_account(login="lilei", phone=PHONE, email=MAIL, **over):
    person = make_person(Role.TRAINEE, phone=phone, email=email, **over)
    return open_account(SYSTEM, person, login=login, password_hash=HASH)


def try_in(client, login, password=PASSWORD):
    return client.post("/sign-in", data={"login": login, "password": password})


@pytest.mark.parametrize(
    "name",
    ["lilei", " LiLei ", PHONE, "138 0013 8000", "138-0013-8000", "+86 138 0013 8000",
     "008613800138000", MAIL, "LiLei@Example.ORG "],
)  # fmt: skip
def test_each_of_its_names_signs_in(sign_in, name):
    make_account()
    db.session.commit()
    client = sign_in(None)
    assert try_in(client, name).status_code == 302
    assert client.get("/me").status_code == 200


@pytest.mark.parametrize("name", ["1380013800", "138001380000", "8000", "lilei@example", "@", " "])
def test_a_part_of_a_name_does_not(sign_in, name):
    make_account()
    db.session.commit()
    assert try_in(sign_in(None), name).status_code == 422


def test_nobody_is_found_by_having_no_mail_and_no_phone(sign_in):
    make_account(phone="", email="")
    assert meant_by("").accounts == []
    assert meant_by(" ").accounts == []


@pytest.mark.parametrize("shared", [PHONE, MAIL])
@pytest.mark.parametrize("password", [PASSWORD, "wrong"])
def test_what_two_accounts_share_signs_in_neither_and_says_so(sign_in, shared, password):
    make_account()
    make_account("hanmeimei")
    db.session.commit()
    before = times_checked()
    page = try_in(sign_in(None), shared, password)
    assert page.status_code == 422
    assert "More than one account has this phone or mail address" in page.text
    assert times_checked() - before == 1
    for login in ("lilei", "hanmeimei"):
        assert try_in(sign_in(None), login).status_code == 302


def test_tries_are_counted_for_the_account_whatever_it_is_called(sign_in):
    make_account()
    db.session.commit()
    client = sign_in(None)
    for name in ("lilei", PHONE, MAIL, "138 0013 8000", "LILEI@example.org"):
        assert try_in(client, name, "wrong").status_code == 422
    for name in ("lilei", PHONE, MAIL):
        assert try_in(client, name).status_code == 429


def test_an_unknown_phone_has_as_many_tries_as_a_known_one_however_it_is_written(sign_in):
    client = sign_in(None)
    for name in ("13900139000", "139 0013 9000", "+8613900139000", "139-00139000", "13900139000 "):
        assert try_in(client, name, "wrong").status_code == 422
    assert try_in(client, "13900139000").status_code == 429


def test_the_right_password_clears_the_tries_of_every_name(sign_in):
    make_account()
    db.session.commit()
    for name in ("lilei", PHONE, MAIL):
        for _ in range(3):
            try_in(sign_in(None), name, "wrong")
        assert try_in(sign_in(None), name).status_code == 302


def test_the_log_knows_one_account_whatever_was_typed(sign_in):
    make_account()
    db.session.commit()
    for name in (PHONE, MAIL, "lilei"):
        try_in(sign_in(None), name, "wrong")
    hashes = set(db.session.scalars(db.select(SecurityEvent.login_hash)))
    assert hashes == {security_log.login_hash("lilei")}


@pytest.mark.parametrize("name", ["lilei", "nobody", PHONE, "13900139000", MAIL, "no@example.org"])
def test_every_name_known_or_not_costs_the_same_statements(sign_in, count_queries, name):
    make_account()
    db.session.commit()
    client = sign_in(None)
    try_in(client, "warm", "wrong")
    count_queries()
    before = times_checked()
    try_in(client, name, "wrong")
    assert times_checked() - before == 1
    statements = count_queries()
    install(client.application)
    try_in(client, "somebody-else", "wrong")
    assert statements == count_queries()


def test_every_name_known_or_not_takes_the_same_time(sign_in):
    for number in range(200):
        make_account(f"crowd{number}", f"139{number:08}", f"crowd{number}@example.org")
    db.session.commit()

    def cost(name):
        began = process_time()
        meant_by(name)
        return process_time() - began

    rounds = [[cost(name) for name in ("crowd7", "nobody", "13900000007", "13700000000")]
              for _ in range(60)]  # fmt: skip
    typical = [median(column) for column in zip(*rounds, strict=True)]
    # what an account costs to read; the hasher takes thirty times as long
    assert max(typical) - min(typical) < 0.004


@pytest.mark.parametrize(
    "login", ["13800138000", "0475-8234567", "+8613800138000", "li@lei", "7up", "_x", "x", "a b"]
)
def test_no_user_name_could_be_somebodys_phone_or_mail(login):
    with pytest.raises(UnfitLogin):
        make_account(login)


@pytest.mark.parametrize("login", ["lilei", "李雷", "li.lei-2", "p17"])
def test_a_plain_user_name_is_taken(login):
    assert make_account(login).login == login


def test_one_person_one_account_one_name():
    person = make_account().person
    with pytest.raises(HasAccount):
        open_account(SYSTEM, person, login="second", password_hash=HASH)
    with pytest.raises(LoginTaken):
        make_account("LiLei ")
