"""What stands whatever becomes of the request: sign-ins, refusals at doors, damaged files.

An event is noted while a request or a job goes on and written in a transaction of its own once
theirs has ended. It names no secret: a login by its keyed hash, an address by its network.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from college.core import clock, crypto
from college.core.db import Base, db, stored_as_text
from college.core.operation import apart
from college.core.text import say

log = logging.getLogger(__name__)


class SecurityKind(StrEnum):
    SIGNED_IN = "signed_in"
    REFUSED = "refused"
    LIMITED = "limited"
    SIGNED_OUT = "signed_out"
    ENDED = "ended"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a deed
    CODE_REFUSED = "code_refused"
    SECOND_FACTOR_CHANGED = "second_factor_changed"
    IDENTITY_CHANGED = "identity_changed"
    PASSKEY_REFUSED = "passkey_refused"
    PASSKEY_COPIED = "passkey_copied"
    PASSKEY_CHANGED = "passkey_changed"
    DOOR_SHUT = "door_shut"
    FORM_REFUSED = "form_refused"
    PERSONAL_DATA = "personal_data"
    FILE_DAMAGED = "file_damaged"

    @property
    def label(self) -> str:
        return {
            "signed_in": say("Signed in"),
            "refused": say("Sign-in refused"),
            "limited": say("Too many tries, made to wait"),
            "signed_out": say("Signed out"),
            "ended": say("Sign-in ended from another device"),
            "password_changed": say("Password changed"),
            "code_refused": say("Code of the second factor refused"),
            "second_factor_changed": say("Second factor changed"),
            "identity_changed": say("Account of a sign-in provider linked or unlinked"),
            "passkey_refused": say("Passkey refused"),
            "passkey_copied": say("Passkey refused: it may have been copied"),
            "passkey_changed": say("Passkey added or removed"),
            "door_shut": say("Asked for a page of another role"),
            "form_refused": say("Form without proof of origin"),
            "personal_data": say("Personal data exported or shown in clear"),
            "file_damaged": say("Stored file missing or damaged"),
        }[self]


class SecurityEvent(Base):
    __tablename__ = "security_event"
    __table_args__ = (sa.Index("ix_security_event_kind_at", "kind", "at"),)
    unversioned: ClassVar[str] = "written once and never changed"

    at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    kind: Mapped[SecurityKind] = mapped_column(stored_as_text(SecurityKind))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    login_hash: Mapped[str] = mapped_column(sa.String(64), default="")
    address: Mapped[str] = mapped_column(sa.String(45), default="")
    sign_in_id: Mapped[int | None]  # no foreign key: the event outlives the sign-in
    reference: Mapped[str] = mapped_column(sa.String(16), default="")  # of the request


@dataclass(frozen=True, slots=True)
class Noted:
    kind: SecurityKind
    person_id: int | None
    login: str
    sign_in_id: int | None


def note(
    kind: SecurityKind,
    *,
    person_id: int | None = None,
    login: str = "",
    sign_in_id: int | None = None,
) -> None:
    """Note an event; it is written once the transaction of the request or the step has ended."""
    _noted().append(Noted(kind, person_id, login, sign_in_id))


def waiting() -> list[SecurityKind]:
    return [event.kind for event in _noted()]


def lacks_reader() -> bool:
    """Whether an event waits that does not say itself who asked, from which sign-in."""
    return any(event.person_id is None or event.sign_in_id is None for event in _noted())


def forget() -> None:
    """The request begins again: it will note what happens then."""
    _noted().clear()


def write(
    *,
    person_id: int | None = None,
    sign_in_id: int | None = None,
    address: str = "",
    reference: str = "",
) -> None:
    """Write what was noted; the arguments say who asked, where an event does not say it itself."""
    events = list(_noted())
    forget()
    if not events:
        return
    rows = [
        {
            "kind": event.kind,
            "person_id": event.person_id or person_id,
            "login_hash": login_hash(event.login) if event.login else "",
            "address": address,
            "sign_in_id": event.sign_in_id or sign_in_id,
            "reference": reference,
        }
        for event in events
    ]
    try:
        with apart() as own:
            own.execute(sa.insert(SecurityEvent), rows)
    except (sa.exc.OperationalError, sa.exc.TimeoutError):
        # the answer is made and goes out; the log says what is missing
        log.error("security events not written: %s", " ".join(event.kind for event in events))


def login_hash(login: str) -> str:
    return crypto.lookup_key("login", login)


def forget_old(kept: timedelta) -> int:
    """Delete the events older than `kept`; returns how many."""
    with apart() as own:
        old = sa.delete(SecurityEvent).where(SecurityEvent.at < clock.now() - kept)
        return len(own.scalars(old.returning(SecurityEvent.id)).all())


def _noted() -> list[Noted]:
    noted: list[Noted] = db.session.info.setdefault("security", [])
    return noted
