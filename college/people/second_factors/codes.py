"""Codes of six digits that a phone shows, each for half a minute (RFC 6238), and recovery codes."""

import re
import secrets
from collections.abc import Iterator
from hmac import compare_digest

from college.core import clock, crypto

SECONDS = 30
DRIFT = 1  # half-minutes that a phone's clock may be off, either way
SECRET_LENGTH = 32  # base32 characters: 160 bits, as the RFC recommends
RECOVERY_CODES = 10
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that looks like another


def new_secret() -> str:
    import pyotp  # noqa: PLC0415 - only whoever proves or sets one up pays for it

    secret: str = pyotp.random_base32(SECRET_LENGTH)
    return secret


def counter_of(secret: str, typed: str, *, after: int) -> int | None:
    """The half-minute that a code is of; None where it is of none, or of one taken before.

    All that count are compared, however early one fits.
    """
    import pyotp  # noqa: PLC0415

    code, found = re.sub(r"\s", "", typed), None
    totp = pyotp.TOTP(secret, interval=SECONDS)
    for counter in _near():
        is_it = compare_digest(totp.generate_otp(counter).encode(), code.encode())
        if is_it and counter > after:
            found = counter
    return found


def provisioning_address(secret: str, *, name: str, issuer: str) -> str:
    """What the QR code says to the app."""
    import pyotp  # noqa: PLC0415

    address: str = pyotp.TOTP(secret, interval=SECONDS).provisioning_uri(
        name=name, issuer_name=issuer
    )
    return address


def new_recovery_codes() -> list[str]:
    """Such as 7K2M4-QRX9P: fifty random bits each, which only tries at the door could guess."""
    return [f"{_word()}-{_word()}" for _ in range(RECOVERY_CODES)]


def recovery_hash(person_id: int, typed: str) -> str:
    plain = re.sub(r"[\s-]", "", typed).upper()
    return crypto.lookup_key(f"recovery:{person_id}", plain)


def looks_like_recovery(typed: str) -> bool:
    return len(re.sub(r"[\s-]", "", typed)) > 6


def _near() -> Iterator[int]:
    now = int(clock.now().timestamp()) // SECONDS
    yield from range(now - DRIFT, now + DRIFT + 1)


def _word() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(5))
