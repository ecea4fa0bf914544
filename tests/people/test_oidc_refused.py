"""What a sign-in provider, or whoever plays one, cannot make the college do."""

import json
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
import sqlalchemy as sa

from college.core.db import db
from college.core.security_log import SecurityEvent, SecurityKind
from college.web.limits import install
from tests.people.oidc_ways import (
    back_from,
    go_on,
    is_in,
    linked,
    refused,
)
from tests.people.provider import CLIENT, rsa_key

pytestmark = pytest.mark.usefixtures("fresh_limits")


@pytest.mark.parametrize(
    "spoils",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another"},
        {"aud": ["another", "third"]},
        {"aud": [CLIENT, "another"]},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"azp": "another"},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"sub": None},
        {"sub": 4711},
        {"sub": ""},
        {"sub": "x" * 256},
        {"sub": "4711\0"},
        {"exp": 1},
        {"exp": None},
        {"exp": "tomorrow"},
        {"iat": None},
        {"iat": 1},
        {"iat": 9_999_999_999},
        {"nbf": 9_999_999_999},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_this_very_sign_in_opens_nothing(provider, lilei, sign_in, spoils):
    linked(lilei, provider)
    provider.spoils = spoils
    client = sign_in(None)
    refused(back_from(client, provider))
    assert client.get("/sign-in/provider/go-on").status_code == 422
    assert not is_in(client)
    kinds = db.session.scalars(sa.select(SecurityEvent.kind)).all()
    assert SecurityKind.REFUSED in kinds


def test_a_token_for_several_names_the_college_as_its_party(provider, lilei, sign_in):
    linked(lilei, provider)
    provider.spoils = {"aud": [CLIENT, "another"], "azp": CLIENT}
    assert go_on(sign_in(None), provider).location == "/me"


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_that_anybody_could_have_written_opens_nothing(provider, lilei, sign_in, algorithm):
    linked(lilei, provider)
    provider.published_keys = [rsa_key("first")]
    provider.algorithm = algorithm
    refused(back_from(sign_in(None), provider))


def test_a_token_by_a_key_that_is_not_published_opens_nothing(provider, lilei, sign_in):
    linked(lilei, provider)
    provider.signing_key = rsa_key("unknown")
    refused(back_from(sign_in(None), provider))
    assert provider.asked.count("/keys") == 2  # looked once more, and no further


def test_a_token_by_another_key_of_the_same_name_opens_nothing(provider, lilei, sign_in):
    linked(lilei, provider)
    impostor = type(rsa_key("first")).generate_key(2048, {"kid": "first"})
    provider.signing_key = impostor
    refused(back_from(sign_in(None), provider))


@pytest.mark.parametrize("token", [None, 7, "", "a.b", "a.b.c", "x" * 200_000])
def test_what_is_no_token_opens_nothing(provider, sign_in, token):
    body = json.dumps({"access_token": "a", "id_token": token}).encode()
    provider.answers["/token"] = 200, body, {}
    refused(back_from(sign_in(None), provider))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda query: query | {"state": "another"},
        lambda query: query | {"state": ""},
        lambda query: {"code": query["code"]},
    ],
)
def test_an_answer_to_what_this_browser_did_not_ask_is_refused(provider, sign_in, spoil):
    refused(back_from(sign_in(None), provider, spoil=spoil), "Begin again.")


def test_an_answer_of_another_browser_is_refused(provider, lilei, sign_in):
    linked(lilei, provider)
    thief, victim = sign_in(None), sign_in(None)
    back = urlsplit(provider.visit(thief.get("/sign-in/provider").location))
    refused(victim.get(f"{back.path}?{back.query}"), "Begin again.")
    victim.get("/sign-in/provider")
    refused(victim.get(f"{back.path}?{back.query}"), "Begin again.")


def test_an_answer_counts_once_even_with_a_copy_of_the_cookie(provider, lilei, sign_in):
    linked(lilei, provider)
    client, copy = sign_in(None), sign_in(None)
    sent = client.get("/sign-in/provider")
    copy.set_cookie("provider", client.get_cookie("provider").value)
    back = urlsplit(provider.visit(sent.location))
    assert client.get(f"{back.path}?{back.query}").status_code == 302
    refused(copy.get(f"{back.path}?{back.query}"), "Begin again.")
    assert provider.asked.count("/token") == 1


