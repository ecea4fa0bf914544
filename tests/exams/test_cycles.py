"""Exam years: the calendar with its sources, and who may enter it."""

from datetime import date, time

import pytest
import sqlalchemy as sa
import time_machine

from college.core.db import db
from college.core.errors import Conflict, NotAllowed
from college.core.roles import SYSTEM, Role
from college.exams.candidacies.queries import cycles_to_come
from college.exams.cycles.data import CALENDAR
from college.exams.cycles.models import ExamCycle
from college.exams.cycles.operations import (
    Announced,
    DatesOutOfOrder,
    HoursBackwards,
    NewCycle,
    OutsideTheExam,
    adopt_cycles,
    announce,
    date_cycle,
    plan_cycle,
    time_papers,
)
from college.exams.cycles.paper_times import PaperTime
from college.exams.cycles.queries import cycles_held, next_year
from college.exams.pass_rules.models import Subject
from college.people.qualifications.models import Level
from tests.conftest import actor_of
from tests.factories import make_person
from tests.factories.exams import make_cycle, make_rules


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


def test_the_calendar_brings_the_days_of_check_payment_and_tickets_where_a_notice_names_them():
    found = {cycle.year: cycle for cycle in adopt_cycles(SYSTEM)}

    assert found[2025].registration_check_to_on == date(2025, 3, 24)
    assert found[2025].payment_to_on == date(2025, 3, 25)
    assert found[2025].tickets_from_on == date(2025, 5, 19)
    assert found[2025].tickets_to_on == date(2025, 5, 25)
    assert found[2021].tickets_from_on == date(2021, 10, 12)
    assert found[2026].payment_to_on is None
    assert found[2026].registration_check_to_on is None


def test_the_exam_is_no_longer_in_june():
    exams = {dates.year: dates.exam for dates in CALENDAR}

    assert exams[2025] == (date(2025, 5, 24), date(2025, 5, 25))
    assert exams[2026] == (date(2026, 5, 23), date(2026, 5, 24))


def test_the_notice_of_2026_says_when_each_paper_of_each_level_is_written():
    times = {cycle.year: cycle for cycle in adopt_cycles(SYSTEM)}[2026].times

    assert [(t.level, t.subject, t.on.day, t.hours) for t in times] == [
        (Level.SOCIAL_WORKER, Subject.LAW_AND_POLICY, 23, "14:00–16:00"),
        (Level.ASSISTANT, Subject.COMPREHENSIVE, 24, "09:00–11:00"),
        (Level.SOCIAL_WORKER, Subject.COMPREHENSIVE, 24, "09:00–11:00"),
        (Level.ASSISTANT, Subject.PRACTICE, 24, "14:00–16:00"),
        (Level.SOCIAL_WORKER, Subject.PRACTICE, 24, "14:00–16:30"),
        (Level.SENIOR, Subject.PRACTICE, 24, "14:00–17:00"),
    ]


def test_a_level_begins_on_the_day_of_its_own_first_paper():
    cycle = {cycle.year: cycle for cycle in adopt_cycles(SYSTEM)}[2026]
    first, second = date(2026, 5, 23), date(2026, 5, 24)

    assert cycle.begins_on(Level.SOCIAL_WORKER) == first
    assert cycle.begins_on(Level.SOCIAL_WORKER, [Subject.PRACTICE]) == second
    assert cycle.begins_on(Level.ASSISTANT) == second
    assert make_cycle(2027).begins_on(Level.ASSISTANT) == date(2027, 5, 24)  # no hours announced


PAPER = {"level": Level.ASSISTANT, "subject": Subject.PRACTICE}


@pytest.mark.parametrize(
    ("on", "ends", "refusal"),
    [
        (date(2027, 5, 26), time(16), OutsideTheExam),
        (date(2027, 5, 24), time(14), HoursBackwards),
    ],
)
def test_hours_are_of_a_day_of_the_exam_and_run_forwards(on, ends, refusal):
    cycle = make_cycle(2027)

    with pytest.raises(refusal):
        time_papers(SYSTEM, cycle, [PaperTime(**PAPER, on=on, starts=time(14), ends=ends)])


def test_hours_go_with_the_day_that_is_no_day_of_the_exam_any_more():
    cycle = make_cycle(2027)
    hours = {"starts": time(14), "ends": time(16)}
    there = [PaperTime(**PAPER, on=date(2027, 5, day), **hours) for day in (24, 25)]
    time_papers(SYSTEM, cycle, there)

    announce(SYSTEM, cycle, Announced(exam_from_on=date(2027, 5, 25), exam_to_on=date(2027, 5, 26)))

    assert [each.on.day for each in cycle.times] == [25]


def test_the_hours_are_entered_on_their_page(chen, sign_in):
    make_rules()
    cycle = make_cycle(2027)
    client, page = sign_in(chen), f"/exams/cycles/{cycle.id}/papers"
    assert client.get(page).text.count('type="time"') == 12
    on = {
        "papers-5-paper": "senior practice",
        "papers-5-on": "2027-05-25",
        "papers-5-starts": "14:00",
    }

    half = client.post(page, data=on)
    assert half.status_code == 422
    assert "the end of a paper, or nothing" in half.text
    client.post(page, data=on | {"papers-5-ends": "17:00"})

    db.session.expire_all()
    (senior,) = db.session.get_one(ExamCycle, cycle.id).times
    assert (senior.level, senior.subject, senior.hours) == (
        Level.SENIOR, Subject.PRACTICE, "14:00–17:00",
    )  # fmt: skip
    assert 'value="14:00"' in client.get(page).text
    assert "1 paper has its hours" in client.get(f"/exams/cycles/{cycle.id}").text


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


