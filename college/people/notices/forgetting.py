"""Notices that have had their time: what somebody was told years ago is nobody's business."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from college.core import clock
from college.core.operation import apart
from college.people.notices.models import OPEN, Delivery, DeliveryState, Notice, Obstacle


def wiped() -> dict[str, Any]:
    """What a sending that is over holds no longer.

    Its secret, and the address of a letter that had one: nobody is on record by it any more.
    """
    had_secret = Delivery.secret_sealed.is_not(None)
    return {
        "secret_sealed": None,
        "address_sealed": sa.case((had_secret, None), else_=Delivery.address_sealed),
    }


def give_up_expired() -> int:
    """End the sendings that are too late and that nobody carries any more; returns how many."""
    now = clock.now()
    is_late = Delivery.state.in_(OPEN) & (Delivery.expires_at <= now)
    is_free = Delivery.claimed_until.is_(None) | (Delivery.claimed_until < now)
    over = {"state": DeliveryState.GIVEN_UP, "obstacle": Obstacle.TOO_LATE, **wiped()}
    with apart() as own:
        ended = sa.update(Delivery).where(is_late, is_free).values(**over)
        return len(own.scalars(ended.returning(Delivery.id)).all())


def forget_notices(kept: timedelta) -> int:
    """Delete the notices told longer ago than `kept`, with their sendings; returns how many."""
    is_old = Notice.told_at < clock.now() - kept
    with apart() as own:
        sent = Delivery.notice_id.in_(sa.select(Notice.id).where(is_old))
        own.execute(sa.delete(Delivery).where(sent))
        return len(own.scalars(sa.delete(Notice).where(is_old).returning(Notice.id)).all())
