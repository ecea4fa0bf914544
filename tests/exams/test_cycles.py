"""Exam years: the calendar with its sources, and who may enter it."""

from datetime import date

import pytest
import sqlalchemy as sa
import time_machine

from college.core.db import db
from college.core.errors import Conflict, NotAllowed
from college.core.roles import SYSTEM, Role
from college.exams.cycles.data import CALENDAR
from college.exams.cycles.models import ExamCycle
from college.exams.cycles.operations import (
    DatesOutOfOrder,
    NewCycle,
    adopt_cycles,
    date_cycle,
    plan_cycle,
)
from college.exams.cycles.queries import cycles_held, next_year
from tests.conftest import actor_of
from tests.factories import make_person
from tests.factories.exams import make_cycle


@pytest.fixture
def chen():
    return make_person(Role.ADMIN, full_name="陈老师")


def test_the_calendar_is_adopted_once():
    first = adopt_cycles(SYSTEM)

    assert [cycle.year for cycle in first] == list(range(2019, 2027))
    assert adopt_cycles(SYSTEM) == []


def test_a_year_that_stands_already_stays_as_it_is():
    own = make_cycle(2025, name="自己录的")

    adopt_cycles(SYSTEM)

    assert db.session.scalars(sa.select(ExamCycle.name).where(ExamCycle.year == 2025)).all() == [
        own.name
    ]


def test_every_year_of_the_calendar_is_in_order_and_cited():
    for dates in CALENDAR:
        assert dates.registration[0] <= dates.registration[1] < dates.exam[0] <= dates.exam[1]
        assert dates.exam[0].year == dates.year
        assert dates.scores_on is None or dates.scores_on > dates.exam[1]
        assert dates.citation


def test_the_exam_is_no_longer_in_june():
    exams = {dates.year: dates.exam for dates in CALENDAR}

    assert exams[2025] == (date(2025, 5, 24), date(2025, 5, 25))
    assert exams[2026] == (date(2026, 5, 23), date(2026, 5, 24))


def test_an_exam_cannot_end_before_it_begins():
    new = NewCycle(
        year=2027,
        province="内蒙古自治区",
        name="2027",
        exam_from_on=date(2027, 5, 23),
        exam_to_on=date(2027, 5, 22),
    )
    with pytest.raises(DatesOutOfOrder):
        plan_cycle(SYSTEM, new)


def test_one_exam_a_year_and_province():
    make_cycle(2027)
    day = date(2027, 5, 22)
    new = NewCycle(
        year=2027, province="内蒙古自治区", name="又一个", exam_from_on=day, exam_to_on=day
    )

    with pytest.raises(Conflict):
        plan_cycle(SYSTEM, new)


def test_dates_are_entered_as_they_are_published():
    cycle = make_cycle(2026, scores_on=None)

    date_cycle(SYSTEM, cycle, scores_on=date(2026, 7, 24))
    date_cycle(SYSTEM, cycle, approved_on=date(2026, 5, 24))

    assert (cycle.scores_on, cycle.approved_on) == (date(2026, 7, 24), date(2026, 5, 24))


@time_machine.travel("2026-05-24 12:00+08:00", tick=False)
def test_results_are_for_exams_that_are_over():
    make_cycle(2025)
    make_cycle(2026, exam_from_on=date(2026, 5, 23), exam_to_on=date(2026, 5, 24))

    assert [cycle.year for cycle in cycles_held()] == [2025]
    assert next_year() == 2026


@time_machine.travel("2026-11-23 12:00+08:00", tick=False)
def test_after_the_last_known_exam_the_next_sitting_is_next_year():
    make_cycle(2026)

    assert next_year() == 2027


def test_only_who_plans_may_enter_dates():
    stranger = actor_of(make_person(Role.INSTRUCTOR))
    cycle = make_cycle(2025)

    with pytest.raises(NotAllowed):
        adopt_cycles(stranger)
    with pytest.raises(NotAllowed):
        date_cycle(stranger, cycle, scores_on=date(2025, 7, 1))


def test_the_page_offers_the_calendar_and_then_shows_it(chen, sign_in):
    client = sign_in(chen)
    assert "Adopt the calendar" in client.get("/exams/cycles").text

    page = client.post("/exams/cycles/adopt", follow_redirects=True).text

    assert "24 May 2025" in page
    assert "Inner Mongolia&#39;s exam notice of 2025" in page
    assert "Adopt the calendar" not in page


def test_the_page_is_for_the_office(sign_in):
    trainee = sign_in(make_person(Role.TRAINEE))

    assert trainee.get("/exams/cycles").status_code == 403
    assert trainee.post("/exams/cycles/adopt").status_code == 403
    assert sign_in(None).get("/exams/cycles").status_code == 302
