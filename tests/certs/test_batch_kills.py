"""A worker may die anywhere: no number twice, none left out, no file lost, none half written."""

from pathlib import Path
from typing import Any

from tests.certs.kills import POINTS
from tests.kills import told
from tests.switches import IS_THOROUGH

KILLS = 200 if IS_THOROUGH else len(POINTS)


def test_a_killed_worker_leaves_no_gap_no_double_and_no_stray_file(tmp_path, own_database):
    report = issued(tmp_path, own_database, KILLS)
    assert report["died"] == [9] * (KILLS + 1)  # else nothing was proved
    whole(report, KILLS + 1)


def test_two_workers_on_one_batch_issue_everything_once(tmp_path, own_database):
    whole(issued(tmp_path, own_database, 0), 20)


def issued(folder: Path, database: str, kills: int) -> dict[str, Any]:
    return told("tests.certs.kills", folder, database, kills, seconds=3600)


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
    assert report["helpers"] == 0
