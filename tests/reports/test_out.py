"""Figures of an exam and figures of holders of one day: an exam is out on the same day in both."""

import json
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from college.core import clock
from college.core.db import db
from college.core.imports import ImportState
from college.core.roles import SYSTEM
from college.exams.cycles.models import ExamCycle
from college.exams.results.out import out_by
from college.people.persons.models import Person
from college.people.qualifications.models import Level
from college.reports.exam_figures.forecast import forecast
from college.reports.exam_figures.outcome import outcomes
from college.reports.exam_figures.rates import sittings
from college.reports.figures.exams import Exam
from college.reports.figures.funnels import exam_funnel
from college.reports.figures.steps import Step
from tests.factories import make_person, qualified
from tests.factories.exams import make_cohort, make_cycle, make_result, make_rules, make_sheet

L = Level.SOCIAL_WORKER
ONE_DAY = timedelta(days=1)
RECORDED_AT = datetime(2026, 8, 1, 1, tzinfo=UTC)


def is_out(cycle: ExamCycle, day: date) -> bool:
    return cycle.id in set(db.session.scalars(out_by(day)))


def begins(cycle: ExamCycle, day: date) -> bool:
    return is_out(cycle, day) and not is_out(cycle, day - ONE_DAY)


def cohort_of(cycle: ExamCycle, passed: int, failed: int, approved_on: date) -> list[Person]:
    """Recorded once the scores were there, whatever day the certificates bear."""
    people = [make_person() for _ in range(passed + failed)]
    with clock.put_at(datetime(cycle.year, 1, 1, 1, tzinfo=UTC)):
        make_cohort(cycle, members=people)
    with clock.put_at(RECORDED_AT):
        for n, person in enumerate(people):
            make_result(person, cycle, score=70 if n < passed else 50)
        for person in people[:passed]:
            qualified(person, L, approved_on, exam_year=cycle.year)
    return people


def steps(cycle: ExamCycle, day: date) -> list[int]:
    counted = exam_funnel(SYSTEM, Exam(cycle, L), day).whole or {}
    return [int(counted[step]) for step in (Step.SAT, Step.PASSED, Step.QUALIFIED)]


def test_an_exam_is_out_with_its_scores_or_its_first_list_or_when_it_is_over():
    announced, listed = make_cycle(2023), make_cycle(2025, scores_on=None)
    over = make_cycle(2022, scores_on=None)
    unknown = make_cycle(2021, scores_on=None, exam_from_on=None, exam_to_on=None)
    for cycle in (announced, listed):
        for days in (31, 20):
            make_sheet(cycle, date(cycle.year, 8, days))
    make_sheet(listed, date(2025, 6, 1), ImportState.CHECKED)  # nothing of it is on record
    assert begins(announced, date(2023, 7, 25))
    assert begins(listed, date(2025, 8, 20))
    assert begins(over, date(2022, 5, 25))
    assert is_out(unknown, date(2000, 1, 1))


def test_an_exam_is_out_on_the_day_of_its_certificates_if_that_comes_first():
    before = make_cycle(2024, approved_on=date(2024, 5, 25))
    after = make_cycle(2025, approved_on=date(2025, 9, 10))
    assert begins(before, date(2024, 5, 25))
    assert begins(after, date(2025, 7, 25))


def test_who_holds_the_title_of_an_exam_is_not_still_to_come():
    """As of 15 June, the certificates of 24 May on record: the scores came out in July."""
    make_rules()
    cycle, day = make_cycle(2026, approved_on=date(2026, 5, 24)), date(2026, 6, 15)
    cohort_of(cycle, passed=9, failed=11, approved_on=date(2026, 5, 24))
    found, then = forecast(SYSTEM, day), forecast(SYSTEM, day, RECORDED_AT - ONE_DAY)
    assert found is not None
    assert then is not None
    assert (found.held, found.members, [p.earned for p in found.past]) == (9, 0, [9])
    assert (then.held, then.members, list(then.past)) == (0, 20, [])  # what was known in June


def test_a_certificate_of_an_exam_that_is_not_out_makes_one_less_to_come():
    make_rules()
    cycle = make_cycle(2026)
    cohort_of(cycle, passed=3, failed=17, approved_on=date(2026, 6, 1))
    found = forecast(SYSTEM, date(2026, 6, 15))
    assert found is not None
    assert (found.held, found.members, found.year) == (3, 17, 2026)
    assert steps(cycle, date(2026, 6, 15)) == [0, 3, 3]


def test_the_steps_of_a_cohort_begin_together(app):
    """As of 1 July 2024: nobody had sat and nine held the title."""
    make_rules()
    cycle = make_cycle(2024, scores_on=date(2024, 8, 8), approved_on=date(2024, 6, 16))
    cohort_of(cycle, passed=9, failed=13, approved_on=date(2024, 6, 16))
    assert steps(cycle, date(2024, 6, 15)) == [0, 0, 0]
    assert steps(cycle, date(2024, 7, 1)) == [22, 9, 9]
    asked = ["reports", "funnel", "--as-of", "2024-07-01", "--year", "2024"]
    said = app.test_cli_runner().invoke(args=asked)
    assert said.exit_code == 0, said.output
    assert {"sat": 22, "passed": 9, "qualified": 9}.items() <= told(json.loads(said.output)).items()


def told(content: object) -> dict[str, object]:
    """The first counts in what a script gets."""
    if isinstance(content, dict):
        if "sat" in content:
            return content
        content = list(content.values())
    if isinstance(content, list):
        return next((found for each in content if (found := told(each))), {})
    return {}


def test_results_of_a_year_without_a_scores_day_count_from_their_list():
    """As of 30 June 2025: the list is of 31 July."""
    make_rules()
    cycle = make_cycle(2025, scores_on=None)
    make_sheet(cycle, date(2025, 7, 31))
    cohort_of(cycle, passed=9, failed=13, approved_on=date(2025, 7, 31))
    for day, counted in ((date(2025, 7, 30), [0, 0, 0]), (date(2025, 7, 31), [22, 9, 9])):
        sat = sittings(SYSTEM, day)
        assert steps(cycle, day) == counted
        assert sum(s.all.whole for s in sat) == counted[0]
        assert sum(year.registered for year in outcomes(SYSTEM, sat, day)) == counted[0]


@pytest.mark.parametrize("seed", range(3))
def test_on_no_day_do_more_hold_the_title_than_passed(seed):
    """Days of exams, lists and certificates as they come, in whatever order."""
    make_rules()
    chance = Random(seed)

    def some() -> date:
        return date(2025, 5, 20) + timedelta(days=chance.randrange(20))

    days = {name: chance.choice([None, some()]) for name in ("scores_on", "approved_on")}
    cycle = make_cycle(2025, **days)
    if chance.random() < 0.5:
        make_sheet(cycle, some())
    people = cohort_of(cycle, passed=3, failed=2, approved_on=some())
    qualified(people[3], L, some(), exam_year=2025)  # by another list, of which nothing is here
    for n in range(25):
        day = date(2025, 5, 19) + n * ONE_DAY
        _, passed, holding = steps(cycle, day)
        found = forecast(SYSTEM, day)
        assert holding <= passed
        assert found is not None
        assert found.members + found.held <= 5
