"""A forgotten password and invitations by mail: one link, once, and no word to strangers."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from college.core.db import db
from college.core.errors import NotAllowed
from college.core.roles import SYSTEM, Role
from college.people.accounts.operations import open_account
from college.people.accounts.passwords import hashed
from college.people.invitations.codes import new_code
from college.people.invitations.jobs import answer_asks
from college.people.invitations.mailing import mailed
from college.people.invitations.models import Invitation, InvitationKind, PasswordAsk, Way
from college.people.invitations.operations import DemoStays, NoMailAddress, invite
from college.people.invitations.queries import open_by_code
from college.people.notices import sending
from college.people.roles.taking_over import MayMoreThanYou
from tests.conftest import account_of, actor_of
from tests.factories import grant, make_person, make_unit
from tests.people.outboxes import later

HASH = hashed("drei Pferde auf der Weide")
NEW = "vier Pferde auf der Weide"
PAGE, SENT = "/password/forgotten", "/password/forgotten/sent"


pytestmark = pytest.mark.usefixtures("fresh_limits")


@pytest.fixture
def batu():
    """Somebody with an account, a phone and a mail address."""
    person = make_person(email="batu@example.org", phone="13800138000", full_name="巴图")
    open_account(SYSTEM, person, login="batu", password_hash=HASH)
    db.session.commit()
    return person


def ask(client, typed):
    answer = client.post(PAGE, data={"login": typed})
    assert (answer.status_code, answer.location) == (302, SENT)
    return answered_and_sent()


def answered_and_sent():
    db.session.commit()  # what the test was reading is over
    answer_asks()
    return sent_now()


def sent_now():
    db.session.commit()
    return sending.send_due()


def link_in(letter):
    return re.findall(r"http\S+(/enter/\S+)", letter.get_content())[0]


@pytest.mark.parametrize("typed", ["batu", " BATU ", "13800138000", "Batu@Example.org"])
def test_the_link_goes_to_the_address_on_record_whatever_was_typed(sign_in, office, batu, typed):
    assert ask(sign_in(None), typed) == 1
    ((to, letter),) = office.taken
    assert to == "batu@example.org"
    assert "asked the college for a new password" in letter.get_content()
    made = db.session.scalars(sa.select(Invitation)).one()
    assert (made.kind, made.way) == (InvitationKind.RESET, Way.MAIL)
    assert made.expires_at - made.made_at == timedelta(minutes=30)


def test_the_link_opens_once_and_ends_every_sign_in(sign_in, office, batu):
    elsewhere = sign_in(batu)
    ask(sign_in(None), "batu")
    link = link_in(office.letters[0])
    client, chosen = sign_in(None), {"password": NEW, "repeated": NEW}
    assert "巴图" in client.get(link).text
    assert client.post(link, data=chosen).status_code == 302
    assert client.post(link, data=chosen).status_code == 404
    account = account_of(batu)
    db.session.refresh(account)
    assert account.password_hash != HASH
    assert elsewhere.get("/me").status_code == 302
    answer = client.post("/sign-in", data={"login": "batu", "password": NEW})
    assert answer.location == "/me"


def test_after_half_an_hour_the_link_opens_nothing(sign_in, office, batu, monkeypatch):
    ask(sign_in(None), "batu")
    link = link_in(office.letters[0])
    later(monkeypatch, minutes=29)
    assert sign_in(None).get(link).status_code == 200
    later(monkeypatch, minutes=2)
    assert sign_in(None).get(link).status_code == 404


def test_the_answer_is_the_same_for_known_and_unknown(sign_in, office, batu, count_queries):
    shown, costs = set(), set()
    without = make_person(full_name="无邮箱")
    open_account(SYSTEM, without, login="wuyouxiang", password_hash=HASH)
    db.session.commit()
    for typed in ("batu", "wuyouxiang", "nobody", "nobody@example.org", "13900139000"):
        client = sign_in(None)
        count_queries()
        answer = client.post(PAGE, data={"login": typed})
        costs.add(count_queries())
        shown.add((answer.status_code, answer.location, client.get(SENT).text))
    assert len(shown) == 1
    assert len(costs) == 1
    assert answered_and_sent() == 1
    assert db.session.scalars(sa.select(PasswordAsk)).all() == []


def test_what_was_typed_is_not_kept_in_the_clear(sign_in, batu):
    sign_in(None).post(PAGE, data={"login": "geheim-13800138000"})
    row = db.session.scalars(sa.select(PasswordAsk)).one()
    assert b"13800138000" not in row.typed_sealed
    answer_asks()
    assert db.session.scalars(sa.select(PasswordAsk)).all() == []


def test_nothing_typed_is_said_at_the_field(sign_in):
    answer = sign_in(None).post(PAGE, data={"login": "  "})
    assert answer.status_code == 422
    assert "Enter your user name, phone or mail address." in answer.text


def test_one_person_gets_three_links_an_hour_and_a_stranger_learns_nothing(
    sign_in, office, batu, monkeypatch
):
    typed = ("batu", "13800138000", "batu@example.org", "batu", "batu")
    sent = [ask(sign_in(None), each) for each in typed]
    assert sent == [1, 1, 1, 0, 0]
    codes = [link_in(letter).rpartition("/")[2] for letter in office.letters]
    assert [open_by_code(code) is not None for code in codes] == [False, False, True]
    later(monkeypatch, minutes=61)
    assert ask(sign_in(None), "batu") == 1


def test_one_network_asks_twenty_times_an_hour(app, sign_in, monkeypatch):
    monkeypatch.setitem(app.config, "LINKS_PER_HOUR", 2)
    client = sign_in(None)
    assert [client.post(PAGE, data={"login": "x"}).status_code for _ in range(3)] == [302, 302, 422]
    assert "Too many links" in client.post(PAGE, data={"login": "x"}).text


def test_a_slip_that_is_open_stays_open(sign_in, office, batu):
    code = new_code()
    invite(SYSTEM, batu, code=code, way=Way.SLIP, lasts=timedelta(days=1))
    db.session.commit()
    ask(sign_in(None), "batu")
    assert open_by_code(code) is not None


def test_an_address_of_two_people_and_an_invented_person_get_nothing(sign_in, office, batu):
    other = make_person(email="batu@example.org")
    open_account(SYSTEM, other, login="other", password_hash=HASH)
    demo = make_person(email="demo@example.org")
    open_account(SYSTEM, demo, login="demo", password_hash=HASH)
    demo.is_demo = True
    db.session.commit()
    for typed in ("batu@example.org", "demo"):
        assert ask(sign_in(None), typed) == 0
    assert office.taken == []
    assert ask(sign_in(None), "other") == 1


def test_what_was_asked_long_ago_is_over(sign_in, office, batu, monkeypatch):
    sign_in(None).post(PAGE, data={"login": "batu"})
    later(monkeypatch, minutes=61)
    assert answered_and_sent() == 0
    assert db.session.scalars(sa.select(PasswordAsk)).all() == []


def test_one_ask_is_answered_once(sign_in, office, batu):
    sign_in(None).post(PAGE, data={"login": "batu"})
    answer_asks()
    assert answered_and_sent() == 1


def test_an_invitation_by_mail_opens_the_account(sign_in, office):
    unit = make_unit()
    manager = make_person(Role.STATION_MANAGER, unit=unit)
    person = make_person(None, unit=unit, email="li@example.org", full_name="李四")
    client = sign_in(manager)
    assert "Mail an invitation" in client.get("/people/invitations").text
    answer = client.post(f"/people/invitations/mail/{person.id}", follow_redirects=True)
    assert "The mail to 李四 is on its way." in answer.text
    assert sent_now() == 1
    letter = office.letters[0]
    assert letter["Subject"].startswith("学院邀请您开通账号")
    chosen = {"login": "lisi", "password": NEW, "repeated": NEW}
    assert sign_in(None).post(link_in(letter), data=chosen).status_code == 302
    assert account_of(person).login == "lisi"
    made = db.session.scalars(sa.select(Invitation)).one()
    assert made.expires_at - made.made_at == timedelta(days=14)


def test_the_office_mails_a_link_for_a_new_password(sign_in, office, batu):
    sign_in(make_person(Role.ADMIN)).post(f"/people/invitations/mail/{batu.id}")
    sent_now()
    text = office.letters[0].get_content()
    assert "Your station or the academic office had this link made for you." in text


def test_who_has_no_mail_address_gets_a_slip(sign_in):
    unit = make_unit()
    person = make_person(None, unit=unit, full_name="王五")
    client = sign_in(make_person(Role.STATION_MANAGER, unit=unit))
    assert "Mail an invitation" not in client.get("/people/invitations").text
    answer = client.post(f"/people/invitations/mail/{person.id}", follow_redirects=True)
    assert "The college has no mail address of 王五. Print a slip instead." in answer.text
    with pytest.raises(NoMailAddress):
        mailed(SYSTEM, person)


def test_nobody_mails_an_invitation_beyond_their_reach():
    unit = make_unit()
    person = make_person(None, unit=unit, email="li@example.org")
    elsewhere = make_person(Role.STATION_MANAGER, unit=make_unit())
    for actor in (actor_of(elsewhere), actor_of(make_person(Role.TRAINEE, unit=unit))):
        with pytest.raises(NotAllowed):
            mailed(actor, person)
    grant(person, Role.ADMIN)
    with pytest.raises(MayMoreThanYou):
        mailed(actor_of(make_person(Role.STATION_MANAGER, unit=unit)), person)


def test_the_demo_keeps_its_passwords(batu):
    batu.is_demo = True
    db.session.commit()
    with pytest.raises(DemoStays):
        mailed(SYSTEM, batu)
