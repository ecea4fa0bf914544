"""The authorization code flow with PKCE: where one is sent, and who it was that came back."""

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import quote_plus, urlencode

from college.people.oidc.asking import Answer, ask
from college.people.oidc.documents import OK, Addresses, documents_of
from college.people.oidc.models import SHOWN_LENGTH, SUBJECT_LENGTH
from college.people.oidc.pending import Asked
from college.people.oidc.provider import AnswerRefused, Provider, ProviderAway
from college.people.oidc.tokens import claims_of, refused

LONGEST_CODE = 2048
SHUT_OUT = 401


@dataclass(frozen=True, slots=True)
class Known:
    """As whom the provider knows whoever came back; `is_strong`: by two factors, as it says."""

    subject: str
    shown_as: str
    is_strong: bool


def way_there(provider: Provider, asked: Asked) -> str:
    """The provider's page that asks who it is. Raises ProviderAway."""
    address = documents_of(provider).addresses().authorization
    challenge = urlsafe_b64encode(sha256(asked.verifier.encode()).digest()).rstrip(b"=")
    query = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": provider.way_back,
        "scope": provider.scopes,
        "state": asked.state,
        "nonce": asked.nonce,
        "code_challenge": challenge.decode(),
        "code_challenge_method": "S256",
    }
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"


def who_came(provider: Provider, asked: Asked, *, code: str, issuer: str | None) -> Known:
    """Take the code to the provider and read what it says. Raises AnswerRefused, ProviderAway.

    `issuer`: who the answer says it is from (RFC 9207), if it says so.
    """
    documents = documents_of(provider)
    addresses = documents.addresses()
    is_named = issuer is not None or addresses.names_itself
    if is_named and issuer != provider.issuer:
        raise refused(provider, "from another issuer")
    if not code or len(code) > LONGEST_CODE:
        raise refused(provider, "no code")
    given = _redeemed(provider, addresses, asked, code)
    token = given.get("id_token")
    if not isinstance(token, str):
        raise refused(provider, "no ID token")
    claims = claims_of(provider, documents, token, nonce=asked.nonce)
    more = _more(provider, addresses, given, claims)
    return _known(provider, claims, {**more, **claims})


def _redeemed(
    provider: Provider, addresses: Addresses, asked: Asked, code: str
) -> Mapping[str, Any]:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": provider.way_back,
        "code_verifier": asked.verifier,
    }
    headers: dict[str, str] = {}
    if provider.secret and addresses.takes_basic:
        pair = f"{quote_plus(provider.client_id)}:{quote_plus(provider.secret)}"
        headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
    else:
        secret = {"client_secret": provider.secret} if provider.secret else {}
        form |= {"client_id": provider.client_id, **secret}
    answer = ask(provider, addresses.token, form=form, headers=headers)
    if answer.status != OK:
        raise _turned_down(provider, answer)
    return answer.body


def _turned_down(provider: Provider, answer: Answer) -> AnswerRefused | ProviderAway:
    """A code used twice, or too late; or the college itself is unknown there."""
    trouble = refused(provider, f"the code, with {answer.status}")
    if answer.status == SHUT_OUT or answer.body.get("error") == "invalid_client":
        return ProviderAway(**provider.names)
    return trouble


def _more(
    provider: Provider, addresses: Addresses, given: Mapping[str, Any], claims: Mapping[str, Any]
) -> Mapping[str, Any]:
    """What the provider tells at another address, where the token does not say all we need."""
    is_enough = provider.claim in claims and _name(claims)
    key = given.get("access_token")
    if is_enough or not addresses.userinfo or not isinstance(key, str):
        return {}
    if not key.isascii() or not key.isprintable():
        raise refused(provider, "no access token")
    answer = ask(provider, addresses.userinfo, headers={"Authorization": f"Bearer {key}"})
    if answer.status != OK or answer.body.get("sub") != claims["sub"]:
        raise refused(provider, "of somebody else")
    return answer.body


def _known(provider: Provider, claims: Mapping[str, Any], all_of_it: Mapping[str, Any]) -> Known:
    named = all_of_it.get(provider.claim)
    # some number their people; a yes or no is nobody's number
    subject = str(named) if isinstance(named, int) and not isinstance(named, bool) else named
    if not isinstance(subject, str) or not subject.isprintable():
        raise refused(provider, "nobody named")
    if not 0 < len(subject) <= SUBJECT_LENGTH:
        raise refused(provider, "nobody named")
    ways = claims.get("amr")
    said = {each for each in ways if isinstance(each, str)} if isinstance(ways, list) else set()
    level = claims.get("acr")
    said |= {level} if isinstance(level, str) else set()
    return Known(subject, _name(all_of_it), bool(said & provider.strong))


def _name(claims: Mapping[str, Any]) -> str:
    """What its owner knows it by: to be read, never to find anybody with."""
    mail = claims.get("email") if claims.get("email_verified") is True else None
    names = (mail, claims.get("preferred_username"), claims.get("name"))
    first = next((name for name in names if isinstance(name, str) and name.strip()), "")
    return "".join(letter for letter in first if letter.isprintable()).strip()[:SHOWN_LENGTH]
