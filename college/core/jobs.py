"""Work that outlives a request: its truth is a row, the queue is only a nudge.

A job of kind K for row R is done by calling `KINDS[K](R)` again and again; each call is one short,
idempotent step and says how far it came. A worker holds the job by a lease that runs out.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from college.core import clock
from college.core.db import Base, db, stored_as_text
from college.core.operation import start_writing
from college.core.text import say

LEASE = timedelta(seconds=60)
log = logging.getLogger(__name__)


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"

    @property
    def label(self) -> str:
        return {
            "queued": say("Waiting to start"),
            "running": say("Under way"),
            "done": say("Finished"),
            "failed": say("Stopped by an error"),
        }[self]


class Job(Base):
    __tablename__ = "job"
    __table_args__ = (
        sa.Index("ix_job_kind_row", "kind", "row_id"),
        sa.Index("ix_job_state_leased_until", "state", "leased_until"),
        sa.CheckConstraint("done >= 0 AND total >= 0", "progress_counts_up"),
    )

    kind: Mapped[str] = mapped_column(sa.String(64))
    row_id: Mapped[int]
    state: Mapped[JobState] = mapped_column(stored_as_text(JobState), default=JobState.QUEUED)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    owner: Mapped[str] = mapped_column(sa.String(64), default="")
    leased_until: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(sa.String(500), default="")
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]

    @property
    def is_over(self) -> bool:
        return self.state in {JobState.DONE, JobState.FAILED}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job came; it is over when `done` reaches `total`."""

    done: int
    total: int


Step = Callable[[int], Progress]
Watch = Callable[[Progress], None]
_held_now: ContextVar[tuple[int, str, Watch] | None] = ContextVar("held_now", default=None)
KINDS: dict[str, Step] = {}  # filled by the factory, the one list of them
Nudge = Callable[[str, str], None]
_nudge: list[Nudge] = []


def use_queue(nudge: Nudge) -> None:
    """Take the function that wakes a worker: `nudge(task, argument)`. The factory calls it once."""
    _nudge[:] = [nudge]


def ask(kind: str, row_id: int, total: int) -> Job:
    """Ask for the work on one row, in the transaction that makes it due.

    A job that is waiting or under way already is returned instead of a second one.
    """
    found = latest(kind, row_id)
    if found is not None and not found.is_over:
        return found
    job = Job(kind=kind, row_id=row_id, total=total)
    db.session.add(job)
    db.session.flush()
    db.session.info.setdefault("nudges", []).append(("job", str(job.id)))
    return job


def latest(kind: str, row_id: int) -> Job | None:
    chosen = sa.select(Job).where(Job.kind == kind, Job.row_id == row_id)
    return db.session.scalar(chosen.order_by(Job.id.desc()).limit(1))


def wake(task: str, argument: str) -> None:
    """Tell a worker at once; without a queue the sweep finds jobs a few seconds later."""
    for nudge in _nudge:
        nudge(task, argument)


def wake_after_commit() -> None:
    """Send the nudges of the transaction that was just committed. Entry points call it."""
    for task, argument in db.session.info.pop("nudges", []):
        wake(task, argument)


def forget_nudges() -> None:
    db.session.info.pop("nudges", None)


@contextmanager
def transaction() -> Iterator[None]:
    """One short write transaction of a job's step."""
    db.session.rollback()  # what was read so far is over
    start_writing()
    try:
        yield
        db.session.commit()
    finally:
        db.session.rollback()
    wake_after_commit()


def due() -> list[int]:
    """Ids of the jobs that nobody holds: never begun, or left by a worker that died."""
    waiting = Job.state == JobState.QUEUED
    left = (Job.state == JobState.RUNNING) & (Job.leased_until < clock.now())
    return list(db.session.scalars(sa.select(Job.id).where(waiting | left).order_by(Job.id)))


def report(progress: Progress) -> None:
    """Say from within a long step how far it is, and hold the lease longer.

    It ends what the step was reading; outside a job it does nothing.
    """
    held = _held_now.get()
    if held is not None:
        job_id, owner, watch = held
        _note(job_id, owner, progress)
        watch(progress)


def work_on(job_id: int, owner: str, watch: Watch = lambda progress: None) -> None:
    """Do one job step by step to its end, or set it aside with its error; `watch` sees it move."""
    if not _claim(job_id, owner):
        return
    token = _held_now.set((job_id, owner, watch))
    try:
        _work_off(job_id, owner, watch)
    finally:
        _held_now.reset(token)


def _work_off(job_id: int, owner: str, watch: Watch) -> None:
    job = db.session.get_one(Job, job_id)
    step, row_id = KINDS[job.kind], job.row_id
    db.session.rollback()
    while True:
        try:
            progress = step(row_id)
        except Exception as error:  # the one place: whatever a step does, the worker goes on
            log.exception("job %s stopped", job_id)
            db.session.rollback()
            _end(job_id, owner, JobState.FAILED, f"{type(error).__name__}: {error}"[:500])
            return
        watch(progress)
        if progress.done >= progress.total:
            _note(job_id, owner, progress)
            _end(job_id, owner, JobState.DONE, "")
            return
        if not _note(job_id, owner, progress):
            return  # the lease ran out and another worker took over


def _claim(job_id: int, owner: str) -> bool:
    free = (Job.state == JobState.QUEUED) | (
        (Job.state == JobState.RUNNING) & (Job.leased_until < clock.now())
    )
    return _update(
        (Job.id == job_id) & free,
        state=JobState.RUNNING,
        owner=owner,
        leased_until=clock.now() + LEASE,
    )


def _note(job_id: int, owner: str, progress: Progress) -> bool:
    far = {"done": progress.done, "total": progress.total, "leased_until": clock.now() + LEASE}
    return _update(_held(job_id, owner), **far)


def _end(job_id: int, owner: str, state: JobState, error: str) -> None:
    """End the job, unless another worker took it over meanwhile: it has the last word."""
    ended = {"state": state, "error": error, "ended_at": clock.now(), "leased_until": None}
    _update(_held(job_id, owner), **ended)


def _held(job_id: int, owner: str) -> sa.ColumnElement[bool]:
    return (Job.id == job_id) & (Job.owner == owner) & (Job.state == JobState.RUNNING)


def _update(where: sa.ColumnElement[bool], **values: object) -> bool:
    with transaction():
        changed = sa.update(Job).where(where).values(**values).returning(Job.id)
        return db.session.scalar(changed) is not None
