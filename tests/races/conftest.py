from collections.abc import Iterator
from pathlib import Path

import pytest

from college.core.db import db
from config import Settings
from tests.databases import own_database
from tests.races.together import apart, college_of, ready_to_fork


def settings_of(url: str, folder: Path) -> Settings:
    return Settings(environment="test", instance=folder, database_url=url)


@pytest.fixture(scope="session")
def empty_college(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a college without a row, of which each race gets a copy."""
    folder = tmp_path_factory.mktemp("empty")
    with own_database(database_url, folder) as url:
        apart(lambda: make_tables(settings_of(url, folder)))
        yield url


def make_tables(settings: Settings) -> None:
    with college_of(settings).app_context():
        db.create_all()
        ready_to_fork()


@pytest.fixture
def own(database_url: str, empty_college: str, tmp_path: Path) -> Iterator[Settings]:
    """The settings of a college without a row, on a database of its own."""
    with own_database(database_url, tmp_path, like=empty_college) as url:
        yield settings_of(url, tmp_path)
