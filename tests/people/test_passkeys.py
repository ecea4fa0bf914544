"""Passkeys: what a device answers is checked in every part, and each answer counts once."""

import html
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest
import sqlalchemy as sa
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from college.core.access import require
from college.core.db import db
from college.core.errors import NotAllowed
from college.core.journal import JournalEntry
from college.core.roles import SYSTEM, Can, Role
from college.core.security_log import SecurityEvent, SecurityKind
from college.people.accounts.operations import open_account
from college.people.accounts.passwords import hashed
from college.people.notices.models import NoticeKind
from college.people.passkeys import ceremonies
from college.people.passkeys.ceremonies import PasskeyRefused
from college.people.passkeys.models import Passkey, SpentChallenge
from college.people.passkeys.operations import (
    MOST,
    LastOne,
    MayBeCopied,
    remove_passkey,
    rename_passkey,
    use_passkey,
)
from college.people.passkeys.options import handle_of
from college.people.passkeys.party import Party, party
from college.people.passkeys.spending import Challenge, ChallengeGone
from college.people.second_factors.codes import new_secret
from college.people.second_factors.operations import (
    confirm_secret,
    lift_second_factor,
    offer_secret,
)
from college.people.sign_ins.models import SignIn
from college.reports.twins.operations import merge_persons
from college.web.limits import install
from tests.conftest import actor_of
from tests.factories import make_person, make_unit
from tests.factories.passkeys import NAME, ORIGIN, Device, base64url, make_passkey
from tests.people.test_notice_kinds import told_to

PASSWORD = "drei Pferde auf der Weide"
HASH = hashed(PASSWORD)
START = datetime(2026, 4, 1, 8, 0, tzinfo=UTC)
HERE = "/me/passkeys"


@pytest.fixture(autouse=True)
def fresh_limits(app):
    install(app)


@pytest.fixture
def now():
    with time_machine.travel(START, tick=False) as moving:
        yield moving


@pytest.fixture
def lilei():
    account = open_account(SYSTEM, make_person(Role.TRAINEE), login="lilei", password_hash=HASH)
    db.session.commit()
    return account


@pytest.fixture
def demanding(app, monkeypatch):
    monkeypatch.setitem(app.config, "REQUIRE_TOTP", True)


def device_of(account, **over) -> Device:
    """A device that holds a passkey of this account, as the college knows it."""
    device = Device(handle=handle_of(account), **over)
    make_passkey(account.person, device)
    return device


def wanted_by(client):
    return client.post("/sign-in/passkey/challenge").json


def enter(client, device, wanted=None):
    sent = device.shown(wanted or wanted_by(client))
    return client.post("/sign-in/passkey", data={"credential": sent})


def is_in(client) -> bool:
    return client.get("/me").status_code == 200


def begin_adding(client, **over):
    data = {"name": "办公室电脑", "password": PASSWORD} | over
    return client.post(HERE, data=data)


def wanted_on(client):
    """What the page asks the device to make."""
    page = client.get(f"{HERE}/new").text
    return json.loads(html.unescape(re.findall(r'data-wanted="([^"]+)"', page)[0]))


def add(client, device):
    return client.post(f"{HERE}/new", data={"credential": device.made(wanted_on(client))})


def kept():
    return db.session.scalars(sa.select(Passkey).order_by(Passkey.id)).all()


def kinds():
    chosen = sa.select(SecurityEvent.kind).order_by(SecurityEvent.id)
    return db.session.scalars(chosen).all()


def secured(account) -> pyotp.TOTP:
    secret = new_secret()
    offer_secret(account.actor, account, secret=secret)
    phone = pyotp.TOTP(secret)
    code = phone.at(START - timedelta(seconds=30))
    confirm_secret(account.actor, account, code=code, recovery_codes=["AAAAA-BBBBB"])
    db.session.commit()
    return phone


# ---- signing in


def test_a_passkey_signs_in_without_name_and_password(lilei, sign_in):
    client, device = sign_in(None), device_of(lilei)
    answer = client.post(
        "/sign-in/passkey?next=/me/devices", data={"credential": device.shown(wanted_by(client))}
    )
    assert answer.location == "/me/devices"
    assert is_in(client)
    assert "by passkey" in client.get("/me/devices").text
    (passkey,) = kept()
    assert passkey.last_used_at is not None
    assert kinds() == [SecurityKind.SIGNED_IN]
    begun = db.session.scalars(sa.select(SignIn)).one()
    assert (begun.person_id, begun.passkey_id) == (lilei.person_id, passkey.id)


