"""What somebody's results are good for, as facts, as sentences and as a picture."""

from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from college.core import clock
from college.core.db import db
from college.core.roles import Role
from college.exams.pass_rules.models import Subject
from college.exams.results.advice import Advice, advice
from college.exams.results.models import ResultStatus, Verdict
from college.people.qualifications.models import Level
from tests.factories import make_person, qualified
from tests.factories.exams import make_cycle, make_extension, make_result, make_rules

A, B, C = Subject.COMPREHENSIVE, Subject.PRACTICE, Subject.LAW_AND_POLICY


@pytest.fixture
def years():
    make_rules()
    return {year: make_cycle(year) for year in range(2022, 2027)}


def at(day: date) -> datetime:
    return datetime.combine(day, time(12), ZoneInfo("Asia/Shanghai"))


def sat(person, cycle, subject, score="70", **over) -> None:
    mark = Decimal(score) if score else None
    make_result(person, cycle, subject=subject, score=mark, **over)


def now(person, year=2026) -> Advice:
    (found,) = advice(person.id, year=year)
    return found


def test_what_counts_what_lapses_and_what_to_enter(years, lilei):
    sat(lilei, years[2024], B)
    sat(lilei, years[2025], A)
    sat(lilei, years[2025], C, "55")

    told = now(lilei)

    assert [(p.subject, p.until_year) for p in told.satisfied] == [(A, 2026)]
    assert told.missing == (B, C)
    assert [(p.subject, p.until_year) for p in told.lapsed] == [(B, 2025)]
    assert [p.subject for p in told.lapsing] == [A]  # 2026 is its last year
    assert (told.is_done, told.bound_to) == (False, "")
    assert list(told.years) == [2024, 2025, 2026]


def test_a_fresh_pass_does_not_lapse_yet(years, lilei):
    sat(lilei, years[2025], A)

    assert now(lilei, year=2025).lapsing == ()


def test_a_paper_passed_again_counts_by_its_later_pass(years, lilei):
    sat(lilei, years[2023], A)
    sat(lilei, years[2025], A)

    (paper,) = [p for p in now(lilei).papers if p.subject is A]

    assert (paper.passed and paper.passed.year, paper.until_year, paper.has_lapsed) == (
        2025,
        2026,
        False,
    )
    assert [a.year for a in paper.attempts] == [2023, 2025]


def test_a_notice_keeps_a_paper_alive_and_is_named(years, lilei):
    sat(lilei, years[2023], A)
    make_extension(passed_year=2023, until_year=2026)

    told = now(lilei)

    assert [p.extension and p.extension.citation for p in told.satisfied] == ["通知"]
    assert told.missing == (B, C)


def test_assistant_starts_again_each_year(years, lilei):
    sat(lilei, years[2025], A, level=Level.ASSISTANT)

    assert now(lilei).missing == (A, B)


def test_a_paper_on_a_regional_line_binds_the_certificate_to_come(years, lilei):
    sat(lilei, years[2025], A, "58", region="库伦旗", verdict=Verdict.PASSED)

    assert now(lilei).bound_to == "库伦旗"


def test_of_two_passes_that_count_the_national_one_is_taken(years, lilei):
    sat(lilei, years[2025], A, "58", region="库伦旗", verdict=Verdict.PASSED)
    sat(lilei, years[2026], A, "70", region="库伦旗")

    assert now(lilei).bound_to == ""


def test_absence_is_an_attempt_and_no_pass(years, lilei):
    sat(lilei, years[2025], A, "", status=ResultStatus.ABSENT, verdict=Verdict.NOT_PASSED)

    (paper,) = [p for p in now(lilei).papers if p.subject is A]

    assert (paper.passed, [a.status for a in paper.attempts]) == (None, [ResultStatus.ABSENT])


def test_who_holds_a_level_has_nothing_to_enter_there_or_below(years, lilei):
    sat(lilei, years[2024], A, level=Level.ASSISTANT)
    sat(lilei, years[2025], A)
    qualified(lilei, level=Level.SOCIAL_WORKER)

    (told,) = advice(lilei.id, year=2026)

    assert (told.level, told.missing, told.is_done) == (Level.SOCIAL_WORKER, (), True)


@pytest.mark.parametrize(
    ("today", "is_valid"),
    [(date(2028, 7, 25), True), (date(2028, 7, 26), False)],
    ids=["last day", "day after"],
)
def test_a_senior_statement_is_good_for_three_years_of_review(years, lilei, today, is_valid):
    sat(lilei, years[2025], B, "80", level=Level.SENIOR)

    with clock.put_at(at(today)):
        told = now(lilei, year=2028)

    assert told.statement is not None
    assert (told.statement.year, told.statement.until_on) == (2025, date(2028, 7, 25))
    assert (told.statement.is_valid, told.held) == (is_valid, None)
    assert told.missing == (() if is_valid else (B,))


def test_the_page_says_it_in_sentences_a_picture_and_a_table(years, lilei, sign_in):
    sat(lilei, years[2024], B)
    sat(lilei, years[2025], A)
    db.session.commit()

    for page in ("/me", f"/exams/results/of/{lilei.id}"):
        text = sign_in(lilei).get(page).text
        assert "To be done soonest, enter for" in text
        assert "counted through 2025 and is to be sat again." in text
        assert '<svg class="years"' in text
        assert 'role="img" aria-labelledby="years-social_worker"' in text
        assert ("Counts through" in text) is (page != "/me")  # the table; /me leads to it


def test_the_page_is_ones_own_and_the_offices(years, lilei, chen, sign_in):
    sat(lilei, years[2025], A)
    other = make_person(Role.TRAINEE, full_name="韩梅梅")
    address = f"/exams/results/of/{lilei.id}"

    assert sign_in(chen).get(address).status_code == 200
    assert sign_in(other).get(address).status_code == 404
    assert sign_in(make_person(Role.STATION_MANAGER)).get(address).status_code == 403
    assert (
        "No exam result is on record yet"
        in sign_in(other).get(f"/exams/results/of/{other.id}").text
    )
