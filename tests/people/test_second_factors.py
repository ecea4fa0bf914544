"""The second factor: asked once it is on, each code once, and before anything grave."""

import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
import sqlalchemy as sa

from college.core import crypto
from college.core.db import db
from college.core.roles import GRANTS, SYSTEM, Actor, Can, Grant, Role
from college.core.security_log import SecurityEvent, SecurityKind
from college.people.accounts.models import Account
from college.people.accounts.operations import open_account
from college.people.accounts.passwords import hashed
from college.people.roles.handing_on import GIVEN
from college.people.roles.taking_over import MayMoreThanYou
from college.people.second_factors.codes import counter_of, new_recovery_codes, new_secret
from college.people.second_factors.models import RecoveryCode
from college.people.second_factors.operations import (
    Needed,
    SetUpAlready,
    WrongCode,
    confirm_secret,
    end_second_factor,
    lift_second_factor,
    offer_secret,
    prove,
    renew_recovery_codes,
)
from tests.conftest import actor_of
from tests.factories import grant, make_person, make_unit

PASSWORD = "drei Pferde auf der Weide"
HASH = hashed(PASSWORD)
SET_UP = ("second_factors.", "passkeys.")  # the ways to one
START = datetime(2026, 4, 1, 8, 0, tzinfo=UTC)


pytestmark = pytest.mark.usefixtures("fresh_limits")


def secured(account, codes=("AAAAA-BBBBB", "CCCCC-DDDDD")):
    """The account with its second factor on, and the phone that shows the codes."""
    secret = new_secret()
    offer_secret(account.actor, account, secret=secret)
    phone = pyotp.TOTP(secret)
    code = phone.at(START - timedelta(seconds=30))
    confirm_secret(account.actor, account, code=code, recovery_codes=codes)
    db.session.commit()
    return phone


def enter(client, login="lilei"):
    return client.post("/sign-in", data={"login": login, "password": PASSWORD})


def is_in(client) -> bool:
    return client.get("/me").status_code == 200


# ---- codes


@pytest.mark.parametrize(("seconds", "fits"), [(-61, 0), (-30, 1), (0, 1), (30, 1), (61, 0)])
def test_a_phone_may_be_half_a_minute_off(now, seconds, fits):
    secret = new_secret()
    code = pyotp.TOTP(secret).at(START + timedelta(seconds=seconds))
    assert (counter_of(secret, code, after=0) is not None) == bool(fits)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２３４５６", "0" * 200])
def test_nonsense_is_no_code(now, typed):
    assert counter_of(new_secret(), typed, after=0) is None


def test_a_code_is_taken_once_and_none_before_it_after(now, lilei):
    phone = secured(lilei)
    actor, code = lilei.actor, phone.at(START)
    prove(actor, lilei, code=f" {code[:3]} {code[3:]}")
    for again in (code, phone.at(START - timedelta(seconds=30))):
        with pytest.raises(WrongCode):
            prove(actor, lilei, code=again)
    now.shift(timedelta(seconds=30))
    prove(actor, lilei, code=phone.at(START + timedelta(seconds=30)))


def test_the_code_that_set_it_up_signs_nobody_in(now, lilei):
    phone = secured(lilei)
    with pytest.raises(WrongCode):
        prove(lilei.actor, lilei, code=phone.at(START - timedelta(seconds=30)))


def test_a_recovery_code_opens_once_and_for_its_person_alone(now, lilei):
    secured(lilei)
    other = open_account(SYSTEM, make_person(None), login="other", password_hash=HASH)
    secured(other, ("EEEEE-FFFFF",))
    prove(lilei.actor, lilei, code="aaaaabbbbb ")
    for wrong in ("AAAAA-BBBBB", "EEEEE-FFFFF", "AAAAA-AAAAA"):
        with pytest.raises(WrongCode):
            prove(lilei.actor, lilei, code=wrong)


def test_new_recovery_codes_make_the_old_ones_worthless(now, lilei):
    phone = secured(lilei)
    renew_recovery_codes(lilei.actor, lilei, code=phone.at(START), recovery_codes=["GGGGG-HHHHH"])
    with pytest.raises(WrongCode):
        prove(lilei.actor, lilei, code="AAAAA-BBBBB")
    prove(lilei.actor, lilei, code="GGGGG-HHHHH")


def test_secret_and_recovery_codes_are_stored_sealed_and_hashed(now, lilei):
    phone = secured(lilei)
    assert crypto.unseal(lilei.totp_sealed) == phone.secret
    assert phone.secret.encode() not in lilei.totp_sealed
    hashes = db.session.scalars(sa.select(RecoveryCode.code_hash)).all()
    assert all(len(one) == 64 and "AAAAA" not in one for one in hashes)
    assert len(set(new_recovery_codes())) == 10


