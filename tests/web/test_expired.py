"""A form that stood open too long keeps what was typed, for its own reader alone."""

import html
import re

import pytest

from college.core.db import db
from college.core.roles import Role
from college.supervision.sessions.models import SupervisionSession
from tests.factories import make_person

URL = "/supervision/sessions/new"
TYPED = {"topics": '个案-07：<b>会谈</b> & "结构"\r\n第二行', "place": "二楼"}
HERE = {"Sec-Fetch-Site": "same-origin"}
KEPT = "what you entered is kept"


@pytest.fixture
def strict(app, monkeypatch):
    """Tokens as in production, in the app that has the test's database."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    return app


@pytest.fixture
def client(strict, sign_in):
    return sign_in(make_person(Role.SUPERVISOR, full_name="王督导"))


def token_of(client) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(URL).text)
    assert found is not None
    return found[1]


def expire(app, monkeypatch) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_TIME_LIMIT", -1)


def send(client, token, headers=HERE, **more):
    return client.post(URL, data=TYPED | {"csrf_token": token} | more, headers=headers)


def test_what_was_typed_is_on_the_page_and_goes_off_by_the_button(client, app, monkeypatch):
    old = token_of(client)
    expire(app, monkeypatch)
    page = send(client, old)
    assert page.status_code == 400
    assert KEPT in page.text
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
    fresh = fields.pop("csrf_token")
    assert fields.pop("once")  # a new one
    assert {name: html.unescape(value) for name, value in fields.items()} == TYPED
    assert "<b>会谈</b>" not in page.text
    assert f'action="{URL}"' in page.text
    assert db.session.query(SupervisionSession).count() == 0

    monkeypatch.setitem(app.config, "WTF_CSRF_TIME_LIMIT", 3600)
    again = client.post(URL, data=TYPED | {"csrf_token": fresh}, headers=HERE)
    assert again.status_code == 422  # read as any form: what is missing is asked for
    assert "二楼" in again.text


def test_a_password_is_never_kept(client, app, monkeypatch):
    old = token_of(client)
    expire(app, monkeypatch)
    page = send(client, old, password="top secret", new_password="top secret")
    assert KEPT in page.text
    assert "top secret" not in page.text


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
    ],
)
def test_what_comes_from_elsewhere_is_not_kept(client, app, monkeypatch, headers):
    old = token_of(client)
    expire(app, monkeypatch)
    page = send(client, old, headers=headers)
    assert page.status_code in {400, 403}  # refused for its age or its origin
    assert "会谈" not in page.text


def test_a_browser_that_names_only_its_origin_is_believed(client, app, monkeypatch):
    old = token_of(client)
    expire(app, monkeypatch)
    assert KEPT in send(client, old, headers={"Origin": "http://localhost"}).text


@pytest.mark.parametrize("token", ["", "forged", "IjEyMyI.aZ.bad"])
def test_a_form_without_our_token_is_not_kept(client, token):
    page = send(client, token)
    assert page.status_code == 400
    assert "会谈" not in page.text


def test_the_token_of_another_sign_in_is_not_kept(client, app, sign_in, monkeypatch):
    theirs = token_of(sign_in(make_person(Role.SUPERVISOR)))
    token_of(client)
    expire(app, monkeypatch)
    page = send(client, theirs)
    assert page.status_code == 400
    assert "会谈" not in page.text


def test_who_is_signed_out_meanwhile_gets_nothing_back(client, app, monkeypatch):
    old = token_of(client)
    with client.session_transaction() as cookie:
        del cookie["_user_id"]
    expire(app, monkeypatch)
    page = send(client, old)
    assert page.status_code == 400
    assert "会谈" not in page.text


def test_a_script_gets_words(client, app, monkeypatch):
    old = token_of(client)
    expire(app, monkeypatch)
    answer = send(client, old, headers=HERE | {"X-Requested-With": "fetch"})
    assert answer.status_code == 400
    assert answer.json["message"]
