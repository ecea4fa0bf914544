"""What every answer of a college in production carries: each route of the map, errors and files.

The settings are those of a production over HTTPS; the routes come from the map, so that a new one
is asked too.
"""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from college.core.db import db
from college.core.errors import Unavailable
from college.core.roles import Role
from college.factory import flask_settings
from college.people.accounts.passwords import hashed
from college.web.headers import HEADERS
from college.web.limits import install as install_limits
from config import Settings
from tests.conftest import account_of, key_of
from tests.factories import make_person
from tests.web.test_doors import LETTERS, ROLES, written
from tests.web.world import World, at, own_cast, reader_of, routes

URL = "https://college.example.org"
PASSWORD = "a long enough password"
FILES_OF_THE_LOOK = {"/static/<path:filename>", "/favicon.ico"}
POLICY = "Content-Security-Policy"
NAMES = (
    *(POLICY, "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy"),
    *("Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "Permissions-Policy"),
)
CHART = "private, max-age=31536000, immutable"  # named by its hash, kept by its reader alone


@pytest.fixture
def production(app, settings, monkeypatch):
    """The app as its settings would be in production; and its errors as answers."""
    real = Settings(
        environment="production",
        instance=settings.instance,
        database_url=settings.database_url,
        secret_key=secrets.token_urlsafe(48),
        data_key=urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        public_url=URL,
    )
    for name, value in flask_settings(real).items():
        if not name.startswith("SQLALCHEMY"):
            monkeypatch.setitem(app.config, name, value)
    monkeypatch.setitem(app.config, "REQUIRE_TOTP", False)  # test_second_factors has the gate
    install_limits(app)
    return app


class Browser:
    """Somebody at their browser, over HTTPS."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, **options: object) -> TestResponse:
        return self.open(path, method="GET", **options)

    def post(self, path: str, **options: object) -> TestResponse:
        return self.open(path, method="POST", **options)

    def open(self, path: str, **options: object) -> TestResponse:
        return self.client.open(path, base_url=URL, **options)

    @property
    def cookie(self) -> str | None:
        kept = self.client.get_cookie("__Host-college", domain="college.example.org")
        return kept.value if kept else None

    def plant(self, value: str) -> None:
        self.client.set_cookie("__Host-college", value, domain="college.example.org", secure=True)


@pytest.fixture
def browser(production) -> Callable[..., Browser]:
    def arrive(person=None) -> Browser:
        client = production.test_client()
        if person is not None:
            with client.session_transaction(base_url=URL) as cookie:
                cookie["_user_id"] = key_of(account_of(person))
        return Browser(client)

    return arrive


def missing(answer: TestResponse, *, is_public: bool = False) -> list[str]:
    """What an answer ought to carry and does not."""
    held = answer.headers
    lacking = [name for name in NAMES if name not in held]
    policy = dict(part.strip().partition(" ")[::2] for part in held.get(POLICY, "").split(";"))
    if policy.get("frame-ancestors") != "'none'" or "unsafe-inline" in policy.get("script-src", ""):
        lacking.append("a policy")
    if policy.get("default-src") not in {"'self'", "'none'"}:
        lacking.append("a default")
    if "max-age=31536000" not in held.get("Strict-Transport-Security", ""):
        lacking.append("Strict-Transport-Security")
    kept = held.get("Cache-Control", "")
    if not is_public and kept != CHART and "no-store" not in kept:
        lacking.append(f"no-store ({kept})")
    return lacking


def test_every_page_and_file_carries_every_header(production, browser):
    world, open_to = World(), written()
    people = {role: reader_of(role, world.here) for role in ROLES}
    rows = {role: world.rows_of(own_cast(people[role], role, world.here)) for role in ROLES}
    clients = {role: browser(people[role]) for role in ROLES}
    wrong, shown = [], 0
    for method, rule in routes(production):
        letters = open_to[method, rule]
        role = next((role for role in reversed(ROLES) if LETTERS[role] in letters), ROLES[0])
        if method == "GET":
            answer = clients[role].get(at(rule, rows[role]))
            assert answer.status_code < 500, rule
            shown += answer.status_code < 300
            lacking = missing(answer, is_public=rule in FILES_OF_THE_LOOK)
            wrong += [(rule, answer.status_code, lacking)] if lacking else []
    assert wrong == []
    assert shown > 40


def test_every_error_carries_every_header(production, browser, monkeypatch):
    monkeypatch.setitem(production.config, "WTF_CSRF_ENABLED", True)
    trainee, nobody = browser(make_person(Role.TRAINEE)), browser()
    fetch = {"X-Requested-With": "fetch"}
    answers = [
        nobody.post("/sign-in", data={"login": "x"}),
        nobody.get("/me", headers=fetch),
        trainee.get("/admin"),
        nobody.get("/no-such-page"),
        nobody.get("/static/no-such-file.css"),
        nobody.get("/sign-out"),
        nobody.post("/sign-in", data=b"x" * (production.config["MAX_CONTENT_LENGTH"] + 1)),
    ]
    monkeypatch.setitem(production.config, "WTF_CSRF_ENABLED", False)
    answers += [nobody.post("/sign-in", data={"login": "x", "password": "y"}) for _ in range(6)]
    for broken in (lambda: 1 / 0, away):
        monkeypatch.setitem(production.view_functions, "health.alive", broken)
        answers.append(nobody.get("/healthz"))
    assert [answer.status_code for answer in answers] == [
        *(400, 401, 403, 404, 404, 405, 413), *[422] * 5, 429, 500, 503,
    ]  # fmt: skip
    assert [(a.status_code, missing(a)) for a in answers if missing(a)] == []
    assert all("ZeroDivisionError" not in answer.text for answer in answers)


def away() -> str:
    raise Unavailable


def test_an_answer_without_them_is_noticed(production, browser, monkeypatch):
    """The negative control."""
    for name in NAMES:
        monkeypatch.delitem(HEADERS, name)
        assert name in missing(browser().get("/sign-in"))


def cookies_of(answer: TestResponse) -> dict[str, set[str]]:
    """Name and attributes of each cookie that an answer sets."""
    found = {}
    for line in answer.headers.getlist("Set-Cookie"):
        first, *rest = line.split("; ")
        found[first.partition("=")[0]] = {each.partition("=")[0] for each in rest} | set(rest)
    return found


def test_every_cookie_is_kept_from_scripts_neighbours_and_open_lines(browser):
    visitor = browser()
    given = cookies_of(visitor.get("/sign-in")) | cookies_of(visitor.get("/language/en"))
    assert set(given) == {"__Host-college", "__Host-language"}
    for attributes in given.values():
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= attributes
        assert "Domain" not in attributes
    assert 'lang="en"' in visitor.get("/").text


def test_in_development_on_plain_http_cookies_have_their_plain_names(app):
    client = app.test_client()
    given = cookies_of(client.get("/sign-in")) | cookies_of(client.get("/language/en"))
    assert set(given) == {"college", "language"}
    for attributes in given.values():
        assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= attributes
        assert "Secure" not in attributes


@pytest.fixture
def lilei(production):
    person = make_person(Role.TRAINEE)
    account = account_of(person)
    account.login, account.password_hash = "lilei", hashed(PASSWORD)
    db.session.commit()
    return person


def sign_in(who: Browser) -> None:
    answer = who.post("/sign-in", data={"login": "lilei", "password": PASSWORD})
    assert answer.location == "/me"


def test_a_cookie_planted_before_the_sign_in_is_another_after_it_and_stays_worthless(
    browser, lilei
):
    thief, victim = browser(), browser()
    thief.get("/sign-in")
    planted = thief.cookie
    assert planted
    victim.plant(planted)
    sign_in(victim)
    assert victim.cookie != planted
    assert victim.get("/me").status_code == 200
    assert thief.get("/me").location.startswith("/sign-in")


def test_the_token_of_a_form_from_before_the_sign_in_is_refused_after_it(
    production, browser, lilei, monkeypatch
):
    victim = browser()
    token = victim.get("/sign-in").text.split('name="csrf_token" value="')[1].split('"')[0]
    sign_in(victim)
    monkeypatch.setitem(production.config, "WTF_CSRF_ENABLED", True)
    assert victim.post("/me/devices/end-others", data={"csrf_token": token}).status_code == 400


def test_a_thief_who_plants_an_own_sign_in_loses_it_to_the_victims(browser, lilei):
    thief, victim = browser(make_person(Role.TRAINEE)), browser()
    assert thief.get("/me").status_code == 200
    victim.plant(str(thief.cookie))
    sign_in(victim)
    assert thief.get("/me").location.startswith("/sign-in")


def test_a_planted_cookie_that_is_accepted_would_be_noticed(browser, lilei):
    """The negative control: with the very cookie of after the sign-in the door does open."""
    thief, victim = browser(), browser()
    sign_in(victim)
    thief.plant(str(victim.cookie))
    assert thief.get("/me").status_code == 200
