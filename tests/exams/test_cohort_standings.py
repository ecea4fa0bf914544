"""Who falls behind in the plan of a cohort: each kind of milestone, and the days."""

from decimal import Decimal

import pytest
import sqlalchemy as sa

from college.core.db import db
from college.core.roles import SYSTEM, Role
from college.courses.enrolments.models import EnrolmentState
from college.courses.grades.models import Mark
from college.courses.runs.models import Lesson, RunState
from college.exams.candidacies.models import CandidacyStep
from college.exams.cohorts.boards import board, boards
from college.exams.cohorts.models import (
    CohortMember,
    CohortMilestone,
    ExamCohort,
    MilestoneKind,
    MilestoneTick,
)
from college.exams.cohorts.planning import (
    check_off,
    take_back,
    take_dates,
)
from college.exams.cohorts.verdicts import Facts, Stand, verdict
from college.exams.results.models import ResultStatus
from tests.conftest import actor_of
from tests.exams.planned_cohorts import (
    attend,
    check,
    cohort_of,
    in_days,
    joined,
    make_exam,
    planned,
)
from tests.factories import make_person, saved
from tests.factories.courses import make_assessment, make_enrolment, make_run, morning
from tests.factories.exams import make_candidacy, make_cohort, make_cycle, make_result

K = MilestoneKind


@pytest.fixture
def cycle():
    return make_exam()


@pytest.fixture
def lilei():
    return make_person(full_name="李雷")


# ---- each kind, met and not ----


def test_enrolled_is_met_by_a_class_of_the_cohort(cycle, lilei):
    run, other = make_run(), make_run()
    cohort = cohort_of(cycle, lilei, runs=[run])
    planned(cohort, K.ENROLLED, -3)
    make_enrolment(other, lilei)
    waiting = make_enrolment(run, lilei, state=EnrolmentState.WAITING, queue_no=1)
    assert (check(cohort).stand, check(cohort).days) == (Stand.OVERDUE, 3)

    waiting.state = EnrolmentState.ENROLLED
    db.session.commit()

    assert check(cohort).stand is Stand.MET


def test_attendance_counts_the_lessons_on_record_so_far(cycle, lilei):
    run = make_run(begins=morning(-5), lessons=3)
    cohort = cohort_of(cycle, lilei, runs=[run])
    planned(cohort, K.ATTENDED, -1, percent=50)
    enrolment = make_enrolment(run, lilei)
    assert check(cohort).stand is Stand.WAITING  # nobody kept the register
    held = sa.select(Lesson).where(Lesson.run_id == run.id).order_by(Lesson.starts_at)
    first, second, third = db.session.scalars(held).all()

    attend(enrolment, {first: first.minutes, second: 0})
    assert check(cohort).stand is Stand.MET  # one of two; the third is not on record
    attend(enrolment, {third: 0})

    found = check(cohort)
    assert found.stand is Stand.OVERDUE
    assert found.reason.facts == {"there": 33, "needed": 50}


def test_a_test_of_the_class_is_met_at_its_pass_mark(cycle, lilei):
    run = make_run()
    test = make_assessment(run)
    cohort = cohort_of(cycle, lilei, runs=[run])
    planned(cohort, K.ASSESSED, -2, assessment=test)
    mine, other = make_enrolment(run, lilei), make_enrolment(run)
    assert check(cohort).stand is Stand.WAITING  # nobody has a mark
    saved(Mark(assessment_id=test.id, enrolment_id=other.id, value=Decimal(80)))
    assert check(cohort).stand is Stand.OVERDUE
    mark = saved(Mark(assessment_id=test.id, enrolment_id=mine.id, value=Decimal("59.5")))
    assert check(cohort).reason.facts == {"mark": "59.5", "needed": "60"}

    mark.value = Decimal(60)
    db.session.commit()

    assert check(cohort).stand is Stand.MET


