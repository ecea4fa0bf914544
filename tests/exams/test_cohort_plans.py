"""Plans of cohorts: what the dates propose, what is changed, and each refusal."""

from datetime import date

import pytest

from college.core import clock
from college.core.db import db
from college.core.errors import NotAllowed
from college.core.roles import SYSTEM, Role
from college.exams.cohorts.boards import board
from college.exams.cohorts.dates import compare, proposals
from college.exams.cohorts.models import (
    MilestoneKind,
)
from college.exams.cohorts.planning import (
    AfterTheExam,
    Measured,
    MilestoneRemoved,
    NewMilestone,
    NobodyChosen,
    NotOfTheClasses,
    NotYetDone,
    PlannedAlready,
    ShareNeeded,
    TitleNeeded,
    add_milestone,
    change_milestone,
    check_off,
    remove_milestone,
    take_back,
    take_dates,
)
from tests.conftest import actor_of
from tests.exams.planned_cohorts import cohort_of, in_days, make_exam, planned
from tests.factories import make_person
from tests.factories.courses import make_assessment, make_run, morning
from tests.factories.exams import make_cohort, make_cycle

K = MilestoneKind


@pytest.fixture
def cycle():
    return make_exam()


@pytest.fixture
def lilei():
    return make_person(full_name="李雷")


# ---- what the dates propose ----


def test_a_plan_is_proposed_from_the_year_and_the_classes(cycle):
    run = make_run(begins=morning(4), lessons=3, attendance_percent=80)
    test = make_assessment(run)
    cohort = make_cohort(cycle, runs=[run])

    found = {one.what: one.due_on for one in proposals(cohort)}

    assert found == {
        "enrolled": clock.local(run.enrolment_closes_at).date(),
        "attended:80": run.starts_on + (run.ends_on - run.starts_on) / 2,
        f"assessed:{test.id}": run.ends_on,
        "completed": run.ends_on,
        "registered": in_days(10),
        "paid": in_days(12),
        "ticketed": in_days(58),
        "sat": in_days(61),
    }


def test_dates_that_are_not_announced_propose_nothing():
    cohort = make_cohort(make_cycle(exam_from_on=None, exam_to_on=None))

    assert proposals(cohort) == []


def test_what_comes_after_the_exam_is_not_proposed(cycle):
    cohort = make_cohort(cycle, runs=[make_run(begins=morning(70))])

    assert "completed" not in {one.what for one in proposals(cohort)}


def test_dates_are_taken_once(cycle):
    cohort = make_cohort(cycle)

    assert [one.kind for one in take_dates(SYSTEM, cohort)] == [
        K.REGISTERED,
        K.PAID,
        K.TICKETED,
        K.SAT,
    ]
    assert take_dates(SYSTEM, cohort) == []
    assert compare(cohort, board(cohort).plan).is_same


def test_a_day_that_is_announced_anew_differs_and_keeps_its_lead(cycle):
    cohort = make_cohort(cycle)
    take_dates(SYSTEM, cohort)
    paid = next(one for one in board(cohort).plan if one.kind is K.PAID)
    change_milestone(SYSTEM, paid, due_on=in_days(9))  # three days to spare
    assert compare(cohort, board(cohort).plan).is_same

    cycle.payment_to_on = in_days(20)
    db.session.commit()
    (difference,) = compare(cohort, board(cohort).plan).differing
    assert (difference.milestone.kind, difference.announced_on) == (K.PAID, in_days(20))
    take_dates(SYSTEM, cohort)

    assert paid.due_on == in_days(17)
    assert compare(cohort, board(cohort).plan).is_same


def test_a_day_after_the_announced_one_differs(cycle):
    cohort = make_cohort(cycle)
    take_dates(SYSTEM, cohort)
    paid = next(one for one in board(cohort).plan if one.kind is K.PAID)

    change_milestone(SYSTEM, paid, due_on=in_days(15))

    (difference,) = compare(cohort, board(cohort).plan).differing
    assert difference.moved_to == in_days(12)


def test_what_was_taken_out_stays_out(cycle):
    cohort = make_cohort(cycle)
    take_dates(SYSTEM, cohort)
    paid = next(one for one in board(cohort).plan if one.kind is K.PAID)

    remove_milestone(SYSTEM, paid)

    assert take_dates(SYSTEM, cohort) == []
    assert K.PAID not in {one.kind for one in board(cohort).plan}


# ---- changing a plan, and each refusal ----


