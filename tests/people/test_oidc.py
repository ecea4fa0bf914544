"""Signing in by an OpenID Connect provider, through a real one: who is let in, and where to."""

from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import sqlalchemy as sa
from pydantic import SecretStr, ValidationError

from college.core.db import db
from college.core.journal import JournalEntry
from college.core.security_log import SecurityEvent, SecurityKind
from college.people.oidc.models import ExternalIdentity
from college.people.oidc.pending import Asked
from college.people.sign_ins.models import SignIn
from college.reports.personal_data.inventory import HELD
from config import Settings
from tests.factories import make_person
from tests.people.oidc_ways import (
    START,
    back_from,
    go_on,
    is_in,
    linked,
    make_account,
    refused,
    secured,
)
from tests.people.post_office import make_authority
from tests.people.provider import key_for, open_provider, rsa_key

pytestmark = pytest.mark.usefixtures("fresh_limits")


# ---- in


def test_the_button_stands_where_the_settings_name_a_provider(app, sign_in):
    assert "/sign-in/provider" not in sign_in(None).get("/sign-in").text
    for path in ("/sign-in/provider", "/sign-in/provider/back", "/sign-in/provider/go-on"):
        assert sign_in(None).get(path).status_code == 404


def test_the_button_speaks_the_readers_language(provider, sign_in):
    assert "Sign in with “City ID”" in sign_in(None).get("/sign-in").text
    assert "用“统一身份认证”登录" in sign_in(None, language="zh").get("/sign-in").text
    assert "next=/courses" in sign_in(None).get("/sign-in?next=/courses").text


def test_whom_the_provider_knows_is_let_in_as_after_a_password(provider, lilei, sign_in):
    linked(lilei, provider)
    client = sign_in(None)
    with client.session_transaction() as cookie:
        cookie["planted"] = "by a stranger"
    answer = go_on(client, provider)
    assert (answer.status_code, answer.location) == (302, "/me")
    assert is_in(client)
    with client.session_transaction() as cookie:
        assert "planted" not in cookie
    held = db.session.scalars(sa.select(SignIn)).one()
    assert held.person_id == lilei.person_id
    event = db.session.scalars(sa.select(SecurityEvent)).one()
    assert (event.kind, event.person_id) == (SecurityKind.SIGNED_IN, lilei.person_id)
    deeds = db.session.scalars(sa.select(JournalEntry.deed)).all()
    assert deeds[-1] == "sign_in"
    assert client.get_cookie("provider") is None


def test_what_is_sent_to_the_provider_says_how_it_will_be_proved(provider, sign_in):
    query = parse_qs(urlsplit(sign_in(None).get("/sign-in/provider").location).query)
    assert query["redirect_uri"] == ["http://127.0.0.1:8000/sign-in/provider/back"]
    assert query["scope"] == ["openid profile email"]
    assert query["code_challenge_method"] == ["S256"]
    assert all(len(query[name][0]) >= 43 for name in ("state", "nonce", "code_challenge"))
    again = parse_qs(urlsplit(sign_in(None).get("/sign-in/provider").location).query)
    assert all(again[name] != query[name] for name in ("state", "nonce", "code_challenge"))


def test_what_the_browser_keeps_tells_it_nothing(provider, sign_in):
    client = sign_in(None)
    client.get("/sign-in/provider?next=/courses")
    cookie = client.get_cookie("provider")
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    assert "courses" not in cookie.value
    asked = Asked("/me")
    assert len({asked.key, asked.state, asked.nonce, asked.verifier}) == 4


def test_over_https_no_neighbouring_host_can_plant_it(app, provider, sign_in, monkeypatch):
    monkeypatch.setitem(app.config, "SESSION_COOKIE_SECURE", True)
    (cookie,) = sign_in(None).get("/sign-in/provider").headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-provider=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_one_is_led_to_where_one_wanted(provider, lilei, sign_in):
    linked(lilei, provider)
    asked = go_on(sign_in(None), provider, "/sign-in/provider?next=/me/devices")
    assert asked.location == "/me/devices"


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example/", "/\\evil.example"])
def test_nobody_is_led_to_a_strangers_page(provider, lilei, sign_in, target):
    linked(lilei, provider)
    start = f"/sign-in/provider?{urlencode({'next': target})}"
    assert go_on(sign_in(None), provider, start).location == "/"


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "ES512", "Ed25519"])
def test_any_pair_of_keys_will_do(provider, lilei, sign_in, algorithm):
    linked(lilei, provider)
    provider.algorithm = algorithm
    assert go_on(sign_in(None), provider).location == "/me"


