"""The senior level: a passed exam is a statement, and only the review makes it a title."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from college.core import clock
from college.core.db import db
from college.core.errors import NotAllowed
from college.core.operation import Overtaken
from college.core.roles import SYSTEM, Role
from college.core.states import WrongState
from college.exams.results.advice import advice, counting_since, statement_of
from college.people.qualifications.models import Level, Qualification
from college.people.qualifications.operations import RecordedByYou, check_qualification
from college.register.reviews.models import REVIEW_MOVES, ReviewState
from college.register.reviews.operations import (
    EvidenceMissing,
    GroundMissing,
    NoNotice,
    NoStatement,
    NoticeEndMissing,
    NoticeStillRuns,
    StatementGone,
    Step,
    StepAhead,
    StepOutOfOrder,
    TitledAlready,
    UnderReview,
    UntilBackwards,
    apply_for_review,
    correct_review_step,
    take_review_step,
)
from college.register.reviews.queries import Wanted, counted, issue_days, listed, title_of, way_of
from college.register.reviews.stages import Stage
from college.register.reviews.verdicts import Answer
from tests.conftest import actor_of
from tests.factories import make_person, make_unit, qualified
from tests.factories.exams import make_cycle, make_rules, make_sheet
from tests.factories.registering import make_review, make_senior_pass, review_step_of

S = ReviewState
ISSUED, UNTIL = date(2024, 7, 25), date(2027, 7, 25)
TODAY = date(2026, 11, 27)


@pytest.fixture(autouse=True)
def at_the_end_of_2026():
    with time_machine.travel(clock.midnight(TODAY) + timedelta(hours=10)):
        yield


@pytest.fixture
def narisu():
    """Somebody of a station who passed the senior exam of 2024."""
    person = make_person(full_name="那日苏", unit=make_unit())
    qualified(person, Level.SOCIAL_WORKER, date(2018, 9, 1))
    make_senior_pass(person, 2024)
    return person


def step(on: date = TODAY, **over) -> Step:
    return Step(on=on, **{"evidence": "评委会公布名单"} | over)


def titled(person, on: date = date(2026, 11, 20)):
    """Through all steps to the title."""
    row = make_review(person, date(2026, 6, 1))
    take_review_step(SYSTEM, row, step(date(2026, 9, 1)), state=S.PASSED)
    noticed = step(date(2026, 9, 10), to_on=date(2026, 9, 16))
    take_review_step(SYSTEM, row, noticed, state=S.NOTICED)
    take_review_step(SYSTEM, row, step(on), state=S.TITLED, management_no="GJ-2026-000123")
    db.session.commit()
    return row


def at(person, day: date = TODAY, known_at=None) -> set[Stage]:
    wanted = Wanted(day, known_at)
    found = {
        stage: db.session.scalars(listed(SYSTEM, Wanted(day, known_at, stage=stage))).all()
        for stage in Stage
    }
    assert {stage: len(rows) for stage, rows in found.items()} == counted(SYSTEM, wanted)
    return {stage for stage, rows in found.items() if person in rows}


# ---- the way ----


def test_passing_the_exam_gives_a_statement_and_no_title(narisu):
    way = way_of(narisu, TODAY)
    assert way.statement is not None
    assert (way.statement.issued_on, way.statement.until_on) == (ISSUED, UNTIL)
    assert (way.verdict.answer, way.title) == (Answer.MAY_APPLY, None)
    assert at(narisu) == {Stage.PASSED, Stage.VALID}


def test_from_the_application_to_the_title(narisu):
    row = titled(narisu)
    (course,) = way_of(narisu, TODAY).courses
    assert [s.state for s in course.steps] == [S.APPLIED, S.PASSED, S.NOTICED, S.TITLED]
    assert (row.state, row.exam_year, row.until_on) == (S.TITLED, 2024, UNTIL)
    assert way_of(narisu, TODAY).verdict.answer is Answer.TITLED


def test_the_title_is_a_qualification_that_waits_for_its_second_check(narisu):
    chen = actor_of(make_person(Role.ADMIN, full_name="陈老师"))
    row = make_review(narisu, date(2026, 6, 1))
    for state, on, more in (
        (S.PASSED, date(2026, 9, 1), {}),
        (S.NOTICED, date(2026, 9, 10), {"to_on": date(2026, 9, 16)}),
        (S.TITLED, date(2026, 11, 20), {}),
    ):
        take_review_step(chen, row, step(on, **more), state=state, management_no="GJ-2026-000123")
    held = title_of(narisu.id)
    assert held is not None
    assert (held.level, held.approved_on, held.exam_year) == (
        Level.SENIOR,
        date(2026, 11, 20),
        2024,
    )
    assert (held.checked_at, held.recorded_by_id) == (None, chen.person_id)
    assert held.management_no_masked == "**********0123"
    with pytest.raises(RecordedByYou):
        check_qualification(chen, held)
    other = actor_of(make_person(Role.ADMIN, full_name="赵老师"))
    assert check_qualification(other, held).checked_by_id == other.person_id


def test_it_stood_otherwise_as_of_an_earlier_day(narisu):
    titled(narisu)
    assert at(narisu, date(2024, 7, 24)) == set()
    assert at(narisu, date(2026, 5, 31)) == {Stage.PASSED, Stage.VALID}
    assert at(narisu, date(2026, 9, 12)) == {Stage.PASSED, Stage.VALID, Stage.REVIEWING}
    assert at(narisu, date(2026, 11, 20)) == {Stage.PASSED, Stage.TITLED}
    assert way_of(narisu, date(2026, 9, 5)).courses[0].state is S.PASSED


def test_who_did_not_pass_the_review_applies_again_while_the_statement_counts(narisu):
    first = make_review(narisu, date(2025, 6, 1))
    take_review_step(SYSTEM, first, step(date(2025, 9, 1)), state=S.NOT_PASSED)
    assert way_of(narisu, TODAY).verdict.answer is Answer.MAY_APPLY
    second = make_review(narisu, date(2026, 6, 1))
    assert [c.review.id for c in way_of(narisu, TODAY).courses] == [second.id, first.id]


def test_an_objection_upheld_makes_no_title(narisu):
    row = make_review(narisu, date(2026, 6, 1))
    take_review_step(SYSTEM, row, step(date(2026, 9, 1)), state=S.PASSED)
    noticed = step(date(2026, 9, 10), to_on=date(2026, 9, 16))
    take_review_step(SYSTEM, row, noticed, state=S.NOTICED)
    take_review_step(SYSTEM, row, step(date(2026, 9, 17)), state=S.OBJECTED)
    assert title_of(narisu.id) is None
    assert at(narisu) == {Stage.PASSED, Stage.VALID}


# ---- the statement ----


def test_a_statement_that_ran_out_before_the_review_is_gone():
    person = make_person()
    make_senior_pass(person, 2022)  # issued on 25 July 2022
    assert way_of(person, TODAY).verdict.answer is Answer.GONE
    assert at(person) == {Stage.PASSED, Stage.GONE}
    with pytest.raises(StatementGone):
        apply_for_review(SYSTEM, person, step())
    assert apply_for_review(SYSTEM, person, step(date(2025, 7, 25))).until_on == date(2025, 7, 25)


def test_who_applied_in_time_goes_on_after_the_statement_ended():
    person = make_person()
    make_senior_pass(person, 2022)
    make_review(person, date(2025, 7, 25))
    assert at(person, date(2025, 8, 1)) == {Stage.PASSED, Stage.VALID, Stage.REVIEWING}


def test_passing_again_gives_a_new_statement():
    person = make_person()
    make_senior_pass(person, 2021)
    make_senior_pass(person, 2025)
    statement = way_of(person, TODAY).statement
    assert statement is not None
    assert (statement.year, statement.until_on) == (2025, date(2028, 7, 25))


def test_a_region_may_print_another_day_and_has_to_be_named(narisu):
    later = date(2028, 7, 25)
    with pytest.raises(GroundMissing):
        apply_for_review(SYSTEM, narisu, step(), until_on=later)
    with pytest.raises(UntilBackwards):
        apply_for_review(SYSTEM, narisu, step(), until_on=date(2024, 7, 24), ground="通知")
    row = apply_for_review(SYSTEM, narisu, step(), until_on=later, ground="内人社〔2026〕1号")
    assert (row.until_on, row.ground) == (later, "内人社〔2026〕1号")


@pytest.mark.parametrize(
    ("printed", "day", "answer", "stage"),
    [
        (date(2028, 7, 25), date(2027, 12, 1), Answer.MAY_APPLY, Stage.VALID),
        (date(2028, 7, 25), date(2028, 7, 26), Answer.GONE, Stage.GONE),
        (date(2027, 1, 31), date(2027, 2, 1), Answer.GONE, Stage.GONE),
    ],
)
def test_the_printed_day_counts_on_every_page_once_it_is_known(narisu, printed, day, answer, stage):
    facts = {"until_on": printed, "ground": "内人社〔2026〕1号"}
    row = apply_for_review(SYSTEM, narisu, step(date(2026, 6, 1)), **facts)
    take_review_step(SYSTEM, row, step(date(2026, 9, 1)), state=S.NOT_PASSED)

    way = way_of(narisu, day)

    assert (way.verdict.answer, way.verdict.until_on) == (answer, printed)
    at = [s for s, n in counted(SYSTEM, Wanted(day)).items() if n]
    assert at == [Stage.PASSED, stage]


def test_who_applies_again_does_so_with_the_printed_day(narisu):
    facts = {"until_on": date(2028, 7, 25), "ground": "内人社〔2026〕1号"}
    row = apply_for_review(SYSTEM, narisu, step(date(2026, 6, 1)), **facts)
    take_review_step(SYSTEM, row, step(date(2026, 9, 1)), state=S.NOT_PASSED)

    again = apply_for_review(SYSTEM, narisu, step(date(2026, 10, 1)))

    assert again.until_on == date(2028, 7, 25)


@pytest.mark.parametrize(
    "day", [date(2027, 2, 28), date(2028, 2, 29), date(2027, 3, 1), date(2026, 12, 31)]
)
def test_the_first_day_that_still_counts_is_the_rule_turned_around(day):
    since = counting_since(day)
    assert statement_of(2000, since, day).is_valid
    assert not statement_of(2000, since - timedelta(days=1), day).is_valid


# ---- what cannot be ----


def test_without_a_passed_exam_there_is_nothing_to_review():
    person = make_person()
    make_senior_pass(person, 2024, score=None, status="absent")
    with pytest.raises(NoStatement):
        apply_for_review(SYSTEM, person, step())


def test_one_review_at_a_time_and_none_after_the_title(narisu):
    make_review(narisu, date(2026, 6, 1))
    with pytest.raises(UnderReview):
        apply_for_review(SYSTEM, narisu, step())
    with pytest.raises(UnderReview):  # nor on a day before that application
        apply_for_review(SYSTEM, narisu, step(date(2025, 1, 1)))


def test_who_holds_the_title_is_not_reviewed(narisu):
    qualified(narisu, Level.SENIOR, date(2025, 1, 1))
    with pytest.raises(TitledAlready):
        apply_for_review(SYSTEM, narisu, step())


def test_a_title_on_record_is_not_recorded_twice(narisu):
    row = make_review(narisu, date(2026, 6, 1))
    take_review_step(SYSTEM, row, step(date(2026, 9, 1)), state=S.PASSED)
    noticed = step(date(2026, 9, 10), to_on=date(2026, 9, 16))
    take_review_step(SYSTEM, row, noticed, state=S.NOTICED)
    qualified(narisu, Level.SENIOR, date(2026, 11, 20))
    take_review_step(SYSTEM, row, step(date(2026, 11, 20)), state=S.TITLED)
    seniors = (Qualification.person_id == narisu.id) & (Qualification.level == Level.SENIOR)
    assert db.session.scalar(sa.select(sa.func.count(Qualification.id)).where(seniors)) == 1


@pytest.mark.parametrize("state", sorted(set(S) - REVIEW_MOVES[S.APPLIED] - {S.NOTICED}))
def test_no_step_is_left_out(narisu, state):
    row = make_review(narisu, date(2026, 6, 1))
    with pytest.raises(WrongState):
        take_review_step(SYSTEM, row, step(), state=state)


@pytest.mark.parametrize(
    ("refused", "over"),
    [
        (StepAhead, {"on": TODAY + timedelta(days=1)}),
        (EvidenceMissing, {"evidence": " "}),
        (NoNotice, {"to_on": TODAY}),
        (StepOutOfOrder, {"on": date(2026, 5, 31)}),
    ],
)
def test_a_step_that_cannot_be_is_refused(narisu, refused, over):
    row = make_review(narisu, date(2026, 6, 1))
    with pytest.raises(refused):
        take_review_step(SYSTEM, row, step(**over), state=S.PASSED)


def test_a_public_notice_has_its_last_day_and_nothing_comes_before_it_is_over(narisu):
    row = make_review(narisu, date(2026, 6, 1))
    take_review_step(SYSTEM, row, step(date(2026, 9, 1)), state=S.PASSED)
    for to_on in (None, date(2026, 9, 9)):
        with pytest.raises(NoticeEndMissing):
            take_review_step(SYSTEM, row, step(date(2026, 9, 10), to_on=to_on), state=S.NOTICED)
    noticed = step(date(2026, 9, 10), to_on=date(2026, 9, 16))
    take_review_step(SYSTEM, row, noticed, state=S.NOTICED)
    with pytest.raises(NoticeStillRuns):
        take_review_step(SYSTEM, row, step(date(2026, 9, 16)), state=S.TITLED)


# ---- corrections ----


def test_a_corrected_title_corrects_its_qualification_which_is_checked_anew(narisu):
    row = titled(narisu)
    held = title_of(narisu.id)
    assert held is not None
    check_qualification(actor_of(make_person(Role.ADMIN)), held)
    before = clock.now()
    correct_review_step(SYSTEM, review_step_of(row), step(date(2026, 11, 25)))
    db.session.commit()
    now = title_of(narisu.id)
    assert now is not None
    assert (now.approved_on, now.checked_at) == (date(2026, 11, 25), None)
    assert now.management_no_masked == held.management_no_masked
    then = way_of(narisu, TODAY, known_at=before)
    assert then.title is not None
    assert then.title.approved_on == date(2026, 11, 20)
    assert then.courses[0].steps[-1].on == date(2026, 11, 20)


def test_a_step_is_corrected_once(narisu):
    old = review_step_of(make_review(narisu, date(2026, 6, 1)))
    correct_review_step(SYSTEM, old, step(date(2026, 6, 2)))
    with pytest.raises(Overtaken):
        correct_review_step(SYSTEM, old, step(date(2026, 6, 3)))


def test_a_correction_does_not_bring_a_gone_statement_back():
    person = make_person()
    make_senior_pass(person, 2022)
    old = review_step_of(make_review(person, date(2025, 7, 25)))
    with pytest.raises(StatementGone):
        correct_review_step(SYSTEM, old, step(date(2025, 7, 26)))


# ---- who may ----


@pytest.mark.parametrize("role", [r for r in Role if r not in {Role.ADMIN, Role.SYSTEM}])
def test_only_the_office_records_reviews(narisu, role):
    row = make_review(narisu, date(2026, 6, 1))
    reader = actor_of(make_person(role, unit=make_unit(), full_name="路人"))
    for attempt in (
        lambda: apply_for_review(reader, narisu, step()),
        lambda: take_review_step(reader, row, step(), state=S.PASSED),
        lambda: correct_review_step(reader, review_step_of(row), step()),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_without_announced_days_a_statement_is_of_the_day_of_its_list():
    make_rules()
    cycle = make_cycle(2023, scores_on=None)
    issued = date(2023, 12, 1)
    person = make_person(full_name="苏日娜", unit=make_unit())
    make_senior_pass(person, 2023, import_id=make_sheet(cycle, issued).id)
    runs_out = date(2026, 12, 1)
    (told,) = [each for each in advice(person.id) if each.level is Level.SENIOR]
    assert told.statement is not None
    assert (told.statement.issued_on, told.statement.until_on) == (issued, runs_out)
    for day, stage in (
        (issued - timedelta(days=1), None),
        (issued, Stage.VALID),
        (runs_out, Stage.VALID),
        (runs_out + timedelta(days=1), Stage.GONE),
    ):
        statement = way_of(person, day).statement
        counts = counted(SYSTEM, Wanted(day))
        at = {each for each in (Stage.VALID, Stage.GONE) if counts[each]}
        assert at == ({stage} if stage else set())
        assert (statement and statement.issued_on) == (issued if stage else None)
    assert issue_days() == {cycle.id: {issued, cycle.exam_to_on}}
