"""Several processes at once, with the house's locks and without them.

A race is run as the house stands and once more with the locks taken away. Without them a gate
holds everybody where all have read and nobody has written, so that it goes wrong each time: were
it to go well, the same check would prove nothing.
"""

import multiprocessing
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from college.core.db import db
from college.factory import create_app
from college.people.persons.models import Person
from config import Settings
from tests.conftest import Visitor, account_of, key_of

FORK = multiprocessing.get_context("fork")
PATIENCE = 120  # seconds; who waits longer waits for a dead one
LOCK = re.compile(r" FOR (NO KEY )?(UPDATE|SHARE)( OF \w+)?")
ALONE = "SELECT 'no transaction'"
R = TypeVar("R")
Works = Sequence[Callable[[], R]]


def college_of(settings: Settings) -> Flask:
    """The app on its own database. Call it in a child: it brings its own keys."""
    app = create_app(settings)
    app.test_client_class = Visitor
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def ready_to_fork() -> None:
    """End session and pool: a connection must not be shared with a child."""
    db.session.remove()
    db.engine.dispose()


def apart(work: Callable[[], R]) -> R:
    """Run `work` in a child, so that this process keeps its app, keys and connections."""
    return at_once([work])[0]


def at_once(works: Works[R]) -> list[R]:
    """What came of each, in children that begin at the same moment."""
    start = FORK.Barrier(len(works))
    with _started([partial(_told, start, work) for work in works]) as ends:
        return [end.recv() for end in ends]


def _told(start: Any, work: Callable[[], R], end: Any) -> None:
    start.wait(PATIENCE)
    end.send(work())


@contextmanager
def _started(works: Sequence[Callable[[Any], None]]) -> Iterator[list[Any]]:
    """One forked child for each; yields the ends from which their results can be read."""
    ends, children = [], []
    for work in works:
        mine, theirs = FORK.Pipe(duplex=False)
        child = FORK.Process(target=work, args=(theirs,))
        child.start()
        theirs.close()  # so that a child that dies is noticed
        ends.append(mine)
        children.append(child)
    yield ends
    for child in children:
        child.join(PATIENCE)
        assert child.exitcode == 0


def outcome_of(attempt: Callable[[], str]) -> str:
    """Run one attempt in a request's transaction: its own word, or the kind of its failure."""
    try:
        said = attempt()
        db.session.commit()
    except Exception as error:  # the kind of failure is what is counted
        db.session.rollback()
        return type(error).__name__
    finally:
        db.session.remove()
    return said


def sign_in_of(person: Person) -> str:
    """What the cookie of a signed-in person holds; to be made before the race."""
    return key_of(account_of(person))


def browser(app: Flask, sign_in: str) -> FlaskClient:
    """A browser for the child that calls this."""
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = sign_in
    return client


def take_locks_away(engine: sa.Engine, *, begin: str = "BEGIN") -> None:
    """From here on no lock that the house asks for reaches the database.

    SQLite begins with the words `begin` instead; with ALONE each statement commits by itself.
    """

    @sa.event.listens_for(engine, "before_cursor_execute", retval=True)
    def unlock(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> tuple[str, Any]:
        if "advisory_xact_lock(" in statement:
            return "SELECT true", ()
        if begin == ALONE and "SAVEPOINT" in statement:  # SQLite's first one is a transaction
            return ALONE, ()
        return LOCK.sub("", statement.replace("BEGIN IMMEDIATE", begin)), parameters


def hold_after(engine: sa.Engine, words: str, people: int) -> None:
    """Let no process pass its operation's first statement with `words` before all came there."""
    gate = FORK.Barrier(people)
    passed: list[str] = []

    @sa.event.listens_for(engine, "after_cursor_execute")
    def hold(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if words in statement and db.session.info.get("wrote") and not passed:
            passed.append(statement)
            gate.wait(PATIENCE)