def test_the_page_asks_for_no_name_and_wants_the_person_verified(sign_in):
    wanted = wanted_by(sign_in(None))
    assert wanted["origin"] == ORIGIN
    asked = wanted["publicKey"]
    assert asked["rpId"] == NAME
    assert asked["userVerification"] == "required"
    assert "allowCredentials" not in asked
    assert len(asked["challenge"]) >= 43  # 32 random bytes


def test_it_takes_the_place_of_the_code_too(now, lilei, sign_in):
    secured(lilei)
    client = sign_in(None)
    assert enter(client, device_of(lilei)).location == "/me"
    assert is_in(client)


def test_what_the_browser_held_before_does_not_survive(lilei, sign_in):
    client, device = sign_in(None), device_of(lilei)
    with client.session_transaction() as cookie:
        cookie["planted"] = "x"
    enter(client, device)
    with client.session_transaction() as cookie:
        assert "planted" not in cookie
        assert "passkey_entering" not in cookie
        first = cookie["_user_id"]
    enter(client, device)
    with client.session_transaction() as cookie:
        assert cookie["_user_id"] != first


LIES: dict[str, dict[str, Any]] = {
    "another site's origin": {"origin": "https://evil.example"},
    "http on another port": {"origin": "http://localhost:8001"},
    "https in place of http": {"origin": "https://localhost:8000"},
    "another name": {"name": "evil.example"},
    "nobody proved to the device": {"is_verified": False},
    "nobody at the device": {"is_present": False},
    "another person's handle": {"handle": "0" * 64},
    "no handle": {"handle": ""},
    "another key": {"key": Device().key},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_lie_in_any_part_opens_nothing(lilei, sign_in, lie):
    client, device = sign_in(None), device_of(lilei)
    answer = enter(client, device.but(**lie))
    assert answer.status_code == 422
    assert "This passkey does not open the college" in answer.text
    assert not is_in(client)
    assert kinds() == [SecurityKind.PASSKEY_REFUSED]
    assert kept()[0].last_used_at is None
    assert enter(client, device).status_code == 302  # the negative control


def test_an_unknown_passkey_opens_nothing(lilei, sign_in):
    client = sign_in(None)
    answer = enter(client, Device(handle=handle_of(lilei)))
    assert answer.status_code == 422
    assert kinds() == [SecurityKind.PASSKEY_REFUSED]


def test_a_challenge_counts_once_in_a_browser(lilei, sign_in):
    client, device = sign_in(None), device_of(lilei)
    wanted = wanted_by(client)
    enter(client, device, wanted)
    client.post("/sign-out")
    answer = enter(client, device, wanted)
    assert answer.status_code == 422
    assert "That took too long, or was sent before" in answer.text


def test_a_refused_answer_uses_the_challenge_up(lilei, sign_in):
    client, device = sign_in(None), device_of(lilei)
    wanted = wanted_by(client)
    enter(client, device.but(origin="https://evil.example"), wanted)
    assert enter(client, device, wanted).status_code == 422


def test_a_copy_of_the_browser_that_was_asked_opens_nothing_after_it(lilei, sign_in):
    """What stands in a signed cookie can be sent again; that it was answered stands here."""
    client, thief, device = sign_in(None), sign_in(None), device_of(lilei)
    wanted = wanted_by(client)
    with client.session_transaction() as cookie:
        copied = dict(cookie)
    with thief.session_transaction() as cookie:
        cookie.update(copied)
    sent = {"credential": device.shown(wanted)}
    assert client.post("/sign-in/passkey", data=sent).status_code == 302
    answer = thief.post("/sign-in/passkey", data=sent)
    assert answer.status_code == 422
    assert "was sent before" in answer.text
    assert not is_in(thief)


def test_the_challenge_of_another_browser_opens_nothing(lilei, sign_in):
    client, other, device = sign_in(None), sign_in(None), device_of(lilei)
    wanted_by(client)
    assert enter(client, device, wanted_by(other)).status_code == 422


@pytest.mark.parametrize(("seconds", "status"), [(299, 302), (300, 422)])
def test_a_challenge_lasts_five_minutes(now, lilei, sign_in, seconds, status):
    client, device = sign_in(None), device_of(lilei)
    wanted = wanted_by(client)
    now.shift(timedelta(seconds=seconds))
    assert enter(client, device, wanted).status_code == status


def test_spent_challenges_are_forgotten_when_they_count_no_more(now, lilei, sign_in):
    device = device_of(lilei)
    for _ in range(3):
        enter(sign_in(None), device)
        now.shift(timedelta(minutes=6))
    assert db.session.scalars(sa.select(sa.func.count(SpentChallenge.id))).one() == 1


def test_a_count_that_goes_back_is_refused_and_logged(lilei, sign_in):
    client, device = sign_in(None), device_of(lilei, count=7)
    assert enter(client, device.but(count=8)).status_code == 302
    client.post("/sign-out")
    for count in (8, 7, 0):
        answer = enter(client, device.but(count=count))
        assert answer.status_code == 422
        assert "may have been copied" in answer.text
    assert kinds()[-3:] == [SecurityKind.PASSKEY_COPIED] * 3
    assert not is_in(client)
    assert kept()[0].sign_count == 8


def test_a_forged_answer_does_not_make_a_passkey_seem_copied(lilei, sign_in):
    """The signature is looked at first: else anybody could raise the alarm."""
    device = device_of(lilei, count=7)
    enter(sign_in(None), device.but(count=1, key=Device().key))
    assert kinds() == [SecurityKind.PASSKEY_REFUSED]


def test_a_device_that_counts_nothing_signs_in_again_and_again(lilei, sign_in):
    device = device_of(lilei, count=0)
    for _ in range(3):
        assert enter(sign_in(None), device).status_code == 302


@given(stored=st.integers(0, 2**32 - 1), shown=st.integers(0, 2**32 - 1))
def test_a_count_is_taken_where_it_grew_or_nothing_is_counted(app, stored, shown):
    account = open_account(SYSTEM, make_person(None), login=f"p{stored}-{shown}", password_hash="-")
    passkey = make_passkey(account.person, sign_count=stored)
    expires = datetime.now(UTC) + timedelta(minutes=5)
    challenge = Challenge(base64url(Device().credential_id), expires, {})
    grew = shown > stored or (shown, stored) == (0, 0)
    try:
        use_passkey(actor_of(account.person), passkey, sign_count=shown, challenge=challenge)
        assert grew
    except MayBeCopied:
        assert not grew


def test_an_account_that_was_merged_away_stays_shut(lilei, sign_in):
    other = make_person(None)
    open_account(SYSTEM, other, login="kept", password_hash=HASH)
    device = device_of(lilei)
    merge_persons(SYSTEM, other, lilei.person)
    db.session.commit()
    answer = enter(sign_in(None), device)
    assert answer.status_code == 422
    assert "This account is closed" in answer.text


def test_with_its_account_a_passkey_goes_to_the_person_kept(lilei, sign_in):
    other = make_person(None)
    device = device_of(lilei)
    merge_persons(SYSTEM, other, lilei.person)
    db.session.commit()
    assert kept()[0].person_id == other.id
    assert enter(sign_in(None), device).status_code == 302


def test_a_demo_account_stays_at_home(lilei, sign_in):
    lilei.person.is_demo = True
    device = device_of(lilei)
    client, wanted = sign_in(None), None
    wanted = wanted_by(client)
    sent = {"credential": device.shown(wanted)}
    away = {"REMOTE_ADDR": "203.0.113.9"}
    answer = client.post("/sign-in/passkey", data=sent, environ_base=away)
    assert answer.status_code == 422
    assert "Demo accounts work on this very machine only" in answer.text


def test_tries_are_limited_and_apart_from_those_at_the_password(lilei, sign_in):
    client, device = sign_in(None), device_of(lilei)
    for _ in range(5):
        assert enter(client, device.but(key=Device().key)).status_code == 422
    answer = enter(client, device)
    assert answer.status_code == 429
    assert "Too many tries" in answer.text
    assert kinds()[-1] == SecurityKind.LIMITED
    by_password = client.post("/sign-in", data={"login": "lilei", "password": PASSWORD})
    assert by_password.status_code == 302


NONSENSE = [
    "",
    "{}",
    "[]",
    "null",
    "7",
    '"x"',
    "{",
    '{"response": 7}',
    '{"id": {}, "response": {}}',
]


@pytest.mark.parametrize("sent", [*NONSENSE, "[" * 9000, "x" * 20_001])
def test_nonsense_is_refused(sign_in, sent):
    client = sign_in(None)
    wanted_by(client)
    answer = client.post("/sign-in/passkey", data={"credential": sent})
    assert answer.status_code == 422
    assert 'class="note note-bad"' in answer.text


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.binary().map(base64url),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
PARTS = ("clientDataJSON", "authenticatorData", "signature", "attestationObject", "userHandle")


@given(
    parts=st.dictionaries(st.sampled_from(PARTS), json_values),
    credential=st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("id", "rawId", "type"), json_values)
    ),
    junk=st.binary(max_size=200),
    is_late=st.booleans(),
)
def test_whatever_a_device_says_is_taken_or_refused(parts, credential, junk, is_late):
    """Half of the answers are right but for the parts that are changed."""
    device, here = Device(), Party(NAME, ORIGIN)
    wanted = {"publicKey": {"challenge": base64url(b"c" * 32)}}
    right = json.loads(device.made(wanted)) if is_late else json.loads(device.shown(wanted))
    response = right["response"] | parts
    if junk:
        response["authenticatorData"] = base64url(junk)
    sent = json.dumps(right | credential | {"response": response})
    challenge = wanted["publicKey"]["challenge"]
    try:
        if is_late:
            ceremonies.made(sent, challenge, here)
        else:
            shown = ceremonies.read(sent)
            key = kept_key(device) if len(junk) % 2 else junk
            ceremonies.count_of(shown, challenge, here, public_key=key)
    except PasskeyRefused:
        pass