def test_the_same_is_planned_once(cycle):
    run = make_run()
    test = make_assessment(run)
    cohort = make_cohort(cycle, runs=[run])
    planned(cohort, K.ATTENDED, 5, percent=80)
    planned(cohort, K.ATTENDED, 9, percent=90)
    planned(cohort, K.ASSESSED, 9, assessment=test)
    planned(cohort, K.OWN, 9, title="一")
    paid = planned(cohort, K.PAID, 5)

    for kind, over in (
        (K.PAID, {}),
        (K.ATTENDED, {"percent": 80}),
        (K.ASSESSED, {"assessment": test}),
        (K.OWN, {"title": " 一 "}),
    ):
        with pytest.raises(PlannedAlready):
            planned(cohort, kind, 8, **over)
    remove_milestone(SYSTEM, paid)
    assert planned(cohort, K.PAID, 8).due_on == in_days(8)


def test_changed_into_another_of_the_plan_is_refused(cycle):
    cohort = make_cohort(cycle)
    planned(cohort, K.ATTENDED, 5, percent=80)
    other = planned(cohort, K.ATTENDED, 9, percent=90)

    with pytest.raises(PlannedAlready):
        change_milestone(SYSTEM, other, due_on=in_days(9), percent=80)
    assert change_milestone(SYSTEM, other, due_on=in_days(8), percent=90).due_on == in_days(8)


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"kind": K.OWN, "title": "  "}, TitleNeeded),
        ({"kind": K.ATTENDED}, ShareNeeded),
        ({"kind": K.ATTENDED, "percent": 0}, ShareNeeded),
        ({"kind": K.ATTENDED, "percent": 101}, ShareNeeded),
        ({"kind": K.ASSESSED}, NotOfTheClasses),
        ({"kind": K.PAID, "due_on": date(2999, 1, 1)}, AfterTheExam),
    ],
)
def test_what_cannot_be_a_milestone_is_refused(cycle, facts, refusal):
    cohort = make_cohort(cycle)

    with pytest.raises(refusal):
        add_milestone(SYSTEM, cohort, NewMilestone(**{"due_on": in_days(1)} | facts))


def test_a_test_of_another_class_is_refused(cycle):
    cohort = make_cohort(cycle, runs=[make_run()])

    with pytest.raises(NotOfTheClasses):
        planned(cohort, K.ASSESSED, 1, assessment=make_assessment(make_run()))


def test_what_was_removed_is_changed_no_more(cycle, lilei):
    cohort = cohort_of(cycle, lilei)
    own = planned(cohort, K.OWN, -5, title="一")
    (line,) = board(cohort).lines
    (tick,) = check_off(SYSTEM, own, [line.member_id], on=in_days(-5))
    remove_milestone(SYSTEM, own)

    for act in (
        lambda: change_milestone(SYSTEM, own, due_on=in_days(1), title="二"),
        lambda: remove_milestone(SYSTEM, own),
        lambda: check_off(SYSTEM, own, [line.member_id], on=in_days(0)),
        lambda: take_back(SYSTEM, tick),
    ):
        with pytest.raises(MilestoneRemoved):
            act()
    assert tick.taken_back_at is None


def test_who_cannot_be_checked_off_is_refused(cycle, lilei):
    cohort, other = cohort_of(cycle, lilei), cohort_of(cycle, make_person())
    own, paid = planned(cohort, K.OWN, 5, title="一"), planned(cohort, K.PAID, 5)
    (line,), (stranger,) = board(cohort).lines, board(other).lines

    with pytest.raises(Measured):
        check_off(SYSTEM, paid, [line.member_id], on=in_days(0))
    with pytest.raises(NotYetDone):
        check_off(SYSTEM, own, [line.member_id], on=in_days(1))
    for ids in ([], [stranger.member_id]):
        with pytest.raises(NobodyChosen):
            check_off(SYSTEM, own, ids, on=in_days(0))


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.CLASS_TUTOR, Role.OBSERVER])
def test_plans_are_the_tutors_and_the_offices(cycle, lilei, role):
    """A class tutor too has no hand in the plan of a cohort that somebody else tutors."""
    stranger = actor_of(make_person(role, full_name="路人"))
    cohort = cohort_of(cycle, lilei)
    own = planned(cohort, K.OWN, 5, title="一")
    (line,) = board(cohort).lines
    (tick,) = check_off(SYSTEM, own, [line.member_id], on=in_days(0))

    for act in (
        lambda: take_dates(stranger, cohort),
        lambda: add_milestone(stranger, cohort, NewMilestone(kind=K.PAID, due_on=in_days(5))),
        lambda: change_milestone(stranger, own, due_on=in_days(1), title="二"),
        lambda: remove_milestone(stranger, own),
        lambda: check_off(stranger, own, [line.member_id], on=in_days(0)),
        lambda: take_back(stranger, tick),
    ):
        with pytest.raises(NotAllowed):
            act()
