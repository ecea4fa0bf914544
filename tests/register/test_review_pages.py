"""The pages of the senior review: the office records, each sees their own."""

from datetime import date, timedelta

import pytest
import time_machine

from college.core import clock
from college.core.db import db
from college.core.roles import Role
from college.register.reviews.queries import title_of, way_of, ways
from tests.factories import make_person, make_unit
from tests.factories.registering import make_review, make_senior_pass, review_step_of

TODAY = date(2026, 11, 27)


@pytest.fixture(autouse=True)
def at_the_end_of_2026():
    with time_machine.travel(clock.midnight(TODAY) + timedelta(hours=10)):
        yield


@pytest.fixture
def narisu():
    """Somebody of a station who passed the senior exam of 2024."""
    person = make_person(full_name="那日苏", unit=make_unit())
    make_senior_pass(person, 2024)
    return person


@pytest.mark.parametrize(("language", "said"), [("zh", "高级评审"), ("en", "Senior review")])
def test_the_office_follows_somebody_to_the_title(sign_in, narisu, language, said):
    make_unit()
    client = sign_in(make_person(Role.ADMIN), language=language)
    assert said in client.get("/register/reviews").text
    of = f"/register/reviews/of/{narisu.id}"
    evidence = {"evidence": "评委会公布名单"}
    applied = client.post(f"{of}/apply", data=evidence | {"on": "2026-06-01"})
    assert applied.location == of
    review = way_of(narisu, TODAY).courses[0].review
    steps = f"/register/reviews/{review.id}/step"
    for asked in (
        {"state": "passed", "on": "2026-09-01"},
        {"state": "noticed", "on": "2026-09-10", "to_on": "2026-09-16"},
        {"state": "titled", "on": "2026-11-20", "management_no": "GJ-1"},
    ):
        assert client.get(steps).status_code == 200
        assert client.post(steps, data=evidence | asked).status_code == 302
    page = client.get(of).text
    assert "那日苏" in page
    old = review_step_of(review)
    corrected = client.post(
        f"/register/reviews/steps/{old.id}/correct", data=evidence | {"on": "2026-11-21"}
    )
    assert corrected.status_code == 302
    db.session.expire_all()
    held = title_of(narisu.id)
    assert held is not None
    assert held.approved_on == date(2026, 11, 21)


def test_a_refusal_stands_beside_its_field(sign_in):
    person = make_person()
    make_senior_pass(person, 2022)
    client = sign_in(make_person(Role.ADMIN), language="en")
    asked = {"on": "2026-11-01", "evidence": "回执"}
    page = client.post(f"/register/reviews/of/{person.id}/apply", data=asked)
    assert page.status_code == 422
    assert "ran out on" in page.text


def test_each_sees_their_own_and_the_list_leads_there(sign_in, narisu):
    stranger = make_person(full_name="路人")
    make_senior_pass(stranger, 2024)
    client = sign_in(narisu, language="en")
    assert client.get("/register/reviews").location == f"/register/reviews/of/{narisu.id}"
    page = client.get(f"/register/reviews/of/{narisu.id}").text
    assert "Your next step" in page
    assert client.get(f"/register/reviews/of/{stranger.id}").status_code == 404


def test_a_filter_that_finds_nobody_says_so(sign_in, narisu):
    page = sign_in(make_person(Role.ADMIN), language="en").get(
        "/register/reviews?stage=titled&as_of=2026-01-01"
    )
    assert "Nobody found" in page.text


def test_the_list_asks_as_little_for_twenty_as_for_two(sign_in, count_queries):
    client = sign_in(make_person(Role.ADMIN))
    for _ in range(2):
        make_review(make_person(), date(2026, 6, 1))
    client.get("/register/reviews")
    count_queries()
    client.get("/register/reviews")
    few = count_queries()
    for _ in range(18):
        make_review(make_person(), date(2026, 6, 1))
    count_queries()
    client.get("/register/reviews")
    assert count_queries() == few


def test_many_are_read_as_one_is(narisu):
    others = [make_person() for _ in range(3)]
    make_senior_pass(others[0], 2022)
    found = ways([narisu, *others], TODAY)
    assert [w.verdict.answer for w in found] == [
        way_of(w.person, TODAY).verdict.answer for w in found
    ]


def test_a_station_of_which_nobody_passed_is_not_told_of_everybody(sign_in, narisu):
    manager = sign_in(make_person(Role.STATION_MANAGER, unit=make_unit()), language="en")
    assert (
        "Nobody of your units has passed the senior exam yet"
        in manager.get("/register/reviews").text
    )
