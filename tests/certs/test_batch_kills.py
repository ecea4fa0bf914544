"""A worker may die anywhere: no number twice, none left out, no file lost, none half written."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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
    report = issued(tmp_path, own_database, KILLS)
    assert report["died"] == [9] * (KILLS + 1)  # else nothing was proved
    whole(report, KILLS + 1)


def test_two_workers_on_one_batch_issue_everything_once(tmp_path, own_database):
    whole(issued(tmp_path, own_database, 0), 20)


def issued(folder: Path, database: str, kills: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.certs.kills", str(folder), database, str(kills)]
    done = subprocess.run(command, cwd=TREE, capture_output=True, text=True, timeout=3600)
    assert done.returncode == 0, done.stderr[-2000:]
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return report


def whole(report: dict[str, Any], size: int) -> None:
    assert (report["ended"], report["batch"], report["integrity"]) == (0, "issued", "ok")
    assert report["entries"] == ["issued"] * size + ["stopped"]
    serials = [int(number.split("-")[3]) for number in report["numbers"]]
    assert serials == list(range(1, size + 1))
    assert report["codes"] == size
    assert report["states"] == ["issued"]
    assert report["stored"] == [True] * size
    assert report["files"] == sorted({*report["hashes"], *report["beside"]})
    assert len(set(report["hashes"])) == size
