"""Cohorts: forming, taking in, and how far each came."""

from datetime import date

import pytest

from college.core.db import db
from college.core.errors import Conflict, NotAllowed
from college.core.roles import SYSTEM, Role
from college.courses.enrolments.models import EnrolmentState
from college.exams.cohorts.models import ExamCohort
from college.exams.cohorts.operations import (
    CodeMissing,
    NewCohort,
    add_enrolled,
    add_members,
    form_cohort,
)
from college.exams.cohorts.progress import Funnel, funnel, funnels
from college.exams.pass_rules.models import Subject
from college.exams.results.models import ResultStatus
from college.people.qualifications.earning import Earned
from college.people.qualifications.models import Level
from college.people.qualifications.operations import record_qualifications
from college.reports.dashboard.queries import day_of
from tests.conftest import actor_of
from tests.factories import make_person
from tests.factories.courses import make_enrolment, make_run, morning
from tests.factories.exams import make_cohort, make_cycle, make_result


@pytest.fixture
def cycle():
    return make_cycle(2025)


@pytest.fixture
def chen():
    return make_person(Role.ADMIN, full_name="陈老师")


def new_cohort(cycle, **over) -> NewCohort:
    usual = {"code": "SW-1", "name": "备考班", "level": Level.SOCIAL_WORKER, "cycle": cycle}
    tutor = make_person(Role.INSTRUCTOR, full_name="韩梅梅")
    return NewCohort(**usual | {"tutor": tutor} | over)


def qualify(person, year: int, level: Level = Level.SOCIAL_WORKER) -> None:
    held = Earned(person_id=person.id, level=level, approved_on=date(year, 7, 1), exam_year=year)
    record_qualifications(SYSTEM, [held])
    db.session.commit()


def test_a_cohort_has_its_tutor_and_classes(cycle):
    run = make_run()

    cohort = form_cohort(SYSTEM, new_cohort(cycle, runs=[run]))

    assert (cohort.cycle_id, [r.id for r in cohort.runs]) == (cycle.id, [run.id])


def test_a_code_is_given_once(cycle):
    form_cohort(SYSTEM, new_cohort(cycle))

    with pytest.raises(Conflict) as refused:
        form_cohort(SYSTEM, new_cohort(cycle))
    assert refused.value.code == "code_taken"


def test_a_cohort_needs_a_code(cycle):
    with pytest.raises(CodeMissing):
        form_cohort(SYSTEM, new_cohort(cycle, code=" "))


def test_members_are_taken_in_once(cycle):
    cohort = make_cohort(cycle)
    lilei = make_person()

    assert len(add_members(SYSTEM, cohort, [lilei, lilei])) == 1
    assert add_members(SYSTEM, cohort, [lilei]) == []


def test_who_had_left_is_in_again(cycle):
    lilei = make_person()
    cohort = make_cohort(cycle, members=[lilei])
    (member,) = db.session.scalars(db.select(ExamCohort.members.property.mapper.class_)).all()
    member.left_on = date(2025, 3, 1)
    db.session.commit()
    assert funnel(cohort).members == 0

    add_members(SYSTEM, cohort, [lilei])

    assert funnel(cohort).members == 1


def test_everybody_enrolled_in_its_classes_is_taken_in(cycle):
    run, other = make_run(), make_run()
    cohort = make_cohort(cycle, runs=[run])
    inside = make_enrolment(run).person_id
    make_enrolment(run, state=EnrolmentState.WAITING, queue_no=1)
    make_enrolment(other)

    added = add_enrolled(SYSTEM, cohort)

    assert [member.person_id for member in added] == [inside]


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.INSTRUCTOR, Role.OBSERVER])
def test_only_the_office_forms_cohorts(cycle, role):
    stranger = actor_of(make_person(role, full_name="路人"))
    cohort = make_cohort(cycle)

    with pytest.raises(NotAllowed):
        form_cohort(stranger, new_cohort(cycle))
    with pytest.raises(NotAllowed):
        add_members(stranger, cohort, [])
    with pytest.raises(NotAllowed):
        add_enrolled(stranger, cohort)


# ---- how far they came ----


def test_the_funnel_counts_persons_at_each_stage(cycle):
    run = make_run(begins=morning(-30))
    people = [make_person() for _ in range(5)]
    states = [EnrolmentState.COMPLETED] * 3 + [EnrolmentState.NOT_COMPLETED]
    for person, state in zip(people, states, strict=False):
        make_enrolment(run, person, state=state)
    cohort = make_cohort(cycle, members=people, runs=[run])
    for person in people[:2]:  # two papers each: persons are counted, not papers
        make_result(person, cycle, subject=Subject.PRACTICE)
        make_result(person, cycle, subject=Subject.COMPREHENSIVE)
    qualify(people[0], 2025)

    assert funnel(cohort) == Funnel(
        members=5, enrolled=4, trained=3, sat=2, comprehensive=2, practice=2, passed=1, qualified=1
    )


def test_what_lies_outside_the_cohort_counts_nowhere(cycle):
    run, other = make_run(), make_run()
    lilei = make_person()
    cohort = make_cohort(cycle, members=[lilei], runs=[run])
    make_enrolment(other, lilei, state=EnrolmentState.COMPLETED)
    make_result(lilei, cycle, level=Level.ASSISTANT)
    make_result(lilei, make_cycle(2024))
    make_result(
        lilei, cycle, subject=Subject.LAW_AND_POLICY, status=ResultStatus.ABSENT, score=None
    )
    qualify(lilei, 2024)
    qualify(lilei, 2025, Level.ASSISTANT)

    assert funnel(cohort) == Funnel(members=1)


