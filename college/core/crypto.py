"""Secrets of people: encrypted to store, hashed with a key to look up, masked to show."""

import hmac
import os
from base64 import urlsafe_b64decode
from hashlib import sha256

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12
VERSION = b"\x01"  # of the key; a second one comes with rotation

_keys: dict[bytes, bytes] = {}


def seal(plain: str, *, key: bytes | None = None) -> bytes:
    """Encrypt with `key`, or with the college's own: version, nonce, AES-256-GCM text and tag."""
    nonce = os.urandom(NONCE_BYTES)
    return VERSION + nonce + AESGCM(key or derived(b"seal")).encrypt(nonce, plain.encode(), VERSION)


def unseal(sealed: bytes, *, key: bytes | None = None) -> str:
    """Decrypt what `seal` made. Raises cryptography's InvalidTag when it was changed."""
    nonce, text = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    return AESGCM(key or derived(b"seal")).decrypt(nonce, text, sealed[:1]).decode()


def lookup_key(purpose: str, value: str) -> str:
    """The keyed hash by which an encrypted value is found: 64 hex digits."""
    return hmac.new(derived(b"lookup"), f"{purpose}\0{value}".encode(), sha256).hexdigest()


def use(secret: str) -> None:
    """Take the college's data key (32 bytes, urlsafe base64). The factory calls it once."""
    raw = urlsafe_b64decode(secret)
    if len(raw) != KEY_BYTES:
        raise ValueError("COLLEGE_DATA_KEY must hold 32 bytes in urlsafe base64")
    _keys.clear()
    _keys[b""] = raw


def derived(purpose: bytes) -> bytes:
    """A 32-byte key for one purpose, from the one secret in the settings."""
    if purpose not in _keys:
        _keys[purpose] = HKDF(SHA256(), KEY_BYTES, None, b"college/" + purpose).derive(_keys[b""])
    return _keys[purpose]
