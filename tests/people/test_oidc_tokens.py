"""ID tokens of every kind, against a check written apart: only the right ones are believed."""

import base64
import json
import time
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import KeySet
from joserfc.jws import serialize_compact
from urllib3.util import parse_url

from college.people.oidc.provider import AnswerRefused, provider_of
from college.people.oidc.tokens import claims_of
from tests.people.provider import rsa_key

ISSUER, CLIENT, NONCE = "https://id.example.org", "college", "n" * 64
LEEWAY, OLDEST = 60, 600
KEYS = SimpleNamespace(keys=lambda anew=False: KeySet([rsa_key("first")]))


@pytest.fixture(scope="module")
def provider(app):
    return provider_of(app.config | {"OIDC_ISSUER": ISSUER, "OIDC_CLIENT_ID": CLIENT})


def believed(provider, token: str) -> bool:
    """Nothing but a refusal may come of it, whatever it is."""
    try:
        claims_of(provider, KEYS, token, nonce=NONCE)
    except AnswerRefused:
        return False
    return True


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def ought_to_be(claims: Any, now: int) -> bool:
    """The rules of OpenID Connect Core 3.1.3.7, word for word and without our code."""
    audience = claims.get("aud")
    listed = audience if isinstance(audience, list) else [audience]
    if CLIENT not in listed or not all(isinstance(each, str) for each in listed):
        return False
    party = claims.get("azp")
    if (len(listed) > 1 or ("azp" in claims and party is not None)) and party != CLIENT:
        return False
    exp, iat, nbf = claims.get("exp"), claims.get("iat"), claims.get("nbf", 0)
    if not all(is_number(each) for each in (exp, iat, nbf)):
        return False
    is_now = exp > now - LEEWAY and nbf <= now + LEEWAY
    is_new = now - LEEWAY - OLDEST <= iat <= now + LEEWAY
    is_asked = claims.get("iss") == ISSUER and claims.get("nonce") == NONCE
    subject = claims.get("sub")
    return is_now and is_new and is_asked and isinstance(subject, str) and subject != ""


odd = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=8),
    st.lists(st.text(max_size=4), max_size=3), st.just({}), st.just(10**400), st.just(-(10**400)),
)  # fmt: skip
around = st.sampled_from([-4000, -661, -659, -61, -59, 0, 59, 61, 300, 4000])


@st.composite
def claims_near(draw) -> dict[str, Any]:
    """Mostly right, with a few claims taken out, moved or made odd."""
    now = int(time.time())
    claims: dict[str, Any] = {
        "iss": ISSUER, "aud": CLIENT, "sub": "4711", "nonce": NONCE, "iat": now, "exp": now + 300,
    }  # fmt: skip
    for name in draw(st.lists(st.sampled_from(["iat", "exp", "nbf"]), max_size=2)):
        claims[name] = now + draw(around)
    if draw(st.booleans()):
        claims["aud"] = draw(st.permutations([CLIENT, "other"]).map(list) | st.just([CLIENT]))
    if draw(st.booleans()):
        claims["azp"] = draw(st.sampled_from([CLIENT, "other"]))
    for name in draw(st.lists(st.sampled_from([*claims, "nbf", "azp"]), max_size=1)):
        claims[name] = draw(odd)
    for name in draw(st.lists(st.sampled_from(sorted(claims)), max_size=1)):
        del claims[name]
    return claims


@given(claims=claims_near())
def test_a_token_is_believed_just_when_the_standard_says_so(provider, claims):
    key = rsa_key("first")
    token = jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key, algorithms=["RS256"])
    assert believed(provider, token) is ought_to_be(claims, int(time.time()))


@given(
    header=st.dictionaries(
        st.sampled_from(["alg", "kid", "typ", "crit", "b64", "jku", "jwk", "x5c", "zip"]), odd
    ),
    payload=st.binary(max_size=60),
    signature=st.text("abcXYZ019-_=.~ \n", max_size=40),
)
def test_whatever_comes_in_place_of_a_token_is_refused(provider, header, payload, signature):
    parts = [json.dumps(header).encode(), payload]
    encoded = [base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts]
    assert not believed(provider, ".".join([*encoded, signature]))


@given(text=st.text(max_size=80))
def test_a_text_is_no_token(provider, text):
    assert not believed(provider, text)


@pytest.mark.parametrize("payload", [b"[]", b"7", b"null", b'"x"', b"\xff", b"", b"[" * 50_000])
def test_what_is_signed_and_no_token_is_refused(provider, payload):
    key = rsa_key("first")
    header = {"alg": "RS256", "kid": key.kid}
    assert not believed(provider, serialize_compact(header, payload, key, algorithms=["RS256"]))


piece = st.sampled_from(
    ["a:b@", "@", ":443", ":22", ":", "/", "\\", "?", "#", ".", "%2f", "%00", "evil.example",
     "\t", "\n", " ", "é", "。", "／", "＠"]
)  # fmt: skip


# mostly an address that would do, with something in it that should not be
hosts = st.sampled_from(["id.example.org", "keys.example.net"])
odd_pieces = st.lists(piece, max_size=2).map("".join)
addresses = st.tuples(
    st.sampled_from(["https://", "http://", "https:/", "//", ""]), odd_pieces, hosts, odd_pieces
).map("".join)


@settings(max_examples=1000)
@given(url=addresses)
def test_no_address_leads_another_reader_to_another_host(provider, url):
    """Another library's reading of the same address: where ours says yes, both name one host."""
    over = provider_of_hosts(provider)
    if not over.may_be_asked(url):
        return
    read = parse_url(url)
    assert read.host in {"id.example.org", "keys.example.net"}
    assert (read.scheme, read.auth, read.port) == ("https", None, None)


@pytest.mark.parametrize("host", ["id.example.org", "keys.example.net"])
def test_what_is_allowed_is_asked(provider, host):
    """The negative control of the one above."""
    assert provider_of_hosts(provider).may_be_asked(f"https://{host}/x?y=z")


def provider_of_hosts(provider):
    return replace(provider, hosts=frozenset({"keys.example.net"}))
