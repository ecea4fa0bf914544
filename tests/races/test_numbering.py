"""Several processes take numbers of one series: none twice, none left out."""

from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask

from college.core.db import db
from college.core.numbering import Serial, next_serials
from college.core.operation import start_writing
from config import Settings
from tests.databases import IS_POSTGRES
from tests.races.together import (
    apart,
    at_once,
    college_of,
    hold_after,
    outcome_of,
    ready_to_fork,
    take_locks_away,
)

TAKERS, EACH = 8, 10

# nothing here touches the database of the other tests
pytestmark = pytest.mark.real_commits


def test_parallel_takers_get_different_numbers(own):
    numbers = apart(lambda: taken(own))
    assert sorted(numbers) == list(range(1, TAKERS * EACH + 1))


def test_who_reads_first_and_writes_later_takes_it_twice(own):
    """The negative control: a number is taken in one statement, and that is why."""
    numbers = apart(lambda: taken_carelessly(own))
    assert numbers == ["1"] * TAKERS if IS_POSTGRES else ["1"] + ["OperationalError"] * (TAKERS - 1)


def taken(settings: Settings) -> list[int]:
    """The first row of the series is made in the race too."""
    app = college_of(settings)
    return [number for part in at_once([partial(take, app)] * TAKERS) for number in part]


def take(app: Flask) -> list[int]:
    numbers: list[int] = []
    with app.app_context():
        for _ in range(EACH):
            start_writing()
            numbers += next_serials("T-RACE", 2026)
            db.session.commit()
    return numbers


def taken_carelessly(settings: Settings) -> list[str]:
    app = college_of(settings)
    with app.app_context():
        db.session.add(Serial(series="T-RACE", year=2026))
        db.session.commit()
        take_locks_away(db.engine)
        hold_after(db.engine, "FROM serial", TAKERS)
        ready_to_fork()
    return sorted(at_once([partial(take_carelessly, app)] * TAKERS))


def take_carelessly(app: Flask) -> str:
    with app.app_context():
        return outcome_of(read_and_write)


def read_and_write() -> str:
    start_writing()
    last = db.session.scalars(sa.select(Serial.last)).one()
    db.session.execute(sa.update(Serial).values(last=last + 1))
    return str(last + 1)
