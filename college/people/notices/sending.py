"""Sending what waits in the outbox: claimed first, so that no two workers send one notice.

Whoever claims a row holds it for a while. One who dies in between leaves it to the next; was the
letter out already, it goes out again, and its Message-ID says that it is the same one.
"""

import logging
import secrets
from datetime import timedelta
from functools import partial

import sqlalchemy as sa

from college.core import clock, failpoints, jobs
from college.core.db import db
from college.people.notices.channels import CARRIERS, Carrier, Letter, NotSent
from college.people.notices.forgetting import wiped
from college.people.notices.letters import letter
from college.people.notices.models import Channel, Delivery, DeliveryState, Obstacle
from college.people.notices.queries import is_due, whole

CLAIM = timedelta(minutes=10)  # longer than any carrier takes
WAITS = tuple(timedelta(minutes=n) for n in (1, 5, 30, 120, 720))  # then it is given up
AT_ONCE = 100
AWAY = {Obstacle.UNREACHABLE, Obstacle.UNTRUSTED, Obstacle.SHUT_OUT}  # so it is for all of them
log = logging.getLogger(__name__)


def send_due() -> int:
    """Send what is due; returns how many went out.

    A server that does not answer is not asked for the next notice at once: the others are sent
    first, and it is asked again a few seconds later.
    """
    away: set[Channel] = set()
    sent = 0
    for delivery_id, channel in _due():
        if channel not in away:
            obstacle = send(delivery_id)
            sent += obstacle is None
            if obstacle in AWAY:
                away.add(channel)
    return sent


def send(delivery_id: int) -> Obstacle | None:
    """Send one row of the outbox, or note why not. Who comes second finds it claimed."""
    claim = secrets.token_hex(16)
    if not _claim(delivery_id, claim):
        return Obstacle.DEADLY
    outcome = jobs.caught(partial(_carry, delivery_id))
    failpoints.reached("notices.sent")
    if outcome is None:
        _mark_sent(delivery_id, claim)
        return None
    return _mark_failed(delivery_id, claim, outcome)


def _due() -> list[tuple[int, Channel]]:
    chosen = sa.select(Delivery.id, Delivery.channel).where(is_due(clock.now()))
    chosen = chosen.where(Delivery.channel.in_(list(CARRIERS)))
    chosen = chosen.order_by(Delivery.next_try_at, Delivery.id).limit(AT_ONCE)
    found = [(row[0], row[1]) for row in db.session.execute(chosen)]
    db.session.rollback()  # sending takes its time
    return found


def _carry(delivery_id: int) -> None:
    carrier, written = _made_ready(delivery_id)
    carrier.send(written)


def _made_ready(delivery_id: int) -> tuple[Carrier, Letter]:
    """Everything that sending needs, read before it. Raises NotSent."""
    delivery = whole(delivery_id)
    carrier, person = CARRIERS[delivery.channel], delivery.notice.person
    try:
        if delivery.tries > len(WAITS) + 1:
            raise NotSent(Obstacle.DEADLY, is_vain=True)
        if delivery.expires_at is not None and delivery.expires_at <= clock.now():
            raise NotSent(Obstacle.TOO_LATE, is_vain=True)
        if person is not None and person.is_demo and carrier.leaves_machine:
            raise NotSent(Obstacle.DEMO, is_vain=True)
        return carrier, letter(delivery)
    finally:
        db.session.rollback()


def _claim(delivery_id: int, claim: str) -> bool:
    now = clock.now()
    mine = (Delivery.id == delivery_id) & is_due(now)
    held = {"claim": claim, "claimed_until": now + CLAIM, "tries": Delivery.tries + 1}
    return _update(mine, **held)


def _mark_sent(delivery_id: int, claim: str) -> None:
    done = {"state": DeliveryState.SENT, "sent_at": clock.now(), "obstacle": None, "detail": ""}
    _update(_held(delivery_id, claim), **done, **LET_GO, **wiped())


def _mark_failed(delivery_id: int, claim: str, error: Exception) -> Obstacle:
    if not isinstance(error, NotSent):
        log.error("notice %s was not sent: %s", delivery_id, jobs.kind_of(error))
        error = NotSent(Obstacle.UNFORESEEN, jobs.kind_of(error)[:200])
    tries = db.session.get_one(Delivery, delivery_id).tries
    why = {"obstacle": error.obstacle, "detail": error.detail}
    if error.is_vain or tries > len(WAITS):
        over = {"state": DeliveryState.GIVEN_UP, **wiped()}
        _update(_held(delivery_id, claim), **over, **why, **LET_GO)
    else:
        again_at = clock.now() + WAITS[tries - 1]
        rests = {"state": DeliveryState.FAILED, "next_try_at": again_at}
        _update(_held(delivery_id, claim), **rests, **why, **LET_GO)
    return error.obstacle


LET_GO: dict[str, object] = {"claim": "", "claimed_until": None}


def _held(delivery_id: int, claim: str) -> sa.ColumnElement[bool]:
    return (Delivery.id == delivery_id) & (Delivery.claim == claim)


def _update(where: sa.ColumnElement[bool], **values: object) -> bool:
    with jobs.transaction():
        changed = sa.update(Delivery).where(where).values(**values).returning(Delivery.id)
        return db.session.scalars(changed).first() is not None