def kept_key(device):
    made = device.made({"publicKey": {"challenge": base64url(b"c" * 32)}})
    return ceremonies.made(made, base64url(b"c" * 32), Party(NAME, ORIGIN)).public_key


def test_whoever_comes_back_to_a_refusal_begins_anew(sign_in):
    assert sign_in(None).get("/sign-in/passkey?next=/me/data").location == "/sign-in?next=/me/data"


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


# ---- who the college is


ADDRESSES = {
    "https://college.example": ("college.example", "https://college.example"),
    "https://college.example:443": ("college.example", "https://college.example"),
    "https://college.example:8443": ("college.example", "https://college.example:8443"),
    "http://localhost": ("localhost", "http://localhost"),
    "http://127.0.0.1:8000": ("localhost", "http://localhost:8000"),
    "http://[::1]:8000": ("localhost", "http://localhost:8000"),
    "https://中国.example": ("xn--fiqs8s.example", "https://xn--fiqs8s.example"),
}


@pytest.mark.parametrize(("address", "expected"), ADDRESSES.items())
def test_name_and_origin_follow_from_the_public_address(app, monkeypatch, address, expected):
    monkeypatch.setitem(app.config, "PUBLIC_URL", address)
    assert (party().id, party().origin) == expected


def test_an_address_that_is_a_number_has_no_passkeys(app, lilei, sign_in, monkeypatch):
    monkeypatch.setitem(app.config, "PUBLIC_URL", "https://192.0.2.7")
    fetched = {"X-Requested-With": "fetch"}
    answer = sign_in(None).post("/sign-in/passkey/challenge", headers=fetched)
    assert answer.status_code == 422
    assert answer.json["message"].startswith("Passkeys need an address with a name.")
    assert begin_adding(sign_in(lilei.person)).status_code == 422


def test_a_challenge_that_was_spent_is_refused_by_the_operation(lilei):
    passkey = make_passkey(lilei.person)
    expires = datetime.now(UTC) + timedelta(minutes=5)
    challenge = Challenge("x" * 43, expires, {})
    use_passkey(lilei.actor, passkey, sign_count=0, challenge=challenge)
    with pytest.raises(ChallengeGone):
        use_passkey(lilei.actor, passkey, sign_count=0, challenge=challenge)
