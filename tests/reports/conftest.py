"""A nation in small: people far apart, so that what figures count of them is kept."""

from datetime import date

import pytest
import sqlalchemy as sa

from college.core.db import db
from college.core.kept import PERSONS
from college.people.persons.models import Person
from tests.factories import hired, make_unit, saved
from tests.factories.exams import make_cohort, make_cycle, make_rules
from tests.reports.unrest import PLACES, kept, sat


@pytest.fixture
def nation() -> list[Person]:
    """People far apart: one in a portion, in so many portions that counts are kept."""
    make_rules()
    units, cycles = [make_unit(), make_unit()], [make_cycle(year) for year in (2024, 2025)]
    first = (db.session.scalar(sa.select(sa.func.max(Person.id))) or 0) // PERSONS + 1
    people = [
        saved(Person(id=(first + n) * PERSONS + n, full_name=f"考生{n}")) for n in range(PLACES)
    ]
    for n, person in enumerate(people):
        if n % 3:
            hired(person, units[n % 2], from_on=date(2020 + n % 6, 3, 1))
        sat(person, cycles[n % 2], has_passed=n % 4 == 0)
    make_cohort(cycles[0], members=people[:5])
    kept()
    return people
