"""The power may be cut at any moment: on SQLite no acknowledged commit is lost.

COLLEGE_TEST_THOROUGH=1 cuts it 1,500 times. SQLite alone: PostgreSQL sees to its own disk.
"""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier, Thread, current_thread
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from college.core import jobs
from college.core.db import SQLITE_PRAGMAS, db
from tests.core.powercut import cuts, recorded
from tests.databases import IS_POSTGRES
from tests.switches import CUTS

SAFE = (2, 1, "wal", 10_000)  # 2 is FULL
COMMITS = 250  # enough for the log to be written back several times

Settings = tuple[int | str, ...]
pytestmark = pytest.mark.skipif(IS_POSTGRES, reason="it is about SQLite's settings")


@dataclass
class Found:
    corrupt: int = 0
    lost: int = 0  # cuts after which an acknowledged commit was gone
    most_lost: int = 0  # commits


def found_after_cuts(folder: Path, pragmas: Sequence[str]) -> Found:
    found = Found()
    events = recorded(folder / "college.db", pragmas, COMMITS)
    after = folder / "after"
    after.mkdir()
    for acknowledged, files in cuts(events, CUTS):
        for old in after.iterdir():
            old.unlink()
        for name, content in files.items():
            (after / name).write_bytes(content)
        kept = commits_in(after / "college.db")
        if kept is None:
            found.corrupt += 1
        elif kept < acknowledged:
            found.lost += 1
            found.most_lost = max(found.most_lost, acknowledged - kept)
    return found


def commits_in(path: Path) -> int | None:
    """The last of the commits, if they are all there up to it; None for a corrupt file."""
    with closing(sqlite3.connect(path)) as connection:
        try:
            verdict = connection.execute("PRAGMA integrity_check").fetchall()
            tables = connection.execute("SELECT name FROM sqlite_schema").fetchall()
            if (verdict, tables) == ([("ok",)], []):
                return -1  # not even the table was kept
            [[count, last]] = connection.execute("SELECT count(*), coalesce(max(id), 0) FROM deed")
        except sqlite3.DatabaseError:
            return None
    return int(last) if verdict == [("ok",)] and count == last else None


def test_no_acknowledged_commit_is_lost(tmp_path):
    assert found_after_cuts(tmp_path, SQLITE_PRAGMAS) == Found()


def test_with_fewer_syncs_commits_are_lost(tmp_path):
    """The negative control, by the same cuts."""
    careless = [each.replace("synchronous=FULL", "synchronous=NORMAL") for each in SQLITE_PRAGMAS]
    found = found_after_cuts(tmp_path, careless)
    assert found.lost > CUTS / 4
    assert found.most_lost > 1
    assert found.corrupt == 0


def test_a_journal_that_is_removed_without_a_sync_of_its_folder_may_come_back(tmp_path):
    """Why it is WAL: SQLite's default takes the last commit back when that happens."""
    by_default = [
        each.replace("journal_mode=WAL", "journal_mode=DELETE") for each in SQLITE_PRAGMAS
    ]
    found = found_after_cuts(tmp_path, by_default)
    assert (found.corrupt, found.most_lost) == (0, 1)
    assert found.lost > CUTS / 10


def test_without_syncs_the_file_is_corrupt(tmp_path):
    """The cuts are cruel enough: without syncs they destroy it."""
    reckless = [each.replace("synchronous=FULL", "synchronous=OFF") for each in SQLITE_PRAGMAS]
    assert found_after_cuts(tmp_path, reckless).corrupt > CUTS / 10


def test_every_connection_of_the_pool_has_the_settings(own_app):
    """All that the app can ever open at once, and once more after they went back."""
    with own_app.app_context():
        pool = db.engine.pool
        assert isinstance(pool, sa.QueuePool)
        everybody = pool.size() + pool._max_overflow
        for _ in range(2):
            with ExitStack() as stack:
                opened = [stack.enter_context(db.engine.connect()) for _ in range(everybody)]
                assert pool.checkedout() == everybody
                seen = [settings_of(each.connection.dbapi_connection) for each in opened]
                assert seen == [SAFE] * everybody


def test_the_web_a_worker_and_a_command_write_with_the_settings(own_app):
    """What each of them takes from the pool is looked at, all three at the same moment."""
    seen: dict[str, set[Settings]] = {}
    met = Barrier(3)

    def look(connection: Any, *_: object) -> None:
        who = current_thread().name
        if who not in seen:
            met.wait(30)
        seen.setdefault(who, set()).add(settings_of(connection))

    with own_app.app_context():
        sa.event.listen(db.engine, "checkout", look)
    doors = {
        "web": lambda: own_app.test_client().get("/verify/0000-0000-0000-0"),
        "worker": lambda: in_context(own_app, jobs.sweep),
        "command": lambda: own_app.test_cli_runner().invoke(args=["journal", "verify"]),
    }
    threads = [Thread(target=act, name=name) for name, act in doors.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert seen == {name: {SAFE} for name in doors}


def in_context(app: Flask, act: Callable[[], object]) -> None:
    with app.app_context():
        act()


def settings_of(connection: Any) -> Settings:
    asked = ("synchronous", "foreign_keys", "journal_mode", "busy_timeout")
    return tuple(connection.execute(f"PRAGMA {name}").fetchone()[0] for name in asked)
