"""Workers that die at named points: what the tests that kill them have in common.

One loaded parent forks the workers, so that a kill costs a second and not the imports. The parent
is a process of its own, `python -m tests.certs.kills`, and prints what is there at the end as JSON.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import sqlalchemy as sa
from flask import Flask

from college.core import clock, failpoints, helper, jobs
from college.core.db import db
from college.core.jobs import Job, JobState

TREE = Path(__file__).parents[1]
SOON = 5  # seconds in which a dead worker's helper is gone


class Workers:
    """Forks of this process, each of which works on a job until it is done or dies at a point."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.forked: list[int] = []

    def ends(self, kind: str, row_id: int, point: str = "") -> int:
        """The exit status of one that works alone."""
        return ended(self.started(lambda: work(kind, row_id), point))

    def started(self, deed: Callable[[], None], point: str = "") -> int:
        """The process id of one that does `deed`."""
        child = os.fork()
        if child:
            self.forked.append(child)
            return child
        with self.app.app_context():
            db.engine.dispose(close=False)  # the parent's connections are not ours
            failpoints.arm(point, lambda: os._exit(9))
            deed()
        os._exit(0)

    def helpers_left(self) -> int:
        """How many helpers of theirs do not end."""
        mine = [each for each in psutil.process_iter() if owner_of(each) in self.forked]
        return len(psutil.wait_procs(mine, SOON)[1])


def ended(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def owner_of(process: psutil.Process) -> int | None:
    """Whom a helper works for, as its command line says; None for any other process."""
    try:
        words = process.cmdline()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return None
    return int(words[-1]) if helper.PROGRAM in words else None


def work(kind: str, row_id: int) -> None:
    """What the sweep does once the lease of a dead worker ran out.

    And what an administrator does when so many died of a job that it was set aside.
    """
    past = clock.now() - timedelta(seconds=1)
    with jobs.transaction():
        held = (Job.kind == kind) & (Job.state == JobState.RUNNING)
        db.session.execute(sa.update(Job).where(held).values(leased_until=past, tries=0))
    job = jobs.latest(kind, row_id)
    assert job is not None
    jobs.work_on(job.id, owner=str(os.getpid()))


def told(module: str, *words: object, seconds: int = 300) -> dict[str, Any]:
    """Run a parent; return what it printed last."""
    command = [sys.executable, "-m", module, *map(str, words)]
    done = subprocess.run(command, cwd=TREE, capture_output=True, text=True, timeout=seconds)
    assert done.returncode == 0, done.stderr[-2000:]
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return report
