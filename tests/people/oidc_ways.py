"""What the tests of signing in by a provider have in common: somebody on the way there and back."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

import pyotp

from college.core.db import db
from college.core.roles import SYSTEM, Role
from college.people.accounts.operations import open_account
from college.people.accounts.passwords import hashed
from college.people.oidc.models import ExternalIdentity
from college.people.second_factors.codes import new_secret
from college.people.second_factors.operations import confirm_secret, offer_secret
from tests.factories import make_person, saved

PASSWORD = "drei Pferde auf der Weide"
HASH = hashed(PASSWORD)
START = datetime(2026, 4, 1, 8, 0, tzinfo=UTC)
SUBJECT = "4711"
PLAIN_REFUSAL = "could not be verified"


def make_account(login="lilei", **over):
    account = open_account(
        SYSTEM, make_person(Role.TRAINEE, **over), login=login, password_hash=HASH
    )
    db.session.commit()
    return account


def linked(account, provider, subject=SUBJECT):
    return saved(
        ExternalIdentity(
            person_id=account.person_id,
            issuer=provider.issuer,
            sub=subject,
            shown_as="li@example.org",
        )
    )


def back_from(client, provider, start="/sign-in/provider", spoil=lambda query: query):
    """To the provider and back to the college's door; `spoil` changes what the browser brings."""
    sent = client.get(start)
    assert sent.status_code == 302, sent.text
    parts = urlsplit(provider.visit(sent.location))
    query = spoil(dict(parse_qsl(parts.query)))
    return client.get(f"{parts.path}?{urlencode(query)}")


def go_on(client, provider, start="/sign-in/provider"):
    """The whole way of somebody whose identity is linked."""
    back = back_from(client, provider, start)
    assert back.location == "/sign-in/provider/go-on", back.text
    page = client.get(back.location).text
    action = page.split("<main")[1].split('<form action="')[1].split('"')[0]
    return client.post(action.replace("&amp;", "&"))


def enter(client, password=PASSWORD, at="/sign-in"):
    return client.post(at, data={"login": "lilei", "password": password})


def is_in(client) -> bool:
    return client.get("/me").status_code == 200


def secured(account):
    secret = new_secret()
    offer_secret(account.actor, account, secret=secret)
    phone = pyotp.TOTP(secret)
    code = phone.at(START - timedelta(seconds=30))
    confirm_secret(account.actor, account, code=code, recovery_codes=["AAAAA-BBBBB"])
    db.session.commit()
    return phone


def refused(answer, sentence=PLAIN_REFUSAL, status=422):
    assert answer.status_code == status
    assert sentence in answer.text
    assert "Sign in with your password" in answer.text


def is_put_off(answer):
    refused(answer, "does not answer at the moment", 503)
    assert int(answer.headers["Retry-After"]) > 0
