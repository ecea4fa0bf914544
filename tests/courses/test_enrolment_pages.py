"""The pages on which people enrol themselves and their staff."""

from datetime import timedelta

import pytest

from college.core import clock
from college.core.roles import Role
from college.courses.runs.models import RunState
from tests.courses.enrolling import ENROLLED, WITHDRAWN, joined, states_of
from tests.factories import make_person, make_unit
from tests.factories.courses import make_enrolment, make_run, morning


def test_page_enrols_and_says_when_and_where(sign_in):
    run, person = make_run(begins=morning(10)), make_person()
    client = sign_in(person)
    assert "Enrol in this class" in client.get(f"/courses/runs/{run.id}").text
    page = client.post(f"/courses/runs/{run.id}/enrolments/new", follow_redirects=True)
    assert page.status_code == 200
    assert "Enrolled. See you on" in page.text
    assert "9:00, Room 302" in page.text
    assert "Leave this class" in page.text
    assert states_of(run) == [ENROLLED]


def test_page_says_it_in_chinese(sign_in):
    run = make_run()
    page = sign_in(make_person(), language="zh").post(
        f"/courses/runs/{run.id}/enrolments/new", follow_redirects=True
    )
    assert "已报名。" in page.text
    assert "在302教室见" in page.text


def test_second_click_is_a_calm_page_with_one_row(sign_in):
    run, person = make_run(), make_person(full_name="李雷")
    client = sign_in(person)
    client.post(f"/courses/runs/{run.id}/enrolments/new")
    page = client.post(f"/courses/runs/{run.id}/enrolments/new")
    assert page.status_code == 409
    assert "李雷 is in this class already" in page.text
    assert "You are enrolled" in page.text
    assert states_of(run) == [ENROLLED]


def test_page_of_a_full_class_offers_the_next_place(sign_in):
    run = make_run(seats=1)
    joined(run)
    joined(run)
    client = sign_in(make_person())
    assert "Join the waiting list as number 2" in client.get(f"/courses/runs/{run.id}").text
    page = client.post(f"/courses/runs/{run.id}/enrolments/new", follow_redirects=True)
    assert "You are number 2 on the waiting list" in page.text
    assert "Leave the waiting list" in page.text


def test_page_of_a_closed_class_refuses(sign_in):
    run = make_run(enrolment_closes_at=clock.now() - timedelta(minutes=1))
    client = sign_in(make_person())
    text = client.get(f"/courses/runs/{run.id}").text
    assert "Enrolment closed" in text
    assert "Enrol in this class" not in text
    page = client.post(f"/courses/runs/{run.id}/enrolments/new")
    assert page.status_code == 422
    assert "Enrolment closed on" in page.text
    assert states_of(run) == []


def test_page_before_the_opening_names_the_date(sign_in):
    run = make_run(enrolment_opens_at=morning(3))
    client = sign_in(make_person())
    assert "Enrolment opens" in client.get(f"/courses/runs/{run.id}").text
    page = client.post(f"/courses/runs/{run.id}/enrolments/new")
    assert page.status_code == 422
    assert "9:00. Come back then." in page.text


def test_page_signed_out_leads_to_sign_in_and_back(sign_in):
    run = make_run()
    text = sign_in(None).get(f"/courses/runs/{run.id}").text
    assert "Sign in to enrol" in text
    assert f"/sign-in?next=/courses/runs/{run.id}" in text.replace("%2F", "/")
    assert sign_in(None).post(f"/courses/runs/{run.id}/enrolments/new").status_code == 401


def test_an_instructor_is_told_why_there_is_no_button(sign_in):
    run = make_run()
    client = sign_in(make_person(Role.INSTRUCTOR))
    text = client.get(f"/courses/runs/{run.id}").text
    assert "enrolling takes a trainee" in text
    assert "Enrol in this class" not in text
    assert client.post(f"/courses/runs/{run.id}/enrolments/new").status_code == 403


def test_a_draft_cannot_be_enrolled_in_by_page(sign_in):
    run = make_run(state=RunState.DRAFT)
    assert sign_in(make_person()).post(f"/courses/runs/{run.id}/enrolments/new").status_code == 404


