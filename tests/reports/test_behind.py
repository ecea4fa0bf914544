"""Every number opens the list behind it, as long as the number, for those who may see it."""

import re
from datetime import date
from html import unescape

import pytest

from college.core import clock
from college.core.db import db
from college.core.roles import SYSTEM, Role
from college.courses.catalogue.models import Category
from college.courses.enrolments.models import EnrolmentState
from college.courses.runs.models import RunState
from college.people.employment.models import Capacity
from college.people.qualifications.models import Level
from college.reports.holder_figures.behind import Narrowed, behind
from college.reports.holder_figures.flows import Group, Of
from tests.factories import hired, make_person, make_unit, qualified
from tests.factories.courses import make_course, make_enrolment, make_run
from tests.factories.exams import make_cohort, make_cycle, make_result
from tests.register.test_targets import aimed

DAY = date(2025, 6, 30)
LINKS = re.compile(r'<a class="link position-relative" href="([^"]+)">([\d,]+)<')
ROW = re.compile(r'<th scope="row"[^>]*><a (?:class="link" )?href="/people/persons/\d+')
PAGES = [
    "/reports/figures?as-of=2025-06-30",
    "/reports/holders?as-of=2025-06-30",
    "/reports/exams?as-of=2025-06-30",
    "/people/units?as-of=2025-06-30",
    "/exams/cohorts",
]


@pytest.fixture
def college():
    """A general station with a station below, staff of all levels, an exam, a class, a cohort."""
    general = make_unit()
    station = make_unit(general)
    aimed(general, 3)
    cycle = make_cycle(2024, scores_on=date(2024, 8, 1))
    course = make_course(category=Category.EXAM_PREP)
    days = {"starts_on": date(2024, 3, 1), "ends_on": date(2024, 5, 1)}
    run = make_run(course, state=RunState.CLOSED, closed_at=clock.now(), **days)
    people = []
    for n in range(7):
        person = make_person(None, full_name=f"苏和{n}")
        capacity = Capacity.CADRE if n % 3 == 0 else Capacity.STATION_WORKER
        hired(person, (general, station)[n % 2], capacity=capacity)
        make_result(person, cycle, level=Level.ASSISTANT, score=70 if n < 5 else 40)
        if n < 5:
            qualified(person, approved_on=date(2024, 9, 1), exam_year=2024)
        if n < 2:
            qualified(person, Level.SOCIAL_WORKER, date(2025, 2, 1))
        if n < 4:
            make_enrolment(run, person, state=EnrolmentState.COMPLETED)
        people.append(person)
    hired(people[0], station, capacity=Capacity.COMMUNITY_WORKER)
    make_cohort(cycle, members=people[1:], level=Level.ASSISTANT, runs=[run])
    return general


def links(client, page: str) -> list[tuple[str, int]]:
    found = LINKS.findall(client.get(page).text)
    return [(unescape(url), int(number.replace(",", ""))) for url, number in found]


@pytest.mark.parametrize("page", PAGES)
def test_each_list_is_as_long_as_its_number(sign_in, college, page):
    del college
    admin = sign_in(make_person(Role.ADMIN))
    opened = links(admin, page)
    assert opened
    for url, number in opened:
        assert (url, len(ROW.findall(admin.get(url).text))) == (url, number)


def test_the_page_of_a_unit_opens_its_staff(sign_in, college):
    admin = sign_in(make_person(Role.ADMIN))
    opened = links(admin, f"/people/units/{college.id}?as-of=2025-06-30")
    assert {number for _, number in opened} == {4, 7}
    for url, number in opened:
        assert len(ROW.findall(admin.get(url).text)) == number


@pytest.mark.parametrize("page", PAGES[:3])
def test_the_department_opens_none_of_them(sign_in, college, page):
    del college
    urls = [url for url, _ in links(sign_in(make_person(Role.ADMIN)), page)]
    observer = sign_in(make_person(Role.OBSERVER))
    assert not links(observer, page)
    assert {observer.get(url).status_code for url in urls} <= {403, 404}


def test_a_manager_opens_those_of_the_own_station(sign_in, college):
    manager = make_person(Role.STATION_MANAGER, unit=make_unit(college), full_name="乌云")
    client = sign_in(manager)
    opened = links(client, "/reports/figures")
    assert opened
    for url, number in opened:
        assert len(ROW.findall(client.get(url).text)) == number


def ids(group: Group, narrowed: Narrowed, of: Of | None = None) -> int:
    chosen, asked = behind(SYSTEM, group, 2025, DAY, of or Of(), narrowed)
    return len(db.session.scalars(chosen, asked).all())


def test_a_level_narrows_to_those_who_hold_it_or_nothing_above(college):
    del college
    assert ids(Group.HOLDERS, Narrowed(level=Level.ASSISTANT)) == 5
    assert ids(Group.HOLDERS, Narrowed(level=Level.ASSISTANT, is_highest=True)) == 3
    assert ids(Group.HOLDERS, Narrowed(level=Level.SOCIAL_WORKER, is_highest=True)) == 2
    assert ids(Group.HOLDERS, Narrowed(level=Level.SENIOR, is_highest=True)) == 0


def test_at_a_unit_are_those_with_a_post_there_and_not_below(college):
    assert ids(Group.STAFF, Narrowed(at=college)) == 4
    assert ids(Group.STAFF, Narrowed(), Of(college)) == 7


@pytest.mark.parametrize("over", ["level=x", "capacity=x", "at=999999"])
def test_what_narrows_to_nothing_that_is_has_no_list(sign_in, over):
    admin = sign_in(make_person(Role.ADMIN))
    url = f"/reports/holders/persons?group=staff&{over}"
    assert admin.get(url).status_code == 404


@pytest.mark.parametrize("over", ["group=rich", "group=held&level=senior", "group=held&year=1800"])
def test_a_year_has_no_list_of_what_is_none(sign_in, over):
    admin = sign_in(make_person(Role.ADMIN))
    year = "" if "year" in over else "year=2024&"
    assert admin.get(f"/reports/exams/persons?{year}{over}").status_code == 404
