"""An operation happens wholly or not at all, and leaves its trace in the journal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    PendingRollbackError,
    SQLAlchemyError,
    TimeoutError,
)
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from college.core.db import db
from college.core.errors import Conflict, Unavailable
from college.core.text import say

P = ParamSpec("P")
R = TypeVar("R")

# what SQLite and PostgreSQL call "somebody else is writing": locked, deadlock, not serialisable
BUSY = {"SQLITE_BUSY", "SQLITE_BUSY_SNAPSHOT", "SQLITE_LOCKED", "40001", "40P01", "55P03"}
# how the codes begin by which they say that they themselves can't go on: no connection or too many,
# no room left, shutting down, crashed, starting up, the disk fails
GONE = ("08", "53", "57P", "58", "SQLITE_CANTOPEN", "SQLITE_FULL", "SQLITE_IOERR")
UNIQUE_VIOLATIONS = {"23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}


class Overtaken(Conflict):
    code = "overtaken"
    message = say("Somebody changed this at the same moment. Look at it again, then decide.")


class DatabaseAway(Unavailable):
    code = "database_away"
    message = say("The college's records cannot be reached at the moment. Nothing was lost.")


class Unjournalled(AssertionError):
    """An operation changed rows and told the journal nothing: our bug, and its author's to mend."""


def operation(function: Callable[P, R]) -> Callable[P, R]:
    """Run `function` in a savepoint of the write transaction and flush it; the entry point commits.

    A refusal undoes this operation only: a view can show it, an import goes to the next row.
    Raises Conflict where a UNIQUE constraint says no; any other broken one is our bug.
    """

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        start_writing()
        changed, journalled = _counts()
        try:
            with db.session.begin_nested():
                result = function(*args, **kwargs)
                db.session.flush()
        except StaleDataError as error:  # a commit came between this one's reading and writing
            raise Overtaken from error
        except IntegrityError as error:
            if violation(error) not in UNIQUE_VIOLATIONS:
                raise
            raise Conflict from error
        now_changed, now_journalled = _counts()
        if now_changed > changed and now_journalled == journalled:
            raise Unjournalled(function.__qualname__)
        return result

    return run


class WroteWhileReading(AssertionError):
    """A page that is only looked at changed something: our bug, and its author's to mend."""


def start_writing() -> None:
    """End the reading so far and take SQLite's write lock; from here on nothing slow may happen.

    What was read before is read again when it is next touched, now under the lock.
    """
    if db.session.info.get("only_reads"):
        raise WroteWhileReading
    connection = db.session.connection()
    db.session.info["wrote"] = True
    if connection.dialect.name != "sqlite" or connection.get_execution_options().get("writing"):
        return
    db.session.commit()
    db.session.connection(execution_options={"writing": True})  # core/db.py begins accordingly


@contextmanager
def apart() -> Iterator[Session]:
    """A short write transaction of its own, which stands whatever becomes of the caller's.

    The caller's is over by then: one writer waits for the other, here for himself.
    """
    if db.session().in_transaction():
        raise RuntimeError("end the transaction first: this one would wait for it")
    own = db.session.session_factory()
    try:
        own.connection(execution_options={"writing": True})
        yield own
        own.commit()
    finally:
        own.close()


def violation(error: DBAPIError) -> str | None:
    """Return the database's own code for what it refused, whatever language it speaks."""
    original = error.orig
    return getattr(original, "sqlstate", None) or getattr(original, "sqlite_errorname", None)


def is_busy(error: DBAPIError) -> bool:
    """Whether the same may well succeed when it is tried again."""
    return violation(error) in BUSY


def is_away(error: SQLAlchemyError) -> bool:
    """Whether the database itself cannot be reached, so that nothing else would succeed either."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, TimeoutError | PendingRollbackError)  # no free connection; lost
    if error.connection_invalidated:
        return True
    said = violation(error)
    if said is None:  # PostgreSQL did not answer at all, or went away amidst the answer
        return isinstance(error, OperationalError | InterfaceError)
    return said.startswith(GONE)


def _counts() -> tuple[int, int]:
    info = db.session.info
    return info.get("changed", 0), info.get("journalled", 0)
