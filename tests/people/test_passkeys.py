"""Signing in with a passkey: what a device answers is checked in every part, and counts once."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from college.core.db import db
from college.core.roles import SYSTEM
from college.core.security_log import SecurityKind
from college.people.accounts.operations import open_account
from college.people.passkeys import ceremonies
from college.people.passkeys.ceremonies import PasskeyRefused
from college.people.passkeys.models import SpentChallenge
from college.people.passkeys.operations import (
    MayBeCopied,
    use_passkey,
)
from college.people.passkeys.options import handle_of
from college.people.passkeys.party import Party, party
from college.people.passkeys.spending import Challenge, ChallengeGone
from college.people.sign_ins.models import SignIn
from college.reports.twins.operations import merge_persons
from tests.conftest import actor_of
from tests.factories import make_person
from tests.factories.passkeys import NAME, ORIGIN, Device, base64url, make_passkey
from tests.people.passkey_steps import (
    HASH,
    LIES,
    PASSWORD,
    begin_adding,
    device_of,
    enter,
    is_in,
    kept,
    kinds,
    secured,
    wanted_by,
)

pytestmark = pytest.mark.usefixtures("fresh_limits")


# ---- signing in


def test_a_passkey_signs_in_without_name_and_password(lilei, sign_in):
    client, device = sign_in(None), device_of(lilei)
    answer = client.post(
        "/sign-in/passkey?next=/me/devices", data={"credential": device.shown(wanted_by(client))}
    )
    assert answer.location == "/me/devices"
    assert is_in(client)
    assert "proved by passkey" in client.get("/me/devices").text
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
