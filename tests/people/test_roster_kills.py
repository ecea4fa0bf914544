"""A worker may die anywhere in a roster's import: nobody twice, nobody left out."""

from tests.kills import told


def test_killed_workers_import_a_roster_exactly_once(tmp_path, own_database):
    report = told("tests.people.kills", tmp_path, own_database)
    assert report["died"].count(9) >= 15  # else nothing was proved
    del report["died"]
    assert report == {
        "ended": [0, 0],
        "helpers": 0,
        "state": "imported",
        "tally": [60, 0, 0, 0],
        "people": 60,
        "posts": 60,
    }
