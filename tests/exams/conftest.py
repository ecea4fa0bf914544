import pytest

from college.core.roles import Role
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