# ---- what the notices say


def test_a_year_can_be_planned_before_any_date_is_announced(chen, sign_in):
    client = sign_in(chen)
    assert "not announced" in client.get("/exams/cycles/new").text
    data = {"year": 2031, "province": "内蒙古自治区", "citation": "通知未发布"}

    page = client.post("/exams/cycles/new", data=data, follow_redirects=True).text

    made = db.session.scalars(sa.select(ExamCycle).where(ExamCycle.year == 2031)).one()
    assert (made.exam_from_on, made.name) == (None, "2031年度社会工作者职业资格考试")
    assert "not announced yet" in page
    assert made.begins_after(date(2030, 1, 1))
    assert not made.begins_after(date(2032, 1, 1))
    assert client.post("/exams/cycles/new", data=data).status_code == 409


def test_dates_are_amended_as_notices_come(chen, sign_in):
    cycle = make_cycle(2031, exam_from_on=None, exam_to_on=None, scores_on=None)
    client, address = sign_in(chen), f"/exams/cycles/{cycle.id}"
    days = {"exam_from_on": "2031-05-24", "exam_to_on": "2031-05-25"}
    days |= {"payment_to_on": "2031-03-25", "remind_days": "7、30, 7"}

    assert client.post(address, data=days).status_code == 302

    assert (cycle.exam_from_on, cycle.payment_to_on) == (date(2031, 5, 24), date(2031, 3, 25))
    assert cycle.remind_days == [30, 7]
    assert 'value="2031-05-24"' in client.get(address).text
    client.post(address, data={})
    assert (cycle.exam_from_on, cycle.remind_days) == (None, [])


EXAM_2031 = {"exam_from_on": "2031-05-24", "exam_to_on": "2031-05-25"}


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        ({"exam_from_on": "2031-05-24"}, "or neither"),
        ({"exam_from_on": "2031-05-24", "exam_to_on": "2031-05-23"}, "ends on the day it begins"),
        ({"registration_from_on": "2031-03-09", "registration_to_on": "2031-03-01"}, "in no order"),
        ({"registration_to_on": "2031-03-09", "payment_to_on": "2031-03-01"}, "in no order"),
        (
            {"registration_to_on": "2031-03-23", "registration_check_to_on": "2031-03-22"},
            "in no order",
        ),
        (
            {"registration_check_to_on": "2031-03-24", "payment_to_on": "2031-03-23"},
            "in no order",
        ),
        (
            {"registration_from_on": "2031-03-12", "registration_check_from_on": "2031-03-11"},
            "in no order",
        ),
        (
            {
                "registration_check_from_on": "2031-03-24",
                "registration_check_to_on": "2031-03-23",
            },
            "in no order",
        ),
        (EXAM_2031 | {"check_from_on": "2031-05-24"}, "in no order"),
        (EXAM_2031 | {"check_to_on": "2031-03-24"}, "in no order"),
        ({"remind_days": "soon"}, "whole numbers of days"),
        ({"remind_days": "400"}, "whole numbers of days"),
    ],
)
def test_dates_in_no_order_are_refused(chen, sign_in, days, sentence):
    cycle = make_cycle(2031, exam_from_on=None, exam_to_on=None, scores_on=None)

    answer = sign_in(chen).post(f"/exams/cycles/{cycle.id}", data=days)

    assert answer.status_code == 422
    assert sentence in answer.text


def test_the_check_of_the_registration_and_the_one_after_the_exam_are_told_apart(chen, sign_in):
    cycle = make_cycle(2031, exam_from_on=None, exam_to_on=None, scores_on=None)
    client = sign_in(chen)
    # as the notice of Inner Mongolia had it in 2025; the check after the exam as in Shanxi
    days = EXAM_2031 | {"registration_from_on": "2031-03-12", "registration_to_on": "2031-03-23"}
    days |= {"registration_check_from_on": "2031-03-12", "registration_check_to_on": "2031-03-24"}
    days |= {"payment_to_on": "2031-03-25", "check_from_on": "2031-07-30"}
    days |= {"check_to_on": "2031-08-12"}

    page = client.post(f"/exams/cycles/{cycle.id}", data=days, follow_redirects=True).text

    assert cycle.registration_check_from_on == date(2031, 3, 12)
    assert cycle.registration_check_to_on == date(2031, 3, 24)
    assert (cycle.check_from_on, cycle.check_to_on) == (date(2031, 7, 30), date(2031, 8, 12))
    assert "checked until 24 March 2031" in page
    assert "paid until 25 March 2031" in page
    assert "check after the exam until 12 August 2031" in page
    form = client.get(f"/exams/cycles/{cycle.id}").text
    assert "Check of the registration until" in form
    assert "Check after the exam until" in form


def test_a_year_without_days_is_the_next_to_sit_in():
    make_cycle(2027, exam_from_on=None, exam_to_on=None, scores_on=None)
    with time_machine.travel("2026-11-23 12:00+08:00", tick=False):
        assert next_year() == 2027
        assert [c.year for c in cycles_to_come()] == [2027]
        assert cycles_held() == []
    with time_machine.travel("2028-01-01 12:00+08:00", tick=False):
        assert cycles_to_come() == []