@pytest.mark.parametrize("how", [{"methods": ("client_secret_post",)}, {"public": True}])
def test_the_client_names_itself_as_the_provider_wants(ask, lilei, sign_in, how):
    with open_provider(**how) as provider:
        ask(provider, **({"CLIENT_SECRET": SecretStr("")} if "public" in how else {}))
        linked(lilei, provider)
        assert go_on(sign_in(None), provider).location == "/me"


def test_an_issuer_may_stand_below_a_path(ask, lilei, sign_in):
    with open_provider(issuer_path="/realms/city") as provider:
        ask(provider)
        linked(lilei, provider)
        assert go_on(sign_in(None), provider).location == "/me"


def test_addresses_and_keys_are_asked_for_once_an_hour(now, provider, lilei, sign_in):
    linked(lilei, provider)
    for minutes, times in ((0, 1), (59, 1), (2, 2)):
        now.shift(timedelta(minutes=minutes))
        assert go_on(sign_in(None), provider).location == "/me"
        assert provider.asked.count("/keys") == times
        assert provider.asked.count("/.well-known/openid-configuration") == times


def test_a_new_key_is_looked_for_once(provider, lilei, sign_in):
    linked(lilei, provider)
    go_on(sign_in(None), provider)
    new = rsa_key("second")
    provider.signing_key, provider.published_keys = new, [key_for("RS256"), new]
    assert go_on(sign_in(None), provider).location == "/me"
    assert provider.asked.count("/keys") == 2


def test_the_claim_that_names_a_person_is_a_setting(ask, provider, lilei, sign_in):
    ask(provider, CLAIM="oid")
    linked(lilei, provider, "o-1")
    provider.person = {"sub": "changes", "oid": "o-1", "name": "Li"}
    assert go_on(sign_in(None), provider).location == "/me"
    assert "/userinfo" not in provider.asked


def test_a_provider_may_number_its_people(ask, provider, lilei, sign_in):
    ask(provider, CLAIM="uid")
    linked(lilei, provider, "10086")
    provider.person = {"sub": "changes", "uid": 10086}
    assert go_on(sign_in(None), provider).location == "/me"


def test_what_the_token_lacks_is_asked_for_aside(ask, provider, lilei, sign_in):
    ask(provider, CLAIM="oid")
    linked(lilei, provider, "o-1")
    provider.told_aside = {"oid": "o-1"}
    assert go_on(sign_in(None), provider).location == "/me"


def test_what_is_told_aside_of_somebody_else_is_refused(ask, provider, lilei, sign_in):
    ask(provider, CLAIM="oid")
    linked(lilei, provider, "o-1")
    provider.told_aside = {"oid": "o-1", "sub": "other"}
    refused(back_from(sign_in(None), provider))


def test_over_tls_a_provider_of_ones_own_making_is_trusted_by_its_file(
    ask, lilei, sign_in, tmp_path
):
    authority = make_authority(tmp_path)
    with open_provider(tls=authority.context) as provider:
        ask(provider)
        assert sign_in(None).get("/sign-in/provider").status_code == 503
        ask(provider, CA=str(authority.ca))
        assert sign_in(None).get("/sign-in/provider").status_code == 302


def test_who_signs_out_is_told_that_it_ends_here_alone(provider, lilei, sign_in):
    linked(lilei, provider)
    client = sign_in(None)
    go_on(client, provider)
    client.post("/sign-out")
    assert not is_in(client)
    assert "If you came by “City ID”, sign out there too" in client.get("/").text


# ---- which accounts, and the second factor


def test_a_demo_account_stays_at_home(provider, sign_in):
    account = make_account(is_demo=True)
    linked(account, provider)
    client = sign_in(None)
    back_from(client, provider)
    away = client.post("/sign-in/provider/go-on", environ_base={"REMOTE_ADDR": "192.0.2.7"})
    refused(away, "this very machine")


