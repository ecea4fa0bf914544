import pytest
import sqlalchemy as sa

from college.core.db import db
from college.core.roles import Role
from college.exams.pass_rules.models import PassLine
from tests.exams.lapses import opening_year
from tests.factories import make_person
from tests.factories.exams import make_candidate, make_cycle, make_rules


@pytest.fixture
def cycle():
    make_rules()
    return make_cycle(2025)


@pytest.fixture
def lilei():
    return make_candidate()


@pytest.fixture
def chen():
    return make_person(Role.ADMIN, full_name="陈老师")


@pytest.fixture
def before_the_lines(cycle):
    """2025 as in late July: the two lines of Kulun Banner are not published yet."""
    db.session.execute(sa.delete(PassLine).where(PassLine.region != ""))
    db.session.commit()
    return cycle


@pytest.fixture
def last_year():
    """The exam whose papers count for the last time in `this_year`."""
    return make_cycle(2025)


@pytest.fixture
def this_year():
    return opening_year()
