"""The pages of a plan: the tutor's, the office's and the member's own."""

import pytest

from college.core.db import db
from college.core.roles import SYSTEM, Role
from college.exams.candidacies.models import CandidacyStep
from college.exams.cohorts.boards import board
from college.exams.cohorts.models import (
    CohortMilestone,
    MilestoneKind,
    MilestoneTick,
)
from college.exams.cohorts.planning import (
    take_dates,
)
from tests.exams.planned_cohorts import cohort_of, in_days, make_exam, planned
from tests.factories import make_person
from tests.factories.exams import make_candidacy, make_cohort

K = MilestoneKind


@pytest.fixture
def cycle():
    return make_exam()


@pytest.fixture
def lilei():
    return make_person(full_name="李雷")


@pytest.fixture
def tutor():
    return make_person(Role.CLASS_TUTOR, full_name="韩梅梅")


def test_the_tutor_plans_by_the_pages(cycle, lilei, tutor, sign_in):
    cohort = cohort_of(cycle, lilei, tutor=tutor)
    client, at = sign_in(tutor), f"/exams/cohorts/{cohort.id}"
    assert "Take the plan from the dates" in client.get(at).text

    taken = client.post(f"{at}/plan/dates", follow_redirects=True)
    assert "4 milestones taken from the dates." in taken.text
    assert "The plan agrees with the announced dates." in taken.text
    sent = {"what": "own", "due_on": in_days(-6), "title": "已交学习计划", "title_en": "Study plan"}
    added = client.post(f"{at}/plan", data=sent, follow_redirects=True)
    assert "Study plan" in added.text
    again = client.post(f"{at}/plan", data=sent)
    assert again.status_code == 409
    assert "This is in the plan already" in again.text

    page = client.get(at).text
    assert "1 of 1 members falls behind." in page
    assert "6 days behind" in page
    assert "Begin with 李雷: Study plan, 6 days late." in page
    (own,) = db.session.query(CohortMilestone).filter_by(kind=K.OWN)
    (line,) = board(cohort).lines
    ticked = client.post(
        f"/exams/cohorts/milestones/{own.id}/ticks",
        data={"member_ids": [line.member_id], "on": in_days(0)},
        follow_redirects=True,
    )
    assert "1 member checked off." in ticked.text
    assert "checked off by 韩梅梅" in ticked.text
    assert "Nobody falls behind." in client.get(at).text
    tick = db.session.query(MilestoneTick).one()
    back = client.post(f"/exams/cohorts/ticks/{tick.id}/take-back", follow_redirects=True)
    assert "Taken back." in back.text
    none = client.post(f"/exams/cohorts/milestones/{own.id}/ticks", data={"on": in_days(0)})
    assert (none.status_code, "Choose at least one member" in none.text) == (422, True)


def test_only_who_falls_behind_is_listed_when_asked(cycle, tutor, sign_in):
    lilei, other = make_person(full_name="李雷"), make_person(full_name="斯琴高娃·乌云")
    cohort = cohort_of(cycle, lilei, other, tutor=tutor)
    planned(cohort, K.PAID, -5)
    make_candidacy(other, cycle, state=CandidacyStep.PAID)
    client = sign_in(tutor)

    everybody = client.get(f"/exams/cohorts/{cohort.id}").text
    behind = client.get(f"/exams/cohorts/{cohort.id}?behind=y").text

    assert "斯琴高娃·乌云" in everybody
    assert everybody.index("李雷") < everybody.index("斯琴高娃·乌云")
    assert "斯琴高娃·乌云" not in behind
    assert (
        f'href="/exams/cohorts/{cohort.id}?behind=y#members"' in client.get("/exams/cohorts").text
    )
    at_milestone = client.get(f"/exams/cohorts/milestones/{board(cohort).plan[0].id}").text
    assert "not among the candidates yet" in at_milestone


def test_the_page_says_where_the_plan_differs(cycle, tutor, sign_in):
    cohort = make_cohort(cycle, tutor=tutor)
    take_dates(SYSTEM, cohort)
    cycle.payment_to_on = in_days(20)
    db.session.commit()
    client = sign_in(tutor)

    assert (
        "The plan differs from the announced dates"
        in client.get(f"/exams/cohorts/{cohort.id}").text
    )
    assert "Exam fee paid: the last day is" in client.get(f"/exams/cohorts/{cohort.id}/plan").text


def test_a_milestone_is_changed_and_taken_out_by_its_page(cycle, tutor, sign_in):
    cohort = make_cohort(cycle, tutor=tutor)
    paid, client = planned(cohort, K.PAID, 5), sign_in(tutor)
    at = f"/exams/cohorts/milestones/{paid.id}"
    seen = {"_seen": f"cohort_milestone.{paid.id}.1"}
    assert "Announced as the last day" in client.get(f"{at}/change").text

    late = client.post(f"{at}/change", data={"due_on": in_days(90)})
    assert (late.status_code, "Choose a day that is not after it." in late.text) == (422, True)
    client.post(f"{at}/change", data={"due_on": in_days(7), "title": "缴费"} | seen)
    db.session.expire_all()
    assert (paid.due_on, paid.title) == (in_days(7), "缴费")
    gone = client.post(f"{at}/remove", follow_redirects=True)

    assert "The milestone is out of the plan." in gone.text
    assert client.get(at).status_code == 404


def test_a_member_sees_their_own_plan_and_the_next_step(cycle, lilei, sign_in):
    other = make_person(full_name="斯琴高娃·乌云")
    cohort = cohort_of(cycle, lilei, other)
    planned(cohort, K.PAID, 5)
    client, at = sign_in(lilei), f"/exams/cohorts/{cohort.id}"

    page = client.get(at).text

    assert "Your next step: Exam fee paid." in page
    assert "My plan to the exam day: 0 of 1 met" in page
    assert "斯琴高娃·乌云" not in page
    assert "on plan" in client.get("/exams/cohorts").text
    (milestone,) = board(cohort).plan
    assert client.get(f"/exams/cohorts/milestones/{milestone.id}").status_code == 403
    assert client.get(f"{at}/plan").status_code == 403


def test_a_member_who_is_late_is_told_by_how_much(cycle, lilei, sign_in):
    cohort = cohort_of(cycle, lilei)
    planned(cohort, K.PAID, -5)

    page = sign_in(lilei).get(f"/exams/cohorts/{cohort.id}").text

    assert "You are 5 days late with this: Exam fee paid." in page
    assert "5 days behind" in sign_in(lilei).get("/exams/cohorts").text


def test_a_cohort_is_formed_with_its_plan(cycle, sign_in):
    tutor = make_person(Role.INSTRUCTOR, full_name="韩梅梅")
    facts = {"code": "SW-9", "name": "备考班", "level": "social_worker", "is_planned": "y"}
    client = sign_in(make_person(Role.ADMIN, full_name="陈老师"))

    made = client.post(
        "/exams/cohorts/new", data=facts | {"cycle_id": cycle.id, "tutor_id": tutor.id}
    )

    assert "Exam fee paid" in client.get(made.headers["Location"]).text
