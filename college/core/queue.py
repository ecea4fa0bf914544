"""The queue that wakes a worker: an SQLite file by default, Redis at scale."""

import logging
import os
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from huey import RedisHuey, SqliteHuey
from huey.api import Huey
from sqlalchemy.exc import SQLAlchemyError

from college.core import jobs
from college.core.db import db
from college.core.errors import Unavailable

Task = Callable[[str], None]
SWEEP_SECONDS = 3
FILES_SECONDS = 3600
log = logging.getLogger(__name__)


def open_queue(url: str, folder: Path) -> Huey:
    if url:
        return RedisHuey("college", url=url)
    return SqliteHuey("college", filename=str(folder / "queue.db"))


def connect(
    queue: Huey, context: Callable[[], AbstractContextManager[object]], tasks: Mapping[str, Task]
) -> None:
    """Let `jobs.wake(task, argument)` run `tasks[task](argument)` in a worker."""

    @queue.task(name="perform", retries=0)  # type: ignore[untyped-decorator]
    def perform(task: str, argument: str) -> None:
        with context():
            tasks[task](argument)
            db.session.remove()

    jobs.use_queue(lambda task, argument: perform(task, argument))


def work_off_job(argument: str) -> None:
    """The task "job": its argument is the id of a Job row."""
    jobs.work_on(int(argument), owner=f"{os.uname().nodename}:{os.getpid()}")


def run_worker(
    queue: Huey,
    context: Callable[[], AbstractContextManager[object]],
    sweep_files: Callable[[], object],
) -> None:
    """Work until the process is told to stop; sweep up what a crash dropped meanwhile."""
    stop = threading.Event()
    for seconds, act in ((SWEEP_SECONDS, _nudge), (FILES_SECONDS, sweep_files)):
        threading.Thread(target=_repeat, args=(context, stop, seconds, act), daemon=True).start()
    try:
        queue.create_consumer(workers=1, periodic=False, initial_delay=0.1, max_delay=0.5).run()
    finally:
        stop.set()


def _repeat(
    context: Callable[[], AbstractContextManager[object]],
    stop: threading.Event,
    seconds: int,
    act: Callable[[], object],
) -> None:
    while not stop.wait(seconds):
        try:
            with context():
                act()
                db.session.remove()
        except (SQLAlchemyError, Unavailable):
            # the database or the files may be away for a moment; a sweeper that ended here would
            # never be missed
            log.exception("sweep put off")


def _nudge() -> None:
    for job_id in jobs.due():
        jobs.wake("job", str(job_id))
