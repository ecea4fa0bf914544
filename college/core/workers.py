"""The sign of life of each worker process: a row that it touches while it works."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from college.core import clock, jobs
from college.core.db import Base, db, insert_or_leave

BEAT = timedelta(seconds=15)
MISSED = timedelta(seconds=50)  # three beats: a busy machine may lose one
GONE = timedelta(days=1)


class Worker(Base):
    __tablename__ = "worker"
    unversioned = "written by the worker alone"

    name: Mapped[str] = mapped_column(sa.String(64), unique=True)
    begun_at: Mapped[datetime] = mapped_column(default=clock.now)
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def is_alive(self) -> bool:
        return self.seen_at > clock.now() - MISSED


def beat(name: str) -> None:
    """Say that this process lives, forget those long gone, and hold its jobs longer."""
    now = clock.now()
    with jobs.transaction():
        insert_or_leave(Worker, [{"name": name, "begun_at": now, "seen_at": now}])
        db.session.execute(sa.update(Worker).where(Worker.name == name).values(seen_at=now))
        db.session.execute(sa.delete(Worker).where(Worker.seen_at < now - GONE))
    jobs.renew(name)


def leave(name: str) -> None:
    """Say that this process ends by its own will."""
    with jobs.transaction():
        db.session.execute(sa.delete(Worker).where(Worker.name == name))


def last_seen() -> Worker | None:
    """The worker that gave the latest sign of life."""
    chosen = sa.select(Worker).order_by(Worker.seen_at.desc(), Worker.id.desc())
    return db.session.scalar(chosen.limit(1))
