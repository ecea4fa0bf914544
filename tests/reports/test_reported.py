"""What is reported beside the ledger's own: however much it is, a few statements."""

from datetime import date, timedelta

import pytest

from college.core.db import db
from college.core.roles import Role
from college.reports.figures.reported import all_comparisons
from college.stations.indicators.models import Counted, CountUnit, IndicatorValue, Precision
from tests.conftest import actor_of
from tests.factories import make_person, make_unit, qualified

FIRST = date(2025, 1, 31)
PEOPLE = 6


@pytest.fixture
def unit():
    made = make_unit()
    for n in range(PEOPLE):
        qualified(make_person(unit=made, full_name=f"甲{n}"))
    return made


def printed(unit, first, days):
    """Of each day two figures of persons, just as the ledger counts them."""
    facts = {"label": "站社工", "precision": Precision.EXACT, "count_unit": CountUnit.PERSONS}
    for n in range(first, first + days):
        for code, value in ((Counted.STATION_WORKERS, PEOPLE), (Counted.CERTIFICATE_HOLDERS, 0)):
            on = {"as_of": FIRST + timedelta(days=n), "code": code, "value": value}
            db.session.add(IndicatorValue(unit_id=unit.id, **facts, **on))
    db.session.commit()


@pytest.mark.parametrize(("role", "at_most"), [(Role.OBSERVER, 7), (Role.ADMIN, 2)])
def test_more_printed_days_need_no_more_statements(unit, count_queries, role, at_most):
    reader = actor_of(make_person(role, full_name="读者"))
    printed(unit, 0, 1)
    all_comparisons(reader)
    count_queries()
    first = all_comparisons(reader)
    few = count_queries()
    printed(unit, 1, 8)
    count_queries()
    more = all_comparisons(reader)
    assert count_queries() == few <= at_most
    assert [row.ledger for row in first] == [PEOPLE, 0]
    assert len(more) == 18
    assert {row.ledger for row in more} == {PEOPLE, 0}
