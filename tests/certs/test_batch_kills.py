"""A worker may die anywhere: no number twice, none left out, no file lost, none half written."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.certs.kills import POINTS
from tests.databases import IS_POSTGRES, fresh_postgres_database

TREE = Path(__file__).parents[2]
KILLS = int(os.environ.get("COLLEGE_TEST_KILLS", len(POINTS)))  # hundreds, if you have a night


@pytest.fixture
def own_database(settings) -> Iterator[str]:
    """A database that other processes write to; "" is an SQLite file in their folder."""
    if not IS_POSTGRES:
        yield ""
        return
    server = sa.make_url(settings.database).set(database="postgres")
    with fresh_postgres_database(server.render_as_string(hide_password=False)) as url:
        yield url


def test_a_killed_worker_leaves_no_gap_no_double_and_no_stray_file(tmp_path, own_database):
    command = [sys.executable, "-m", "tests.certs.kills", tmp_path, own_database, str(KILLS)]
    done = subprocess.run(command, cwd=TREE, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-2000:]
    report = json.loads(done.stdout.splitlines()[-1])
    assert report["died"] == [9] * (KILLS + 1)  # else nothing was proved
    assert report["ended"] == 0
    assert report["batch"] == "issued"
    assert report["entries"] == ["issued"] * (KILLS + 1) + ["stopped"]
    serials = [int(number.split("-")[3]) for number in report["numbers"]]
    assert serials == list(range(1, KILLS + 2))
    assert report["codes"] == KILLS + 1
    assert report["states"] == ["issued"]
    assert report["stored"] == [True] * (KILLS + 1)
    assert report["files"] == sorted({*report["hashes"], *report["beside"]})
    assert len(set(report["hashes"])) == KILLS + 1
    assert report["integrity"] == "ok"
