"""A device in software that keeps passkeys, and rows as such a device leaves them.

It writes what a device would by the rules of WebAuthn: authenticator data, a COSE key, a signature.
It can also lie, as each test needs it.
"""

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field, replace
from hashlib import sha256
from secrets import token_bytes
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256

from college.people.passkeys.models import Passkey
from college.people.persons.models import Person
from tests.factories import saved

ORIGIN, NAME = "http://localhost:8000", "localhost"  # of the public address that tests have
PRESENT, VERIFIED, HAS_KEY = 0x01, 0x04, 0x40


def base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


@dataclass(frozen=True)
class Device:
    """`made` and `shown` answer what the browser was asked; fields changed by `but` make it lie."""

    key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: token_bytes(32))
    handle: str = ""  # as the college gave it: the device keeps it
    origin: str = ORIGIN
    name: str = NAME
    count: int = 0  # 0: it counts nothing, as those that are shared between devices
    is_verified: bool = True
    is_present: bool = True

    def but(self, **lies: Any) -> "Device":
        return replace(self, **lies)

    def made(self, wanted: dict[str, Any]) -> str:
        """The answer to a page that wants a new passkey."""
        asked = wanted["publicKey"]
        credential = len(self.credential_id).to_bytes(2, "big") + self.credential_id
        data = self._data(HAS_KEY) + bytes(16) + credential + cbor2.dumps(self.cose)
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        said = self._said("webauthn.create", asked["challenge"])
        return self._sent(clientDataJSON=said, attestationObject=attested)

    def shown(self, wanted: dict[str, Any]) -> str:
        """The answer to a sign-in page."""
        data = self._data(0)
        said = self._said("webauthn.get", wanted["publicKey"]["challenge"])
        signature = self.key.sign(data + sha256(said).digest(), ECDSA(SHA256()))
        answer = {"clientDataJSON": said, "authenticatorData": data, "signature": signature}
        return self._sent(**answer, handle=self.handle)

    @property
    def cose(self) -> dict[int, Any]:
        numbers = self.key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        return {1: 2, 3: -7, -1: 1, -2: x, -3: y}

    def _data(self, flags: int) -> bytes:
        flags |= (PRESENT if self.is_present else 0) | (VERIFIED if self.is_verified else 0)
        return sha256(self.name.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _said(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _sent(self, *, handle: str = "", **answer: bytes) -> str:
        response = {name: base64url(raw) for name, raw in answer.items()}
        credential = base64url(self.credential_id)
        if handle:
            response["userHandle"] = handle
        sent = {"id": credential, "rawId": credential, "type": "public-key", "response": response}
        return json.dumps(sent)


def make_passkey(person: Person, device: Device | None = None, **over: Any) -> Passkey:
    device = device or Device()
    usual = {
        "credential_id": base64url(device.credential_id),
        "public_key": cbor2.dumps(device.cose),
        "sign_count": device.count,
        "name": "办公室电脑",
    }
    return saved(Passkey(person_id=person.id, **usual | over))
