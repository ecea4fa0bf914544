"""Migrations, on both databases: what the models say, with the demo's rows in every table."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade

from college.core import sealing
from college.core.db import db
from college.demo.load import load
from college.factory import create_app
from config import Settings
from tests.databases import IS_POSTGRES, fresh_postgres_database

EMPTY_IN_THE_DEMO = {
    "notice_choice",  # nobody there minds
    "data_request",  # nobody there asks
    "look",  # nobody there opened a page
    "password_ask",  # over as soon as the worker saw it
    "notice_delivery",  # nobody there has a mail address
    "roster_import",  # the demo's people come in by operations, without a sheet
    "roster_column",
    "given_answer",  # of a browser's form; the demo calls operations
    "worker",  # a sign of life
    "security_event",  # of requests; the demo makes none
    "sign_in",  # of a browser, likewise
    "recovery_code",  # of a second factor, which the demo asks nobody for
    "job",  # over once its work is done, and says nothing afterwards
}


@pytest.fixture
def url(tmp_path: Path, database_url: str) -> Iterator[str]:
    if not IS_POSTGRES:
        yield f"sqlite:///{tmp_path / 'college.db'}"
        return
    with fresh_postgres_database(database_url) as fresh:
        yield fresh


@pytest.fixture
def own(url: str, tmp_path: Path) -> Iterator[Flask]:
    """An app on an empty database of its own."""
    app = create_app(Settings(environment="test", instance=tmp_path, database_url=url))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(autouse=True)
def isolated() -> None:
    """Nothing to undo: the database is thrown away."""


def tables() -> set[str]:
    return set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}


def rows() -> dict[str, int]:
    with db.engine.connect() as connection:
        return {
            name: connection.execute(
                sa.select(sa.func.count()).select_from(sa.table(name))
            ).scalar_one()
            for name in sorted(tables())
        }


def test_there_is_one_head(app):
    folder = str(Path(app.root_path).parent / "migrations")
    assert len(ScriptDirectory(folder).get_heads()) == 1


def test_the_migrated_database_is_what_the_models_say(own):
    upgrade()
    with db.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), db.metadata) == []
    assert tables() == set(db.metadata.tables)


def test_down_and_up_again_with_rows_in_every_table(own):
    upgrade()
    load(lambda line: None)
    sealing.seal_everything()
    full = rows()
    assert {name for name, count in full.items() if not count} <= EMPTY_IN_THE_DEMO
    db.session.remove()
    downgrade(revision="base")
    assert tables() == set()
    upgrade()
    assert tables() == set(full)
