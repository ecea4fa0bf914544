"""Two records of one person are merged at the same moment, each into the other."""

from collections import Counter
from functools import partial

import pytest
from flask import Flask

from college.core.db import db
from college.core.roles import SYSTEM
from college.people.persons.models import Person
from college.reports.twins.operations import merge_persons
from config import Settings
from tests.databases import IS_POSTGRES
from tests.factories import make_person
from tests.races.together import (
    apart,
    at_once,
    college_of,
    hold_after,
    outcome_of,
    ready_to_fork,
    take_locks_away,
)

# the last that a merge reads before it writes
LOOKED_UP = "FROM supervision_session"

# nothing here touches the database of the other tests
pytestmark = pytest.mark.real_commits


def test_of_two_merges_into_each_other_one_is_refused(own):
    assert apart(lambda: race(own)) == ({"merged": 1, "MergedAlready": 1}, 1)


def test_without_the_locks_nobody_is_left(own):
    outcome, pointers = apart(lambda: race(own, has_locks=False))
    if IS_POSTGRES:
        assert (outcome, pointers) == ({"merged": 2}, 2)
    else:  # a deferred transaction dies when it turns from reader to writer
        assert outcome == {"merged": 1, "OperationalError": 1}


def race(settings: Settings, *, has_locks: bool = True) -> tuple[dict[str, int], int]:
    """What each merge came to, and how many of the two point to the other in the end."""
    app = college_of(settings)
    with app.app_context():
        first, second = make_person(full_name="王芳").id, make_person(full_name="王芳").id
        if not has_locks:
            take_locks_away(db.engine)
            hold_after(db.engine, LOOKED_UP, 2)
        ready_to_fork()
    outcome = Counter(
        at_once([partial(merged, app, first, second), partial(merged, app, second, first)])
    )
    with app.app_context():
        rows = [db.session.get_one(Person, one) for one in (first, second)]
        return outcome, sum(row.merged_into_id is not None for row in rows)


def merged(app: Flask, kept_id: int, gone_id: int) -> str:
    def merge() -> str:
        kept, gone = (db.session.get_one(Person, one) for one in (kept_id, gone_id))
        merge_persons(SYSTEM, kept, gone)
        return "merged"

    with app.app_context():
        return outcome_of(merge)
