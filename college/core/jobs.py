"""Work that outlives a request: its truth is a row, the queue is only a nudge.

A job of kind K for row R is done by calling `KINDS[K].step(R)` again and again; each call is one
short, idempotent step and says how far it came. A worker holds the job by a lease that runs out. A
step that raises is tried again after growing waits, then the job is set aside with its error.
"""

import logging
import traceback
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from itertools import takewhile
from pathlib import Path
from time import monotonic
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from college.core import clock, security_log
from college.core.db import Base, db, stored_as_text
from college.core.errors import Conflict, DomainError, Unavailable
from college.core.operation import start_writing
from college.core.security_log import SecurityKind
from college.core.states import move
from college.core.storage import FileLost
from college.core.text import say

R = TypeVar("R")
LEASE = timedelta(seconds=60)
WAITS = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2))  # then it is set aside
DEATHS = 10  # workers that one step may take with it before it is set aside
LONGEST_STEP = timedelta(minutes=15)  # so long a step that tells nothing keeps its lease
NUDGE_AGAIN = timedelta(seconds=30)
AT_ONCE = 200  # jobs nudged by one sweep
CODE = Path(__file__).parents[2]
UNEXPECTED = say("Something went wrong that nobody foresaw. The worker's log says where.")
DEADLY = say("The worker ended again and again at this. The machine's log may say why.")
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


JOB_MOVES = {
    JobState.QUEUED: frozenset({JobState.RUNNING}),
    JobState.RUNNING: frozenset({JobState.QUEUED, JobState.DONE, JobState.FAILED}),
    JobState.DONE: frozenset[JobState](),
    JobState.FAILED: frozenset({JobState.QUEUED}),  # somebody asked to try again
}


class Job(Base):
    __tablename__ = "job"
    unversioned = "moves by its state, under the lease of its worker or under lock"
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
    # what kind of error and where in our code: never its own words, which may name somebody
    error: Mapped[str] = mapped_column(sa.String(500), default="")
    reason: Mapped[str] = mapped_column(sa.String(500), default="", server_default="")  # a sentence
    tries: Mapped[int] = mapped_column(default=0, server_default="0")  # of the present step
    rests_until: Mapped[datetime | None]  # the next try is not before
    nudged_at: Mapped[datetime | None]  # by the sweep
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


@dataclass(frozen=True, slots=True)
class Titled:
    """What the row of a job is called, in both languages where it has two names."""

    title: str
    title_en: str = ""