def test_a_record_that_was_merged_away_opens_nothing(provider, lilei, sign_in):
    linked(lilei, provider)
    lilei.person.merged_into_id = make_person(None).id
    db.session.commit()
    client = sign_in(None)
    back_from(client, provider)
    refused(client.post("/sign-in/provider/go-on"), "This account is closed")
    assert not is_in(client)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("", {"amr": ["pwd", "mfa"]}),
        ("mfa", {}),
        ("mfa", {"amr": ["pwd"]}),
        ("mfa", {"amr": "mfa"}),
        ("mfa", {"amr": [["mfa"]]}),
        ("mfa", {"acr": 2}),
    ],
)
def test_the_second_factor_is_asked_as_after_a_password(
    now, ask, provider, lilei, sign_in, setting, said
):
    ask(provider, SECOND_FACTOR=setting)
    linked(lilei, provider)
    phone = secured(lilei)
    provider.person |= said
    client = sign_in(None)
    asked = go_on(client, provider, "/sign-in/provider?next=/me/devices")
    assert asked.location == "/sign-in/code?next=/me/devices"
    assert not is_in(client)
    let_in = client.post(asked.location, data={"code": phone.at(START)})
    assert let_in.location == "/me/devices"
    assert is_in(client)


@pytest.mark.parametrize("said", [{"amr": ["pwd", "mfa"]}, {"acr": "loa3"}])
def test_where_the_settings_trust_it_the_providers_second_factor_counts(
    now, ask, provider, lilei, sign_in, said
):
    ask(provider, SECOND_FACTOR="mfa, loa3")
    linked(lilei, provider)
    secured(lilei)
    provider.person |= said
    client = sign_in(None)
    assert go_on(client, provider).location == "/me"
    assert is_in(client)


def test_what_is_told_aside_counts_for_no_second_factor(now, ask, provider, lilei, sign_in):
    ask(provider, SECOND_FACTOR="mfa")
    linked(lilei, provider)
    secured(lilei)
    provider.told_aside = {"amr": ["mfa"], "name": "Li"}
    assert go_on(sign_in(None), provider).location == "/sign-in/code?next=/me"


# ---- the settings


def make_settings(tmp_path, **over):
    usual = {"instance": tmp_path, "oidc_client_id": "college", "environment": "test"}
    return Settings(**usual | over)


def of_production(**over):
    keys = {"secret_key": "x" * 40, "data_key": "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg="}
    return {"environment": "production", "public_url": "https://college.example", **keys, **over}


@pytest.mark.parametrize(
    "issuer", ["http://id.example.org", "https://", "https://a:b@id.example.org", "id.example.org"]
)
def test_an_issuer_that_cannot_be_trusted_is_refused_at_the_start(tmp_path, issuer):
    with pytest.raises(ValidationError, match="COLLEGE_OIDC_ISSUER must be https"):
        make_settings(tmp_path, oidc_issuer=issuer)


def test_without_tls_an_issuer_stands_on_this_machine_and_not_in_production(tmp_path):
    here = {"oidc_issuer": "http://127.0.0.1:9000"}
    assert make_settings(tmp_path, **here).oidc_issuer
    with pytest.raises(ValidationError, match="COLLEGE_OIDC_ISSUER must be https"):
        make_settings(tmp_path, **of_production(**here))
    assert make_settings(tmp_path, **of_production(oidc_issuer="https://id.example.org/"))


@pytest.mark.parametrize("over", [{"oidc_client_id": ""}, {"oidc_scopes": "profile"}])
def test_an_issuer_without_a_client_is_refused_at_the_start(tmp_path, over):
    with pytest.raises(ValidationError, match="needs COLLEGE_OIDC_CLIENT_ID"):
        make_settings(tmp_path, oidc_issuer="https://id.example.org", **over)


@pytest.mark.parametrize("claim", ["email", "preferred_username", "phone_number", "name"])
def test_what_is_handed_on_names_nobody(tmp_path, claim):
    with pytest.raises(ValidationError, match="COLLEGE_OIDC_CLAIM must name somebody for good"):
        make_settings(tmp_path, oidc_issuer="https://id.example.org", oidc_claim=claim)


def test_the_secret_is_not_shown(tmp_path):
    settings = make_settings(tmp_path, oidc_client_secret="geheim")
    assert "geheim" not in repr(settings)


def test_the_inventory_names_it():
    assert any(held.model is ExternalIdentity for held in HELD)