def test_page_withdraws_once(sign_in):
    run, person = make_run(), make_person()
    row = make_enrolment(run, person)
    client = sign_in(person)
    url = f"/courses/runs/{run.id}/enrolments/{row.id}/withdraw"
    page = client.post(url, follow_redirects=True)
    assert "You have left" in page.text
    assert "Enrol in this class" in page.text
    again = client.post(url)
    assert again.status_code == 409
    assert "withdrawn already" in again.text
    assert states_of(run) == [WITHDRAWN]


def test_page_of_a_class_that_has_begun_offers_no_way_out(sign_in):
    person = make_person()
    run = make_run(begins=morning(-1), lessons=3)
    row = make_enrolment(run, person)
    client = sign_in(person)
    text = client.get(f"/courses/runs/{run.id}").text
    assert "The class has begun" in text
    assert "Leave this class" not in text
    url = f"/courses/runs/{run.id}/enrolments/{row.id}/withdraw"
    assert client.post(url).status_code == 422


def test_an_enrolment_of_somebody_else_is_not_found(sign_in):
    run = make_run()
    row = make_enrolment(run)
    url = f"/courses/runs/{run.id}/enrolments/{row.id}/withdraw"
    assert sign_in(make_person()).post(url).status_code == 404
    assert states_of(run) == [ENROLLED]


def test_a_manager_puts_own_staff_forward_by_page(sign_in):
    run, here = make_run(), make_unit()
    worker = make_person(unit=here, full_name="苏和")
    make_person(full_name="路人")
    client = sign_in(make_person(Role.STATION_MANAGER, unit=here, full_name="乌云"))
    assert "Enrol your people" in client.get(f"/courses/runs/{run.id}").text
    page = client.get(f"/courses/runs/{run.id}/enrolments/new")
    assert "苏和" in page.text
    assert "路人" not in page.text
    page = client.post(f"/courses/runs/{run.id}/enrolments/new/{worker.id}", follow_redirects=True)
    assert "苏和 is enrolled" in page.text
    assert states_of(run) == [ENROLLED]
    again = client.post(f"/courses/runs/{run.id}/enrolments/new/{worker.id}")
    assert again.status_code == 409


def test_a_manager_takes_her_own_seat_on_the_page_of_the_class(sign_in):
    run, here = make_run(), make_unit()
    client = sign_in(make_person(Role.STATION_MANAGER, unit=here, full_name="乌云"))
    offered = client.get(f"/courses/runs/{run.id}/enrolments/new").text
    assert "/enrolments/new/" not in offered
    assert "All your people are in this class" in offered
    assert (
        f'action="/courses/runs/{run.id}/enrolments/new"'
        in client.get(f"/courses/runs/{run.id}").text
    )


@pytest.mark.parametrize("words", ["suhe", "su he", "苏", "sh"])
def test_people_are_found_by_name_pinyin_and_initials(sign_in, words):
    run, here = make_run(), make_unit()
    make_person(unit=here, full_name="苏和")
    make_person(unit=here, full_name="白云")
    client = sign_in(make_person(Role.STATION_MANAGER, unit=here, full_name="乌云"))
    text = client.get(f"/courses/runs/{run.id}/enrolments/new?q={words}").text
    assert "苏和" in text
    assert "白云" not in text


def test_nobody_left_to_enrol_is_said(sign_in):
    run, here = make_run(), make_unit()
    client = sign_in(make_person(Role.STATION_MANAGER, unit=here))
    url = f"/courses/runs/{run.id}/enrolments/new"
    assert "Nobody of this name" in client.get(f"{url}?q=zzz").text


def test_a_manager_cannot_put_a_stranger_forward(sign_in):
    run, stranger = make_run(), make_person()
    client = sign_in(make_person(Role.STATION_MANAGER, unit=make_unit()))
    url = f"/courses/runs/{run.id}/enrolments/new/{stranger.id}"
    assert client.post(url).status_code == 404
    assert states_of(run) == []