def test_an_offered_secret_is_not_asked_for_before_its_first_code(now, lilei, sign_in):
    offer_secret(lilei.actor, lilei, secret=new_secret())
    db.session.commit()
    client = sign_in(None)
    enter(client)
    assert is_in(client)


def test_it_is_set_up_once(now, lilei):
    secured(lilei)
    with pytest.raises(SetUpAlready):
        offer_secret(lilei.actor, lilei, secret=new_secret())


def test_it_ends_with_a_code_unless_the_college_asks_for_it(now, lilei):
    phone = secured(lilei)
    with pytest.raises(WrongCode):
        end_second_factor(lilei.actor, lilei, code="000000", is_needed=False)
    with pytest.raises(Needed):
        end_second_factor(lilei.actor, lilei, code=phone.at(START), is_needed=True)
    end_second_factor(lilei.actor, lilei, code=phone.at(START), is_needed=False)
    assert lilei.totp_sealed is None


# ---- at the door


def test_the_password_alone_opens_nothing(now, lilei, sign_in):
    phone = secured(lilei)
    client = sign_in(None)
    asked = enter(client)
    assert asked.location == "/sign-in/code?next=/me"
    assert not is_in(client)
    assert client.post("/sign-in/code", data={"code": "000000"}).status_code == 422
    assert not is_in(client)
    answer = client.post(asked.location, data={"code": phone.at(START)})
    assert answer.location == "/me"
    assert is_in(client)


def test_a_recovery_code_signs_in_too(now, lilei, sign_in):
    secured(lilei)
    client = sign_in(None)
    enter(client)
    assert client.post("/sign-in/code", data={"code": "AAAAA-BBBBB"}).status_code == 302
    assert is_in(client)


def test_without_the_password_there_is_no_second_step(now, lilei, sign_in):
    phone = secured(lilei)
    client = sign_in(None)
    assert client.get("/sign-in/code").location == "/sign-in"
    client.post("/sign-in/code", data={"code": phone.at(START)})
    assert not is_in(client)


def test_the_second_step_waits_ten_minutes_and_not_past_a_new_password(now, lilei, sign_in):
    phone = secured(lilei)
    late, changed = sign_in(None), sign_in(None)
    enter(late)
    now.shift(timedelta(minutes=10, seconds=1))
    assert late.get("/sign-in/code").location == "/sign-in"
    enter(changed)
    lilei.epoch += 1
    db.session.commit()
    answer = changed.post("/sign-in/code", data={"code": phone.now()})
    assert answer.location == "/sign-in"


def test_a_code_used_at_the_door_opens_no_second_door(now, lilei, sign_in):
    phone = secured(lilei)
    first, thief = sign_in(None), sign_in(None)
    for client in (first, thief):
        enter(client)
    assert first.post("/sign-in/code", data={"code": phone.at(START)}).status_code == 302
    assert thief.post("/sign-in/code", data={"code": phone.at(START)}).status_code == 422
    assert not is_in(thief)


def test_five_wrong_codes_and_even_the_right_one_waits(now, lilei, sign_in):
    phone = secured(lilei)
    for _ in range(5):
        client = sign_in(None)  # the right password between them gives no further tries
        enter(client)
        assert client.post("/sign-in/code", data={"code": "000000"}).status_code == 422
    page = client.post("/sign-in/code", data={"code": phone.at(START)})
    assert page.status_code == 429
    now.shift(timedelta(minutes=11))
    enter(client)
    assert client.post("/sign-in/code", data={"code": phone.now()}).status_code == 302


def test_wrong_codes_stand_in_the_security_log(now, lilei, sign_in):
    secured(lilei)
    client = sign_in(None)
    enter(client)
    client.post("/sign-in/code", data={"code": "000000"})
    kinds = db.session.scalars(sa.select(SecurityEvent.kind)).all()
    assert SecurityKind.CODE_REFUSED in kinds
    assert SecurityKind.SIGNED_IN not in kinds


def test_it_is_set_up_on_the_pages(now, lilei, sign_in):
    client = sign_in(lilei.person)
    assert client.get("/me/second-factor/set-up").location == "/me/second-factor"
    assert client.post("/me/second-factor", data={"password": "wrong"}).status_code == 422
    begun = client.post("/me/second-factor", data={"password": PASSWORD})
    page = client.get(begun.location).text
    assert "<svg" in page
    secret = re.findall(r'<strong class="key">([A-Z2-7 ]+)<', page)[0].replace(" ", "")
    assert client.post(begun.location, data={"code": "000000"}).status_code == 422
    done = client.post(begun.location, data={"code": pyotp.TOTP(secret).at(START)})
    codes = re.findall(r'<li class="key">(\w{5}-\w{5})<', done.text)
    assert len(codes) == 10
    assert secret not in client.get("/me/second-factor").text
    assert client.get("/me/second-factor/set-up").location == "/me/second-factor"
    fresh = sign_in(None)
    enter(fresh)
    assert fresh.post("/sign-in/code", data={"code": codes[3]}).status_code == 302
    assert "9 recovery codes are left" in fresh.get("/me/second-factor").text


