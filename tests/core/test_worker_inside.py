"""One service for a small machine: gunicorn's first process is the worker."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.gone.servers import children, free_port, status_of, wait_until

TREE = Path(__file__).parents[2]


class Whole:
    """The college on SQLite, served by one gunicorn that has the worker inside."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        own = {name: value for name, value in os.environ.items() if not name.startswith("COLLEGE_")}
        self.env = own | {
            "COLLEGE_ENVIRONMENT": "test",
            "COLLEGE_INSTANCE": str(folder),
            "COLLEGE_WORKER_INSIDE": "1",
            "PORT": str(self.port),
        }
        self.run("-m", "flask", "--app", "app", "setup", "database")
        command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py"]
        with (folder / "log").open("w") as log:
            self.gunicorn = subprocess.Popen(command, cwd=TREE, env=self.env, stderr=log)
        wait_until(lambda: status_of(self.port, "/healthz") == 200)

    def run(self, *words: str) -> None:
        subprocess.run([sys.executable, *words], cwd=TREE, env=self.env, check=True, timeout=120)

    def workers(self) -> list[int]:
        """The processes that said that they work off jobs and did not take leave."""
        with closing(sqlite3.connect(self.folder / "college.db")) as database:
            names = database.execute("SELECT name FROM worker ORDER BY id").fetchall()
        return [int(name.rpartition(":")[2]) for (name,) in names]


@pytest.fixture
def whole(tmp_path):
    served = Whole(tmp_path)
    yield served
    if served.gunicorn.poll() is None:
        served.gunicorn.kill()
        served.gunicorn.wait()


def test_one_process_is_the_worker_and_another_takes_its_turn_when_it_dies(whole):
    wait_until(lambda: len(children(whole.gunicorn.pid)) == 2 and len(whole.workers()) == 1)
    [first] = whole.workers()
    assert first in children(whole.gunicorn.pid)
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: len(whole.workers()) == 2)
    _, second = whole.workers()  # the dead took no leave
    assert second in children(whole.gunicorn.pid)
    assert second != first
    assert status_of(whole.port, "/healthz") == 200
    whole.gunicorn.terminate()
    assert whole.gunicorn.wait(timeout=40) == 0
    assert whole.workers() == [first]
