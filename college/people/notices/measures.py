"""What a monitor reads of the outbox: how much waits, how much is stuck, and for how long."""

from collections.abc import Sequence

import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.measures import Measure, age
from college.people.notices.models import OPEN, Delivery, DeliveryState, Notice

SHOWN = (*OPEN, DeliveryState.GIVEN_UP)  # what was sent only grows


def outbox() -> Sequence[Measure]:
    """Of the oldest counts since when it was told; what rests between two tries is not late yet."""
    counted = sa.select(Delivery.state, sa.func.count()).where(Delivery.state.in_(SHOWN))
    found = {row[0]: row[1] for row in db.session.execute(counted.group_by(Delivery.state))}
    is_due = Delivery.state.in_(OPEN) & (Delivery.next_try_at <= clock.now())
    told = sa.select(sa.func.min(Notice.told_at)).join(Delivery, Delivery.notice_id == Notice.id)
    return [
        Measure(
            "college_outbox",
            "Notices by state of their sending, without those sent",
            {state.value: found.get(state, 0) for state in SHOWN},
            label="state",
        ),
        Measure(
            "college_outbox_oldest_seconds",
            "Age of the oldest notice that is due to be sent",
            {"": age(db.session.scalar(told.where(is_due)))},
        ),
    ]
