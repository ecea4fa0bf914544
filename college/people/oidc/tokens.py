"""Reading an ID token: who signed it, for whom it is, and that it answers what was just asked."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from college.core import clock
from college.people.oidc.documents import Documents
from college.people.oidc.provider import AnswerRefused, Provider

# with a pair of keys alone: "none" proves nothing, and with HS… a public key would be the secret
ALGORITHMS = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519",
)  # fmt: skip
LEEWAY = timedelta(seconds=60)  # between two clocks
OLDEST = timedelta(minutes=10)  # it was made just now, for this sign-in
log = logging.getLogger(__name__)


def claims_of(
    provider: Provider, documents: Documents, token: str, *, nonce: str
) -> Mapping[str, Any]:
    """What the provider says, once all of it is verified. Raises AnswerRefused, ProviderAway."""
    try:
        claims = _signed(documents, token).claims
        _check(provider, claims, nonce)
    except (JoseError, RecursionError, TypeError, ValueError) as error:
        raise refused(provider, type(error).__name__) from None
    return claims


def refused(provider: Provider, why: str) -> AnswerRefused:
    log.warning("answer of the sign-in provider refused: %s", why)
    return AnswerRefused(**provider.names)


def _signed(documents: Documents, token: str) -> jwt.Token:
    """A key that is not known is looked for once more: the provider may have a new one."""
    try:
        return _verified(token, documents.keys())
    except InvalidKeyIdError:
        return _verified(token, documents.keys(anew=True))


def _verified(token: str, keys: KeySet) -> jwt.Token:
    return jwt.decode(token, keys, algorithms=ALGORITHMS)


def _check(provider: Provider, claims: Mapping[str, Any], nonce: str) -> None:
    now, leeway = int(clock.now().timestamp()), int(LEEWAY.total_seconds())
    needed = jwt.JWTClaimsRegistry(
        now=now,
        leeway=leeway,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": provider.client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    needed.validate(dict(claims))
    if claims["iat"] < now - leeway - int(OLDEST.total_seconds()):
        raise ValueError("made long ago")
    aud, azp = claims["aud"], claims.get("azp")
    is_for_others_too = isinstance(aud, list) and len(aud) > 1
    if (azp is not None or is_for_others_too) and azp != provider.client_id:
        raise ValueError("for another client")
