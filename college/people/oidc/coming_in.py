"""On the way to the provider, back from it, and in: what the sign-in itself shares with a password.

What speaks to the provider stands outside any transaction, and its libraries are loaded where a
provider is used.
"""

from dataclasses import asdict

from flask import redirect, request
from werkzeug.wrappers import Response

from college.core.db import db
from college.core.errors import DomainError
from college.people.accounts.cookies import go_on, let_in
from college.people.accounts.models import Account
from college.people.accounts.queries import by_person
from college.people.accounts.signing_in import refuse_closed, too_many
from college.people.oidc import pending, queries
from college.people.oidc.pending import Asked, Found
from college.people.oidc.provider import (
    AnswerOld,
    AnswerRefused,
    NotLinked,
    Provider,
    TurnedBack,
    chosen,
)
from college.people.oidc.taken import refuse_taken
from college.web.limits import sign_in_limits


def sent_off(asked: Asked) -> Response:
    """Off to the provider; this browser keeps what it was sent with. Raises ProviderAway."""
    from college.people.oidc import exchange  # noqa: PLC0415

    provider = chosen()
    db.session.rollback()
    response = redirect(exchange.way_there(provider, asked))
    pending.keep(response, asked)
    return response


def found_there() -> Found:
    """Who came back from the provider, by what this very browser was sent with. Raises its trouble.

    Each answer is a try: whoever sends made-up ones is made to wait as one who guesses passwords.
    """
    provider, asked = chosen(), pending.kept(Asked)
    if asked is None or request.args.get("state") != asked.state:
        raise AnswerOld
    limits, name = sign_in_limits(), f"provider:{asked.key}"
    if not limits.take_try(name, is_known=lambda: True):
        raise too_many("")
    if not pending.is_first_use(asked):
        raise AnswerOld
    try:
        found = _found(provider, asked)
    except DomainError as trouble:
        if not isinstance(trouble, AnswerRefused):  # a provider that is away is nobody's try
            limits.note_success(name)
        raise
    limits.note_success(name)
    return found


def _found(provider: Provider, asked: Asked) -> Found:
    from college.people.oidc import exchange  # noqa: PLC0415

    code, issuer = request.args.get("code", ""), request.args.get("iss")
    if request.args.get("error"):
        raise TurnedBack(**provider.names)
    db.session.rollback()
    known = exchange.who_came(provider, asked, code=code, issuer=issuer)
    if asked.person_id:
        refuse_taken(asked.person_id, provider.issuer, known.subject)
    return Found(
        issuer=provider.issuer, next=asked.next, person_id=asked.person_id, **asdict(known)
    )


def found_before() -> Found:
    """Whom the provider named a few minutes ago in this browser. Raises AnswerOld."""
    provider, found = chosen(), pending.kept(Found)
    if found is None or found.issuer != provider.issuer:
        raise AnswerOld
    return found


def signed_in(found: Found) -> Response:
    """In, or on to the second factor. Raises NotLinked, AnswerOld, DemoAwayFromHome, MergedAway."""
    account = account_of(found)
    if account is None or found.person_id:
        raise NotLinked
    refuse_closed(account)
    if not pending.is_first_use(found):
        raise AnswerOld
    response = let_in(account) if found.is_strong else go_on(account)
    pending.drop(response)
    return response


def account_of(found: Found) -> Account | None:
    identity = queries.known_as(found.issuer, found.subject)
    return by_person(identity.person_id) if identity is not None else None
