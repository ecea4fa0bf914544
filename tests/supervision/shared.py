"""What the tests of supervision have in common."""

from college.core.roles import Role
from college.people.persons.models import Person
from tests.factories import make_person


def make_supervisor() -> Person:
    return make_person(Role.SUPERVISOR, full_name="王督导")
