"""Each reason for which two records can't be made one, in its words; and what the person reads."""

from datetime import date
from decimal import Decimal

import pytest

from college.core import clock
from college.core.db import db
from college.core.roles import SYSTEM, Role
from college.courses.enrolments.models import EnrolmentState
from college.exams.results.models import Result, Verdict
from college.people.qualifications.models import Level
from college.reports.personal_data.models import RequestKind, RequestState
from college.reports.personal_data.operations import delete_person, refuse
from college.reports.twins.collisions import TOLD
from college.reports.twins.operations import CannotMerge, merge_persons, undo_merge
from tests.conftest import actor_of
from tests.factories import hired, make_person, make_request, make_unit, qualified
from tests.factories.courses import make_enrolment, make_run
from tests.factories.exams import make_cohort, make_cycle, make_result, make_rules
from tests.factories.registering import make_registration, make_review
from tests.factories.supervision import make_session


@pytest.fixture
def chen():
    return make_person(Role.ADMIN, full_name="陈老师")


@pytest.fixture
def twins():
    return make_person(full_name="王芳"), make_person(full_name="王芳")


def in_a_class(kept, gone):
    run = make_run()
    for person in (kept, gone):
        make_enrolment(run, person)


def in_a_cohort(kept, gone):
    make_rules()
    make_cohort(make_cycle(clock.today().year - 1), members=[kept, gone])


def with_results(kept, gone, *scores):
    make_rules()
    cycle = make_cycle(2025)
    return [
        make_result(person, cycle, score=Decimal(score))
        for person, score in zip((kept, gone), scores, strict=True)
    ]


def qualified_apart(kept, gone):
    qualified(kept)
    qualified(gone, approved_on=date(2024, 6, 1))


def employed_apart(kept, gone):
    unit = make_unit()
    hired(kept, unit)
    hired(gone, unit, from_on=date(2019, 1, 1))


def registered_both(kept, gone):
    for person in (kept, gone):
        qualified(person)
        make_registration(person, date(2024, 9, 10))


def reviewed_both(kept, gone):
    for person in (kept, gone):
        make_review(person)


def both_ask(kept, gone):
    for person in (kept, gone):
        make_request(person)


def one_deleted(kept, gone):
    delete_person(actor_of(make_person(Role.ADMIN)), gone)


CASES = {
    "enrolment": (in_a_class, "Both are in the same class."),
    "run_instructor": (lambda *two: make_run(instructors=list(two)), "Both teach the same class."),
    "supervision_attendance": (make_session, "Both took part in the same supervision session."),
    "cohort_member": (in_a_cohort, "Both are in the same exam cohort."),
    "result": (lambda *two: with_results(*two, 70, 71), "the two differ. Correct one first."),
    "registration": (registered_both, "Both are registered for the same level."),
    "review": (reviewed_both, "Both are under review for the senior level."),
    "qualification": (qualified_apart, "Both hold the same level, with different dates."),
    "data_request": (both_ask, "Both wait for an answer about their data."),
    "employment": (employed_apart, "Both have a post at the same unit at the same time."),
    "supervises": (
        lambda kept, gone: make_session(kept, supervisor=gone),
        "One gave supervision to the other",
    ),
    "deleted": (one_deleted, "One of the two was deleted on request."),
}


def test_every_reason_is_tried_here():
    assert set(CASES) - {"supervises", "deleted"} == set(TOLD)


@pytest.mark.parametrize("case", CASES)
def test_each_reason_is_said_before_and_refuses(sign_in, chen, twins, case):
    arrange, sentence = CASES[case]
    arrange(*twins)
    db.session.commit()
    page = f"/admin/people/twins/{twins[0].id}/{twins[1].id}"
    client = sign_in(chen)
    answer = client.post(page, data={"kept": twins[0].id})
    assert answer.status_code == 422
    assert sentence in answer.text.replace("&#39;", "'")
    assert sentence in client.get(page).text.replace("&#39;", "'")
    with pytest.raises(CannotMerge):
        merge_persons(SYSTEM, *twins)
    assert twins[1].merged_into_id is None


# ---- results and requests


def test_the_same_result_counts_once_and_comes_back(twins):
    here, there = with_results(*twins, 70, 70)
    merge = merge_persons(SYSTEM, *twins)
    db.session.refresh(there)
    assert there.superseded_by_id == here.id
    undo_merge(SYSTEM, merge)
    db.session.refresh(there)
    assert (there.superseded_by_id, there.person_id) == (None, twins[1].id)


@pytest.mark.parametrize("over", [{"region": "库伦旗"}, {"published_verdict": Verdict.NOT_PASSED}])
def test_results_that_a_later_line_would_tell_apart_are_two(twins, over):
    make_rules()
    cycle = make_cycle(2025)
    make_result(twins[0], cycle, score=Decimal(55))
    make_result(twins[1], cycle, score=Decimal(55), **over)

    with pytest.raises(CannotMerge):
        merge_persons(SYSTEM, *twins)


@pytest.mark.parametrize("other", [{"level": Level.ASSISTANT}, {"year": 2024}], ids=str)
def test_results_of_different_papers_all_come_over(twins, other):
    make_rules()
    cycle = make_cycle(2025)
    make_result(twins[0], cycle)
    there = make_cycle(other["year"]) if "year" in other else cycle
    over = {} if "year" in other else other
    result_id = make_result(twins[1], there, score=Decimal(50), **over).id
    merge_persons(SYSTEM, *twins)
    assert db.session.get_one(Result, result_id).person_id == twins[0].id


def test_requests_of_two_kinds_both_go_on(twins):
    make_request(twins[0], kind=RequestKind.CORRECTION)
    other = make_request(twins[1], kind=RequestKind.DELETION)
    merge_persons(SYSTEM, *twins)
    assert (other.person_id, other.state) == (twins[0].id, RequestState.ASKED)


def test_once_one_is_answered_the_two_can_be_made_one(chen, twins):
    both_ask(*twins)
    with pytest.raises(CannotMerge):
        merge_persons(SYSTEM, *twins)
    answered = make_request(twins[0], kind=RequestKind.DELETION)
    refuse(actor_of(chen), answered, reason="不")
    for request in db.session.query(type(answered)).filter_by(
        person_id=twins[1].id, state=RequestState.ASKED
    ):
        refuse(actor_of(chen), request, reason="已在另一份档案中受理")
    assert merge_persons(SYSTEM, *twins)


# ---- what the person reads


def test_my_data_shows_what_was_taken_over(sign_in, twins):
    kept, gone = twins
    unit = make_unit(name="明仁站")
    hired(gone, unit)
    run = make_run(title="个案工作")
    make_enrolment(run, gone, state=EnrolmentState.COMPLETED, note="靠窗")
    client = sign_in(kept)
    before = client.get("/me/data").text
    assert "明仁站" not in before
    assert "From a second record of yours" not in before
    merge = merge_persons(SYSTEM, kept, gone)
    db.session.commit()
    text = client.get("/me/data").text
    for said in ("明仁站", "个案工作", "靠窗", "From a second record of yours", "Enrolments: 1"):
        assert said in text
    assert "由另一份档案并入" in sign_in(kept, language="zh").get("/me/data").text
    undo_merge(SYSTEM, merge)
    db.session.commit()
    again = client.get("/me/data").text
    assert "明仁站" not in again
    assert "From a second record of yours" not in again
