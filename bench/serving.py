"""The college served as in production, and what a request costs it.

gunicorn by deploy/gunicorn.conf.py and the worker, each a process tree of its own; PostgreSQL and
Redis of the tests' packages. Costs are CPU seconds of those trees, which another's load on the
machine moves little.
"""

import http.client
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil
import sqlalchemy as sa

from college.core.helper import PROGRAM  # of a process that draws
from config import Settings
from tests.databases import _free_port

ROOT = Path(__file__).parents[1]
BIN = Path(
    os.environ.get("COLLEGE_BENCH_BIN") or Path(sys.executable).parent
)  # an installation to serve
MALLOC = "MALLOC_ARENA_MAX", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_"  # deploy/*.service
WAIT = 60  # seconds to come up


class Trees:
    """CPU seconds of processes and all their children, also of those that ended."""

    def __init__(self, *roots: int) -> None:
        self.roots = [psutil.Process(root) for root in roots]

    def cpu(self) -> float:
        total = 0.0
        for process in self._all():
            try:
                times = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system + times.children_user + times.children_system
        return total

    def pss(self, *, of_helpers: bool) -> float:
        """MiB of memory of those that draw, or of all others; what is shared by its share."""
        counted = [p for p in self._all() if (PROGRAM in " ".join(p.cmdline())) == of_helpers]
        return sum(each.memory_full_info().pss for each in counted) / 2**20

    def _all(self) -> list[psutil.Process]:
        return [each for root in self.roots for each in (root, *root.children(recursive=True))]


@dataclass
class Served:
    port: int
    web: Trees
    worker: Trees
    database: Trees | None  # of PostgreSQL


@contextmanager
def served(settings: Settings) -> Iterator[Served]:
    """Gunicorn and a worker over this instance until the block ends."""
    port = _free_port()
    environment = environment_of(settings) | {"HOST": "127.0.0.1", "PORT": str(port)}
    log = (settings.instance / "served.log").open("w")
    commands = [[BIN / "gunicorn", "-c", ROOT / "deploy" / "gunicorn.conf.py"]]
    if not settings.worker_inside:
        commands.append([BIN / "flask", "--app", "app", "jobs", "work"])
    running = [
        subprocess.Popen(list(map(str, each)), cwd=ROOT, env=environment, stdout=log, stderr=log)
        for each in commands
    ]
    try:
        _wait_until_ready(port, settings.instance / "served.log")
        web, worker = Trees(running[0].pid), Trees(*(each.pid for each in running[1:]))
        yield Served(port, web, worker, _database_of(settings))
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(WAIT)
        log.close()


def environment_of(settings: Settings) -> dict[str, str]:
    """What the processes read: these settings alone, and nothing of whoever measures."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("COLLEGE_")}
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if value is None:  # left to the environment's default
            continue
        text = value.get_secret_value() if hasattr(value, "get_secret_value") else str(value)
        own[f"COLLEGE_{name.upper()}"] = text
    return own | dict.fromkeys(MALLOC[1:], "1048576") | {MALLOC[0]: "1"}


def _database_of(settings: Settings) -> Trees | None:
    if not settings.database.startswith("postgresql"):
        return None
    engine = sa.create_engine(settings.database)
    with engine.connect() as connection:
        folder = connection.scalar(sa.text("SHOW data_directory"))
    engine.dispose()
    return Trees(int((Path(str(folder)) / "postmaster.pid").read_text().split()[0]))


def _wait_until_ready(port: int, log: Path) -> None:
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        try:
            with Reader(port) as reader:
                if reader.get("/readyz").status == 200:
                    return
        except OSError:
            pass
        time.sleep(0.2)
    raise SystemExit(f"It did not come up:\n{log.read_text()[-2000:]}")


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


class Reader:
    """A browser's connection that stays open: a request costs its generator a third of a ms."""

    def __init__(self, port: int, cookie: str = "") -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT)
        self.headers = {"Cookie": cookie} if cookie else {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.connection.close()

    def get(self, path: str) -> Answer:
        return self._ask("GET", path)

    def post(self, path: str, body: str) -> Answer:
        return self._ask("POST", path, body)

    def _ask(self, method: str, path: str, body: str | None = None) -> Answer:
        form = {"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {}
        self.connection.request(method, path, body, self.headers | form)
        answer = self.connection.getresponse()
        return Answer(answer.status, dict(answer.headers), answer.read())


def token_on(page: bytes) -> str:
    found = re.search(rb'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found[1].decode()


def cookie_after(answer: Answer) -> str:
    return answer.headers["Set-Cookie"].partition(";")[0]


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one request: milliseconds of waiting, and of CPU on either side."""

    median: float
    p95: float
    server: float
    database: float

    @property
    def cpu(self) -> float:
        return self.server + self.database


@contextmanager
def costing(here: Served, taken: list[float]) -> Iterator[list[Cost]]:
    """Inside, append the seconds of each request to `taken`; the list yielded then has its cost."""
    found: list[Cost] = []
    before = here.web.cpu(), here.database.cpu() if here.database else 0.0
    yield found
    server = here.web.cpu() - before[0]
    database = (here.database.cpu() if here.database else 0.0) - before[1]
    milliseconds = sorted(1000 * each for each in taken)
    found.append(
        Cost(
            statistics.median(milliseconds),
            milliseconds[int(len(milliseconds) * 0.95)],
            1000 * server / len(taken),
            1000 * database / len(taken),
        )
    )


def throughput(here: Served, path: str, cookie: str, seconds: int) -> tuple[float, float]:
    """Requests a second at 4 connections, and the CPU milliseconds that wrk takes for each."""
    if not shutil.which("wrk"):
        raise SystemExit("The load comes from wrk: apt-get install wrk")
    url = f"http://127.0.0.1:{here.port}{path}"
    command = ["wrk", "-t1", "-c4", f"-d{seconds}s", "-H", f"Cookie: {cookie}", url]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if "Non-2xx" in said or "Socket errors" in said:
        raise SystemExit(said)
    count, rate = re.search(r"(\d+) requests in", said), re.search(r"Requests/sec: +([\d.]+)", said)
    assert count is not None
    assert rate is not None
    cpu = (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)
    return float(rate[1]), 1000 * cpu / int(count[1])