# ---- who must


def test_who_bears_grave_rights_follows_from_the_table():
    assert {can for can in Can if can.is_grave} == {
        Can.CERTS_ISSUE, Can.PERSONS_REVEAL, Can.RESULTS_IMPORT, Can.ROSTER_IMPORT,
    }  # fmt: skip
    bearers = {role for role in GIVEN if Actor(1, frozenset({Grant(role)})).bears_grave_rights}
    assert bearers == {role for role in GIVEN if any(can.is_grave for can in GRANTS[role])}
    assert bearers == {Role.ADMIN, Role.STATION_MANAGER}


@pytest.fixture
def demanding(app, monkeypatch):
    monkeypatch.setitem(app.config, "REQUIRE_TOTP", True)


def test_before_the_second_factor_an_issuer_reaches_its_set_up_alone(app, demanding, now, sign_in):
    chen = make_person(Role.ADMIN)
    account = open_account(SYSTEM, chen, login="chen", password_hash=HASH)
    db.session.commit()
    client, shut = sign_in(None), 0
    enter(client, "chen")
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        view = app.view_functions[rule.endpoint]
        is_open = getattr(view, "can", "anyone") == "anyone" or rule.endpoint in {
            "accounts.sign_out"} or rule.endpoint.startswith(SET_UP)  # fmt: skip
        for method in (rule.methods or set()) & {"GET", "POST"}:
            if is_open:
                continue
            path = re.sub(r"<any\((\w+)[^>]*>", r"\1", rule.rule)
            path = re.sub(r"<(?:(\w+):)?\w+>", lambda m: "1" if m[1] == "int" else "x", path)
            answer = client.open(path, method=method)
            told = answer.location if method == "GET" else answer.status_code
            assert told == ("/me/second-factor" if method == "GET" else 403), (method, path)
            shut += 1
    assert shut > 60
    assert client.get("/courses", headers={"X-Requested-With": "fetch"}).status_code == 403
    assert client.get("/me/second-factor").status_code == 200
    begun = client.post("/me/second-factor", data={"password": PASSWORD})
    page = client.get(begun.location).text
    secret = re.findall(r'<strong class="key">([A-Z2-7 ]+)<', page)[0].replace(" ", "")
    client.post(begun.location, data={"code": pyotp.TOTP(secret).at(START)})
    assert client.get("/admin").status_code == 200
    assert account.has_second_factor


@pytest.mark.parametrize("role", [r for r in GIVEN if r not in {Role.ADMIN, Role.STATION_MANAGER}])
def test_nobody_else_is_asked_for_one(demanding, sign_in, role):
    assert is_in(sign_in(make_person(role, unit=make_unit())))


def test_a_role_that_is_given_later_asks_for_it_from_then_on(demanding, sign_in):
    person = make_person(Role.TRAINEE)
    client = sign_in(person)
    assert is_in(client)
    grant(person, Role.ADMIN)
    db.session.expire_all()
    assert client.get("/me").location == "/me/second-factor"


def test_where_it_is_needed_it_is_not_switched_off(demanding, now, sign_in):
    account = open_account(SYSTEM, make_person(Role.ADMIN), login="chen", password_hash=HASH)
    phone = secured(account)
    client = sign_in(account.person)
    answer = client.post("/me/second-factor/end", data={"code": phone.at(START)})
    assert answer.status_code == 422
    assert account.has_second_factor


# ---- a lost phone


def test_whoever_could_invite_somebody_takes_a_lost_factor_off(now, sign_in):
    unit = make_unit()
    manager = make_person(Role.STATION_MANAGER, unit=unit)
    person = make_person(Role.TRAINEE, unit=unit)
    account = open_account(SYSTEM, person, login="batu", password_hash=HASH)
    secured(account)
    client = sign_in(person)
    lift_second_factor(actor_of(manager), account)
    db.session.commit()
    assert not account.has_second_factor
    assert not is_in(client)
    assert db.session.scalars(sa.select(RecoveryCode)).all() == []


def test_nobody_takes_it_off_whoever_may_more(now):
    unit = make_unit()
    boss = make_person(None, unit=unit)
    grant(boss, Role.ADMIN)
    account = open_account(SYSTEM, boss, login="boss", password_hash=HASH)
    secured(account)
    with pytest.raises(MayMoreThanYou):
        lift_second_factor(actor_of(make_person(Role.STATION_MANAGER, unit=unit)), account)


def test_the_command_line_helps_the_last_administrator(app, now, lilei):
    secured(lilei)
    run = app.test_cli_runner().invoke
    assert run(args=["people", "lift-second-factor", "lilei"]).exit_code == 0
    kept = sa.select(Account.totp_since).where(Account.login == "lilei")
    assert db.session.scalar(kept) is None
    assert run(args=["people", "lift-second-factor", "nobody"]).exit_code == 1
