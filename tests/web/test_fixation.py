"""A cookie that somebody planted in another's browser is worth nothing once they have signed in."""

import pytest

from college.core.db import db
from college.core.roles import SYSTEM, Role
from college.people.accounts.operations import open_account
from college.people.accounts.passwords import hashed
from tests.factories import make_person

PASSWORD = "a long enough password"
HASH = hashed(PASSWORD)


pytestmark = pytest.mark.usefixtures("fresh_limits")


@pytest.fixture
def people():
    """The attacker and the victim."""
    for login, name in (("zhangsan", "张三"), ("lilei", "李雷")):
        person = make_person(Role.TRAINEE, full_name=name)
        open_account(SYSTEM, person, login=login, password_hash=HASH)
    db.session.commit()


def cookie_of(client) -> str:
    cookie = client.get_cookie("college") or client.get_cookie("session")
    assert cookie is not None
    return cookie.value


def name_of(client) -> str:
    cookie = client.get_cookie("college") or client.get_cookie("session")
    return cookie.key if cookie else "session"


def enter(client, login) -> None:
    client.get("/sign-in")
    answer = client.post("/sign-in", data={"login": login, "password": PASSWORD})
    assert answer.location == "/me"


def test_a_strangers_cookie_stays_a_strangers(app, people):
    attacker, victim = app.test_client(), app.test_client()
    attacker.get("/sign-in")
    planted = cookie_of(attacker)
    victim.set_cookie(name_of(attacker), planted)
    enter(victim, "lilei")
    assert cookie_of(victim) != planted
    assert attacker.get("/me").location.startswith("/sign-in")
    assert "李雷" in victim.get("/me").text


def test_the_attackers_own_sign_in_does_not_become_the_victims(app, people):
    attacker, victim = app.test_client(), app.test_client()
    enter(attacker, "zhangsan")
    victim.set_cookie(name_of(attacker), cookie_of(attacker))
    assert "张三" in victim.get("/me").text
    with victim.session_transaction() as planted:
        planted["left"] = "by the attacker"
    victim.post("/sign-out")
    enter(victim, "lilei")
    assert "李雷" in victim.get("/me").text
    assert "李雷" not in attacker.get("/me").text
    with victim.session_transaction() as own:
        assert "left" not in own


def test_a_key_that_nobody_was_given_opens_nothing(app, people):
    """The negative control: it is the key in the cookie that signs in, and only one of ours."""
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = "chosen-by-the-attacker"
    assert client.get("/me").location.startswith("/sign-in")
    enter(client, "lilei")
    with client.session_transaction() as cookie:
        assert cookie["_user_id"] != "chosen-by-the-attacker"
