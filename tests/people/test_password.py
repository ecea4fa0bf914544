"""Changing one's password, and which ones are not taken."""

import pytest

from college.core.db import db
from college.core.roles import SYSTEM, Role
from college.people.accounts import password_rules
from college.people.accounts.operations import open_account
from college.people.accounts.passwords import hashed
from college.web.limits import install
from tests.factories import make_person

OLD, NEW = "drei Pferde auf der Weide", "蓝天 7 草原上的马头琴声"
HASH = hashed(OLD)


pytestmark = pytest.mark.usefixtures("fresh_limits")


@pytest.fixture
def enter(sign_in):
    person = make_person(Role.TRAINEE)
    open_account(SYSTEM, person, login="lilei", password_hash=HASH)
    db.session.commit()

    def enter(password=OLD):
        client = sign_in(None)
        client.post("/sign-in", data={"login": "lilei", "password": password})
        return client

    return enter


def change(client, current=OLD, password=NEW, repeated=None):
    data = {"current": current, "password": password, "repeated": repeated or password}
    return client.post("/me/password", data=data)


def test_the_new_one_works_and_ends_every_other_device(enter):
    here, there = enter(), enter()
    assert change(here).status_code == 302
    assert here.get("/me").status_code == 200
    assert there.get("/me").status_code == 302
    assert enter(NEW).get("/me").status_code == 200
    assert enter(OLD).get("/me").status_code == 302


def test_the_cookie_is_a_new_one(enter):
    here = enter()
    with here.session_transaction() as cookie:
        before = cookie["_user_id"]
    change(here)
    with here.session_transaction() as cookie:
        assert cookie["_user_id"] != before


def test_without_the_present_one_nothing_changes_and_tries_are_counted(enter):
    here = enter()
    answers = [change(here, current="not it") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    install(here.application)
    assert enter(OLD).get("/me").status_code == 200


def test_two_that_differ_are_refused(enter):
    answer = change(enter(), repeated="something else entirely")
    assert answer.status_code == 422
    assert "do not agree" in answer.text


@pytest.mark.parametrize(
    "password",
    ["password1234", "123456789012", "!!!dragon!!!2026", "abcabcabcabc", "tongliaocollege",
     "TongLiao2026!!", "woaini1314520", "iloveyou5201314", "aaaaaaaaaaaaa", "dragonmonkey1"],
)  # fmt: skip
def test_a_common_one_is_not_taken(password):
    with pytest.raises(password_rules.TooCommon):
        password_rules.check(password, login="wuyun", person=None)


@pytest.mark.parametrize("password", [NEW, OLD, "copper lantern seven rivers", "kS9#vTq2!mLx"])
def test_a_rare_one_is_taken(password):
    password_rules.check(password, login="wuyun", person=None)


@pytest.mark.parametrize(
    "password", ["xx-lilei2026-xx", "这里住着李雷和他的马啊啊", "my13800138000phone"]
)
def test_ones_own_account_name_or_phone_is_not_taken(password):
    person = make_person(full_name="李雷")
    with pytest.raises(password_rules.NamesItsOwner):
        password_rules.check(password, login="lilei2026", person=person, phone="13800138000")


def test_the_list_holds_the_three_thousand_most_common():
    assert len(password_rules.COMMON.read_text(encoding="utf-8").split()) == 3000


def test_the_command_line_takes_no_common_one_either(app):
    arguments = ["people", "admit", "wuyun", "乌云", "--password", "password123456"]
    result = app.test_cli_runner().invoke(args=arguments)
    assert result.exit_code == 1
    assert "tried first" in result.output
