"""Commands on a college whose database is not there, is empty, or is of another release."""

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from college import migrating
from college.cli import DATABASE_AWAY, NO_DATABASE
from college.core.db import db
from college.factory import create_app
from config import Settings
from tests.databases import own_database

READING = (
    "exams passes",
    "register holders",
    "reports figures",
    "reports figures --format csv",
    "reports exams",
    "reports check",
    "reports keep",
    "journal verify",
    "journal seal",
    "exams adopt --as chen",
    "exams judge-anew --cycle 2025 --as chen",
    "files sweep --dry-run",
)


@pytest.fixture
def empty(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """A college on a database without a table."""
    with own_database(database_url, tmp_path) as url:
        app = create_app(Settings(environment="test", instance=tmp_path, database_url=url))
        yield app
        with app.app_context():
            db.engine.dispose()


def run(app: Flask, *args: str) -> Result:
    with app.app_context():  # else the command would run in that of the other tests
        return app.test_cli_runner().invoke(args=args)


@pytest.mark.parametrize("command", READING)
def test_without_a_database_one_sentence_says_so(empty, command):
    done = run(empty, *command.split())
    assert (done.exit_code, done.output) == (1, f"Error: {NO_DATABASE}\n")


def test_one_of_another_release_is_told_the_same(empty):
    with empty.app_context(), db.engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        connection.execute(sa.text("INSERT INTO alembic_version VALUES ('20200101_old')"))
    done = run(empty, "exams", "passes")
    assert (done.exit_code, done.output) == (1, f"Error: {NO_DATABASE}\n")


def test_one_that_cannot_be_reached_is_told_apart(tmp_path):
    away = "postgresql+psycopg://127.0.0.1:9/none"
    app = create_app(Settings(environment="test", instance=tmp_path, database_url=away))
    done = run(app, "reports", "figures")
    assert (done.exit_code, done.output) == (1, f"Error: {DATABASE_AWAY}\n")


def test_what_is_wrong_otherwise_is_not_explained_away(own_app, monkeypatch):
    """In a college that is set up a statement that fails is a fault of ours, to be seen whole."""
    monkeypatch.setattr("college.reports.keeping.keep_due", lambda: db.session.scalar(sa.text("?")))
    with own_app.app_context(), db.engine.begin() as connection:
        (head,) = migrating.scripts().get_heads()
        connection.execute(sa.text("CREATE TABLE alembic_version (version_num VARCHAR(80))"))
        connection.execute(sa.text("INSERT INTO alembic_version VALUES (:head)"), {"head": head})
    assert isinstance(run(own_app, "reports", "keep").exception, sa.exc.DBAPIError)


def test_every_group_of_commands_says_it(app):
    groups = [each for each in app.cli.commands.values() if isinstance(each, click.Group)]
    ours = [each for each in groups if each.name not in {"db"}]
    assert {type(each).__name__ for each in ours} == {"InWords"}


def test_of_an_empty_college_the_exams_are_a_heading(app):
    done = run(app, "reports", "exams", "--format", "csv")
    assert done.output.splitlines() == [
        "year,as_of,registered_persons,trained_person_times,"
        "assistant_passed,social_worker_passed,senior_passed,passed,holders_persons"
    ]
