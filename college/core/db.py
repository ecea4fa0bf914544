"""The database: one `db`, one `Base`, one naming convention, and the column types we add."""

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache, lru_cache, partial
from typing import Any, ClassVar, TypeVar
from zlib import crc32

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry

from college.core.roles import Actor, Reach

R = TypeVar("R", bound="Base")
SQLITE_PRAGMAS = (
    "foreign_keys=ON",
    "journal_mode=WAL",
    "synchronous=FULL",
    "busy_timeout=10000",  # milliseconds for the write lock,
    "secure_delete=ON",  # what was deleted is overwritten, not only let go
)


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An aware datetime in Python; timestamptz in PostgreSQL, UTC in SQLite, which has no zones."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


class FileHash(sa.String):
    """The SHA-256 of a stored file in hex, or "" while there is none.

    Backup and sweep find their files by this type: a column without it names none.
    """

    def __init__(self) -> None:
        super().__init__(64)


class Base(DeclarativeBase):
    registry = registry(
        metadata=sa.MetaData(
            naming_convention={
                "pk": "pk_%(table_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
            }
        ),
        type_annotation_map={datetime: UtcDateTime},
    )

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-1)
    # why a page may change such a row without the version that its reader saw (core/versions.py)
    unversioned: ClassVar[str] = ""

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        """Say which rows `reach` covers for `actor`. None, unless a model says otherwise."""
        return sa.false()


class ReadingSession(Session):
    """A session that may be told to read only: PostgreSQL itself then refuses every change.

    It reads without a transaction (core/lines.py): each statement sees what is committed when it
    begins, as within one, and the two trips to the server that begin and end it are saved. It is
    ended by a commit, which is safe where nothing can have been written. A rollback would have the
    driver forget its prepared statements, and PostgreSQL plan each one anew: two thirds of what it
    spends on a page.
    """

    def get_bind(self, *args: Any, **kwargs: Any) -> sa.Engine | sa.Connection:
        bind = super().get_bind(*args, **kwargs)
        only_reads = self.info.get("only_reads") and isinstance(bind, sa.Engine)
        return _read_only(bind) if only_reads else bind


@lru_cache(maxsize=8)  # engines: one of a process, more in tests
def _read_only(engine: sa.Engine) -> sa.Engine:
    """The same connections, for transactions that can change nothing."""
    if engine.dialect.name != "postgresql":
        return engine
    return engine.execution_options(isolation_level="AUTOCOMMIT")


db = SQLAlchemy(model_class=Base, session_options={"class_": ReadingSession})


def undo_all() -> None:
    """End the transaction as if it had never been."""
    session = db.session()
    is_untouched = not (session.new or session.dirty or session.deleted)
    if session.info.get("only_reads") and is_untouched:
        session.commit()  # a flush would find nothing to write
    else:
        session.rollback()


def stored_as_text(enum_type: type[StrEnum], *, name: str = "") -> sa.Enum:
    """Map an enum to VARCHAR + CHECK holding its values, so that SQL reads like English.

    A second column of the same enum in a table gives its CHECK a `name` of its own.
    """
    return sa.Enum(
        enum_type,
        name=name or enum_type.__name__.lower(),
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


def id_of(row: Base) -> int:
    """The id of a stored row, without reading it anew where a commit has made it stale."""
    identity = sa.inspect(row).identity
    return int(identity[0]) if identity else row.id


def locked(model: type[R], row_id: int) -> R:
    """Return a row as it is this moment, locked until the transaction ends.

    Not `get_one(…, with_for_update=True)`: that raises where the row's version moved on since the
    last reading, and whoever asks for the lock wants to see just that.
    """
    found: R = db.session.scalars(_locking(model), {"row_id": row_id}).one()
    return found


def in_turn(what: str) -> None:
    """Let no other transaction that says the same word begin before this one has ended.

    For a rule over rows that do not exist yet, so that there is none to lock. SQLite has one writer
    at a time as it is.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(crc32(what.encode()))))


@cache
def _locking(model: type[R]) -> sa.Select[R]:
    mine = sa.select(model).where(model.id == sa.bindparam("row_id")).with_for_update(of=model)
    return mine.execution_options(populate_existing=True)


def insert_or_leave(model: type[Base], rows: Sequence[dict[str, object]]) -> int:
    """Insert `rows` but those that a UNIQUE constraint knows already; returns how many.

    All rows name the same columns.
    """
    connection = db.session.connection()
    db.session.flush()
    if len(rows) == 1:
        new = _inserting(model, connection.dialect.name, frozenset(rows[0]))
        return len(connection.execute(new, rows[0]).all())
    insert = INSERTS[connection.dialect.name]
    new = insert(model).values(list(rows)).on_conflict_do_nothing().returning(model.id)
    return len(connection.execute(new).all())


INSERTS: dict[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


@cache
def _inserting(model: type[Base], dialect: str, names: frozenset[str]) -> Any:
    new = INSERTS[dialect](model).values({name: sa.bindparam(name) for name in names})
    return new.on_conflict_do_nothing().returning(model.id)


def use_plain_savepoints(engine: sa.Engine) -> None:
    """Say SAVEPOINT and RELEASE in words: SQLAlchemy compiles each anew, every time one is set."""
    dialect: Any = engine.dialect
    for method, words in (
        ("do_savepoint", "SAVEPOINT"),
        ("do_release_savepoint", "RELEASE SAVEPOINT"),
        ("do_rollback_to_savepoint", "ROLLBACK TO SAVEPOINT"),
    ):
        setattr(dialect, method, partial(_say_of_savepoint, words))


def _say_of_savepoint(words: str, connection: sa.Connection, name: str) -> None:
    connection.exec_driver_sql(f"{words} {name}")  # SQLAlchemy's own name: a word and a number


def use_real_transactions(engine: sa.Engine) -> None:
    """Make SQLite honour BEGIN, SAVEPOINT and foreign keys, and lose no acknowledged commit."""

    @sa.event.listens_for(engine, "connect")
    def connect(connection: Any, _: Any) -> None:
        connection.isolation_level = None
        for pragma in SQLITE_PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        if not connection.get_execution_options().get("writing"):
            connection.exec_driver_sql("BEGIN")
            return
        driver: Any = connection.connection.dbapi_connection
        (patience,) = driver.execute("PRAGMA busy_timeout").fetchone()
        with _turn(f"{engine.url.database}.turn", patience) as left:
            driver.execute(f"PRAGMA busy_timeout={left}")
            try:
                # a deferred one can die with SQLITE_BUSY when it turns from reader to writer
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            finally:
                driver.execute(f"PRAGMA busy_timeout={patience}")


def shorten_log() -> None:
    """Bring what SQLite's log holds into its file and empty the log, unless somebody reads."""
    engine = db.engine.engine
    if engine.dialect.name != "sqlite":
        return
    with closing(sqlite3.connect(str(engine.url.database), timeout=1)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def _turn(path: str, patience: int) -> Iterator[int]:
    """Queue for SQLite's write lock, first come first served; yields the milliseconds left to wait.

    SQLite has no queue: who finds the lock taken sleeps ever longer and looks again, so that of
    sixteen busy writers one can starve. With this the first alone looks, the others are woken.
    """
    since = time.monotonic()
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        waited = int(1000 * (time.monotonic() - since))
        yield max(0, patience - waited)
    finally:
        os.close(file)