def test_completed_waits_until_the_class_is_closed(cycle, lilei):
    run = make_run()
    cohort = cohort_of(cycle, lilei, runs=[run])
    planned(cohort, K.COMPLETED, -2)
    enrolment = make_enrolment(run, lilei)
    assert check(cohort).stand is Stand.WAITING
    enrolment.state, run.state = EnrolmentState.NOT_COMPLETED, RunState.CLOSED
    db.session.commit()
    assert check(cohort).stand is Stand.OVERDUE

    enrolment.state = EnrolmentState.COMPLETED
    db.session.commit()

    assert check(cohort).stand is Stand.MET


@pytest.mark.parametrize(
    ("kind", "not_yet", "met"),
    [
        (K.REGISTERED, CandidacyStep.ELIGIBLE, CandidacyStep.REGISTERED),
        (K.PAID, CandidacyStep.REGISTERED, CandidacyStep.PAID),
        (K.TICKETED, CandidacyStep.PAID, CandidacyStep.ABSENT),
        (K.SAT, CandidacyStep.ABSENT, CandidacyStep.SCORED),
    ],
)
def test_steps_of_the_exam_are_read_from_the_candidacy(cycle, lilei, kind, not_yet, met):
    cohort = cohort_of(cycle, lilei)
    planned(cohort, kind, -5)
    make_candidacy(lilei, make_cycle(2024), state=met)
    assert check(cohort).reason.message == "not among the candidates yet"
    row = make_candidacy(lilei, cycle, state=not_yet)
    assert (check(cohort).stand, check(cohort).days) == (Stand.OVERDUE, 5)

    row.state = met
    db.session.commit()

    assert check(cohort).stand is Stand.MET


def test_who_does_not_sit_after_all_is_not_behind(cycle, lilei):
    cohort = cohort_of(cycle, lilei)
    planned(cohort, K.PAID, -5)
    make_candidacy(lilei, cycle, state=CandidacyStep.WITHDRAWN)

    assert check(cohort).stand is Stand.OFF
    assert board(cohort).behind == []


@pytest.mark.parametrize(
    ("status", "sat"), [(ResultStatus.SAT, Stand.MET), (ResultStatus.ABSENT, Stand.OVERDUE)]
)
def test_a_result_says_that_one_was_registered(cycle, lilei, status, sat):
    cohort = cohort_of(cycle, lilei)
    planned(cohort, K.REGISTERED, -5)
    planned(cohort, K.SAT, -1)
    make_result(lilei, cycle, status=status, score=70 if status is ResultStatus.SAT else None)

    (line,) = board(cohort).lines
    assert [one.stand for one in line.standing.checks] == [Stand.MET, sat]


def test_the_tutor_checks_off_what_is_the_colleges_own(cycle, lilei):
    tutor = make_person(Role.CLASS_TUTOR, full_name="韩梅梅")
    cohort = cohort_of(cycle, lilei, tutor=tutor)
    own = planned(cohort, K.OWN, -5, title="已交学习计划")
    (line,) = board(cohort).lines
    assert line.standing.days_behind == 5

    (tick,) = check_off(actor_of(tutor), own, [line.member_id], on=in_days(-1))
    assert (tick.on, tick.by_id) == (in_days(-1), tutor.id)
    assert check_off(actor_of(tutor), own, [line.member_id], on=in_days(0)) == []
    assert check(cohort).stand is Stand.MET
    take_back(actor_of(tutor), tick)
    assert check(cohort).stand is Stand.OVERDUE
    check_off(actor_of(tutor), own, [line.member_id], on=in_days(0))

    assert db.session.query(MilestoneTick).count() == 2  # what was taken back stays on record


# ---- the days ----


@pytest.mark.parametrize(
    ("due", "joined_days_ago", "stand", "days"),
    [
        (3, 90, Stand.AHEAD, 3),
        (0, 90, Stand.AHEAD, 0),
        (-1, 90, Stand.OVERDUE, 1),
        (-20, 4, Stand.OVERDUE, 4),  # could not have been done before
        (-20, 0, Stand.AHEAD, 0),
    ],
)
def test_days_are_counted_from_the_day_after(cycle, lilei, due, joined_days_ago, stand, days):
    cohort = cohort_of(cycle, lilei)
    joined(cohort, -joined_days_ago)
    planned(cohort, K.PAID, due)

    assert (check(cohort).stand, check(cohort).days) == (stand, days)