Step = Callable[[int], Progress]
Titles = Callable[[Collection[int]], Mapping[int, Titled]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of work: its step, what it is for in words, and the page of its row."""

    step: Step
    purpose: str  # a sentence of `say`
    page: tuple[str, str]  # its address by name, and the name of the row's id in it
    subjects: Titles


Watch = Callable[[Progress], None]
_held_now: ContextVar[tuple[int, str, Watch] | None] = ContextVar("held_now", default=None)
_begun: dict[int, float] = {}  # since when this process is at a step of these jobs
_dropped: set[int] = set()  # jobs that this process could not tell how they ended
KINDS: dict[str, Kind] = {}  # filled by the factory, the one list of them
Nudge = Callable[[str, str], bool]
_nudge: list[Nudge] = []


def use_queue(nudge: Nudge) -> None:
    """Take the function that wakes a worker: `nudge(task, argument)`, False when nobody hears it.

    The factory calls it once.
    """
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


def wake(task: str, argument: str) -> bool:
    """Tell a worker at once; False without a queue: the sweep finds jobs a few seconds later."""
    return all(nudge(task, argument) for nudge in _nudge)


def wake_after_commit() -> None:
    """Send the nudges of the transaction that was just committed. Entry points call it."""
    for task, argument in db.session.info.pop("nudges", []):
        if not wake(task, argument):
            return  # whoever waits for an answer waits for the queue once, not for each


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
    """Ids of the jobs that nobody holds: never begun, tried and rested, or left by the dead."""
    return list(db.session.scalars(sa.select(Job.id).where(_is_free()).order_by(Job.id)))


def sweep() -> None:
    """Nudge for what is due and was not nudged for lately: a nudge can be lost, and may wait."""
    lately = clock.now() - NUDGE_AGAIN
    forgotten = _is_free() & (Job.nudged_at.is_(None) | (Job.nudged_at < lately))
    chosen = sa.select(Job.id).where(forgotten).order_by(Job.id).limit(AT_ONCE)
    found = db.session.scalars(chosen).all()
    db.session.rollback()  # a queue may take its time
    told = list(takewhile(lambda job_id: wake("job", str(job_id)), found))
    if told:
        _update(Job.id.in_(told) & _is_free(), nudged_at=clock.now())


def let_go(owner: str) -> None:
    """Give back what this process holds and is no longer at: the database left it in mid-step.

    Where it left before the step, only the nudge was used up: the sweep may send another at once.
    """
    dropped = [job_id for job_id in list(_dropped) if job_id not in _begun]
    if dropped:
        held = (Job.owner == owner) & (Job.state == JobState.RUNNING)
        mine = Job.id.in_(dropped) & (held | (Job.state == JobState.QUEUED))
        _update(mine, state=JobState.QUEUED, leased_until=None, nudged_at=None)
        _dropped.difference_update(dropped)


def renew(owner: str) -> None:
    """Hold on to the jobs that this process is at, however long their step takes within reason."""
    fresh = monotonic() - LONGEST_STEP.total_seconds()
    mine = [job_id for job_id, since in list(_begun.items()) if since > fresh]
    if mine:
        held = Job.id.in_(mine) & (Job.owner == owner) & (Job.state == JobState.RUNNING)
        _update(held, leased_until=clock.now() + LEASE)


def again(job: Job) -> None:
    """Queue a job that was set aside once more, within the operation that says so."""
    move(job, JobState.QUEUED, JOB_MOVES)
    job.tries, job.error, job.reason, job.owner = 0, "", "", ""
    job.rests_until = job.nudged_at = job.ended_at = None
    db.session.info.setdefault("nudges", []).append(("job", str(job.id)))


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
    token = _held_now.set((job_id, owner, watch))
    _begun[job_id] = monotonic()
    try:
        if _claim(job_id, owner):
            _dropped.discard(job_id)
            _work_off(job_id, owner, watch)
    except SQLAlchemyError:
        _dropped.add(job_id)
        raise
    finally:
        _held_now.reset(token)
        _begun.pop(job_id, None)


def _work_off(job_id: int, owner: str, watch: Watch) -> None:
    job = db.session.get_one(Job, job_id)
    kind, row_id = KINDS[job.kind], job.row_id
    if job.tries > DEATHS:
        _end(job_id, owner, JobState.FAILED, error="died", reason=DEADLY)
        return
    db.session.rollback()
    while True:
        _begun[job_id] = monotonic()
        progress = caught(partial(kind.step, row_id))
        if isinstance(progress, Exception):
            db.session.rollback()
            _stop(job_id, owner, progress)
            return
        watch(progress)
        if progress.done >= progress.total:
            _note(job_id, owner, progress)
            _end(job_id, owner, JobState.DONE)
            return
        # what was in the way of this step is past: the next one has all tries
        if not _note(job_id, owner, progress, tries=1, error="", reason=""):
            return  # the lease ran out and another worker took over


def caught(act: Callable[[], R]) -> R | Exception:
    """What work returns or raises. The one place: whatever it does, the worker goes on."""
    try:
        return act()
    except Exception as error:
        return error


def _stop(job_id: int, owner: str, error: Exception) -> None:
    """Let a job rest until its next try, or set it aside: after the last one, or when it is vain.

    A rule says no as often as it is asked; only what is in the way may be gone next time. What is
    away comes back, however long it takes: it costs no try, and the wait for it does not grow, so
    that people have their papers as soon as it is back.
    """
    tries = db.session.get_one(Job, job_id).tries
    what, where = kind_of(error), "".join(traceback.format_tb(error.__traceback__))
    log.error("job %s stopped at try %s: %s\n%s", job_id, tries, what, where)
    if isinstance(error, FileLost):
        db.session.rollback()
        security_log.note(SecurityKind.FILE_DAMAGED)
        security_log.write()
    is_vain = isinstance(error, DomainError) and not isinstance(error, Unavailable | Conflict)
    why = {"error": what, "reason": reason_of(error)}
    is_away = isinstance(error, Unavailable)
    if is_vain or (tries > len(WAITS) and not is_away):
        _end(job_id, owner, JobState.FAILED, **why)
        return
    wait, counted = (WAITS[0], tries - 1) if is_away else (WAITS[tries - 1], tries)
    rest = {"rests_until": clock.now() + wait, "nudged_at": None, "tries": counted}
    _update(_held(job_id, owner), state=JobState.QUEUED, leased_until=None, **rest, **why)


def kind_of(error: BaseException) -> str:
    """Name an error and the line of ours it came through, without a word of what it says."""
    name = error.code if isinstance(error, DomainError) else type(error).__name__
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(CODE / "college"):
            return f"{name} ({path.relative_to(CODE)}:{frame.lineno})"[:500]
    return name[:500]


def reason_of(error: BaseException) -> str:
    """The sentence for people; one whose blanks would name somebody is not among them."""
    if isinstance(error, DomainError) and "%(" not in error.message:
        return error.message
    return UNEXPECTED


def _is_free() -> sa.ColumnElement[bool]:
    now = clock.now()
    rested = Job.rests_until.is_(None) | (Job.rests_until <= now)
    left = (Job.state == JobState.RUNNING) & (Job.leased_until < now)
    return ((Job.state == JobState.QUEUED) & rested) | left


def _claim(job_id: int, owner: str) -> bool:
    return _update(
        (Job.id == job_id) & _is_free(),
        state=JobState.RUNNING,
        owner=owner,
        tries=Job.tries + 1,
        nudged_at=None,
        rests_until=None,
        leased_until=clock.now() + LEASE,
    )


def _note(job_id: int, owner: str, progress: Progress, **more: object) -> bool:
    far = {"done": progress.done, "total": progress.total, "leased_until": clock.now() + LEASE}
    return _update(_held(job_id, owner), **far, **more)


def _end(job_id: int, owner: str, state: JobState, *, error: str = "", reason: str = "") -> None:
    """End the job, unless another worker took it over meanwhile: it has the last word."""
    why = {"error": error, "reason": reason}
    ended = {"state": state, "ended_at": clock.now(), "leased_until": None}
    _update(_held(job_id, owner), **ended, **why)


def _held(job_id: int, owner: str) -> sa.ColumnElement[bool]:
    return (Job.id == job_id) & (Job.owner == owner) & (Job.state == JobState.RUNNING)


def _update(where: sa.ColumnElement[bool], **values: object) -> bool:
    with transaction():
        changed = sa.update(Job).where(where).values(**values).returning(Job.id)
        return db.session.scalars(changed).first() is not None
