"""No circle in the tree: two units are moved below each other at the same moment."""

from collections import Counter
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
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
    FORK,
    PATIENCE,
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
    app, done = college_of(settings), FORK.Event()
    with app.app_context():
        first, second = make_unit().id, make_unit().id
        db.session.commit()
        if not has_locks:
            take_locks_away(db.engine)
            hold_after(db.engine, LOOKED_UP, 2)
            hold_the_last(db.engine, done)
        ready_to_fork()
    moves = [
        partial(moved, app, first, second, done=done),
        partial(moved, app, second, first, done=None),
    ]
    outcome = Counter(at_once(moves))
    with app.app_context():
        rows = [db.session.get_one(Unit, one) for one in (first, second)]
        return outcome, [row.parent_id for row in rows] == [second, first]


def moved(app: Flask, unit_id: int, to_id: int, *, done: Any) -> str:
    """One move; the one with `done` tells the other when it is over."""

    def move() -> str:
        db.session.info["is_last"] = done is None
        unit, to = (db.session.get_one(Unit, one) for one in (unit_id, to_id))
        move_unit(SYSTEM, unit, to=to, on=clock.today())
        return "moved"

    with app.app_context():
        outcome = outcome_of(move)
    if done is not None:
        done.set()
    return outcome


def hold_the_last(engine: sa.Engine, done: Any) -> None:
    """Having read as the other did, let the last write when the other is over.

    Both at once would wait for each other at the foreign keys, which is no lock of ours.
    """

    @sa.event.listens_for(engine, "after_cursor_execute")
    def hold(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if LOOKED_UP in statement and db.session.info.get("is_last"):
            done.wait(PATIENCE)