def test_once_the_exam_is_over_nobody_falls_behind(lilei):
    cohort = make_cohort(make_cycle(2024), members=[lilei])
    take_dates(SYSTEM, cohort)

    assert check(cohort).stand is Stand.MISSED
    assert board(cohort).behind == []


def test_the_next_thing_is_what_is_overdue_then_what_is_due_soonest():
    plan = [
        CohortMilestone(id=n, kind=K.OWN, title=str(n), due_on=in_days(days))
        for n, days in enumerate((-9, -4, 2, 8))
    ]
    done = Facts(joined_on=in_days(-90), ticked={0: in_days(-9)})
    nearly = Facts(joined_on=in_days(-90), ticked={0: in_days(-9), 1: in_days(-4)})

    for facts, at in ((done, 1), (nearly, 2)):
        found = verdict(plan, facts, in_days(0), is_over=False).next_check
        assert found is not None
        assert found.milestone is plan[at]


def test_who_is_in_no_class_enrols_first_whatever_of_the_class_is_due_before():
    plan = [
        CohortMilestone(id=1, kind=K.ATTENDED, percent=90, due_on=in_days(3)),
        CohortMilestone(id=2, kind=K.ENROLLED, due_on=in_days(5)),
    ]
    nobody = Facts(joined_on=in_days(-90))

    found = verdict(plan, nobody, in_days(0), is_over=False).next_check
    without = verdict(plan[:1], nobody, in_days(0), is_over=False).next_check

    assert found is not None
    assert found.milestone is plan[1]
    assert without is not None
    assert without.milestone is plan[0]


def test_who_is_behind_longest_comes_first(cycle):
    first, second, third = (make_person(full_name=name) for name in ("甲一", "乙二", "丙三"))
    cohort = cohort_of(cycle, first, second, third)
    early, late = planned(cohort, K.OWN, -9, title="一"), planned(cohort, K.OWN, -2, title="二")
    ids = {line.person_id: line.member_id for line in board(cohort).lines}
    check_off(SYSTEM, early, [ids[first.id], ids[third.id]], on=in_days(-9))
    check_off(SYSTEM, late, [ids[third.id]], on=in_days(-2))

    shown = board(cohort)

    assert [line.person_id for line in shown.lines] == [second.id, first.id, third.id]
    assert [line.standing.days_behind for line in shown.lines] == [9, 2, 0]
    assert [line.person_id for line in shown.behind] == [second.id, first.id]
    assert (shown.met, shown.overdue) == ({early.id: 2, late.id: 1}, {early.id: 1, late.id: 2})


def test_who_left_is_not_asked_for_anything(cycle, lilei):
    cohort = cohort_of(cycle, lilei)
    planned(cohort, K.PAID, -5)
    db.session.query(CohortMember).one().left_on = in_days(-1)
    db.session.commit()

    assert board(cohort).lines == []


@pytest.mark.parametrize("cohorts", [1, 3])
def test_a_hundred_members_take_as_many_statements_as_ten(cycle, cohorts, count_queries):
    run = make_run(begins=morning(-5))
    test = make_assessment(run)

    def full(size: int) -> list[ExamCohort]:
        made = [
            make_cohort(cycle, members=[make_person() for _ in range(size)], runs=[run])
            for _ in range(cohorts)
        ]
        for cohort in made:
            take_dates(SYSTEM, cohort)
            planned(cohort, K.OWN, -1, title="已交学习计划")
            assert f"assessed:{test.id}" in {one.what for one in board(cohort).plan}
        return made

    few, many = full(10), full(100 // cohorts)
    for cohort in (*few, *many):
        db.session.refresh(cohort, ["id", "cycle_id", "cycle"])
    count_queries()
    boards(few)
    for_few = count_queries()

    shown = boards(many)

    assert count_queries() == for_few
    assert all(len(one.lines) == 100 // cohorts for one in shown.values())
