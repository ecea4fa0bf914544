"""The key in a sign-in cookie: 256 random bits, of which the database keeps the hash alone."""

import secrets
from hashlib import sha256


def new_key() -> str:
    return secrets.token_urlsafe(32)


def hash_of(key: str) -> str:
    """No salt and no slowness: what is hashed is random already."""
    return sha256(key.encode()).hexdigest()
