"""A sign-in provider that is gone, slow or leads astray: a sentence, in time, and nothing else."""

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from college.people.oidc import asking, documents
from college.people.oidc.provider import provider_of
from college.web.limits import install
from tests.people.oidc_ways import (
    back_from,
    enter,
    is_put_off,
    make_account,
)
from tests.people.provider import CLIENT, SECRET, open_provider

pytestmark = pytest.mark.usefixtures("fresh_limits")


# ---- gone or slow


def test_a_provider_that_is_gone_is_said_to_be(ask, sign_in):
    with open_provider() as provider:
        pass
    ask(provider)
    is_put_off(sign_in(None).get("/sign-in/provider"))


def test_a_provider_that_goes_in_between_is_said_to_be(provider, sign_in):
    provider.answers["/token"] = 502, b"<h1>Bad gateway</h1>", {}
    is_put_off(back_from(sign_in(None), provider))


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/keys"])
def test_a_provider_that_is_silent_is_not_waited_for(provider, sign_in, path, monkeypatch):
    monkeypatch.setattr(asking, "SECONDS", 0.2)
    provider.silence[path] = 1.0
    client = sign_in(None)
    first = client.get("/sign-in/provider")
    answer = first if "well-known" in path else back_from(client, provider)
    is_put_off(answer)


def test_a_provider_that_trickles_is_cut_off(provider, sign_in, monkeypatch):
    """Each byte comes in time; the whole would take ten seconds and more."""
    monkeypatch.setattr(asking, "WHOLE_SECONDS", 0.3)
    provider.trickle.add("/.well-known/openid-configuration")
    is_put_off(sign_in(None).get("/sign-in/provider"))


@pytest.mark.parametrize(
    "answer",
    [
        (200, b"x" * (asking.MOST_BYTES + 1), {}),
        (200, b"{" + b" " * asking.MOST_BYTES + b"}", {}),
        (200, b"[" * 100_000, {}),
        (200, b"no JSON", {}),
        (200, b"[]", {}),
        (200, b"{}", {}),
        (404, b"{}", {}),
        (500, b"{}", {}),
    ],
    ids=lambda answer: f"{answer[0]}-{len(answer[1])}-{answer[1][:3]!r}",
)
def test_what_cannot_be_read_is_put_off(provider, sign_in, answer):
    provider.answers["/.well-known/openid-configuration"] = answer
    is_put_off(sign_in(None).get("/sign-in/provider"))


@pytest.mark.parametrize("keys", [b"{}", b'{"keys": []}', b'{"keys": 1}', b'{"keys": [{}, 1]}'])
def test_keys_that_cannot_be_read_are_put_off(provider, sign_in, keys):
    provider.answers["/keys"] = 200, keys, {}
    is_put_off(back_from(sign_in(None), provider))


def test_after_a_failure_the_next_ones_do_not_wait(now, provider, sign_in):
    provider.answers["/.well-known/openid-configuration"] = 500, b"{}", {}
    is_put_off(sign_in(None).get("/sign-in/provider"))
    provider.answers.clear()
    is_put_off(sign_in(None).get("/sign-in/provider"))
    assert len(provider.asked) == 1
    now.shift(documents.SPARED)
    assert sign_in(None).get("/sign-in/provider").status_code == 302


def test_a_provider_that_is_away_takes_no_tries_from_the_passwords(
    app, provider, lilei, sign_in, monkeypatch
):
    monkeypatch.setitem(app.config, "SIGN_IN_TRIES_PER_ADDRESS", 3)
    install(app)
    provider.answers["/token"] = 502, b"", {}
    for _ in range(5):
        is_put_off(back_from(sign_in(None), provider))
    turned_back = lambda query: {"error": "access_denied", "state": query["state"]}  # noqa: E731
    for _ in range(5):
        back_from(sign_in(None), provider, spoil=turned_back)
    assert enter(sign_in(None)).location == "/me"


def test_a_secret_that_the_provider_does_not_know_is_no_fault_of_the_reader(ask, provider, sign_in):
    ask(provider, CLIENT_SECRET=SecretStr("wrong"))
    is_put_off(back_from(sign_in(None), provider))


