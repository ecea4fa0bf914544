"""Reading, choosing and sending again: what people do with notices. `telling.py` makes them."""

from collections.abc import Collection

import sqlalchemy as sa

from college.core import clock, journal
from college.core.access import require
from college.core.db import Base, db, locked
from college.core.errors import Conflict, NotAllowed, RuleBroken
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.core.states import move
from college.core.text import say
from college.people.notices.models import (
    DELIVERY_MOVES,
    Channel,
    Delivery,
    DeliveryState,
    Notice,
    NoticeChoice,
    NoticeKind,
)
from college.people.notices.queries import choices_of, unread

Facts = list[tuple[Base, int | None, dict[str, object]]]  # for the journal
AT_ONCE = 500  # notices that one click marks as read


class BeingSent(Conflict):
    code = "being_sent"
    message = say("It is being sent at this very moment. Look again in a minute.")


class LinkGone(RuleBroken):
    code = "link_gone"
    message = say("The link in it opens nothing any more. Have a new one made instead.")


class AddressGone(RuleBroken):
    code = "address_gone"
    message = say("Nobody knows any more where this letter went: its address is deleted.")


@operation
def read_notice(actor: Actor, notice: Notice) -> Notice:
    """Note that the person has seen it."""
    require(actor, Can.NOTICES_READ, notice)
    if notice.read_at is None:
        notice.read_at = clock.now()
        journal.record(actor, "read_notice", notice, about=notice.person_id, kind=notice.kind)
    return notice


@operation
def read_all(actor: Actor) -> int:
    """Note that the actor has seen all of their notices; returns how many were new."""
    require(actor, Can.NOTICES_READ)
    new, now = unread(actor, AT_ONCE), clock.now()
    for notice in new:
        notice.read_at = now
    facts: Facts = [(n, n.person_id, {"kind": n.kind}) for n in new]
    journal.record_all(actor, "read_notice", facts)
    return len(new)


@operation
def choose_notices(actor: Actor, wanted: Collection[tuple[NoticeKind, Channel]]) -> int:
    """Get each kind by the channels in `wanted`, and by no other; returns how many changed."""
    require(actor, Can.NOTICES_READ)
    if actor.person_id is None:
        raise NotAllowed(can=Can.NOTICES_READ)
    before = choices_of(actor.person_id)
    changed = {pair: pair in wanted for pair, was in before.items() if was is not (pair in wanted)}
    mine = sa.select(NoticeChoice).where(NoticeChoice.person_id == actor.person_id)
    rows = {(row.kind, row.channel): row for row in db.session.scalars(mine)}
    facts: Facts = []
    for (kind, channel), is_wanted in changed.items():
        row = rows.get((kind, channel))
        if row is None:
            row = NoticeChoice(person_id=actor.person_id, kind=kind, channel=channel)
            db.session.add(row)
        row.is_wanted = is_wanted
        said = {"kind": kind, "channel": channel, "is_wanted": is_wanted}
        facts.append((row, actor.person_id, said))
    journal.record_all(actor, "choose_notice", facts)
    return len(changed)


@operation
def send_again(actor: Actor, delivery: Delivery) -> Delivery:
    """Put a row of the outbox back to its beginning: a letter of its own, with all its tries.

    Raises NotAllowed, BeingSent, AddressGone, LinkGone.
    """
    require(actor, Can.NOTICES_RESEND, delivery)
    row = locked(Delivery, delivery.id)
    now = clock.now()
    if row.claimed_until is not None and row.claimed_until > now:
        raise BeingSent
    notice = db.session.get_one(Notice, row.notice_id)
    if notice.person_id is None and row.address_sealed is None:
        raise AddressGone
    if row.expires_at is not None and (row.expires_at <= now or row.secret_sealed is None):
        raise LinkGone
    before = row.state
    if row.state is not DeliveryState.WAITING:
        move(row, DeliveryState.WAITING, DELIVERY_MOVES)
        row.edition += 1
    row.tries, row.next_try_at, row.sent_at, row.claim = 0, now, None, ""
    row.obstacle, row.detail, row.claimed_until = None, "", None
    facts = {"kind": notice.kind, "channel": row.channel, "state": before}
    journal.record(actor, "send_notice_again", row, about=notice.person_id, **facts)
    return row
