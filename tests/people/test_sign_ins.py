"""Sign-ins: one row a device, and a copied cookie is worth no more than its row."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from college.core.db import db
from college.core.roles import SYSTEM, Role
from college.people.accounts.operations import open_account
from college.people.accounts.passwords import hashed
from college.people.sign_ins.devices import device_of
from college.people.sign_ins.models import SignIn
from tests.factories import make_person

PASSWORD = "drei Pferde auf der Weide"
HASH = hashed(PASSWORD)
START = datetime(2026, 4, 1, 8, 0, tzinfo=UTC)


pytestmark = pytest.mark.usefixtures("fresh_limits")


@pytest.fixture
def lilei():
    person = make_person(Role.TRAINEE)
    open_account(SYSTEM, person, login="lilei", password_hash=HASH)
    db.session.commit()
    return person


@pytest.fixture
def enter(sign_in, lilei):
    def enter(client=None):
        client = client or sign_in(None)
        answer = client.post("/sign-in", data={"login": "lilei", "password": PASSWORD})
        assert answer.status_code == 302
        return client

    return enter


def is_in(client) -> bool:
    return client.get("/me").status_code == 200


def copy_of(client, sign_in):
    """A thief's browser with the same cookie."""
    thief = sign_in(None)
    thief.set_cookie("college", client.get_cookie("college").value)
    assert is_in(thief)
    return thief


def rows() -> list[SignIn]:
    return list(db.session.scalars(sa.select(SignIn).order_by(SignIn.id)))


def test_signing_out_makes_a_copied_cookie_worthless(enter, sign_in):
    client = enter()
    thief = copy_of(client, sign_in)
    client.post("/sign-out")
    assert not is_in(thief)
    assert rows()[0].ended_at is not None


def test_the_key_itself_stands_nowhere_in_the_database(enter):
    client = enter()
    with client.session_transaction() as cookie:
        key = cookie["_user_id"]
    assert key not in [rows()[0].key_hash, rows()[0].address, rows()[0].browser]
    assert len(key) >= 43


def test_each_sign_in_has_a_key_of_its_own_and_ends_the_one_before_in_that_browser(enter, sign_in):
    client = enter()
    thief = copy_of(client, sign_in)
    enter(client)
    assert is_in(client)
    assert not is_in(thief)


def test_a_cookie_planted_before_does_not_become_signed_in(enter, sign_in):
    planted = sign_in(None)
    planted.get("/sign-in")
    victim = sign_in(None)
    kept = planted.get_cookie("college")
    if kept is not None:
        victim.set_cookie("college", kept.value)
    enter(victim)
    assert not is_in(planted)
    assert victim.get_cookie("college").value != (kept.value if kept else "")


def test_one_device_is_ended_from_another(enter, sign_in):
    here, there = enter(), enter()
    answer = here.post(f"/me/devices/{rows()[1].id}/end", follow_redirects=True)
    assert "That device is signed out" in answer.text
    assert is_in(here)
    assert not is_in(there)


def test_nobody_ends_the_device_of_another(enter, sign_in):
    here = enter()
    stranger = sign_in(make_person(Role.ADMIN))
    assert stranger.post(f"/me/devices/{rows()[0].id}/end").status_code == 404
    assert is_in(here)


def test_all_others_end_at_once_and_this_one_stays(enter, sign_in):
    here, there = enter(), enter()
    thief = copy_of(there, sign_in)
    here.post("/me/devices/end-others")
    assert is_in(here)
    assert not is_in(there)
    assert not is_in(thief)


def test_the_page_lists_what_is_in_force_with_three_statements_more_than_none(
    enter, sign_in, count_queries
):
    here = enter()
    for _ in range(5):
        enter()
    here.get("/me/devices")
    count_queries()
    page = here.get("/me/devices").text
    assert count_queries() <= 5
    assert page.count("Sign out<") >= 5
    assert "This device" in page


def test_an_unused_sign_in_ends_after_the_hours_of_the_setting(enter):
    with time_machine.travel(START, tick=False) as clock:
        client = enter()
        clock.shift(timedelta(hours=11, minutes=59))
        assert is_in(client)
        clock.shift(timedelta(hours=11, minutes=59))
        assert is_in(client)  # the page before was noted
        clock.shift(timedelta(hours=12, minutes=1))
        assert not is_in(client)


def test_a_sign_in_ends_after_fourteen_days_however_much_it_is_used(enter):
    with time_machine.travel(START, tick=False) as clock:
        client = enter()
        for _ in range(14 * 4 - 1):
            clock.shift(timedelta(hours=6))
            assert is_in(client)
        clock.shift(timedelta(hours=6, minutes=1))
        assert not is_in(client)


def test_being_seen_is_noted_every_five_minutes_and_not_at_every_page(enter):
    with time_machine.travel(START, tick=False) as clock:
        client = enter()
        clock.shift(timedelta(minutes=4))
        client.get("/me")
        assert rows()[0].last_seen_at == START
        clock.shift(timedelta(minutes=2))
        client.get("/me")
        assert rows()[0].last_seen_at == START + timedelta(minutes=6)


@pytest.mark.parametrize(
    ("says", "browser", "system"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) MicroMessenger/8.0.49", "WeChat", "iPhone"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/120 MQQBrowser/14", "QQ Browser", "Android"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/126.0 Safari/537.36 Edg/126", "Edge", "Windows"),
        ("curl/8", "Unknown browser", "Unknown system"),
    ],
)
def test_a_device_is_told_in_words(says, browser, system):
    device = device_of(says)
    assert (device.browser, device.system) == (browser, system)
