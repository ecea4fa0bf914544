"""The queue that wakes a worker: an SQLite file by default, Redis at scale."""

import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

from huey import RedisHuey, SqliteHuey
from huey.api import Huey
from redis import ConnectionPool
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from college.core import answers, jobs, lines, sealing, workers
from college.core.db import db
from college.core.errors import DomainError

Task = Callable[[str], None]
SWEEP_SECONDS = 3
SEAL_SECONDS = 4
REDIS_SECONDS = 2  # the longest a request waits for a Redis that does not answer
STATEMENT_SECONDS = jobs.LONGEST_STEP.total_seconds()  # nobody sits and waits for the worker
QUEUE_AWAY = (RedisError, sqlite3.OperationalError)
HOUR = 3600
FIRST_SECONDS = 10  # before the first chore: the college starts in peace
APART_SECONDS = 5  # between the first time of one chore and that of the next
Chore = tuple[float, Callable[[], object]]  # after how many seconds it comes again
log = logging.getLogger(__name__)


def open_queue(url: str, folder: Path) -> Huey:
    if url:
        pool = ConnectionPool.from_url(
            url, socket_connect_timeout=REDIS_SECONDS, socket_timeout=REDIS_SECONDS
        )
        return RedisHuey("college", connection_pool=pool)
    return SqliteHuey("college", filename=str(folder / "queue.db"))


def connect(
    queue: Huey, context: Callable[[], AbstractContextManager[object]], tasks: Mapping[str, Task]
) -> None:
    """Let `jobs.wake(task, argument)` run `tasks[task](argument)` in a worker."""

    @queue.task(name="perform", retries=0)  # type: ignore[untyped-decorator]
    def perform(task: str, argument: str) -> None:
        with context(), lines.patient_for(STATEMENT_SECONDS):
            tasks[task](argument)
            db.session.remove()

    def nudge(task: str, argument: str) -> bool:
        try:
            perform(task, argument)
        except QUEUE_AWAY as error:  # what it is about is committed: the sweep will find it
            log.warning("nudge for %s lost: %s", task, type(error).__name__)
            return False
        return True

    jobs.use_queue(nudge)


def is_up(queue: Huey) -> bool:
    try:
        queue.pending_count()
    except QUEUE_AWAY:
        return False
    return True


def own_name() -> str:
    """What jobs call this process when it holds them."""
    return f"{os.uname().nodename[:48]}:{os.getpid()}"


def work_off_job(argument: str) -> None:
    """The task "job": its argument is the id of a Job row."""
    jobs.work_on(int(argument), owner=own_name())


def run_worker(
    queue: Huey,
    context: Callable[[], AbstractContextManager[object]],
    chores: Sequence[Chore],
) -> None:
    """Work until the process is told to stop; sweep up what a crash dropped meanwhile.

    Each of `chores` is done soon, and again and again after so many seconds, in a thread of its
    own.
    """
    stop = threading.Event()
    name, beat = own_name(), workers.BEAT.total_seconds()
    again: list[Chore] = [
        (SWEEP_SECONDS, partial(jobs.let_go, name)),
        (SWEEP_SECONDS, jobs.sweep),
        (SEAL_SECONDS, sealing.Sealer().seal),
        (beat, lambda: workers.beat(name)),
        (HOUR, _forget_answers),
        *chores,
    ]
    try:
        _attempt(context, lambda: workers.beat(name))
        for first, (seconds, act) in zip(_firsts(again), again, strict=True):
            own = (context, stop, first, seconds, act)
            threading.Thread(target=_repeat, args=own, daemon=True).start()
        queue.create_consumer(workers=1, periodic=False, initial_delay=0.1, max_delay=0.5).run()
    finally:
        stop.set()
        _attempt(context, lambda: workers.leave(name))


def _firsts(chores: Sequence[Chore]) -> list[float]:
    """After how many seconds each acts for the first time: never all of them at once.

    A worker that is started anew more often than a chore comes would otherwise never do it.
    """
    return [
        min(seconds, FIRST_SECONDS + APART_SECONDS * place)
        for place, (seconds, _) in enumerate(chores)
    ]


def _repeat(
    context: Callable[[], AbstractContextManager[object]],
    stop: threading.Event,
    first: float,
    seconds: float,
    act: Callable[[], object],
) -> None:
    wait = first
    while not stop.wait(wait):
        _attempt(context, act)
        wait = seconds


def _attempt(
    context: Callable[[], AbstractContextManager[object]], act: Callable[[], object]
) -> None:
    try:
        with context(), lines.patient_for(STATEMENT_SECONDS):
            act()
            db.session.remove()
    except (SQLAlchemyError, DomainError, OSError, sealing.Estranged):
        # the database or the files may be away for a moment, and of two workers with the same
        # chore one may come too late; a sweeper that ended here would never be missed. A copy of
        # the seals that differs stays an error in the log until somebody looks.
        log.exception("sweep put off")


def _forget_answers() -> None:
    with jobs.transaction():
        answers.forget_old()
