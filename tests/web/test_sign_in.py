"""Signing in: the door, its limits, and what a stranger learns from it."""

import re
from datetime import date

import pytest

from college.core.db import db
from college.core.roles import SYSTEM, Role
from college.people.accounts.operations import open_account
from college.people.accounts.passwords import hashed
from college.people.persons.models import Person
from college.web.limits import install
from tests.conftest import account_of
from tests.factories import grant, make_person

PASSWORD = hashed("a long enough password")


pytestmark = pytest.mark.usefixtures("fresh_limits")


def make_account(login: str = "lilei", role: Role = Role.TRAINEE, **over) -> Person:
    person = make_person(role, **over)
    open_account(SYSTEM, person, login=login, password_hash=PASSWORD)
    db.session.commit()
    return person


def try_in(client, login="lilei", password="a long enough password", **options):
    return client.post("/sign-in", data={"login": login, "password": password}, **options)


def test_right_password_leads_to_the_day_page(sign_in):
    make_account()
    client = sign_in(None)
    answer = try_in(client)
    assert (answer.status_code, answer.location) == (302, "/me")
    assert client.get("/me").status_code == 200


def test_login_is_read_without_case_and_spaces(sign_in):
    make_account()
    assert try_in(sign_in(None), login=" LiLei ").status_code == 302


def test_wrong_password_says_how_many_tries_are_left(sign_in):
    make_account()
    page = try_in(sign_in(None), password="wrong")
    assert page.status_code == 422
    assert "4 tries left" in page.text
    assert 'value="lilei"' in page.text
    assert "wrong" not in page.text.split("<form")[1].split("</form>")[0].replace("is-invalid", "")


def test_unknown_account_and_wrong_password_look_alike(sign_in):
    make_account()
    client = sign_in(None)
    pages = [try_in(client, login=login, password="wrong") for login in ("lilei", "nobody")]
    texts = [
        re.sub(r'name="(csrf_token|once)" value="[^"]*"', "", page.text).replace(login, "X")
        for page, login in zip(pages, ("lilei", "nobody"), strict=True)
    ]
    assert texts[0] == texts[1]


def test_after_five_wrong_tries_even_the_right_password_waits(sign_in):
    make_account()
    client = sign_in(None)
    for _ in range(5):
        try_in(client, password="wrong")
    page = try_in(client)
    assert page.status_code == 429
    assert "Wait 10 minutes" in page.text


def test_spaces_and_capitals_around_a_login_give_no_further_tries(sign_in):
    make_account()
    client = sign_in(None)
    for login in ("lilei", " lilei", "lilei\u3000", "LiLei", "  LILEI "):
        try_in(client, login=login, password="wrong")
    assert try_in(client).status_code == 429


def test_a_forged_forwarding_header_moves_no_limit(sign_in, app):
    app.config["SIGN_IN_TRIES_PER_ADDRESS"] = 3
    install(app)
    try:
        client = sign_in(None)
        answers = [
            try_in(client, login=f"nobody{n}", headers={"X-Forwarded-For": f"10.0.0.{n}"})
            for n in range(4)
        ]
    finally:
        app.config["SIGN_IN_TRIES_PER_ADDRESS"] = 50
    assert [a.status_code for a in answers] == [422, 422, 422, 429]


def test_what_was_planted_in_the_cookie_does_not_survive(sign_in):
    make_account()
    client = sign_in(None)
    with client.session_transaction() as cookie:
        cookie["planted"] = "by a stranger"
    try_in(client)
    with client.session_transaction() as cookie:
        assert "planted" not in cookie


def test_signing_out_closes_the_door(sign_in):
    make_account()
    client = sign_in(None)
    try_in(client)
    client.post("/sign-out")
    assert client.get("/me").status_code == 302


def test_raising_the_epoch_signs_out_everywhere(sign_in):
    person = make_person()
    client = sign_in(person)
    assert client.get("/me").status_code == 200
    account_of(person).epoch += 1
    db.session.commit()
    assert client.get("/me").status_code == 302


def test_demo_accounts_stay_at_home(sign_in):
    make_account(is_demo=True)
    away = try_in(sign_in(None), environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert away.status_code == 422
    assert "this very machine" in away.text
    assert try_in(sign_in(None)).status_code == 302


def test_production_refuses_demo_accounts(sign_in, app):
    make_account(is_demo=True)
    app.config["IS_PRODUCTION"] = True
    try:
        assert try_in(sign_in(None)).status_code == 422
    finally:
        app.config["IS_PRODUCTION"] = False


def test_a_signed_out_visitor_is_led_back_to_where_they_wanted(sign_in):
    make_account()
    client = sign_in(None)
    asked = client.get("/me?x=1")
    assert asked.location == "/sign-in?next=/me?x%3D1"
    assert try_in_at(client, asked.location).location == "/me?x=1"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_led_to_a_strangers_page(sign_in, target):
    make_account()
    client = sign_in(None)
    answer = client.post(
        "/sign-in",
        query_string={"next": target},
        data={"login": "lilei", "password": "a long enough password"},
    )
    assert answer.location == "/"


def test_a_role_that_ended_opens_nothing(sign_in):
    person = make_person(None)
    held = grant(person, Role.ADMIN)
    client = sign_in(person)
    assert client.get("/admin").status_code == 200
    held.to_on = date(2021, 1, 1)
    db.session.commit()
    db.session.expire_all()
    assert client.get("/admin").status_code == 403


def try_in_at(client, url):
    return client.post(url, data={"login": "lilei", "password": "a long enough password"})
