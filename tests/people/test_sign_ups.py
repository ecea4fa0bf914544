"""Registering by oneself: who sends it learns nothing, and somebody who knows them answers."""

import re

import pytest
import sqlalchemy as sa

from college.core import clock, crypto
from college.core.db import db
from college.core.errors import NotAllowed, NotFound
from college.core.roles import NOBODY, SYSTEM, Role
from college.core.states import WrongState
from college.people.accounts.models import Account
from college.people.accounts.opening import HasAccount
from college.people.accounts.operations import open_account
from college.people.accounts.passwords import hashed, times_checked
from college.people.accounts.queries import by_person
from college.people.employment.models import Capacity, Employment
from college.people.persons.identity import IdType, WrongIdNumber, WrongPhone
from college.people.persons.models import Person
from college.people.roles.taking_over import MayMoreThanYou
from college.people.sign_ups import operations
from college.people.sign_ups.models import SignUp, SignUpState
from college.people.sign_ups.operations import (
    NewSignUp,
    NoWayToReachThem,
    OnRecordMeanwhile,
    ReasonMissing,
    accept,
    decline,
    match_anew,
    pass_on,
    register,
)
from college.people.sign_ups.queries import waiting
from tests.conftest import actor_of
from tests.factories import grant, make_id_number, make_person, make_texts, make_unit

PASSWORD = "drei Pferde auf der Weide"
HASH = hashed(PASSWORD)
PHONE = "13800138000"
OWN_NAME = "这里住着巴特尔和他的三匹马"
WORKER = {"capacity": Capacity.STATION_WORKER}
S = SignUpState


pytestmark = pytest.mark.usefixtures("fresh_limits")


@pytest.fixture
def station():
    make_texts()
    unit = make_unit(name="明仁站")
    return unit, make_person(Role.STATION_MANAGER, unit=unit)


def registered(unit, **over):
    usual = {"full_name": "巴特尔", "id_number": make_id_number(), "id_type": IdType.RESIDENT_ID,
             "phone": PHONE, "consent": "privacy-1 id_number-1", "unit": unit}  # fmt: skip
    return register(NOBODY, NewSignUp(**usual | over), password_hash=HASH)


def on_record(unit, **over):
    number = make_id_number()
    return number, make_person(None, unit=unit, full_name="巴特尔", id_number=number, **over)


# ---- what it becomes


def test_somebody_with_the_same_number_is_a_claim_for_the_station_where_they_work(station):
    unit, _ = station
    number, person = on_record(unit)
    made = registered(make_unit(), id_number=f" {number[:6]} {number[6:]} ")
    assert (made.state, made.person_id, made.decider_id) == (S.CLAIM, person.id, unit.id)


def test_somebody_of_the_same_name_and_phone_is_one_too(station):
    unit, _ = station
    person = make_person(None, unit=unit, full_name="巴特尔", phone="138 0013 8000")
    assert registered(unit).person_id == person.id


@pytest.mark.parametrize(
    "over", [{"full_name": "巴特"}, {"phone": "13900139000"}, {"phone": "", "email": "b@x.org"}]
)
def test_the_name_or_the_phone_alone_is_not_enough(station, over):
    unit, _ = station
    make_person(None, unit=unit, full_name="巴特尔", phone=PHONE)
    assert registered(unit, **over).state is S.NEWCOMER


def test_another_number_on_record_says_it_is_another_person(station):
    unit, _ = station
    on_record(unit, phone=PHONE)
    assert registered(unit).state is S.NEWCOMER


def test_two_of_the_same_name_and_phone_are_nobody_in_particular(station):
    unit, _ = station
    for _ in range(2):
        make_person(None, unit=unit, full_name="巴特尔", phone=PHONE)
    assert registered(unit).state is S.NEWCOMER


@pytest.mark.parametrize(
    ("over", "refusal"),
    [({"id_number": "150502199001010019"}, WrongIdNumber), ({"phone": "123"}, WrongPhone),
     ({"phone": "", "email": " "}, NoWayToReachThem)],
)  # fmt: skip
def test_what_cannot_be_right_is_refused(station, over, refusal):
    with pytest.raises(refusal):
        registered(station[0], **over)


