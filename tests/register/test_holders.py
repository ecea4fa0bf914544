"""The register of holders: qualifications as of a day and as known on one, for scripts."""

import csv
import io
from datetime import UTC, date, datetime

import pytest

from college.core.db import db
from college.core.roles import SYSTEM
from college.people.employment.operations import transfer
from college.people.qualifications.models import Level, PassBasis
from college.register.holders import queries
from tests.factories import hired, make_person, make_unit, qualified


@pytest.fixture
def holders(app):
    def command(day: str, *args: str):
        asked = ["register", "holders", "--as-of", day, *args, "--format", "csv"]
        done = app.test_cli_runner().invoke(args=asked)
        assert done.exit_code == 0, done.output
        return list(csv.DictReader(io.StringIO(done.stdout)))

    return command


def test_a_holder_is_printed_with_the_place_of_work(holders):
    person = make_person(
        full_name="李雷", id_number="11010519491231002X", unit=make_unit(name="垛石街道社工站")
    )
    qualified(person, basis=PassBasis.REGIONAL, region="库伦旗", exam_year=2024)

    assert holders("2024-09-01") == [
        {
            "name": "李雷",
            "last_four": "002X",
            "level": "assistant",
            "approved_on": "2024-09-01",
            "exam_year": "2024",
            "basis": "regional",
            "region": "库伦旗",
            "is_highest": "1",
            "units": "垛石街道社工站",
        }
    ]
    assert holders("2024-08-31") == []


def test_rows_count_qualifications_and_the_highest_count_persons(holders):
    person = make_person(unit=make_unit())
    qualified(person, Level.SOCIAL_WORKER, date(2025, 9, 1))
    qualified(person, Level.ASSISTANT, date(2023, 9, 1))

    found = [(row["level"], row["is_highest"]) for row in holders("2025-12-31")]
    assert found == [("assistant", "0"), ("social_worker", "1")]
    assert [row["is_highest"] for row in holders("2024-12-31")] == ["1"]


def test_who_has_no_post_holds_all_the_same(holders):
    qualified(make_person(None))
    assert [row["units"] for row in holders("2025-01-01")] == [""]


def test_a_transfer_leaves_the_place_of_last_year(holders):
    old, new = make_unit(name="旧站"), make_unit(name="新站")
    person = make_person(None)
    post = hired(person, old)
    qualified(person)
    transfer(SYSTEM, post, to=new, on=date(2025, 3, 1))
    db.session.commit()

    assert [row["units"] for row in holders("2024-12-31")] == ["旧站"]
    assert [row["units"] for row in holders("2025-12-31")] == ["新站"]


def test_a_correction_leaves_what_was_known_before(holders):
    person = make_person(unit=make_unit())
    old = qualified(person, recorded_at=datetime(2024, 10, 1, 4, tzinfo=UTC))
    old.superseded_at = datetime(2025, 2, 1, 4, tzinfo=UTC)
    db.session.flush()
    qualified(person, approved_on=date(2024, 12, 1), recorded_at=old.superseded_at)

    assert [row["approved_on"] for row in holders("2024-12-31")] == ["2024-12-01"]
    known = holders("2024-12-31", "--known-at", "2025-01-31")
    assert [row["approved_on"] for row in known] == ["2024-09-01"]
    assert holders("2024-12-31", "--known-at", "2024-09-30") == []


def test_a_name_that_is_a_formula_stays_text(holders):
    qualified(make_person(full_name="=1+1"))
    assert [row["name"] for row in holders("2025-01-01")] == ["'=1+1"]


def test_the_register_is_read_in_portions(holders, monkeypatch):
    monkeypatch.setattr(queries, "CHUNK", 2)
    for n in range(5):
        qualified(make_person(full_name=f"社工{n}"))
    assert [row["name"] for row in holders("2025-01-01")] == [f"社工{n}" for n in range(5)]