def test_a_senior_passes_by_the_paper(cycle):
    lilei, meimei = make_person(), make_person()
    cohort = make_cohort(cycle, members=[lilei, meimei], level=Level.SENIOR)
    make_result(lilei, cycle, level=Level.SENIOR)
    make_result(meimei, cycle, level=Level.SENIOR, score=50)

    assert funnel(cohort) == Funnel(members=2, sat=2, practice=1, passed=1)


def test_many_cohorts_take_no_more_statements_than_one(cycle, count_queries):
    cohorts = [make_cohort(cycle, members=[make_person()]) for _ in range(4)]
    ids = [cohort.id for cohort in cohorts]
    count_queries()
    funnels(ids[:1])
    of_one = count_queries()

    found = funnels(ids)

    assert count_queries() == of_one == 4
    assert found == {cohort_id: Funnel(members=1) for cohort_id in ids}


# ---- pages ----


def test_the_office_sees_how_far_each_came(cycle, chen, sign_in):
    run = make_run(begins=morning(-30))
    lilei, meimei = make_person(full_name="李雷"), make_person(full_name="斯琴高娃·乌云")
    make_enrolment(run, lilei, state=EnrolmentState.COMPLETED)
    cohort = make_cohort(cycle, members=[lilei, meimei], runs=[run])

    page = sign_in(chen).get(f"/exams/cohorts/{cohort.id}").text

    assert "李雷" in page
    assert "斯琴高娃·乌云" in page
    assert page.count("</svg>trained</span>") == 1
    assert "How far each member came</h2>" in page  # and not “at this stage” where none is chosen
    at_trained = sign_in(chen).get(f"/exams/cohorts/{cohort.id}?stage=trained").text
    assert "Members at this stage: Trained" in at_trained


def test_a_member_sees_the_cohort_without_the_others(cycle, sign_in):
    lilei, other = make_person(full_name="李雷"), make_person(full_name="斯琴高娃·乌云")
    cohort = make_cohort(cycle, members=[lilei, other])
    client = sign_in(lilei)

    page = client.get(f"/exams/cohorts/{cohort.id}").text

    assert "How far you are" in page
    assert "You prepare together with 1 other" in page
    assert "斯琴高娃·乌云" not in page
    assert client.get("/exams/cohorts").text.count(f"/exams/cohorts/{cohort.id}") == 1


def test_who_is_in_no_cohort_finds_none(cycle, sign_in):
    cohort = make_cohort(cycle, members=[make_person()])
    stranger = sign_in(make_person(full_name="路人"))

    assert stranger.get(f"/exams/cohorts/{cohort.id}").status_code == 404
    assert "You are in no cohort yet" in stranger.get("/exams/cohorts").text


def test_the_list_shows_no_figures_of_others_to_a_member(cycle, sign_in):
    lilei = make_person()
    make_cohort(cycle, members=[lilei, make_person()])

    page = sign_in(lilei).get("/exams/cohorts").text

    assert "Trained: completed it" not in page


def test_a_cohort_is_formed_by_the_form_and_filled_from_its_class(cycle, chen, sign_in):
    run, tutor = make_run(), make_person(Role.INSTRUCTOR, full_name="韩梅梅")
    make_enrolment(run, make_person(full_name="李雷"))
    client = sign_in(chen)
    data = {
        "code": "SW-2025",
        "name": "备考班",
        "name_en": "",
        "level": "social_worker",
        "cycle_id": cycle.id,
        "tutor_id": tutor.id,
        "run_ids": [run.id],
    }

    made = client.post("/exams/cohorts/new", data=data)
    filled = client.post(f"{made.headers['Location']}/members", follow_redirects=True)

    assert "1 member taken in." in filled.text
    assert "李雷" in filled.text
    again = client.post("/exams/cohorts/new", data=data)
    assert again.status_code == 409
    assert "Another cohort has this code" in again.text


def test_a_form_with_gaps_is_shown_again(cycle, chen, sign_in):
    answer = sign_in(chen).post("/exams/cohorts/new", data={"code": "", "level": "mayor"})

    assert answer.status_code == 422
    assert "Enter a code." in answer.text


def test_the_first_cohort_is_offered(chen, sign_in):
    client = sign_in(chen)

    assert "No cohort has been formed yet" in client.get("/exams/cohorts").text
    assert "There is no exam year yet" in client.get("/exams/cohorts/new").text


def test_pages_that_change_cohorts_are_for_the_office(cycle, sign_in):
    lilei = make_person()
    cohort = make_cohort(cycle, members=[lilei])
    client = sign_in(lilei)

    assert client.get("/exams/cohorts/new").status_code == 403
    assert client.post("/exams/cohorts/new").status_code == 403
    assert client.post(f"/exams/cohorts/{cohort.id}/members").status_code == 403
    assert sign_in(make_person(Role.OBSERVER)).get("/exams/cohorts").status_code == 403
    assert sign_in(None).get("/exams/cohorts").status_code == 302


def test_the_number_of_queries_does_not_grow_with_the_members(cycle, chen, sign_in, count_queries):
    small = make_cohort(cycle, members=[make_person()])
    large = make_cohort(cycle, members=[make_person() for _ in range(12)])
    client = sign_in(chen)
    client.get(f"/exams/cohorts/{small.id}")
    count_queries()
    client.get(f"/exams/cohorts/{small.id}")
    for_few = count_queries()

    client.get(f"/exams/cohorts/{large.id}")

    assert count_queries() == for_few


def test_my_day_shows_the_cohort_of_the_latest_exam_though_another_was_entered_later(lilei):
    coming, past = make_cycle(2027), make_cycle(2024)  # the office filled in an old year later
    for cycle in (coming, past):
        make_cohort(cycle, members=[lilei])

    way = day_of(actor_of(lilei)).way

    assert way is not None
    assert way.cohort.cycle_id == coming.id
