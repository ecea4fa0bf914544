"""The page on which a class is closed."""

from datetime import timedelta
from decimal import Decimal

import pytest

from college.core.db import db
from college.core.roles import Role
from college.courses.completion.operations import close_run
from college.courses.grades.operations import enter_mark
from college.courses.runs.models import RunState
from tests.factories import make_person
from tests.factories.courses import morning
from tests.factories.teaching import make_class

# pages


def test_page_says_who_would_complete_and_what_the_others_lack(sign_in):
    group = make_class(2)
    group.all_present()
    group.mark("57")
    enter_mark(group.teacher, group.exams[0], group.enrolments[1], value=Decimal(80))
    db.session.commit()
    page = sign_in(group.instructor).get(_page(group))
    assert page.status_code == 200
    assert "Not yet (1)" in page.text
    assert "Task 1: 57, pass mark 60" in page.text
    assert "Complete (1)" in page.text
    assert "Close the class</button>" in page.text
    assert group.run.state is RunState.OPEN


def test_running_class_shows_how_it_stands_but_no_button(sign_in):
    group = make_class(begins=morning(0) - timedelta(days=1), lessons=4)
    page = sign_in(group.instructor).get(_page(group))
    assert "So it would be if the class ended now." in page.text
    assert "Close the class</button>" not in page.text


def test_page_closes_after_the_tick_and_shows_the_result(sign_in):
    group = make_class(2)
    group.all_present()
    group.everybody_gets("80")
    client = sign_in(group.instructor)

    hasty = client.post(_page(group), data={})
    assert hasty.status_code == 422
    assert "Tick this once you have looked through the lists." in hasty.text
    assert group.run.state is RunState.OPEN

    page = client.post(_page(group), data={"is_sure": "y"}, follow_redirects=True)
    assert page.status_code == 200
    assert "2 of 2 completed." in page.text
    assert "<form" not in page.text.split("<main")[1]


def test_page_of_a_closed_class_says_so_to_who_closes_it_again(sign_in):
    group = make_class(2)
    group.all_present()
    group.everybody_gets("80")
    client = sign_in(group.instructor)
    client.post(_page(group), data={"is_sure": "y"})
    for data, status in (({}, 422), ({"is_sure": "y"}, 409)):
        again = client.post(_page(group), data=data)
        assert again.status_code == status
        assert "This class was closed before you sent this" in again.text
        assert "2 of 2 completed." in again.text


def test_page_says_once_what_everybody_lacks(sign_in):
    group = make_class(3, exams=2)
    group.all_present()
    page = sign_in(group.instructor).get(_page(group)).text
    assert "2 marks are missing for everybody: Task 1, Task 2." in page
    assert "Task 1: no mark yet" not in page
    assert page.count("Only what everybody lacks") == 3

    group.mark("80")
    db.session.commit()
    page = sign_in(group.instructor).get(_page(group)).text
    assert "1 mark is missing for everybody: Task 2." in page
    assert page.count("Task 1: no mark yet") == 2


def test_page_asks_twice_where_something_is_missing(sign_in):
    group = make_class()
    client = sign_in(group.instructor)
    refused = client.post(_page(group), data={"is_sure": "y"})
    assert refused.status_code == 422
    assert "Marks missing: 1, attendance missing: 2." in refused.text
    assert group.run.state is RunState.OPEN
    data = {"is_sure": "y", "accept_missing": "y"}
    page = client.post(_page(group), data=data, follow_redirects=True)
    assert "0 of 1 completed." in page.text


def test_only_the_office_is_led_on_to_the_certificates(sign_in):
    group = make_class()
    group.all_present()
    group.everybody_gets("80")
    close_run(group.teacher, group.run)
    db.session.commit()
    office = make_person(Role.ADMIN, full_name="陈老师")
    assert "Issue certificates</a>" in sign_in(office).get(_page(group)).text
    assert "Issue certificates</a>" not in sign_in(group.instructor).get(_page(group)).text


@pytest.mark.parametrize(
    ("role", "status"), [(Role.TRAINEE, 403), (Role.INSTRUCTOR, 404), (Role.OBSERVER, 403)]
)
def test_page_is_closed_to_others(sign_in, role, status):
    group = make_class()
    client = sign_in(make_person(role, full_name="路人"))
    assert client.get(_page(group)).status_code == status
    data = {"is_sure": "y", "accept_missing": "y"}
    assert client.post(_page(group), data=data).status_code == status
    assert group.run.state is RunState.OPEN


def test_page_asks_the_database_no_more_for_many(sign_in, count_queries):
    counts = []
    for size in (3, 30):
        group = make_class(size, exams=2)
        group.everybody_gets("80")
        client = sign_in(group.instructor)
        client.get(_page(group))
        count_queries()
        assert client.get(_page(group)).status_code == 200
        counts.append(count_queries())
    assert counts[0] == counts[1]


def _page(group):
    return f"/courses/runs/{group.run.id}/completion"
