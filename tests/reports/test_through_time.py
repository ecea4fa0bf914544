"""Holdings of any day, read from what is kept of all days, are those of the plain query."""

from datetime import date, timedelta
from random import Random

import pytest
import sqlalchemy as sa

from college.core.db import db
from college.core.kept import plainly
from college.core.roles import SYSTEM
from college.people.employment.models import Employment
from college.people.qualifications.models import Level, Qualification
from college.reports.figures.queries import NOBODY, holdings_at, holdings_of_any
from college.reports.figures.through_time import numbers_on
from tests.factories import hired, make_unit, qualified
from tests.reports.unrest import Deeds, kept


@pytest.mark.parametrize("seed", range(3))
def test_any_day_is_a_sum_of_what_changed(nation, seed):
    """The days on which anything begins or ends, those beside them, and some of all the others."""
    chance, deeds = Random(seed), Deeds(Random(seed), nation)
    for _ in range(40):
        deeds.one()
    for person in chance.sample(nation, 12):  # posts side by side, one after another, of one day
        first = date(2020, 1, 1) + timedelta(days=chance.randrange(2000))
        last = first + timedelta(days=chance.choice([0, 1, 30, 400]))
        for from_on, to_on in ((first, last), (last + timedelta(days=1), None), (last, last)):
            hired(person, make_unit(), from_on=from_on, to_on=to_on)
        qualified(person, Level.SENIOR, approved_on=chance.choice([first, last]))
    kept()
    post, held = Employment, Qualification
    columns = (post.from_on, post.to_on, held.approved_on)
    days = {day for column in columns for day in db.session.scalars(sa.select(column)) if day}
    days = {day + timedelta(days=n) for day in days for n in (-1, 0, 1)}
    days |= {date(2019, 1, 1) + timedelta(days=chance.randrange(4000)) for _ in range(50)}
    found = holdings_of_any(SYSTEM, sorted(days))
    assert len({holding.staff for _, holding in found}) > 10
    with plainly():
        assert found == [holdings_at(SYSTEM, [day])[0] for day in sorted(days)]


def test_before_anything_was_there_is_nobody(nation):
    assert holdings_at(SYSTEM, [date(1999, 1, 1)]) == [(date(1999, 1, 1), NOBODY)]
    assert numbers_on([], [date(2020, 1, 1)]) == [[0, 0, 0, 0]]


def test_a_last_day_is_whole_and_a_first_day_too():
    rows = [("2020-03-01", 0, 2, 1, 0, 0), ("2020-03-01", 1, -1, -1, 0, 0)]
    days = [date(2020, 2, 29), date(2020, 3, 1), date(2020, 3, 2)]
    assert numbers_on(rows, days) == [[0, 0, 0, 0], [2, 1, 0, 0], [1, 0, 0, 0]]
