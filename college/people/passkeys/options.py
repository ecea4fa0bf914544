"""What the browser is asked to make or to show: the JSON forms of WebAuthn, level 3."""

from collections.abc import Mapping, Sequence
from typing import Any

from college.core import crypto
from college.people.accounts.models import Account
from college.people.passkeys.challenges import LASTS
from college.people.passkeys.models import Passkey
from college.people.passkeys.party import Party

ALGORITHMS = (-8, -7, -257)  # Ed25519, ECDSA on P-256, RSA, as COSE numbers them
KIND = "public-key"
MILLISECONDS = int(LASTS.total_seconds() * 1000)


def to_show(party: Party, challenge: str) -> Mapping[str, Any]:
    """No passkey is named: the device knows its own, and whoever is at it chooses."""
    wanted = {
        "challenge": challenge,
        "rpId": party.id,
        "timeout": MILLISECONDS,
        "userVerification": "required",
    }
    return {"origin": party.origin, "publicKey": wanted}


def to_make(
    party: Party, challenge: str, account: Account, *, college: str, known: Sequence[Passkey]
) -> Mapping[str, Any]:
    """A key that the device finds by itself, and opens for its owner's finger or PIN alone."""
    wanted = {
        "challenge": challenge,
        "rp": {"id": party.id, "name": college},
        "user": {
            "id": handle_of(account),
            "name": account.login,
            "displayName": account.person.full_name,
        },
        "pubKeyCredParams": [{"type": KIND, "alg": number} for number in ALGORITHMS],
        "excludeCredentials": [{"type": KIND, "id": one.credential_id} for one in known],
        "timeout": MILLISECONDS,
        "attestation": "none",
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": True,
            "userVerification": "required",
        },
    }
    return {"origin": party.origin, "publicKey": wanted}


def handle_of(account: Account) -> str:
    """What the device keeps in place of the person: it tells nobody who that is.

    64 hex digits are base64url too, so that no more need be said about their form.
    """
    return crypto.lookup_key("passkey", str(account.id))
