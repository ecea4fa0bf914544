"""Reading notices: a person's own, what they chose, and the outbox."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from college.core import crypto
from college.core.access import visible
from college.core.db import db
from college.core.roles import Actor, Can
from college.core.text import Remark
from college.people.notices import values, wording
from college.people.notices.channels import CARRIERS, open_channels
from college.people.notices.models import (
    OPEN,
    Channel,
    Delivery,
    DeliveryState,
    Notice,
    NoticeChoice,
    NoticeKind,
)
from college.people.persons.identity import masked_mail
from college.people.persons.models import Person


@dataclass(frozen=True, slots=True)
class Told:
    """A notice in words, with the page it leads to ("" for none)."""

    notice: Notice
    subject: str
    text: Remark
    page: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A row of the outbox as it may be shown: the address masked."""

    delivery: Delivery
    person: Person | None
    address: str


def usual(kind: NoticeKind, channel: Channel) -> bool:
    """What holds for who chose nothing. A text message costs money, and a group reads WeCom."""
    if channel is Channel.IN_APP:
        return kind not in {NoticeKind.INVITED, NoticeKind.PASSWORD_FORGOTTEN}
    return channel is Channel.MAIL


@dataclass(frozen=True, slots=True)
class Ways:
    """By which channels somebody gets a kind of notice, and by which they can be reached at all."""

    wanted: frozenset[Channel]
    open: frozenset[Channel]


def ways_to(kind: NoticeKind, ids: Collection[int]) -> dict[int, Ways]:
    """By which channels each of these people is told."""
    said: dict[int, dict[Channel, bool]] = {i: {} for i in ids}
    reachable: dict[int, frozenset[Channel]] = {}
    for row in db.session.execute(_ways(), {"ids": list(ids), "kind": kind}):
        reachable[row.id] = frozenset(_carried(row.email, row.phone_masked))
        if row.channel is not None and kind.is_choosable:
            said[row.id][row.channel] = row.is_wanted
    return {
        i: Ways(
            frozenset(c for c in Channel if chosen.get(c, usual(kind, c))),
            reachable.get(i, frozenset()),
        )
        for i, chosen in said.items()
    }


@cache
def _ways() -> sa.Select[int, str, str, Channel, bool]:
    """Of the people "ids": how they can be reached, and what they chose for the "kind"."""
    theirs = NoticeChoice.person_id == Person.id
    columns = Person.id, Person.email, Person.phone_masked
    return (
        sa.select(*columns, NoticeChoice.channel, NoticeChoice.is_wanted)
        .outerjoin(NoticeChoice, theirs & (NoticeChoice.kind == sa.bindparam("kind")))
        .where(Person.id.in_(sa.bindparam("ids", expanding=True)))
    )


def _carried(email: str, phone: str) -> Iterator[Channel]:
    for channel in CARRIERS:
        if email if channel is Channel.MAIL else phone.startswith("1"):  # a mobile
            yield channel


def choices_of(person_id: int) -> dict[tuple[NoticeKind, Channel], bool]:
    """The whole table of somebody: each kind that can be chosen, by each channel there is."""
    mine = sa.select(NoticeChoice).where(NoticeChoice.person_id == person_id)
    said = {(row.kind, row.channel): row.is_wanted for row in db.session.scalars(mine)}
    return {
        (kind, channel): said.get((kind, channel), usual(kind, channel))
        for kind in NoticeKind
        if kind.is_choosable
        for channel in open_channels()
    }


def own(actor: Actor) -> sa.Select[Notice]:
    """The actor's notices, unread first, then the newest first."""
    mine = sa.select(Notice).where(visible(Notice, actor, Can.NOTICES_READ), Notice.is_shown)
    is_read = sa.case((Notice.read_at.is_(None), 0), else_=1)
    return mine.order_by(is_read, Notice.told_at.desc(), Notice.id.desc())


def unread(actor: Actor, most: int) -> Sequence[Notice]:
    new = sa.select(Notice).where(visible(Notice, actor, Can.NOTICES_READ), Notice.is_shown)
    new = new.where(Notice.read_at.is_(None)).order_by(Notice.id.desc()).limit(most)
    return db.session.scalars(new).all()


def unread_by(person_id: sa.SQLColumnExpression[int]) -> sa.ScalarSelect[int]:
    """How many notices the person of a column has not read: a part of somebody else's query."""
    new = (Notice.person_id == person_id) & Notice.is_shown & Notice.read_at.is_(None)
    return sa.select(sa.func.count(Notice.id)).where(new).scalar_subquery()


def in_words(notices: Iterable[Notice]) -> list[Told]:
    return [_told(notice) for notice in notices]


def _told(notice: Notice) -> Told:
    known = values.opened(notice.kind, notice.person_id, notice.values_sealed)
    return Told(
        notice,
        wording.WORDINGS[notice.kind].subject,
        wording.told(notice.kind, known),
        wording.page(notice.kind, known),
    )


def outbox(state: DeliveryState | None = None) -> sa.Select[Delivery]:
    """Choose rows of the outbox, the newest first."""
    chosen = sa.select(Delivery).options(joinedload(Delivery.notice).joinedload(Notice.person))
    if state is not None:
        chosen = chosen.where(Delivery.state == state)
    return chosen.order_by(Delivery.id.desc())


def counts() -> Mapping[DeliveryState, int]:
    found = sa.select(Delivery.state, sa.func.count()).group_by(Delivery.state)
    known = {row[0]: row[1] for row in db.session.execute(found)}
    return {state: known.get(state, 0) for state in DeliveryState}


def lines(deliveries: Iterable[Delivery]) -> list[Sent]:
    return [Sent(each, each.notice.person, masked_address(each)) for each in deliveries]


def masked_address(delivery: Delivery) -> str:
    person = delivery.notice.person
    if delivery.address_sealed is not None:
        return masked_mail(crypto.unseal(delivery.address_sealed))
    if person is None:
        return ""
    return masked_mail(person.email) if delivery.channel is Channel.MAIL else person.phone_masked


def whole(delivery_id: int) -> Delivery:
    """A row of the outbox with its notice and person."""
    chosen = sa.select(Delivery).join(Delivery.notice).outerjoin(Notice.person)
    chosen = chosen.options(contains_eager(Delivery.notice).contains_eager(Notice.person))
    return db.session.scalars(chosen.where(Delivery.id == delivery_id)).one()


def is_due(at: datetime) -> sa.ColumnElement[bool]:
    """To be sent now, and held by nobody: never tried, tried and rested, or left by the dead."""
    is_free = Delivery.claimed_until.is_(None) | (Delivery.claimed_until < at)
    return Delivery.state.in_(OPEN) & (Delivery.next_try_at <= at) & is_free


def oldest_waiting() -> datetime | None:
    waiting = sa.select(sa.func.min(Delivery.next_try_at)).where(Delivery.state.in_(OPEN))
    return db.session.scalar(waiting)
