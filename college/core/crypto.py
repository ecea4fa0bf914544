"""Secrets of people: encrypted to store, hashed with a key to look up, masked to show."""

import hmac
import os
from base64 import urlsafe_b64decode
from functools import lru_cache
from hashlib import sha256

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12
VERSION = b"\x01"  # of the format: a text that stands for itself
BOUND = b"\x02"  # a text that opens only beside what it was sealed for

_keys: dict[bytes, bytes] = {}


def seal(plain: str, *, key: bytes | None = None, bound: bytes = b"") -> bytes:
    """Encrypt with `key`, or with the college's own: version, nonce, AES-256-GCM text and tag.

    With `bound` it opens only beside the same bytes again: moved to another row it is refused.
    """
    nonce, version = os.urandom(NONCE_BYTES), BOUND if bound else VERSION
    cipher = _cipher(key or derived(b"seal"))
    return version + nonce + cipher.encrypt(nonce, plain.encode(), version + bound)


def unseal(sealed: bytes, *, key: bytes | None = None, bound: bytes = b"") -> str:
    """Decrypt what `seal` made. Raises cryptography's InvalidTag when it was changed or moved."""
    version, nonce, text = sealed[:1], sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    beside = version + bound if version == BOUND else version
    return _cipher(key or derived(b"seal")).decrypt(nonce, text, beside).decode()


@lru_cache(maxsize=1024)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


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
