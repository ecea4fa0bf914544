import pytest

from college.core.roles import Role
from tests.factories import make_person


@pytest.fixture
def chen():
    return make_person(Role.ADMIN, full_name="陈老师")
