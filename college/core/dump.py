"""All rows in one file, as of one moment, while others go on writing; and back again."""

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import sqlalchemy as sa

from college.core.archive import Refused
from college.core.fingerprints import fingerprints

Check = Callable[[sa.Connection], None]
ASIDE = (
    "before_restore"  # the schema where PostgreSQL keeps the old tables until the new ones stand
)
PATIENCE = "20s"  # for whoever still uses them


@dataclass(frozen=True, slots=True)
class Facts:
    """What a copy must agree with: revision, rows per table and what they hold, the journal's end.

    `contents` may be empty: backups made before it was kept do not have it.
    """

    revision: str
    tables: dict[str, int]
    journal: dict[str, object]
    contents: dict[str, str]


def facts_of(connection: sa.Connection) -> Facts:
    names = sorted(sa.inspect(connection).get_table_names())
    counts = {name: _count(connection, name) for name in names}
    journal: dict[str, object] = {"count": counts.get("journal_entry", 0), "entry": None}
    if "journal_entry" in counts:
        journal["entry"] = _last(connection, "journal_entry", "id")
    if "journal_seal" in counts:
        journal["seal"] = _last(connection, "journal_seal", "id")
    return Facts(revision_of(connection), counts, journal, fingerprints(connection, names))


def revision_of(connection: sa.Connection) -> str:
    if not sa.inspect(connection).has_table("alembic_version"):
        return ""
    row = _last(connection, "alembic_version", "version_num")
    return str(row["version_num"]) if row else ""


def is_empty(connection: sa.Connection) -> bool:
    """Whether there is nothing to lose: no table, or no row but the name of the revision."""
    names = set(sa.inspect(connection).get_table_names()) - {"alembic_version"}
    return not any(_count(connection, name) for name in names)


@contextmanager
def dumped(engine: sa.Engine, file: Path, *, tools: str) -> Iterator[sa.Connection]:
    """Write all rows to `file`, and give a connection that sees exactly those.

    Raises Refused.
    """
    if engine.dialect.name == "sqlite":
        _copy_sqlite(Path(str(engine.url.database)), file)
        with _reading(file) as connection:
            yield connection
        return
    with engine.connect() as connection:
        connection = connection.execution_options(isolation_level="REPEATABLE READ")
        snapshot = connection.scalar(sa.text("SELECT pg_export_snapshot()"))
        options = ["--format=custom", f"--snapshot={snapshot}", f"--file={file}"]
        _run("pg_dump", connection, [*options, f"--exclude-schema={ASIDE}"], tools=tools)
        yield connection


def put_back(engine: sa.Engine, file: Path, check: Check, *, tools: str) -> None:
    """Make the rows of `file` those of the database, or leave it as it was.

    `check` looks at the new rows and may raise. Raises Refused.
    """
    engine.dispose()
    if engine.dialect.name == "sqlite":
        with _reading(file) as connection:
            check(connection)
        _copy_sqlite_over(file, Path(str(engine.url.database)))
        return
    _set_aside(engine)
    try:
        with engine.connect() as connection:
            options = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
            _run("pg_restore", connection, [*options, str(file)], tools=tools)
        with engine.connect() as connection:
            check(connection)
    except (Refused, sa.exc.SQLAlchemyError):
        _take_back(engine)
        raise
    with engine.begin() as connection:
        connection.exec_driver_sql(f"DROP SCHEMA {ASIDE} CASCADE")


def _copy_sqlite(database: Path, copy: Path) -> None:
    """Copy within one read transaction, so that no writer waits; the copy is a single file."""
    copy.touch(mode=0o600)
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")


