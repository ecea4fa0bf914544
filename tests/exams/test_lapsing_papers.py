"""Whose passed papers count for the last time is told so, once at each stage, while it helps."""

from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa

from college.core import journal
from college.core.db import db
from college.core.roles import SYSTEM, Role
from college.exams.candidacies.models import CandidacyStep as S
from college.exams.results.models import Result, Verdict
from college.exams.results.warnings import stage_of
from college.people.qualifications.models import Level, PassBasis, Qualification
from college.reports.personal_data.operations import delete_person
from college.reports.twins.operations import merge_persons
from tests.exams.lapses import (
    BEGINS,
    CLOSES,
    EXAM,
    LAST,
    OPEN,
    OPENS,
    C,
    P,
    texts,
    told,
    warned,
)
from tests.factories import make_person, saved
from tests.factories.exams import (
    make_candidacy,
    make_cycle,
    make_extension,
    make_result,
    make_rules,
)


@pytest.fixture(autouse=True)
def _rules():
    make_rules()


@pytest.fixture
def undated():
    return make_cycle(2026, exam_from_on=None, exam_to_on=None, scores_on=None)


@pytest.fixture
def lilei(last_year):
    """Passed one paper of three in 2025."""
    person = make_person(Role.TRAINEE, full_name="李雷")
    make_result(person, last_year, subject=C)
    return person


# ---- when


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 1, 1), None),
        (date(2026, 3, 8), None),
        (date(2026, 3, 9), OPEN),
        (date(2026, 3, 14), OPEN),
        (date(2026, 3, 15), LAST),
        (date(2026, 3, 22), LAST),
        (date(2026, 3, 23), None),
        (date(2026, 5, 23), None),
    ],
)
def test_it_is_told_when_registration_opens_and_in_its_last_seven_days(
    lilei, this_year, day, expected
):
    assert warned(day) == (1 if expected else 0)
    assert [stage for _, stage in told()] == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2025, 12, 31), None), (date(2026, 1, 1), BEGINS), (date(2026, 11, 1), BEGINS)],
)
def test_where_no_day_is_announced_it_is_told_once_the_year_begins(lilei, undated, day, expected):
    assert warned(day) == (1 if expected else 0)
    assert [stage for _, stage in told()] == ([expected] if expected else [])


def test_each_stage_is_told_once(lilei, undated):
    assert [warned(date(2026, 1, 1)), warned(date(2026, 2, 1))] == [1, 0]
    undated.registration_from_on, undated.registration_to_on = OPENS, CLOSES
    undated.exam_from_on = undated.exam_to_on = EXAM
    db.session.commit()

    days = [date(2026, 3, day) for day in range(8, 24)]

    assert [day.day for day in days if warned(day)] == [9, 15]
    assert told() == [(lilei.id, stage) for stage in (BEGINS, OPEN, LAST)]
    assert warned(date(2026, 5, 24)) == 0


def test_a_registration_that_is_put_off_is_told_of_anew(lilei, this_year):
    assert warned(date(2026, 3, 16)) == 1
    this_year.registration_to_on = date(2026, 3, 29)
    db.session.commit()

    assert [warned(date(2026, 3, 17)), warned(date(2026, 3, 22))] == [1, 1]
    assert [stage for _, stage in told()] == [LAST, OPEN, LAST]


def test_a_short_registration_is_not_told_of_before_it_opens(lilei, this_year):
    this_year.registration_from_on = date(2026, 3, 20)
    db.session.commit()
    assert warned(date(2026, 3, 19)) == 0
    assert warned(date(2026, 3, 20)) == 1
    assert [stage for _, stage in told()] == [LAST]


def test_an_opening_without_an_end_is_told_of_until_the_exam(lilei, this_year):
    this_year.registration_to_on = None
    db.session.commit()
    assert warned(date(2026, 5, 23)) == 0
    assert warned(date(2026, 5, 22)) == 1
    assert "is open since Mon 9 March" in texts()[0]


def test_an_end_without_an_opening_is_told_of_in_its_last_days(lilei, this_year):
    this_year.registration_from_on = None
    db.session.commit()
    assert stage_of(this_year, date(2026, 3, 14)) == (BEGINS, date(2026, 1, 1))
    assert stage_of(this_year, date(2026, 3, 15)) == (LAST, CLOSES)


# ---- whom


def test_a_pass_that_counts_longer_or_no_more_is_not_told_of(this_year):
    for year in (2023, 2024):
        make_result(make_person(), make_cycle(year))
    assert warned(OPENS) == 0


def test_who_failed_is_told_nothing(last_year, this_year):
    make_result(make_person(), last_year, score=Decimal(59))
    make_result(make_person(), last_year, score=None, status="absent")
    assert warned(OPENS) == 0


def test_levels_of_one_year_and_the_senior_exam_are_not_told_of(last_year, this_year):
    make_result(make_person(), last_year, level=Level.ASSISTANT, subject=C)
    make_result(make_person(), last_year, level=Level.SENIOR, subject=P)
    assert warned(OPENS) == 0


@pytest.mark.parametrize(
    ("level", "count"), [(Level.ASSISTANT, 1), (Level.SOCIAL_WORKER, 0), (Level.SENIOR, 0)]
)
def test_who_holds_the_level_or_a_higher_one_is_told_nothing(lilei, this_year, level, count):
    facts = {"approved_on": date(2020, 11, 1), "basis": PassBasis.NATIONAL}
    saved(Qualification(person_id=lilei.id, level=level, **facts))
    assert warned(OPENS) == count


