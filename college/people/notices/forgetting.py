"""Notices that have had their time: what somebody was told years ago is nobody's business."""

from datetime import timedelta

import sqlalchemy as sa

from college.core import clock
from college.core.operation import apart
from college.people.notices.models import Delivery, Notice


def forget_notices(kept: timedelta) -> int:
    """Delete the notices told longer ago than `kept`, with their sendings; returns how many."""
    is_old = Notice.told_at < clock.now() - kept
    with apart() as own:
        sent = Delivery.notice_id.in_(sa.select(Notice.id).where(is_old))
        own.execute(sa.delete(Delivery).where(sent))
        return len(own.scalars(sa.delete(Notice).where(is_old).returning(Notice.id)).all())