def _copy_sqlite_over(copy: Path, database: Path) -> None:
    """Replace all pages in one transaction: a process that has the file open reads on."""
    with closing(sqlite3.connect(copy)) as source, closing(sqlite3.connect(database)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode=WAL")
        target.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def _reading(copy: Path) -> Iterator[sa.Connection]:
    engine = sa.create_engine(f"sqlite:///{copy}", poolclass=sa.NullPool)
    with engine.connect() as connection:
        yield connection


def _set_aside(engine: sa.Engine) -> None:
    """Move the old tables out of the way, with their keys, indexes, sequences and triggers."""
    with engine.begin() as connection:
        if ASIDE in sa.inspect(connection).get_schema_names():
            raise Refused(
                f"The schema {ASIDE} exists: a restore was cut off, and it holds the tables from "
                "before. Look at them, then move or drop that schema and try again."
            )
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE}'")
        connection.exec_driver_sql(f"CREATE SCHEMA {ASIDE}")
        try:
            _move(connection, "public", ASIDE)
        except sa.exc.OperationalError as error:
            raise Refused(
                "Somebody is using the database: stop the web processes and the worker first."
            ) from error


def _take_back(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        for name in sa.inspect(connection).get_table_names():
            connection.exec_driver_sql(f'DROP TABLE "{name}" CASCADE')
        for routine in _routines(connection, "public"):
            connection.exec_driver_sql(f"DROP ROUTINE {routine}")
        _move(connection, ASIDE, "public")
        connection.exec_driver_sql(f"DROP SCHEMA {ASIDE}")


def _move(connection: sa.Connection, schema: str, to: str) -> None:
    for name in sa.inspect(connection).get_table_names(schema=schema):
        connection.exec_driver_sql(f'ALTER TABLE {schema}."{name}" SET SCHEMA {to}')
    for routine in _routines(connection, schema):
        connection.exec_driver_sql(f"ALTER ROUTINE {routine} SET SCHEMA {to}")


def _routines(connection: sa.Connection, schema: str) -> list[str]:
    """What triggers call: each with its schema and types, but what an extension brought."""
    chosen = sa.text(
        "SELECT oid::regprocedure::text FROM pg_proc"
        " WHERE pronamespace = CAST(:name AS regnamespace)"
        " AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')"
    )
    return list(connection.scalars(chosen, {"name": schema}))


def _run(name: str, connection: sa.Connection, options: list[str], *, tools: str) -> None:
    """Run a tool of PostgreSQL on the connection's database; no password in the list of processes.

    Raises Refused, with what the tool said.
    """
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    command = [_tool(name, driver.info.server_version // 10000, tools), "--no-password"]
    own = os.environ | {"PGPASSWORD": driver.info.password}
    done = subprocess.run(  # noqa: S603 - a tool that we looked up, our options, no shell
        [*command, f"--dbname={driver.info.dsn}", *options],
        env=own,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Refused(f"{name} could not do it: {done.stderr.strip()[-500:]}")


def _tool(name: str, major: int, folder: str) -> str:
    """The program of the server's own version, or else of the next newer one. Raises Refused."""
    installed = Path("/usr/lib/postgresql").glob(f"*/bin/{name}")
    found = [Path(folder, name)] if folder else [*installed, Path(shutil.which(name) or "-")]
    fitting = [(_major(path), str(path)) for path in found if path.is_file()]
    newer = sorted(one for one in fitting if one[0] >= major)
    if not newer:
        raise Refused(
            f"There is no {name} of PostgreSQL {major} here. Install postgresql-client-{major}, or "
            "name the folder of the programs in COLLEGE_POSTGRES_TOOLS."
        )
    return newer[0][1]


def _major(program: Path) -> int:
    said = subprocess.run(  # noqa: S603 - as above
        [program, "--version"], capture_output=True, text=True, check=False
    ).stdout
    number = re.search(r"\d+", said)
    return int(number[0]) if number else 0


def _count(connection: sa.Connection, name: str) -> int:
    return connection.scalar(sa.select(sa.func.count()).select_from(sa.table(name))) or 0


def _last(connection: sa.Connection, table: str, order: str) -> dict[str, object] | None:
    """The newest row as text and numbers, the same whatever the time zone of the server."""
    chosen = sa.select(sa.text("*")).select_from(sa.table(table)).order_by(sa.desc(sa.text(order)))
    row = connection.execute(chosen.limit(1)).mappings().first()
    return {name: _said(value) for name, value in row.items()} if row else None


def _said(value: object) -> object:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value
