"""The lines to PostgreSQL: how long one waits on them, and that who only reads can't write."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg.pq import TransactionStatus
from sqlalchemy.engine.interfaces import Dialect

FRESH_SECONDS = 2  # a line that was in use so lately is taken to be whole without asking
GONE = "5s"  # so often a server that is at work looks whether anybody still waits for it
_patience: ContextVar[float | None] = ContextVar("patience", default=None)


@contextmanager
def patient_for(seconds: float) -> Iterator[None]:
    """Let no statement inside wait longer for a server that says nothing: then it is away.

    A machine goes on acknowledging what it receives when its PostgreSQL has stopped, so that the
    network alone would let everybody wait for ever.
    """
    before = _patience.set(seconds)
    try:
        yield
    finally:
        _patience.reset(before)


class Line(psycopg.Connection[Any]):
    """A connection that is closed where its server says nothing for too long."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        try:
            return super().wait(gen, interval, timeout if timeout is not None else _patience.get())
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.close()  # the answer to this must not be taken for the next one's
            raise


def use_lines(engine: sa.Engine) -> None:
    """Open PostgreSQL's connections as lines, and look at those that lay idle before their use.

    Looking each time would cost every page a trip to the server. What breaks within the two seconds
    is met by the statement itself, and by a page that says when to come back.
    """

    @sa.event.listens_for(engine, "do_connect")
    def connect(_dialect: Dialect, _record: Any, words: tuple[Any, ...], named: Any) -> Line:
        return Line.connect(*words, **named)

    @sa.event.listens_for(engine, "connect")
    def agree(line: Line, _record: Any) -> None:
        """Outside a transaction nothing can be changed; one that is begun says that it writes.

        What nobody waits for any more ends: whoever gave up would leave the server at work.
        """
        line.autocommit = True
        line.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
        line.execute(f"SET client_connection_check_interval = '{GONE}'")
        line.autocommit = False
        line.read_only = False

    @sa.event.listens_for(engine, "checkin")
    def leave(_line: Line | None, record: Any) -> None:
        record.info["left_at"] = time.monotonic()

    @sa.event.listens_for(engine, "checkout")
    def look(_line: Line, record: Any, _fairy: Any) -> None:
        left_at = record.info.get("left_at")
        if left_at is None or time.monotonic() - left_at < FRESH_SECONDS:
            return
        try:
            engine.dialect.do_ping(record.dbapi_connection)
        except psycopg.Error as error:
            record.info.pop("left_at")
            raise sa.exc.InvalidatePoolError from error
