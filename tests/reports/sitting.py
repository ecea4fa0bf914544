"""People who sat an exam, and passed it or not."""

from datetime import date

from college.core.roles import Actor, Grant, Role
from college.people.qualifications.models import Level
from tests.factories import make_person, qualified
from tests.factories.exams import make_result

DAY = date(2026, 6, 30)
OBSERVER = Actor(None, frozenset({Grant(Role.OBSERVER)}))


def passing(cycle, level=Level.ASSISTANT, **over):
    """Somebody who sat, and earned the level with this exam."""
    person = over.pop("person", None) or make_person()
    make_result(person, cycle, level=level, **over)
    qualified(person, level, date(cycle.year, 9, 1), exam_year=cycle.year)
    return person


def failing(cycle, level=Level.ASSISTANT, **over):
    person = over.pop("person", None) or make_person()
    make_result(person, cycle, level=level, score=50, **over)
    return person
