"""Telling people: called by the operation that has something to tell, in its transaction.

What is told stands or falls with what happened. It is sent afterwards, by `sending.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from college.core import clock, crypto
from college.core.db import db
from college.people.notices.channels import CARRIERS
from college.people.notices.models import Channel, Delivery, Notice, NoticeKind
from college.people.notices.queries import ways_to
from college.people.notices.values import Values, sealed


@dataclass(frozen=True, slots=True)
class Secret:
    """What opens something, such as a link: gone once it is sent, and not sent too late."""

    text: str
    expires_at: datetime


def tell(
    kind: NoticeKind, person_id: int, values: Values | None = None, *, secret: Secret | None = None
) -> None:
    """Tell one person; `values` fill the blanks of the kind's sentences (`wording.py`)."""
    tell_all(kind, {person_id: values or {}}, secret=secret)


def tell_all(
    kind: NoticeKind, people: Mapping[int, Values], *, secret: Secret | None = None
) -> Mapping[int, int]:
    """Tell each of these people, in the same few statements however many there are.

    Returns the id of each one's notice.
    """
    if not people:
        return {}
    ways = ways_to(kind, people)
    rows = [
        {
            "person_id": person_id,
            "kind": kind,
            "values_sealed": sealed(kind, person_id, values),
            "is_shown": Channel.IN_APP in ways[person_id].wanted,
            "told_at": clock.now(),
        }
        for person_id, values in people.items()
    ]
    notices = _kept(rows)
    deliveries = [
        _delivery(notice_id, channel, secret)
        for person_id, notice_id in notices.items()
        for channel in sorted(ways[person_id].wanted & ways[person_id].open)
    ]
    if deliveries:
        db.session.execute(sa.insert(Delivery), deliveries)
    return notices


def say_instead(kind: NoticeKind, person_id: int, notice_id: int, values: Values) -> None:
    """Change what a notice says before anybody reads it: in the transaction that told it."""
    new = sa.update(Notice).where(Notice.id == notice_id)
    db.session.execute(new.values(values_sealed=sealed(kind, person_id, values)))


def tell_address(
    kind: NoticeKind, address: str, values: Values, *, secret: Secret | None = None
) -> None:
    """Tell whoever reads this mail address; nobody on record goes by it, or nobody any more.

    With a secret the address is kept no longer than that: until it is sent, or too late.
    """
    if not address or Channel.MAIL not in CARRIERS:
        return
    notice = {"kind": kind, "values_sealed": sealed(kind, None, values), "is_shown": False}
    new = sa.insert(Notice).values(**notice, told_at=clock.now()).returning(Notice.id)
    notice_id = db.session.scalars(new).one()
    delivery = _delivery(notice_id, Channel.MAIL, secret) | {"address_sealed": crypto.seal(address)}
    db.session.execute(sa.insert(Delivery), [delivery])


def _kept(rows: list[dict[str, object]]) -> dict[int, int]:
    """Insert the notices, many in one statement; returns the id of each by its person."""
    made = db.session.connection().execute(_NEW, rows)
    return {row.person_id: row.id for row in made}


# made once, and for the connection: the session would compile each insertion anew
_NEW = sa.insert(Notice).returning(Notice.id, Notice.person_id)


def _delivery(notice_id: int, channel: Channel, secret: Secret | None) -> dict[str, object]:
    return {
        "notice_id": notice_id,
        "channel": channel,
        "next_try_at": clock.now(),
        "secret_sealed": crypto.seal(secret.text) if secret else None,
        "expires_at": secret.expires_at if secret else None,
    }
