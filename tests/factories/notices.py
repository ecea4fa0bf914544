"""Notices that were told, and their rows in the outbox."""

import sqlalchemy as sa

from college.core.db import db
from college.people.notices.models import Delivery, Notice, NoticeKind
from college.people.notices.telling import tell
from college.people.persons.models import Person


def make_notice(person: Person, kind: NoticeKind = NoticeKind.ROLE_GRANTED, **values) -> Notice:
    tell(kind, person.id, values)
    db.session.commit()
    mine = sa.select(Notice).where(Notice.person_id == person.id).order_by(Notice.id.desc())
    return db.session.scalars(mine.limit(1)).one()


def make_delivery(person: Person, kind: NoticeKind = NoticeKind.ROLE_GRANTED, **values) -> Delivery:
    """The row of the outbox of a notice that is told now; for who can be reached by one way."""
    notice = make_notice(person, kind, **values)
    mine = sa.select(Delivery).where(Delivery.notice_id == notice.id)
    return db.session.scalars(mine).one()
