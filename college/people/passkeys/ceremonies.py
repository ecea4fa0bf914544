"""What a device answered, checked by the rules of WebAuthn: origin, name, challenge, signature.

Imported by whoever checks one, at that moment: the library takes a third of a second.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    decode_credential_public_key,
    decoded_public_key_to_cryptography,
)
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException

from college.core.errors import RuleBroken
from college.core.text import say
from college.people.passkeys.models import ID_LENGTH
from college.people.passkeys.options import ALGORITHMS
from college.people.passkeys.party import Party

# what the library and cryptography raise at an answer that is none
UNREADABLE = (WebAuthnException, ValueError, LookupError, TypeError, AttributeError, RecursionError)


class PasskeyRefused(RuleBroken):
    code = "passkey_refused"
    message = say("This passkey does not open the college. Try again, or use your password.")


@dataclass(frozen=True, slots=True)
class Made:
    credential_id: str
    public_key: bytes
    sign_count: int


@dataclass(frozen=True, slots=True)
class Shown:
    """What the browser sent of a passkey; nothing of it is checked yet."""

    credential_id: str
    handle: str
    answer: Mapping[str, Any]


def read(text: str) -> Shown:
    """Raises PasskeyRefused where it is not of the form that a browser sends."""
    try:
        answer = json.loads(text)
        handle = answer["response"].get("userHandle") or ""
        return Shown(str(answer["id"]), str(handle), answer)
    except UNREADABLE as error:
        raise PasskeyRefused from error


def made(text: str, challenge: str, party: Party) -> Made:
    """The new key, made here, now, and for whoever proved to the device who they are.

    Raises PasskeyRefused.
    """
    try:
        checked = verify_registration_response(
            credential=dict(read(text).answer),
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
            supported_pub_key_algs=[COSEAlgorithmIdentifier(number) for number in ALGORITHMS],
        )
        key = checked.credential_public_key
        # the library looks at the numbers of a key only when it is used
        decoded_public_key_to_cryptography(decode_credential_public_key(key))
    except UNREADABLE as error:
        raise PasskeyRefused from error
    credential_id = bytes_to_base64url(checked.credential_id)
    if len(credential_id) > ID_LENGTH:
        raise PasskeyRefused
    return Made(credential_id, key, checked.sign_count)


def count_of(shown: Shown, challenge: str, party: Party, *, public_key: bytes) -> int:
    """What the device counts now. Raises PasskeyRefused.

    The library is not asked to compare the count: it would do so before it looks at the signature,
    and anybody could make it seem that a passkey was copied.
    """
    try:
        checked = verify_authentication_response(
            credential=dict(shown.answer),
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except UNREADABLE as error:
        raise PasskeyRefused from error
    return checked.new_sign_count
