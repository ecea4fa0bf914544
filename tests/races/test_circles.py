"""No circle in the tree: two units are moved below each other at the same moment."""

from collections import Counter
from functools import partial

import pytest
from flask import Flask

from college.core import clock
from college.core.db import db
from college.core.roles import SYSTEM
from college.stations.units.models import Unit
from college.stations.units.operations import move_unit
from config import Settings
from tests.databases import IS_POSTGRES
from tests.factories import make_unit
from tests.races.together import (
    apart,
    at_once,
    college_of,
    hold_after,
    outcome_of,
    ready_to_fork,
    take_locks_away,
)

# the statement by which each looks where the new parent stands
LOOKED_UP = "SELECT unit_phase.parent_id, unit_phase.from_on"

# nothing here touches the database of the other tests
pytestmark = pytest.mark.real_commits


def test_of_two_moves_below_each_other_one_is_refused(own):
    assert apart(lambda: race(own)) == ({"moved": 1, "BelowItself": 1}, False)


def test_without_the_locks_they_close_a_circle(own):
    outcome, is_circle = apart(lambda: race(own, has_locks=False))
    if IS_POSTGRES:
        assert (outcome, is_circle) == ({"moved": 2}, True)
    else:  # a deferred transaction dies when it turns from reader to writer
        assert outcome == {"moved": 1, "OperationalError": 1}


def race(settings: Settings, *, has_locks: bool = True) -> tuple[dict[str, int], bool]:
    """What each move came to, and whether each unit stands below the other in the end."""
    app = college_of(settings)
    with app.app_context():
        first, second = make_unit().id, make_unit().id
        db.session.commit()
        if not has_locks:
            take_locks_away(db.engine)
            hold_after(db.engine, LOOKED_UP, 2)
        ready_to_fork()
    moves = [(first, second), (second, first)]
    outcome = Counter(at_once([partial(moved, app, *move) for move in moves]))
    with app.app_context():
        rows = [db.session.get_one(Unit, one) for one in (first, second)]
        return outcome, [row.parent_id for row in rows] == [second, first]


def moved(app: Flask, unit_id: int, to_id: int) -> str:
    def move() -> str:
        unit, to = (db.session.get_one(Unit, one) for one in (unit_id, to_id))
        move_unit(SYSTEM, unit, to=to, on=clock.today())
        return "moved"

    with app.app_context():
        return outcome_of(move)
