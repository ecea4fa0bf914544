"""One app and one migrated database per worker; each test in a transaction that is undone."""

import os
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from secrets import token_urlsafe
from typing import Any, cast

import hypothesis
import pytest
import sqlalchemy as sa
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from flask_migrate import upgrade

from college.core.db import Base, db
from college.core.roles import Actor
from college.factory import create_app
from college.people.accounts.models import Account
from college.people.accounts.passwords import hashed
from college.people.persons.models import Person
from college.people.sign_ins.keys import hash_of, new_key
from college.people.sign_ins.models import SignIn
from college.web.limits import install
from config import Settings
from tests.databases import IS_POSTGRES, fresh_postgres_database, postgres_server

# how fast a machine is that others use at the same time is no property of our code
slow = [hypothesis.HealthCheck.too_slow]
hypothesis.settings.register_profile("college", deadline=None, suppress_health_check=slow)
hypothesis.settings.load_profile("college")

NOBODYS = hashed(token_urlsafe())  # a password that nobody types


class Visitor(FlaskClient):
    """A client whose every request has an app context, and so a session, of its own."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        if kwargs.get("method") == "POST":
            with self.application.app_context():
                kwargs["headers"] = {**proofs_of_now(), **kwargs.get("headers", {})}
        with self.application.app_context():
            answer = super().open(*args, **kwargs)
        if has_app_context():
            db.session.expire_all()  # the test sees what the request changed
        return answer


def proofs_of_now() -> dict[str, str]:
    """What a form on a page loaded this moment carries: a new key, every row's version."""
    seen = [
        f"{table.name}.{row_id}.{version}"
        for table in Base.metadata.sorted_tables
        if "version" in table.c
        for row_id, version in db.session.execute(sa.select(table.c.id, table.c.version))
    ]
    return {"X-Once": token_urlsafe(16), "X-Seen": " ".join(seen)}


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if not IS_POSTGRES:
        yield f"sqlite:///{tmp_path_factory.mktemp('sqlite') / 'college.db'}"
        return
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent  # the same for all workers of this run
    with postgres_server(shared) as server, fresh_postgres_database(server) as url:
        yield url


@pytest.fixture(scope="session")
def settings(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(
        environment="test",
        instance=tmp_path_factory.mktemp("instance"),
        database_url=database_url,
    )


@pytest.fixture(scope="session")
def app(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    app.test_client_class = Visitor
    app.config["WTF_CSRF_ENABLED"] = False  # tests/web has its own test with it on
    with app.app_context():
        make_tables()
    yield app
    with app.app_context():
        db.engine.dispose()


def make_tables() -> None:
    upgrade()  # as an operator's database came to be: by its migrations


@pytest.fixture
def own_settings() -> dict[str, Any]:
    """What is set otherwise in `own_app`; a test file may say so."""
    return {}


@pytest.fixture
def own_app(database_url: str, tmp_path: Path, own_settings: dict[str, Any]) -> Iterator[Flask]:
    """An app with an empty database of its own, where a test may commit and add routes."""
    fresh = fresh_postgres_database(database_url) if IS_POSTGRES else nullcontext("")
    with fresh as url:
        place = {"instance": tmp_path, "database_url": url}
        own = create_app(Settings(environment="test", **place, **own_settings))
        own.test_client_class = Visitor
        own.config["WTF_CSRF_ENABLED"] = False
        with own.app_context():
            db.create_all()
        yield own
        with own.app_context():
            db.engine.dispose()


@pytest.fixture
def own_database(settings) -> Iterator[str]:
    """A database that other processes write to; "" is an SQLite file in their folder."""
    if not IS_POSTGRES:
        yield ""
        return
    server = sa.make_url(settings.database).set(database="postgres")
    with fresh_postgres_database(server.render_as_string(hide_password=False)) as url:
        yield url


@pytest.fixture(autouse=True)
def isolated(app: Flask, request: pytest.FixtureRequest) -> Iterator[None]:
    """Run each test in one outer transaction that is undone; a commit ends a savepoint.

    A test marked `real_commits` gets the database as it is and must clean up after itself.
    """
    if request.node.get_closest_marker("real_commits"):
        yield
        return
    with app.app_context():
        engines = cast(dict[str | None, Any], db.engines)
        engine = engines[None]
        with engine.connect() as connection:
            outer = connection.begin()
            engines[None] = connection
            db.session.configure(join_transaction_mode="create_savepoint")
            yield
            db.session.remove()
            outer.rollback()
            engines[None] = engine


@pytest.fixture
def fresh_limits(app: Flask) -> None:
    """Nobody has tried to sign in yet, whatever the tests before did."""
    install(app)


@pytest.fixture
def sign_in(app: Flask) -> Callable[..., FlaskClient]:
    """`sign_in(person)`: a client signed in as that person, reading English unless told `zh`."""

    def client_of(person: Person | None, *, language: str = "en") -> FlaskClient:
        client = app.test_client()
        client.set_cookie("language", language)
        if person is not None:
            account = account_of(person)
            with client.session_transaction() as cookie:
                cookie["_user_id"] = key_of(account)
        return client

    return client_of


def key_of(account: Account) -> str:
    """The key of a sign-in that just began, as its cookie holds it."""
    key = new_key()
    begun = SignIn(
        person_id=account.person_id,
        key_hash=hash_of(key),
        epoch=account.epoch,
        browser="Firefox",
        system="Linux",
        address="127.0.0.0/24",
    )
    db.session.add(begun)
    db.session.commit()
    return key


def account_of(person: Person) -> Account:
    chosen = sa.select(Account).where(Account.person_id == person.id)
    account = db.session.scalar(chosen)
    if account is None:
        account = Account(person_id=person.id, login=f"p{person.id}", password_hash=NOBODYS)
        db.session.add(account)
        db.session.commit()
    return account


def actor_of(person: Person) -> Actor:
    """Whom the person acts as, with the roles granted today."""
    account = account_of(person)
    db.session.refresh(account, ["grants"])
    return account.actor


@pytest.fixture
def count_queries(app: Flask) -> Iterator[Callable[[], int]]:
    """`count_queries()`: statements sent since the last call."""
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            seen.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)

    def since() -> int:
        count = len(seen)
        seen.clear()
        return count

    yield since
    sa.event.remove(sa.Engine, "before_cursor_execute", note)