# ---- who decides


def test_a_claim_is_the_stations_and_a_newcomer_the_colleges(station):
    unit, manager = station
    number, _ = on_record(unit)
    claim, newcomer = registered(unit, id_number=number), registered(unit)
    other = make_person(Role.STATION_MANAGER, unit=make_unit())
    approver = make_person(Role.APPROVER, unit=unit)
    office = make_person(Role.ADMIN)
    seen = {p.id: set(db.session.scalars(waiting(actor_of(p)))) for p in
            (manager, other, approver, office)}  # fmt: skip
    assert seen == {manager.id: {claim}, other.id: set(), approver.id: {claim},
                    office.id: {claim, newcomer}}  # fmt: skip
    with pytest.raises(NotAllowed):
        accept(actor_of(manager), newcomer, **WORKER)
    with pytest.raises(NotAllowed):
        accept(actor_of(other), claim, **WORKER)


def test_a_yes_to_a_claim_opens_the_account_of_who_is_on_record(station, sign_in):
    unit, manager = station
    number, person = on_record(unit)
    claim = registered(make_unit(), id_number=number, email="B@Example.org")
    accept(actor_of(manager), claim, **WORKER)
    db.session.commit()
    account = by_person(person.id)
    assert account is not None
    assert (claim.state, claim.person_id) == (S.ACCEPTED, person.id)
    assert {g.role for g in actor_of(person).grants} == {Role.TRAINEE}
    assert (person.phone_masked, person.email) == ("138****8000", "b@example.org")
    posts = db.session.scalars(sa.select(Employment).where(Employment.person_id == person.id))
    assert len(posts.all()) == 1
    for name in (account.login, PHONE, "b@example.org"):
        client = sign_in(None)
        client.post("/sign-in", data={"login": name, "password": PASSWORD})
        assert client.get("/me").status_code == 200


def test_what_the_record_holds_is_not_overwritten(station):
    unit, manager = station
    number, person = on_record(unit, phone="13900139000", email="own@example.org")
    accept(actor_of(manager), registered(unit, id_number=number, email="b@x.org"), **WORKER)
    assert (person.phone_masked, person.email) == ("139****9000", "own@example.org")


def test_a_yes_to_a_newcomer_puts_them_on_record_with_a_post(station):
    unit, _ = station
    office = actor_of(make_person(Role.ADMIN))
    made = accept(office, registered(unit), capacity=Capacity.COMMUNITY_WORKER)
    person = db.session.get_one(Person, made.person_id)
    post = db.session.scalars(sa.select(Employment).where(Employment.person_id == person.id)).one()
    assert (post.unit_id, post.capacity) == (unit.id, Capacity.COMMUNITY_WORKER)
    assert post.from_on == clock.today()
    assert person.id_number_key == made.id_number_key
    assert person.phone_masked == "138****8000"


def test_once_answered_neither_numbers_nor_password_stay(station):
    unit, _ = station
    office = actor_of(make_person(Role.ADMIN))
    yes = accept(office, registered(unit), **WORKER)
    no = decline(office, registered(unit), reason="不在本站工作")
    for made in (yes, no):
        assert made.id_number_sealed is made.phone_sealed is None
        assert made.password_hash == ""
        assert made.decided_at is not None


@pytest.mark.parametrize("first", ["yes", "no"])
def test_an_answer_is_given_once(station, first):
    unit, _ = station
    office, made = actor_of(make_person(Role.ADMIN)), registered(unit)
    if first == "yes":
        accept(office, made, **WORKER)
    else:
        decline(office, made, reason="不在本站工作")
    for again in (lambda: accept(office, made, **WORKER), lambda: match_anew(office, made)):
        with pytest.raises((WrongState, operations.NobodyFound)):
            again()
    with pytest.raises(WrongState):
        decline(office, made, reason="两次")


