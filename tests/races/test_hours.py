"""Two people confirm one entry of hours at once: one does, and the other is told so."""

from collections import Counter
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from college.core.db import db
from college.core.journal import JournalEntry
from college.core.roles import Role
from college.people.persons.models import Person
from college.register.continuing_education.models import HourEntry
from college.register.continuing_education.operations import confirm_hours
from config import Settings
from tests.databases import IS_POSTGRES
from tests.factories import actor, make_person
from tests.factories.registering import make_entry
from tests.races.together import (
    apart,
    at_once,
    college_of,
    hold_after,
    outcome_of,
    ready_to_fork,
    take_locks_away,
)

# nothing here touches the database of the other tests
pytestmark = pytest.mark.real_commits


def test_of_two_confirmations_at_once_one_counts(own):
    outcome, entries = apart(lambda: race(own))
    assert outcome == {"confirmed": 1, "DecidedAlready": 1}
    assert entries == 1


def test_without_the_lock_both_believe_to_have_confirmed(own):
    outcome, entries = apart(lambda: race(own, has_locks=False))
    if IS_POSTGRES:
        assert (outcome, entries) == ({"confirmed": 2}, 2)
    else:  # a deferred transaction dies when it turns from reader to writer
        assert (outcome, entries) == ({"confirmed": 1, "OperationalError": 1}, 1)


def race(settings: Settings, *, has_locks: bool = True) -> tuple[Any, Any]:
    """What each attempt came to, and how often the journal has it."""
    app = college_of(settings)
    with app.app_context():
        ids = [make_person(Role.ADMIN, full_name=f"教务{n}").id for n in range(2)]
        entry_id = make_entry(make_person()).id
        if not has_locks:
            take_locks_away(db.engine)
            hold_after(db.engine, "FROM hour_entry", len(ids))
        ready_to_fork()
    outcome = Counter(at_once([partial(press, app, entry_id, each) for each in ids]))
    with app.app_context():
        told = JournalEntry.deed == "confirm_hours"
        entries = db.session.scalar(sa.select(sa.func.count(JournalEntry.id)).where(told))
        return dict(outcome), entries


def press(app: Flask, entry_id: int, person_id: int) -> str:
    with app.app_context():
        return outcome_of(partial(confirmed, entry_id, person_id))


def confirmed(entry_id: int, person_id: int) -> str:
    me = actor(db.session.get_one(Person, person_id), Role.ADMIN)
    confirm_hours(me, db.session.get_one(HourEntry, entry_id))
    return "confirmed"
