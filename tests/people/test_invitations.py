"""Invitations: a code opens one account once, and nobody makes one for whoever may more."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from college.core import clock
from college.core.db import db
from college.core.errors import NotAllowed
from college.core.roles import NOBODY, SYSTEM, Actor, Role
from college.people.accounts.models import Account
from college.people.accounts.opening import LoginTaken, proposed_login
from college.people.accounts.operations import open_account
from college.people.accounts.passwords import hashed
from college.people.accounts.queries import by_person
from college.people.invitations.codes import ALPHABET, new_code, plain
from college.people.invitations.models import Invitation, InvitationKind, Way
from college.people.invitations.operations import (
    DemoStays,
    Spent,
    enter,
    invite,
    withdraw_invitation,
)
from college.people.invitations.queries import open_by_code
from college.people.roles.handing_on import GIVEN
from college.people.roles.taking_over import MayMoreThanYou
from tests.conftest import actor_of
from tests.factories import grant, make_person, make_unit

PASSWORD = "drei Pferde auf der Weide"
HASH = hashed(PASSWORD)
FIRST = {"way": Way.SLIP, "lasts": timedelta(days=14)}


pytestmark = pytest.mark.usefixtures("fresh_limits")


@pytest.fixture
def station():
    unit = make_unit()
    return unit, make_person(Role.STATION_MANAGER, unit=unit), make_person(None, unit=unit)


def taken_up(person, invitation, login="batu"):
    return enter(Actor(person.id), invitation, login=login, password_hash=HASH)


def test_a_code_can_be_typed_as_people_type():
    code = new_code()
    assert len(plain(code)) == 20
    assert set(plain(code)) <= set(ALPHABET)
    assert plain(f" {code.lower().replace('-', ' ')} ") == plain(code)
    assert plain("OIL0") == "0110"
    assert len({new_code() for _ in range(1000)}) == 1000


def test_the_code_itself_stands_nowhere_in_the_database(station):
    _, manager, person = station
    code = new_code()
    made = invite(actor_of(manager), person, code=code, **FIRST)
    held = [str(getattr(made, column.key)) for column in Invitation.__table__.columns]
    assert not any(plain(code) in text or code in text for text in held)
    assert open_by_code(code.lower()) is made


def test_a_code_opens_an_account_once(station):
    _, manager, person = station
    made = invite(actor_of(manager), person, code=new_code(), **FIRST)
    assert made.kind is InvitationKind.FIRST
    assert taken_up(person, made).login == "batu"
    with pytest.raises(Spent):
        taken_up(person, made)
    assert made.was_used


def test_a_refused_user_name_leaves_the_code_as_it_was(station):
    _, manager, person = station
    open_account(SYSTEM, make_person(None), login="batu", password_hash=HASH)
    code = new_code()
    made = invite(actor_of(manager), person, code=code, **FIRST)
    with pytest.raises(LoginTaken):
        taken_up(person, made)
    assert open_by_code(code) is made
    assert taken_up(person, made, "batu2").login == "batu2"


def test_a_code_ends_with_its_time_with_a_newer_one_and_when_it_is_withdrawn(station):
    _, manager, person = station
    actor = actor_of(manager)
    first, second, third = new_code(), new_code(), new_code()
    with time_machine.travel(datetime(2026, 4, 1, tzinfo=UTC), tick=False) as now:
        made = invite(actor, person, code=first, **FIRST)
        now.shift(timedelta(days=13, hours=23))
        assert open_by_code(first) is made
        now.shift(timedelta(hours=1))
        assert open_by_code(first) is None
        with pytest.raises(Spent):
            taken_up(person, made)
        old = invite(actor, person, code=second, **FIRST)
        new = invite(actor, person, code=third, **FIRST)
        assert open_by_code(second) is None
        with pytest.raises(Spent):
            taken_up(person, old)
        withdraw_invitation(actor, new)
        assert open_by_code(third) is None


def test_the_code_of_one_person_opens_nothing_of_another(station):
    _, manager, person = station
    made = invite(actor_of(manager), person, code=new_code(), **FIRST)
    for other in (NOBODY, Actor(make_person(None).id), actor_of(manager)):
        with pytest.raises(NotAllowed):
            enter(other, made, login="batu", password_hash=HASH)


def test_a_new_password_by_code_ends_every_device(station, sign_in):
    _, manager, person = station
    account = open_account(SYSTEM, person, login="batu", password_hash="-")
    client = sign_in(person)
    assert client.get("/me").status_code == 200
    made = invite(actor_of(manager), person, code=new_code(), **FIRST)
    assert made.kind is InvitationKind.RESET
    taken_up(person, made)
    db.session.commit()
    assert account.password_hash == HASH
    assert account.login == "batu"
    assert client.get("/me").status_code == 302


# whose account the manager of a unit could enter if they made a code for its person
WITHIN_REACH = {
    Role.TRAINEE, Role.COORDINATOR, Role.STATION_MANAGER, Role.APPROVER, Role.EVALUATOR,
}  # fmt: skip


@pytest.mark.parametrize("role", GIVEN)
def test_nobody_makes_a_code_for_whoever_may_more_than_they_do(station, role):
    unit, manager, person = station
    grant(person, role, unit)
    if role in WITHIN_REACH:
        invite(actor_of(manager), person, code=new_code(), **FIRST)
        grant(person, role, make_unit())  # and elsewhere: one more that the manager could not give
    if role is Role.TRAINEE:
        grant(person, role)
        invite(actor_of(manager), person, code=new_code(), **FIRST)
    else:
        with pytest.raises(MayMoreThanYou):
            invite(actor_of(manager), person, code=new_code(), **FIRST)
    invite(SYSTEM, person, code=new_code(), **FIRST)


def test_what_cannot_be_done_is_not_offered(station, sign_in):
    unit, manager, person = station
    boss = make_person(None, unit=unit, full_name="白领导")
    grant(boss, Role.ADMIN)
    grant(person, Role.TRAINEE)
    client = sign_in(manager)
    page = client.get("/people/invitations").text
    assert f"/slip/{person.id}" in page
    assert f"/slip/{boss.id}" not in page
    data = {"person_id": [person.id, boss.id]}
    slips = client.post("/people/invitations/slips", data=data).text
    assert slips.count('class="slip"') == 1
    assert client.post(f"/people/invitations/slip/{boss.id}").status_code == 422


def test_a_role_that_begins_tomorrow_counts_already(station):
    _, manager, person = station
    grant(person, Role.ADMIN).from_on = clock.today() + timedelta(days=1)
    db.session.commit()
    with pytest.raises(MayMoreThanYou):
        invite(actor_of(manager), person, code=new_code(), **FIRST)


def test_nobody_invites_people_of_elsewhere(station):
    _, manager, _ = station
    with pytest.raises(NotAllowed):
        invite(actor_of(manager), make_person(None, unit=make_unit()), code=new_code(), **FIRST)


def test_a_demo_account_gets_no_new_password(station):
    unit, manager, _ = station
    person = make_person(None, unit=unit, is_demo=True)
    open_account(SYSTEM, person, login="demo", password_hash=HASH)
    with pytest.raises(DemoStays):
        invite(actor_of(manager), person, code=new_code(), **FIRST)


def test_a_proposed_user_name_is_pinyin_and_free():
    person = make_person(None, full_name="曾国强")
    assert proposed_login(person) == "zengguoqiang"
    open_account(SYSTEM, person, login="zengguoqiang", password_hash=HASH)
    twin = make_person(None, full_name="曾国强")
    assert proposed_login(twin) == "zengguoqiang2"
    open_account(SYSTEM, twin, login="zengguoqiang2", password_hash=HASH)
    assert proposed_login(make_person(None, full_name="曾国强")) == "zengguoqiang3"
    assert len(proposed_login(make_person(None, full_name="李"))) > 1


def accounts() -> int:
    return db.session.scalar(sa.select(sa.func.count(Account.id))) or 0


def test_a_slip_brings_a_person_in_from_paper_to_the_day_page(station, sign_in):
    _, manager, person = station
    office = sign_in(manager)
    slip = office.post(f"/people/invitations/slip/{person.id}")
    assert slip.status_code == 200
    code = slip.text.split('<p class="key">')[1].split("<")[0]
    assert "<svg" in slip.text
    visitor = sign_in(None)
    typed = visitor.get("/enter", query_string={"code": code.lower()})
    before = accounts()
    page = visitor.get(typed.location)
    assert page.status_code == 200
    assert accounts() == before
    data = {"login": "batu", "password": PASSWORD, "repeated": PASSWORD}
    answer = visitor.post(typed.location, data=data, follow_redirects=True)
    assert "Sign in as batu" in answer.text
    visitor.post("/sign-in", data={"login": "batu", "password": PASSWORD})
    assert visitor.get("/me").status_code == 200
    assert visitor.post(typed.location, data=data).status_code == 404


@pytest.mark.parametrize("code", ["AAAAA-AAAAA-AAAAA-AAAAA", "x", "%00", "a" * 300, "🐎"])
def test_a_code_that_opens_nothing_looks_like_any_other(sign_in, code):
    page = sign_in(None).get(f"/enter/{code}")
    assert page.status_code == 404
    assert "This code opens nothing" in page.text


@pytest.mark.parametrize(
    ("password", "repeated", "told"),
    [("short", "short", "at least 12"), ("password1234", "password1234", "tried first"),
     (PASSWORD, "other", "do not agree")],
)  # fmt: skip
def test_a_password_that_is_not_taken_leaves_the_code_open(
    station, sign_in, password, repeated, told
):
    _, manager, person = station
    code = new_code()
    invite(actor_of(manager), person, code=code, **FIRST)
    db.session.commit()
    data = {"login": "batu", "password": password, "repeated": repeated}
    page = sign_in(None).post(f"/enter/{code}", data=data)
    assert page.status_code == 422
    assert told in page.text
    assert by_person(person.id) is None
    assert open_by_code(code) is not None


def test_the_list_shows_ones_own_people_without_an_account(station, sign_in, count_queries):
    unit, manager, _ = station
    for number in range(10):
        make_person(None, unit=unit, full_name=f"新人{number}")
    make_person(None, unit=make_unit(), full_name="外人")
    client = sign_in(manager)
    client.get("/people/invitations")
    count_queries()
    page = client.get("/people/invitations").text
    assert count_queries() <= 8
    assert "新人9" in page
    assert "外人" not in page
    everybody = client.get("/people/invitations?who=everybody").text
    assert f"p{manager.id}" in everybody


def test_slips_for_all_on_a_page_leave_out_who_is_not_ones_own(station, sign_in):
    unit, manager, person = station
    more = make_person(None, unit=unit)
    outside = make_person(None, unit=make_unit(), full_name="外人")
    data = {"person_id": [person.id, more.id, outside.id]}
    page = sign_in(manager).post("/people/invitations/slips", data=data)
    assert page.text.count('class="slip"') == 2
    assert "外人" not in page.text
