"""Passkeys on the pages of their owner: adding, naming, removing; and as the second factor."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from college.core.access import require
from college.core.db import db
from college.core.errors import NotAllowed
from college.core.journal import JournalEntry
from college.core.roles import SYSTEM, Can, Role
from college.core.security_log import SecurityKind
from college.people.accounts.operations import open_account
from college.people.notices.models import NoticeKind
from college.people.passkeys.operations import (
    MOST,
    LastOne,
    remove_passkey,
    rename_passkey,
)
from college.people.passkeys.options import handle_of
from college.people.second_factors.operations import (
    lift_second_factor,
)
from tests.conftest import actor_of
from tests.factories import make_person, make_unit
from tests.factories.passkeys import Device, make_passkey
from tests.people.passkey_steps import (
    HASH,
    HERE,
    LIES,
    PASSWORD,
    START,
    add,
    begin_adding,
    device_of,
    enter,
    is_in,
    kept,
    kinds,
    secured,
    wanted_on,
)
from tests.people.test_notice_kinds import told_to

pytestmark = pytest.mark.usefixtures("fresh_limits")


@pytest.fixture
def demanding(app, monkeypatch):
    monkeypatch.setitem(app.config, "REQUIRE_TOTP", True)


# ---- adding


def test_a_passkey_is_added_by_the_password_and_signs_in(lilei, sign_in):
    client, device = sign_in(lilei.person), Device()
    begun = begin_adding(client)
    assert begun.location == f"{HERE}/new"
    wanted = wanted_on(client)["publicKey"]
    assert wanted["user"]["name"] == "lilei"
    assert wanted["authenticatorSelection"]["residentKey"] == "required"
    assert wanted["authenticatorSelection"]["userVerification"] == "required"
    assert add(client, device).location == HERE
    page = client.get(HERE).text
    assert "办公室电脑" in page
    assert "never yet" in page
    assert SecurityKind.PASSKEY_CHANGED in kinds()
    fresh = sign_in(None)
    assert enter(fresh, device.but(handle=wanted["user"]["id"])).status_code == 302
    assert is_in(fresh)


def test_its_owner_is_told_and_the_journal_has_it(lilei, sign_in):
    client = sign_in(lilei.person)
    begin_adding(client)
    add(client, Device())
    ((text, page),) = told_to(lilei.person, NoticeKind.PASSKEY_CHANGED)
    assert text.startswith("The passkey “办公室电脑” was added to your account on ")
    assert page == HERE
    deeds = db.session.scalars(sa.select(JournalEntry.deed)).all()
    assert "add_passkey" in deeds
    assert not NoticeKind.PASSKEY_CHANGED.is_choosable


def test_the_handle_tells_nobody_who_it_is(lilei):
    handle = handle_of(lilei)
    assert re.fullmatch("[0-9a-f]{64}", handle)
    assert handle == handle_of(lilei)


@pytest.mark.parametrize("over", [{"password": "wrong"}, {"name": " "}, {"name": "x" * 41}])
def test_without_the_password_and_a_name_nothing_is_begun(lilei, sign_in, over):
    client = sign_in(lilei.person)
    assert begin_adding(client, **over).status_code == 422
    assert client.get(f"{HERE}/new").location == HERE


def test_where_there_is_a_code_it_is_asked_for_too(now, lilei, sign_in):
    phone = secured(lilei)
    client = sign_in(lilei.person)
    assert 'name="code"' in client.get(HERE).text
    assert begin_adding(client).status_code == 422
    assert begin_adding(client, code="000000").status_code == 422
    assert begin_adding(client, code=phone.at(START)).status_code == 302


def test_five_wrong_passwords_and_even_the_right_one_waits(lilei, sign_in):
    client = sign_in(lilei.person)
    for _ in range(5):
        assert begin_adding(client, password="wrong").status_code == 422
    assert begin_adding(client).status_code == 429


LIES_AT_FIRST = {
    name: lie for name, lie in LIES.items() if "handle" not in lie and "key" not in lie
}


@pytest.mark.parametrize("lie", LIES_AT_FIRST.values(), ids=LIES_AT_FIRST)
def test_a_new_passkey_with_a_lie_is_not_kept(lilei, sign_in, lie):
    client = sign_in(lilei.person)
    begin_adding(client)
    answer = add(client, Device(**lie))
    assert answer.status_code == 422
    assert "This passkey does not open the college" in answer.text
    assert kept() == []
    assert client.get(f"{HERE}/new").location == HERE  # and the proof is used up


def test_a_key_that_is_no_point_of_its_curve_is_not_kept(lilei, sign_in, monkeypatch):
    client = sign_in(lilei.person)
    begin_adding(client)
    no_point = {1: 2, 3: -7, -1: 1, -2: b"\x01" * 32, -3: b"\x02" * 32}
    monkeypatch.setattr(Device, "cose", property(lambda _: no_point))
    assert add(client, Device()).status_code == 422
    assert kept() == []


@pytest.mark.parametrize("minutes", [5, 60])
def test_the_proof_lasts_five_minutes(now, lilei, sign_in, minutes):
    client = sign_in(lilei.person)
    begin_adding(client)
    wanted = wanted_on(client)
    now.shift(timedelta(minutes=minutes))
    answer = client.post(f"{HERE}/new", data={"credential": Device().made(wanted)})
    assert answer.status_code == 422
    assert "That took too long" in answer.text


def test_a_password_changed_meanwhile_makes_the_proof_worthless(lilei, sign_in):
    client = sign_in(lilei.person)
    begin_adding(client)
    wanted = wanted_on(client)
    with client.session_transaction() as cookie:
        cookie["passkey_adding"]["about"]["epoch"] += 1
        cookie.modified = True
    answer = client.post(f"{HERE}/new", data={"credential": Device().made(wanted)})
    assert answer.status_code == 422


def test_one_proof_adds_one_passkey(lilei, sign_in):
    client = sign_in(lilei.person)
    begin_adding(client)
    with client.session_transaction() as cookie:
        copied = cookie["passkey_adding"]
    add(client, Device())
    with client.session_transaction() as cookie:
        cookie["passkey_adding"] = copied
    answer = add(client, Device())
    assert answer.status_code == 422
    assert "was sent before" in answer.text
    assert len(kept()) == 1


def test_a_passkey_is_known_once_whoever_brings_it(lilei, sign_in):
    device = Device()
    make_passkey(make_person(), device)
    client = sign_in(lilei.person)
    begin_adding(client)
    answer = add(client, device)
    assert answer.status_code == 409
    assert "This passkey is known already" in answer.text


def test_a_device_is_told_which_passkeys_it_may_hold_already(lilei, sign_in):
    known = make_passkey(lilei.person)
    make_passkey(make_person())
    client = sign_in(lilei.person)
    begin_adding(client)
    excluded = wanted_on(client)["publicKey"]["excludeCredentials"]
    assert [one["id"] for one in excluded] == [known.credential_id]


def test_nobody_has_more_than_they_can_look_through(lilei, sign_in):
    for _ in range(MOST):
        make_passkey(lilei.person)
    client = sign_in(lilei.person)
    begin_adding(client)
    answer = add(client, Device())
    assert answer.status_code == 422
    assert f"You have {MOST} passkeys" in answer.text


# ---- the list


def test_a_passkey_gets_another_name(lilei, sign_in):
    passkey = make_passkey(lilei.person)
    client = sign_in(lilei.person)
    page = f"{HERE}/{passkey.id}"
    assert client.post(page, data={"name": ""}).status_code == 422
    assert client.post(page, data={"name": " 手机 "}).location == HERE
    assert passkey.name == "手机"
    assert "手机" in client.get(page).text


def test_removed_it_opens_nothing_and_what_it_began_is_over(lilei, sign_in):
    device = device_of(lilei)
    elsewhere, client = sign_in(None), sign_in(lilei.person)
    enter(elsewhere, device)
    (passkey,) = kept()
    page = f"{HERE}/{passkey.id}/remove"
    assert client.post(page, data={"password": "wrong"}).status_code == 422
    assert client.post(page, data={"password": PASSWORD}).location == HERE
    assert kept() == []
    assert not is_in(elsewhere)
    assert is_in(client)
    assert enter(sign_in(None), device).status_code == 422
    ((text, _),) = told_to(lilei.person, NoticeKind.PASSKEY_CHANGED)
    assert text.startswith("The passkey “办公室电脑” was removed from your account on ")
    assert SecurityKind.PASSKEY_CHANGED in kinds()


def test_whoever_removes_the_one_they_came_with_stays_in(lilei, sign_in):
    client = sign_in(None)
    enter(client, device_of(lilei))
    answer = client.post(f"{HERE}/{kept()[0].id}/remove", data={"password": PASSWORD})
    assert answer.location == HERE
    assert is_in(client)


def test_another_persons_passkey_is_not_found(lilei, sign_in):
    theirs = make_passkey(make_person())
    client = sign_in(lilei.person)
    for method, path, data in (
        ("GET", f"{HERE}/{theirs.id}", {}),
        ("POST", f"{HERE}/{theirs.id}", {"name": "meins"}),
        ("POST", f"{HERE}/{theirs.id}/remove", {"password": PASSWORD}),
    ):
        assert client.open(path, method=method, data=data).status_code == 404
    assert theirs.name == "办公室电脑"
    assert "办公室电脑" not in client.get(HERE).text


@pytest.mark.parametrize("role", [Role.ADMIN, Role.STATION_MANAGER, Role.OBSERVER])
def test_no_role_reaches_another_persons_passkey(lilei, role):
    passkey = make_passkey(lilei.person)
    actor = actor_of(make_person(role, unit=make_unit()))
    with pytest.raises(NotAllowed):
        rename_passkey(actor, passkey, name="meins")
    with pytest.raises(NotAllowed):
        remove_passkey(actor, passkey, lilei, is_needed=False, sign_in_id=0)
    with pytest.raises(NotAllowed):
        require(actor, Can.SIGN_INS_END, passkey)


def test_the_list_costs_as_many_statements_for_many(lilei, sign_in, count_queries):
    client = sign_in(lilei.person)
    make_passkey(lilei.person)
    client.get(HERE)
    count_queries()
    client.get(HERE)
    one = count_queries()
    for _ in range(8):
        make_passkey(lilei.person)
    count_queries()
    client.get(HERE)
    assert count_queries() <= one + 1  # the session of the test itself reads once


# ---- in place of the second factor


@pytest.fixture
def chen():
    account = open_account(SYSTEM, make_person(Role.ADMIN), login="chen", password_hash=HASH)
    db.session.commit()
    return account


def test_a_passkey_is_the_second_factor_that_the_college_asks_for(demanding, chen, sign_in):
    client = sign_in(None)
    enter(client, device_of(chen))
    assert client.get("/admin").status_code == 200


def test_whoever_adds_one_goes_on_at_once(demanding, chen, sign_in):
    client, device = sign_in(chen.person), Device()
    assert client.get("/admin").location == "/me/second-factor"
    assert HERE in client.get("/me/second-factor").text
    begin_adding(client)
    assert add(client, device).location == HERE
    assert client.get("/admin").status_code == 200


def test_beside_a_passkey_the_password_alone_sets_up_no_factor(demanding, chen, sign_in):
    """Else whoever learned the password could give themselves what the college asks for."""
    device_of(chen)
    client = sign_in(chen.person)
    assert client.get("/admin").location == "/me/second-factor"
    page = client.get("/me/second-factor").text
    assert "Sign out and sign in with it" in page
    for answer in (
        client.post("/me/second-factor", data={"password": PASSWORD}),
        begin_adding(client),
        client.post(f"{HERE}/{kept()[0].id}/remove", data={"password": PASSWORD}),
    ):
        assert answer.status_code == 422
        assert "Sign out and sign in with it" in answer.text
    assert len(kept()) == 1
    assert chen.totp_sealed is None


def test_the_last_one_stays_where_it_is_the_second_factor(demanding, chen, sign_in):
    client = sign_in(None)
    enter(client, device_of(chen))
    first = kept()[0].id
    answer = client.post(f"{HERE}/{first}/remove", data={"password": PASSWORD})
    assert answer.status_code == 422
    assert "Add another one first" in answer.text
    with pytest.raises(LastOne):
        remove_passkey(chen.actor, kept()[0], chen, is_needed=True, sign_in_id=0)
    make_passkey(chen.person)
    answer = client.post(f"{HERE}/{first}/remove", data={"password": PASSWORD})
    assert answer.location == HERE
    assert client.get("/admin").status_code == 200


def test_a_new_password_keeps_the_sign_in_proved_twice(demanding, chen, sign_in):
    client = sign_in(None)
    enter(client, device_of(chen))
    new = "vier Kamele am Brunnen"
    data = {"current": PASSWORD, "password": new, "repeated": new}
    assert client.post("/me/password", data=data).status_code == 302
    assert client.get("/admin").status_code == 200


def test_whoever_could_invite_somebody_takes_lost_passkeys_off(lilei, sign_in):
    device, client = device_of(lilei), sign_in(lilei.person)
    admin = sign_in(make_person(Role.ADMIN))
    page = admin.get("/people/invitations?who=everybody").text
    assert f"/people/second-factors/{lilei.person_id}/lift" in page
    assert admin.post(f"/people/second-factors/{lilei.person_id}/lift").status_code == 302
    assert kept() == []
    assert not is_in(client)
    assert enter(sign_in(None), device).status_code == 422
    assert len(told_to(lilei.person, NoticeKind.PASSKEY_CHANGED)) == 1


def test_lifting_journals_where_there_was_nothing_but_a_passkey(lilei):
    make_passkey(lilei.person)
    lift_second_factor(SYSTEM, lilei)
    deeds = db.session.scalars(sa.select(JournalEntry.deed)).all()
    assert deeds[-1] == "lift_second_factor"
