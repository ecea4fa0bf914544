"""An operation happens wholly or not at all, and leaves its trace in the journal."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from sqlalchemy.exc import DBAPIError, IntegrityError

from college.core.db import db
from college.core.errors import Conflict

P = ParamSpec("P")
R = TypeVar("R")

UNIQUE_VIOLATIONS = {"23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}


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
        except IntegrityError as error:
            if violation(error) not in UNIQUE_VIOLATIONS:
                raise
            raise Conflict from error
        now_changed, now_journalled = _counts()
        if now_changed > changed and now_journalled == journalled:
            raise Unjournalled(function.__qualname__)
        return result

    return run


def start_writing() -> None:
    """End the reading so far and take SQLite's write lock; from here on nothing slow may happen.

    What was read before is read again when it is next touched, now under the lock.
    """
    connection = db.session.connection()
    if connection.dialect.name != "sqlite" or connection.get_execution_options().get("writing"):
        return
    db.session.commit()
    db.session.connection(execution_options={"writing": True})  # core/db.py begins accordingly


def violation(error: DBAPIError) -> str | None:
    """Return the database's own code for what it refused, whatever language it speaks."""
    original = error.orig
    return getattr(original, "sqlstate", None) or getattr(original, "sqlite_errorname", None)


def _counts() -> tuple[int, int]:
    info = db.session.info
    return info.get("changed", 0), info.get("journalled", 0)