def test_a_slow_provider_holds_few_threads(ask, provider, sign_in, monkeypatch):
    monkeypatch.setattr(asking, "WAIT_SECONDS", 0.05)
    for _ in range(asking.AT_ONCE):
        assert asking._places.acquire(timeout=1)
    try:
        is_put_off(sign_in(None).get("/sign-in/provider"))
        assert provider.asked == []
    finally:
        for _ in range(asking.AT_ONCE):
            asking._places.release()


# ---- where it leads


def test_no_redirect_is_followed(provider, sign_in):
    with open_provider() as neighbour:
        elsewhere = {"Location": f"{neighbour.issuer}/.well-known/openid-configuration"}
        provider.answers["/.well-known/openid-configuration"] = 302, b"", elsewhere
        is_put_off(sign_in(None).get("/sign-in/provider"))
        assert neighbour.asked == []


@pytest.mark.parametrize("name", ["token_endpoint", "jwks_uri", "userinfo_endpoint"])
def test_an_address_in_the_neighbourhood_is_not_asked(provider, sign_in, name):
    with open_provider() as neighbour:
        provider.publishes = {name: f"{neighbour.issuer}/latest/meta-data"}
        is_put_off(sign_in(None).get("/sign-in/provider"))
        assert neighbour.asked == []


def test_a_document_of_another_issuer_is_of_no_use(provider, sign_in):
    provider.publishes = {"issuer": "https://evil.example"}
    is_put_off(sign_in(None).get("/sign-in/provider"))


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("https://id.example.org/token", True),
        ("https://keys.example.net/keys", True),
        ("http://id.example.org/token", False),
        ("https://id.example.org:8443/token", False),
        ("https://id.example.org.evil.example/token", False),
        ("https://id.example.org@evil.example/token", False),
        ("https://a:b@id.example.org/token", False),
        ("https://evil.example/id.example.org", False),
        ("http://keys.example.net/keys", False),
        ("https://keys.example.net:22/keys", False),
        ("https://127.0.0.1/token", False),
        ("https://169.254.169.254/latest/meta-data", False),
        ("https://[::1]/token", False),
        ("https://[::1/token", False),
        ("https://id.example.org:x/token", False),
        ("file:///etc/passwd", False),
        ("ftp://id.example.org/x", False),
        ("javascript:alert(1)", False),
        ("//id.example.org/token", False),
        ("/token", False),
        ("", False),
    ],
)
def test_only_hosts_of_the_settings_are_asked(app, url, may):
    over = {"OIDC_ISSUER": "https://id.example.org", "OIDC_HOSTS": "keys.example.net"}
    assert provider_of(app.config | over).may_be_asked(url) is may


# ---- meanwhile


def test_while_the_provider_is_asked_the_database_is_free(own_app, monkeypatch):
    """Another connection takes the whole table each time: no transaction of the reader is open."""
    taken = []
    with open_provider() as provider:
        config = {
            "OIDC_ISSUER": provider.issuer,
            "OIDC_CLIENT_ID": CLIENT,
            "OIDC_CLIENT_SECRET": SecretStr(SECRET),
        }
        own_app.config.update(config)
        other = sa.create_engine(own_app.config["SQLALCHEMY_DATABASE_URI"], poolclass=sa.NullPool)
        is_sqlite = other.dialect.name == "sqlite"
        whole = "LOCK TABLE account, person, sign_in IN ACCESS EXCLUSIVE MODE NOWAIT"

        def take() -> None:
            with other.connect() as line:
                line.exec_driver_sql("BEGIN EXCLUSIVE" if is_sqlite else whole)
                taken.append(True)
                line.rollback()

        provider.on_asked = take
        with own_app.app_context():
            account = make_account()
        client = own_app.test_client()
        client.set_cookie("language", "en")
        enter(client)
        assert back_from(client, provider, "/me/provider/begin").location == "/me/provider"
    assert account
    assert len(taken) == len(provider.asked) == 5
