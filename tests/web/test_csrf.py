"""Every write needs the form's own token; an old one is explained, not punished."""

import pytest


@pytest.fixture
def strict(app, monkeypatch):
    """A visitor of the app with tokens on, as in production."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    return app.test_client()


def token_of(client) -> str:
    page = client.get("/sign-in").text
    return page.split('name="csrf_token" value="')[1].split('"')[0]


def test_write_without_a_token_is_refused_in_words(strict):
    answer = strict.post("/sign-in", data={"login": "lilei", "password": "x"})
    assert answer.status_code == 400
    assert "这张表单" in answer.text


def test_token_of_another_visitor_is_refused(strict):
    other = strict.application.test_client()
    data = {"login": "lilei", "password": "x", "csrf_token": token_of(other)}
    assert strict.post("/sign-in", data=data).status_code == 400


def test_an_expired_form_says_what_to_do(strict, app, monkeypatch):
    token = token_of(strict)
    monkeypatch.setitem(app.config, "WTF_CSRF_TIME_LIMIT", -1)
    data = {"login": "lilei", "password": "x", "csrf_token": token}
    answer = strict.post("/sign-in", data=data)
    assert answer.status_code == 400
    assert "重新" in answer.text


def test_with_the_token_the_form_is_read(strict):
    data = {"login": "lilei", "password": "x", "csrf_token": token_of(strict)}
    assert strict.post("/sign-in", data=data).status_code == 422
