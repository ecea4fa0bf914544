"""Passwords are hashed with argon2id, slowly on purpose: never inside a write transaction."""

from threading import Lock

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

# OWASP's least for argon2id: 19 MiB, two passes, one lane
_hasher = PasswordHash((Argon2Hasher(memory_cost=19456, time_cost=2, parallelism=1),))
_NOBODYS = _hasher.hash("so that an unknown account costs as much time as a known one")


_lock = Lock()
_times_checked = 0


def times_checked() -> int:
    """How often a password was really compared in this process, dummies included."""
    return _times_checked


def hashed(password: str) -> str:
    return _hasher.hash(password)


def is_right(password: str, password_hash: str | None) -> bool:
    """Compare in the same time whether or not the account exists."""
    global _times_checked
    with _lock:
        _times_checked += 1
    matches = _hasher.verify(password, password_hash or _NOBODYS)
    return matches and password_hash is not None
