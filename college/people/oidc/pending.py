"""What this browser has begun: a cookie of its own, encrypted, good for some minutes and one use.

Not in the session, which a sign-in empties: whoever comes from the provider for the first time
signs in with the password in between. What is sent to the provider follows from `key` and the
college's own secret, so that nobody reads it out of the browser.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from secrets import token_hex
from typing import TypeVar

from cryptography.exceptions import InvalidTag
from flask import current_app, g, request
from werkzeug.wrappers import Response

from college.core import clock, crypto
from college.web.limits import is_within_hour

LASTS = timedelta(minutes=10)
COOKIE = "provider"


def _now() -> float:
    return clock.now().timestamp()


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody was sent to the provider: to sign in, or to link it with `person_id`'s account."""

    next: str
    person_id: int = 0
    key: str = field(default_factory=token_hex)
    made_at: float = field(default_factory=_now)

    @property
    def state(self) -> str:
        return crypto.lookup_key("oidc-state", self.key)

    @property
    def nonce(self) -> str:
        return crypto.lookup_key("oidc-nonce", self.key)

    @property
    def verifier(self) -> str:
        return crypto.lookup_key("oidc-verifier", self.key)


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody came back, and the provider said as whom it knows them."""

    issuer: str
    subject: str
    shown_as: str
    is_strong: bool
    next: str
    person_id: int = 0
    key: str = field(default_factory=token_hex)
    made_at: float = field(default_factory=_now)


Note = TypeVar("Note", Asked, Found)


def keep(response: Response, note: Asked | Found) -> None:
    text = json.dumps(asdict(note), ensure_ascii=False)
    sealed = urlsafe_b64encode(crypto.seal(text, bound=_bound(type(note)))).decode()
    response.set_cookie(
        cookie_name(),
        sealed,
        max_age=LASTS,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )


def kept(kind: type[Note]) -> Note | None:
    """What this browser has of the kind; None where it is too old, or nothing of ours."""
    try:
        sealed = urlsafe_b64decode(request.cookies.get(cookie_name(), ""))
        note = kind(**json.loads(crypto.unseal(sealed, bound=_bound(kind))))
    except (InvalidTag, TypeError, ValueError):
        return None
    return note if note.made_at + LASTS.total_seconds() > _now() else None


def is_first_use(note: Asked | Found) -> bool:
    """Whether nobody used it before, in this browser or with a copy of its cookie.

    Asked again by the same request, which begins anew where the database was busy, it is so still.
    """
    if g.get("used_note") != note.key:
        if not is_within_hour("oidc", 1, note.key):
            return False
        g.used_note = note.key
    return True


def drop(response: Response) -> None:
    response.delete_cookie(
        cookie_name(),
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )


def cookie_name() -> str:
    """As the sign-in's: over HTTPS with the prefix that no neighbouring host can set."""
    return f"__Host-{COOKIE}" if current_app.config["SESSION_COOKIE_SECURE"] else COOKIE


def _bound(kind: type[Asked] | type[Found]) -> bytes:
    return f"oidc/{kind.__name__}".encode()