def test_who_was_found_is_let_in_once_even_with_a_copy_of_the_cookie(provider, lilei, sign_in):
    linked(lilei, provider)
    client, copy = sign_in(None), sign_in(None)
    back_from(client, provider)
    copy.set_cookie("provider", client.get_cookie("provider").value)
    assert client.post("/sign-in/provider/go-on").status_code == 302
    refused(copy.post("/sign-in/provider/go-on"), "Begin again.")
    assert not is_in(copy)


def test_a_code_that_was_used_is_refused(provider, lilei, sign_in):
    linked(lilei, provider)
    first = urlsplit(provider.visit(sign_in(None).get("/sign-in/provider").location))
    used = dict(parse_qsl(first.query))["code"]
    provider.codes.pop(used)  # somebody was faster
    answer = back_from(sign_in(None), provider, spoil=lambda query: query | {"code": used})
    refused(answer)


def test_a_code_of_somebody_elses_sign_in_is_refused(provider, lilei, sign_in):
    """Their verifier is not in this browser: PKCE."""
    linked(lilei, provider)
    other = urlsplit(provider.visit(sign_in(None).get("/sign-in/provider").location))
    theirs = dict(parse_qsl(other.query))["code"]
    refused(back_from(sign_in(None), provider, spoil=lambda query: query | {"code": theirs}))


@pytest.mark.parametrize("code", ["", "x" * 3000])
def test_what_can_be_no_code_is_not_asked_about(provider, sign_in, code):
    refused(back_from(sign_in(None), provider, spoil=lambda query: query | {"code": code}))
    assert "/token" not in provider.asked


def test_an_answer_that_names_another_issuer_is_refused(provider, sign_in):
    spoil = lambda query: query | {"iss": "https://evil.example"}  # noqa: E731
    refused(back_from(sign_in(None), provider, spoil=spoil))


@pytest.mark.parametrize(("names_itself", "status"), [(True, 422), (False, 302)])
def test_an_answer_without_its_issuer_is_refused_where_it_is_promised(
    provider, lilei, sign_in, names_itself, status
):
    provider.publishes = {"authorization_response_iss_parameter_supported": names_itself}
    spoil = lambda query: {k: v for k, v in query.items() if k != "iss"}  # noqa: E731
    assert back_from(sign_in(None), provider, spoil=spoil).status_code == status


def test_who_turns_back_there_is_told_of_the_password(provider, sign_in):
    spoil = lambda query: {"error": "access_denied", "state": query["state"]}  # noqa: E731
    answer = back_from(sign_in(None), provider, spoil=spoil)
    refused(answer, "The service “City ID” did not sign you in")
    assert "access_denied" not in answer.text


def test_what_was_begun_ends_after_ten_minutes(now, provider, lilei, sign_in):
    linked(lilei, provider)
    slow, slower = sign_in(None), sign_in(None)
    back = urlsplit(provider.visit(slow.get("/sign-in/provider").location))
    back_from(slower, provider)
    now.shift(timedelta(minutes=10, seconds=1))
    refused(slow.get(f"{back.path}?{back.query}"), "Begin again.")
    refused(slower.get("/sign-in/provider/go-on"), "Begin again.")
    refused(slower.post("/sign-in/provider/go-on"), "Begin again.")


@pytest.mark.parametrize("planted", ["", "x", "AAAA", "é", "A" * 400])
def test_what_is_planted_in_the_cookie_is_nothing(provider, sign_in, planted):
    client = sign_in(None)
    client.set_cookie("provider", planted)
    refused(client.get("/sign-in/provider/go-on"), "Begin again.")


def test_what_was_asked_is_not_what_was_found(provider, lilei, sign_in):
    linked(lilei, provider)
    client = sign_in(None)
    client.get("/sign-in/provider")
    refused(client.post("/sign-in/provider/go-on"), "Begin again.")


def test_made_up_answers_are_made_to_wait(app, provider, sign_in, monkeypatch):
    monkeypatch.setitem(app.config, "SIGN_IN_TRIES_PER_ADDRESS", 3)
    install(app)
    provider.spoils = {"nonce": "another"}
    answers = [back_from(sign_in(None), provider) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [422, 422, 422, 429]
    assert "Wait 10 minutes" in answers[-1].text
    kinds = sa.select(SecurityEvent.kind).order_by(SecurityEvent.id)
    assert db.session.scalars(kinds).all()[-1] is SecurityKind.LIMITED


def test_a_class_behind_one_address_gets_in(app, provider, lilei, sign_in, monkeypatch):
    monkeypatch.setitem(app.config, "SIGN_IN_TRIES_PER_ADDRESS", 3)
    install(app)
    linked(lilei, provider)
    assert {go_on(sign_in(None), provider).location for _ in range(5)} == {"/me"}