def test_a_no_needs_its_reason_and_opens_nothing(station):
    unit, manager = station
    number, person = on_record(unit)
    claim = registered(unit, id_number=number)
    with pytest.raises(ReasonMissing):
        decline(actor_of(manager), claim, reason="  ")
    decline(actor_of(manager), claim, reason="本人说没有注册")
    assert by_person(person.id) is None


def test_a_station_that_cannot_say_leaves_it_to_the_college(station):
    unit, manager = station
    number, _ = on_record(unit)
    claim = registered(unit, id_number=number)
    pass_on(actor_of(manager), claim)
    db.session.commit()
    assert list(db.session.scalars(waiting(actor_of(manager)))) == []
    with pytest.raises(NotAllowed):
        accept(actor_of(manager), claim, **WORKER)
    accept(actor_of(make_person(Role.ADMIN)), claim, **WORKER)


def test_nobody_takes_over_an_account_by_registering(station):
    unit, manager = station
    number, person = on_record(unit)
    open_account(SYSTEM, person, login="batu", password_hash="theirs")
    with pytest.raises(HasAccount):
        accept(actor_of(manager), registered(unit, id_number=number), **WORKER)
    kept = sa.select(Account.password_hash).where(Account.person_id == person.id)
    assert db.session.scalars(kept).one() == "theirs"


def test_a_manager_lets_nobody_in_as_somebody_who_may_more_than_they_do(station):
    unit, manager = station
    number, person = on_record(unit)
    grant(person, Role.ADMIN)
    with pytest.raises(MayMoreThanYou):
        accept(actor_of(manager), registered(unit, id_number=number), **WORKER)


def test_who_was_put_on_record_meanwhile_is_compared_first(station):
    unit, _ = station
    office, number = actor_of(make_person(Role.ADMIN)), make_id_number()
    made = registered(unit, id_number=number)
    person = make_person(None, unit=unit, full_name="巴特尔", id_number=number)
    with pytest.raises(OnRecordMeanwhile):
        accept(office, made, **WORKER)
    match_anew(office, made)
    accept(office, made, **WORKER)
    assert made.person_id == person.id


# ---- at the door


def typed(unit, **over):
    return {"full_name": "巴特尔", "id_type": "resident_id", "id_number": make_id_number(),
            "phone": PHONE, "unit_id": unit.id, "password": PASSWORD, "repeated": PASSWORD,
            "agrees": "y", "agrees_id_number": "y",
            "texts": "privacy-1 id_number-1"} | over  # fmt: skip


def test_known_or_not_the_answer_and_the_work_are_the_same(station, sign_in, count_queries):
    unit, _ = station
    number, person = on_record(unit, phone=PHONE)
    has_account, _ = on_record(unit)
    open_account(SYSTEM, person, login="batu", password_hash="theirs")
    client = sign_in(None)
    client.post("/register", data=typed(unit))
    seen = []
    for data in (typed(unit), typed(unit, id_number=number), typed(unit, id_number=has_account)):
        count_queries()
        answer = client.post("/register", data=data)
        page = client.get(answer.location)
        seen.append((answer.status_code, answer.location, page.text, count_queries()))
    assert seen[0] == seen[1] == seen[2]
    assert db.session.scalar(sa.select(sa.func.count(SignUp.id))) == 4
    assert db.session.scalar(sa.select(sa.func.count(Account.id))) == 1


@pytest.mark.parametrize(
    ("over", "told"),
    [
        ({"agrees": ""}, "Without your agreement"),
        ({"agrees_id_number": ""}, "the academic office alone can put you on record"),
        ({"password": "short", "repeated": "short"}, "at least 12"),
        ({"password": OWN_NAME, "repeated": OWN_NAME}, "holds your"),
        ({"repeated": "other"}, "do not agree"),
        ({"id_number": "1"}, "cannot be right"),
        ({"phone": ""}, "so that the answer reaches you"),
        ({"email": "x"}, "no mail address"),
        ({"unit_id": "999999"}, "Not a valid choice"),
    ],
)
def test_the_form_says_what_to_mend_and_keeps_the_password_out(station, sign_in, over, told):
    page = sign_in(None).post("/register", data=typed(station[0], **over))
    assert page.status_code == 422
    assert told in page.text
    assert PASSWORD not in page.text


