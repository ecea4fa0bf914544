"""A worker may die anywhere in an import: no result twice, none left out, everybody awarded."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.databases import IS_POSTGRES, fresh_postgres_database

TREE = Path(__file__).parents[2]


@pytest.fixture
def own_database(settings) -> Iterator[str]:
    """A database that other processes write to; "" is an SQLite file in their folder."""
    if not IS_POSTGRES:
        yield ""
        return
    server = sa.make_url(settings.database).set(database="postgres")
    with fresh_postgres_database(server.render_as_string(hide_password=False)) as url:
        yield url


def test_killed_workers_import_a_sheet_exactly_once(tmp_path, own_database):
    command = [sys.executable, "-m", "tests.exams.kills", str(tmp_path), own_database]
    done = subprocess.run(command, cwd=TREE, capture_output=True, text=True, timeout=300)

    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "died": [9] * 9,  # else nothing was proved
        "ended": [0, 0],
        "state": "imported",
        "tally": [8, 0, 8],
        "results": [24, 0],
        "awarded": 8,
        "qualifications": 8,
    }