def test_who_gets_the_title_in_between_is_told_no_more(lilei, this_year):
    assert warned(OPENS) == 1
    facts = {"approved_on": OPENS, "basis": PassBasis.NATIONAL}
    saved(Qualification(person_id=lilei.id, level=Level.SOCIAL_WORKER, **facts))
    assert warned(CLOSES) == 0


@pytest.mark.parametrize("step", S)
def test_who_has_registered_is_told_nothing(lilei, this_year, step):
    make_candidacy(lilei, this_year, state=step)
    expected = 1 if step in {S.INTENDS, S.ELIGIBLE, S.WITHDRAWN} else 0
    assert warned(CLOSES) == expected


def test_who_registered_for_another_level_or_year_is_told(lilei, this_year, last_year):
    make_candidacy(lilei, this_year, level=Level.ASSISTANT, state=S.REGISTERED)
    make_candidacy(lilei, last_year, state=S.SCORED)
    assert warned(CLOSES) == 1


def test_who_registered_in_another_province_is_told_nothing(lilei, this_year):
    elsewhere = make_cycle(2026, province="北京市", exam_from_on=EXAM, exam_to_on=EXAM)
    make_candidacy(lilei, elsewhere, state=S.REGISTERED)
    assert warned(CLOSES) == 0


def test_the_days_are_those_of_the_province_of_the_paper(lilei, this_year):
    """In Beijing registration opens a week later."""
    beijing = {"province": "北京市"}
    there = make_person()
    make_result(there, make_cycle(2025, **beijing), subject=C)
    late = {"registration_from_on": date(2026, 3, 16), "registration_to_on": date(2026, 3, 30)}
    make_cycle(2026, exam_from_on=EXAM, exam_to_on=EXAM, scores_on=None, **beijing, **late)

    assert warned(OPENS) == 1
    assert told() == [(lilei.id, OPEN)]
    assert warned(date(2026, 3, 16)) == 2
    assert told()[1:] == [(lilei.id, LAST), (there.id, OPEN)]


def test_a_correction_of_the_result_in_between_ends_the_warnings(lilei, this_year, last_year):
    assert warned(OPENS) == 1
    old = db.session.scalars(sa.select(Result)).one()
    old.superseded_by_id = old.id
    db.session.flush()
    new = make_result(lilei, last_year, subject=C, score=Decimal(58))
    old.superseded_by_id = new.id
    db.session.commit()
    assert warned(CLOSES) == 0


def test_a_correction_that_makes_a_pass_is_told_of_from_then_on(last_year, this_year):
    person = make_person()
    old = make_result(person, last_year, subject=C, score=Decimal(58))
    assert warned(OPENS) == 0
    old.superseded_by_id = old.id
    db.session.flush()
    old.superseded_by_id = make_result(person, last_year, subject=C, score=Decimal(61)).id
    db.session.commit()
    assert warned(date(2026, 3, 10)) == 1


def test_a_verdict_that_the_lines_do_not_bear_out_is_not_told_of(last_year, this_year):
    """It is about to be judged anew; whoever stands behind is told all the same."""
    make_result(make_person(), last_year, subject=C, score=Decimal(40), verdict=Verdict.PASSED)
    behind = make_person()
    make_result(behind, last_year, subject=C)
    assert warned(OPENS) == 1
    assert told() == [(behind.id, OPEN)]


def test_a_notice_that_lengthens_the_window_puts_the_warning_off(lilei, this_year):
    assert warned(OPENS) == 1
    make_extension(passed_year=2025, until_year=2027)
    assert warned(CLOSES) == 0
    days = {"registration_from_on": date(2027, 3, 8), "registration_to_on": date(2027, 3, 21)}
    make_cycle(2027, exam_from_on=date(2027, 5, 22), exam_to_on=date(2027, 5, 23), **days)
    assert warned(date(2027, 3, 8)) == 1
    assert "exam of 2027" in texts()[-1]


def test_a_notice_for_another_province_puts_nothing_off(lilei, this_year):
    make_extension(passed_year=2025, until_year=2027, province="北京市")
    assert warned(OPENS) == 1


def test_the_same_paper_passed_anew_counts_instead(this_year):
    """A window was lengthened to 2026; who passed the paper again in a longer one is at ease."""
    person, other = make_person(), make_person()
    old, new = make_cycle(2024), make_cycle(2025)
    make_extension(passed_year=2024, until_year=2026)
    make_extension(passed_year=2025, until_year=2027)
    for one in (person, other):
        make_result(one, old, subject=C)
    make_result(person, new, subject=C)
    make_result(other, new, subject=P)

    assert warned(OPENS) == 1
    assert told() == [(other.id, OPEN)]
    assert "passed: Comprehensive ability." in texts()[0]
    assert "site for Law and policy." in texts()[0]


def test_who_was_merged_away_or_deleted_is_told_nothing(lilei, this_year, last_year):
    deleted, gone = make_person(), make_person(full_name="李雷")
    make_result(deleted, last_year, subject=C)
    delete_person(SYSTEM, deleted)
    merge_persons(SYSTEM, lilei, gone)
    stays = make_result(gone, last_year, subject=P)  # as a row that a merge leaves behind
    db.session.commit()
    assert journal.is_destroyed(deleted.id)
    assert stays.person_id == gone.id

    assert warned(OPENS) == 1
    assert told() == [(lilei.id, OPEN)]


def test_what_was_told_goes_along_with_a_merge(lilei, this_year, last_year):
    twin = make_person(full_name="李雷")
    make_result(twin, last_year, subject=P)
    assert warned(OPENS) == 2
    merge_persons(SYSTEM, lilei, twin)
    db.session.commit()

    assert warned(OPENS) == 0
    assert warned(CLOSES) == 1