def test_the_registration_keeps_which_versions_were_before_their_eyes(station, sign_in):
    client = sign_in(None)
    page = client.get("/register").text
    assert 'name="texts" value="privacy-1 id_number-1"' in page
    client.post("/register", data=typed(station[0]))
    assert db.session.scalars(sa.select(SignUp.consent)).one() == "privacy-1 id_number-1"


def test_a_text_that_changed_meanwhile_is_read_first(station, sign_in):
    page = sign_in(None).post("/register", data=typed(station[0], texts="privacy-1"))
    assert page.status_code == 409
    assert "A text changed while you were writing" in page.text
    assert 'value="privacy-1 id_number-1"' in page.text
    assert db.session.scalars(sa.select(SignUp)).all() == []


def test_where_nothing_is_published_nobody_registers(sign_in):
    page = sign_in(None).post("/register", data=typed(make_unit(), texts=""))
    assert page.status_code == 422
    assert "has not published its privacy notice yet" in page.text


def test_one_network_registers_only_so_many_in_an_hour(station, sign_in, app, monkeypatch):
    monkeypatch.setitem(app.config, "REGISTRATIONS_PER_HOUR", 3)
    client, before = sign_in(None), times_checked()
    statuses = [client.post("/register", data=typed(station[0])).status_code for _ in range(5)]
    assert statuses == [302] * 3 + [422] * 2
    assert times_checked() == before


def test_who_waits_cannot_sign_in(station, sign_in):
    client = sign_in(None)
    client.post("/register", data=typed(station[0]))
    assert client.post("/sign-in", data={"login": PHONE, "password": PASSWORD}).status_code == 422


def test_the_pages_lead_from_the_list_to_the_answer(station, sign_in, count_queries):
    unit, manager = station
    number, person = on_record(unit)
    for _ in range(5):
        registered(unit, id_number=number)
    db.session.commit()
    client = sign_in(manager)
    assert "5 people registered" in client.get("/me").text
    client.get("/people/sign-ups")
    count_queries()
    page = client.get("/people/sign-ups").text
    assert count_queries() <= 5
    link = re.findall(r'href="(/people/sign-ups/\d+)"', page)[0]
    shown = client.get(link).text
    assert "Yes, it is our colleague" in shown
    assert number not in shown
    no = client.post(f"{link}/decline", data={"reason": ""})
    assert (no.status_code, "Say why" in no.text) == (422, True)
    answer = client.post(f"{link}/accept", follow_redirects=True)
    assert "has an account now" in answer.text
    assert by_person(person.id) is not None
    assert "Accepted" in client.get("/people/sign-ups?state=decided").text
    again = client.post(f"{link}/accept")
    assert again.status_code == 422


def test_somebody_elses_sign_up_is_not_found(station, sign_in):
    unit, _ = station
    number, _ = on_record(unit)
    claim = registered(unit, id_number=number)
    db.session.commit()
    client = sign_in(make_person(Role.STATION_MANAGER, unit=make_unit()))
    here = f"/people/sign-ups/{claim.id}"
    assert client.get(here).status_code == 404
    for deed in ("accept", "decline", "match", "pass-on"):
        assert client.post(f"{here}/{deed}").status_code == 404


def test_a_number_is_stored_sealed_and_never_in_clear(station):
    number = make_id_number()
    made = registered(station[0], id_number=number)
    held = [str(getattr(made, column.key)) for column in SignUp.__table__.columns]
    assert not any(number in text or PHONE in text for text in held)
    assert crypto.unseal(made.id_number_sealed) == number


def test_the_list_of_another_unit_is_empty_rather_than_forbidden(station, sign_in):
    assert NotFound.code == "not_found"
    client = sign_in(make_person(Role.APPROVER, unit=make_unit()))
    assert "Nobody waits" in client.get("/people/sign-ups").text
