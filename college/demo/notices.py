"""Notices of the demo college: what was told some time ago has been read."""

from datetime import timedelta

import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.people.notices.models import Notice

NEW = timedelta(days=14)


def are_read() -> bool:
    return not db.session.scalar(sa.select(sa.exists().where(_old())))


def read_old() -> None:
    db.session.execute(sa.update(Notice).where(_old()).values(read_at=Notice.told_at))


def _old() -> sa.ColumnElement[bool]:
    return Notice.read_at.is_(None) & (Notice.told_at < clock.now() - NEW)
