"""A worker may die anywhere in an import: no result twice, none left out, everybody awarded."""

from tests.kills import told


def test_killed_workers_import_a_sheet_exactly_once(tmp_path, own_database):
    assert told("tests.exams.kills", tmp_path, own_database) == {
        "died": [9] * 9,  # else nothing was proved
        "ended": [0, 0],
        "helpers": 0,
        "state": "imported",
        "tally": [8, 0, 8],
        "results": [24, 0],
        "awarded": 8,
        "qualifications": 8,
    }
