"""Linking an account elsewhere with one here: only by whoever owns both."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from college.core.db import db
from college.core.journal import JournalEntry
from college.core.roles import Role
from college.core.security_log import SecurityEvent, SecurityKind
from college.people.notices.models import NoticeKind
from college.people.oidc.models import ExternalIdentity
from college.people.oidc.operations import link_identity, unlink_identity
from college.people.oidc.taken import LinkedAlready, LinkedToAnother
from college.people.persons.models import Person
from tests.factories import make_person
from tests.people.oidc_ways import (
    PASSWORD,
    START,
    SUBJECT,
    back_from,
    enter,
    go_on,
    is_in,
    linked,
    make_account,
    refused,
    secured,
)
from tests.people.provider import open_provider
from tests.people.test_notice_kinds import told_to

pytestmark = pytest.mark.usefixtures("fresh_limits")


def link_page(client, provider):
    back = back_from(client, provider, "/me/provider/begin")
    assert back.location == "/me/provider", back.text
    return client.get("/me/provider").text


def test_who_is_signed_in_links_with_the_password(provider, lilei, sign_in):
    provider.person |= {"email": "li@example.org", "email_verified": True}
    client = sign_in(lilei.person)
    assert "li@example.org" in link_page(client, provider)
    wrong = client.post("/me/provider/link", data={"password": "wrong"})
    assert wrong.status_code == 422
    assert "not your present password" in wrong.text
    assert db.session.scalars(sa.select(ExternalIdentity)).all() == []
    done = client.post("/me/provider/link", data={"password": PASSWORD})
    assert done.location == "/me/provider"
    identity = db.session.scalars(sa.select(ExternalIdentity)).one()
    assert (identity.issuer, identity.sub) == (provider.issuer, SUBJECT)
    assert identity.person_id == lilei.person_id
    assert "li@example.org" in client.get("/me/provider").text
    assert go_on(sign_in(None), provider).location == "/me"


def test_linking_is_journalled_logged_and_told(provider, lilei, sign_in):
    client = sign_in(lilei.person)
    link_page(client, provider)
    client.post("/me/provider/link", data={"password": PASSWORD})
    newest = sa.select(JournalEntry).order_by(JournalEntry.id.desc()).limit(1)
    entry = db.session.scalars(newest).one()
    assert (entry.deed, entry.about_id) == ("link_identity", lilei.person_id)
    kinds = db.session.scalars(sa.select(SecurityEvent.kind)).all()
    assert kinds == [SecurityKind.IDENTITY_CHANGED]
    ((text, page),) = told_to(lilei.person, NoticeKind.IDENTITY_CHANGED)
    assert "was linked with yours" in text
    assert page == "/me/provider"


def test_linking_asks_for_the_code_where_there_is_a_second_factor(now, provider, lilei, sign_in):
    phone = secured(lilei)
    client = sign_in(lilei.person)
    now.shift(timedelta(seconds=1))
    assert 'name="code"' in link_page(client, provider)
    for data in ({"password": PASSWORD}, {"password": PASSWORD, "code": "000000"}):
        assert client.post("/me/provider/link", data=data).status_code == 422
    assert db.session.scalars(sa.select(ExternalIdentity)).all() == []
    data = {"password": PASSWORD, "code": phone.at(START)}
    assert client.post("/me/provider/link", data=data).status_code == 302


@pytest.mark.parametrize("is_verified", [True, False, "true", None])
def test_a_mail_address_opens_nobodys_account(provider, sign_in, is_verified):
    make_account(email="li@example.org")
    provider.person |= {"email": "li@example.org", "email_verified": is_verified}
    client = sign_in(None)
    back_from(client, provider)
    page = client.get("/sign-in/provider/go-on")
    assert "no account of the college is linked" in page.text
    assert ("li@example.org" in page.text) is (is_verified is True)
    assert "/sign-up" in page.text or "Register here" in page.text
    assert client.post("/sign-in/provider/go-on").status_code == 409
    assert not is_in(client)
    assert db.session.scalars(sa.select(ExternalIdentity)).all() == []
    assert db.session.scalars(sa.select(Person)).all()[-1].email == "li@example.org"


def test_on_the_first_way_in_one_signs_in_with_the_password_and_links(provider, lilei, sign_in):
    client = sign_in(None)
    back_from(client, provider)
    page = client.get("/sign-in/provider/go-on").text
    assert "/sign-in?next=/me/provider" in page
    assert enter(client, at="/sign-in?next=/me/provider").location == "/me/provider"
    page = client.get("/me/provider").text
    assert "Link it now?" in page
    assert 'name="password"' not in page  # it was typed a moment ago
    assert client.post("/me/provider/link").location == "/me/provider"
    assert go_on(sign_in(None), provider).location == "/me"


def test_on_the_first_way_in_the_second_factor_comes_before_the_link(now, provider, lilei, sign_in):
    phone = secured(lilei)
    client = sign_in(None)
    back_from(client, provider)
    half = enter(client, at="/sign-in?next=/me/provider")
    assert client.post("/me/provider/link").status_code in {302, 401}
    assert db.session.scalars(sa.select(ExternalIdentity)).all() == []
    let_in = client.post(half.location, data={"code": phone.at(START)})
    assert let_in.location == "/me/provider"
    assert client.post("/me/provider/link").status_code == 302
    assert db.session.scalars(sa.select(ExternalIdentity)).one().person_id == lilei.person_id


def test_a_sign_in_that_was_open_before_is_no_proof(provider, lilei, sign_in):
    """Somebody else at an open screen comes from the provider as themselves."""
    client = sign_in(lilei.person)
    back_from(client, provider)
    assert 'name="password"' in client.get("/me/provider").text
    assert client.post("/me/provider/link").status_code == 422
    assert db.session.scalars(sa.select(ExternalIdentity)).all() == []


def test_tries_at_linking_are_counted_as_those_at_the_door(provider, lilei, sign_in):
    client = sign_in(lilei.person)
    link_page(client, provider)
    for _ in range(5):
        client.post("/me/provider/link", data={"password": "wrong"})
    answer = client.post("/me/provider/link", data={"password": PASSWORD})
    assert answer.status_code == 429
    assert db.session.scalars(sa.select(ExternalIdentity)).all() == []


def test_what_one_person_began_another_does_not_end(provider, lilei, sign_in):
    client = sign_in(lilei.person)
    back_from(client, provider, "/me/provider/begin")
    other = sign_in(make_account("han").person)
    other.set_cookie("provider", client.get_cookie("provider").value)
    assert "Link it now?" not in other.get("/me/provider").text
    assert other.post("/me/provider/link", data={"password": PASSWORD}).status_code == 422
    other_way = sign_in(None)
    other_way.set_cookie("provider", client.get_cookie("provider").value)
    assert other_way.post("/sign-in/provider/go-on").status_code == 409
    assert db.session.scalars(sa.select(ExternalIdentity)).all() == []


def test_an_identity_of_somebody_else_is_not_linked(provider, lilei, sign_in):
    other = make_account("han")
    linked(other, provider)
    client = sign_in(lilei.person)
    back = back_from(client, provider, "/me/provider/begin")
    assert back.status_code == 409
    assert "linked with somebody else’s account" in back.text
    assert "Back to your linked accounts" in back.text
    with pytest.raises(LinkedToAnother):
        link_identity(lilei.actor, lilei, issuer=provider.issuer, subject=SUBJECT, shown_as="x")


def test_of_one_provider_one_identity_is_linked(provider, lilei, sign_in):
    linked(lilei, provider, "another")
    back = back_from(sign_in(lilei.person), provider, "/me/provider/begin")
    assert back.status_code == 409
    assert "linked already" in back.text
    with pytest.raises(LinkedAlready):
        link_identity(lilei.actor, lilei, issuer=provider.issuer, subject=SUBJECT, shown_as="x")


def test_what_was_taken_meanwhile_is_refused_in_the_form(provider, lilei, sign_in):
    client = sign_in(lilei.person)
    link_page(client, provider)
    linked(make_account("han"), provider)
    answer = client.post("/me/provider/link", data={"password": PASSWORD})
    assert answer.status_code in {409, 422}
    assert "linked with somebody else’s account" in answer.text


def test_a_hostile_name_is_shown_as_text(provider, lilei, sign_in):
    provider.person |= {"preferred_username": "<script>alert(1)</script>\u202e\n" + "x" * 300}
    client = sign_in(lilei.person)
    page = link_page(client, provider)
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;" in page
    client.post("/me/provider/link", data={"password": PASSWORD})
    shown = db.session.scalars(sa.select(ExternalIdentity.shown_as)).one()
    assert len(shown) <= 100
    assert shown.isprintable()


def test_unlinked_it_opens_nothing_and_the_owner_is_told(provider, lilei, sign_in):
    identity = linked(lilei, provider)
    client = sign_in(lilei.person)
    assert client.post(f"/me/provider/{identity.id}/unlink").location == "/me/provider"
    assert db.session.scalars(sa.select(ExternalIdentity)).all() == []
    ((text, _),) = told_to(lilei.person, NoticeKind.IDENTITY_CHANGED)
    assert "was unlinked" in text
    stranger = sign_in(None)
    back_from(stranger, provider)
    assert "no account of the college is linked" in stranger.get("/sign-in/provider/go-on").text
    assert enter(sign_in(None)).location == "/me"


def test_nobody_unlinks_what_is_anothers(provider, lilei, sign_in):
    identity = linked(lilei, provider)
    other = sign_in(make_person(Role.ADMIN))
    assert other.post(f"/me/provider/{identity.id}/unlink").status_code == 404
    assert db.session.scalars(sa.select(ExternalIdentity)).one() is not None


def test_unlinked_in_between_it_lets_nobody_in(provider, lilei, sign_in):
    identity = linked(lilei, provider)
    client = sign_in(None)
    back_from(client, provider)
    unlink_identity(lilei.actor, identity)
    db.session.commit()
    refused(client.post("/sign-in/provider/go-on"), "not linked", 409)


def test_once_the_settings_name_none_the_links_can_still_be_undone(ask, provider, lilei, sign_in):
    identity = linked(lilei, provider)
    ask(provider, ISSUER="")
    client = sign_in(lilei.person)
    assert provider.issuer in client.get("/me/provider").text
    assert client.get("/me/provider/begin").status_code == 404
    assert client.post("/me/provider/link").status_code == 404
    assert client.post(f"/me/provider/{identity.id}/unlink").status_code == 302


def test_links_at_one_provider_open_nothing_through_another(ask, provider, lilei, sign_in):
    linked(lilei, provider)
    with open_provider() as second:
        ask(second)
        client = sign_in(None)
        back_from(client, second)
        assert client.post("/sign-in/provider/go-on").status_code == 409


# ---- unlinked by an administrator


def test_an_administrator_unlinks_it_for_a_reason_that_its_owner_reads(provider, lilei, sign_in):
    identity = linked(lilei, provider)
    client, address = sign_in(make_person(Role.ADMIN)), f"/people/provider/{identity.id}"
    assert address in client.get(f"/people/persons/{lilei.person_id}").text
    assert "Known there as" in client.get(address).text
    refused = client.post(address, data={"reason": ""})
    assert (refused.status_code, "the person is told" in refused.text) == (422, True)
    client.post(address, data={"reason": "这是别人的账号。"})
    assert db.session.scalars(sa.select(ExternalIdentity)).all() == []
    (text, _), *_ = told_to(lilei.person, NoticeKind.IDENTITY_CHANGED)[::-1]
    assert "the academic office unlinked" in text
    assert "这是别人的账号。" in text
    deeds = sa.select(JournalEntry).where(JournalEntry.deed == "unlink_of_person")
    (entry,) = db.session.scalars(deeds).all()
    assert entry.about_id == lilei.person_id
    kinds = db.session.scalars(sa.select(SecurityEvent.kind)).all()
    assert SecurityKind.IDENTITY_CHANGED in kinds
    stranger = sign_in(None)
    page = stranger.get(back_from(stranger, provider).location).text
    assert "Link your account once" in page


@pytest.mark.parametrize("role", [Role.STATION_MANAGER, Role.OBSERVER, Role.TRAINEE])
def test_nobody_else_unlinks_what_is_not_theirs(provider, lilei, sign_in, role):
    identity = linked(lilei, provider)
    client = sign_in(make_person(role))
    answer = client.post(f"/people/provider/{identity.id}", data={"reason": "随便"})
    assert answer.status_code == 403
    assert db.session.get(ExternalIdentity, identity.id) is not None
