"""The forecast of the year's qualifications: only with enough behind it, and as sure as it says."""

from datetime import date
from random import Random

import pytest

from college.core.roles import SYSTEM, Actor, Grant, Role
from college.exams.cohorts.models import CohortMember
from college.people.qualifications.models import Level
from college.reports.exam_figures.forecast import Past, forecast, made, predicted
from college.reports.exam_figures.seen import seen_forecast
from tests.factories import make_person, make_unit, qualified, saved
from tests.factories.exams import make_cohort, make_cycle, make_result

DAY = date(2026, 6, 30)
OBSERVER = Actor(None, frozenset({Grant(Role.OBSERVER)}))
STEADY = [Past(2020 + n, 40, 10) for n in range(6)]


def drawn(random: Random, members: int, share: float) -> int:
    return sum(random.random() < share for _ in range(members))


@pytest.mark.parametrize(("spread", "least"), [(0.0, 0.86), (0.1, 0.78)])
def test_the_interval_holds_about_as_often_as_it_says(spread, least):
    """Against a world of its own: shares that stay, and shares that differ from year to year."""
    random, hits, rounds = Random(11), 0, 1500
    for _ in range(rounds):
        shares = [min(0.9, max(0.05, random.gauss(0.3, spread))) for _ in range(7)]
        past = [Past(n, 50, drawn(random, 50, share)) for n, share in enumerate(shares[:6])]
        said = predicted(past, 60)
        assert said is not None
        hits += said.holds(drawn(random, 60, shares[6]))
    assert least <= hits / rounds <= 0.985


def test_steady_years_make_a_forecast_around_their_share():
    found = made(2026, 100, 40, STEADY)
    assert found.to_come is not None
    assert found.at_year_end is not None
    assert found.to_come.expected == 10
    assert 0 <= found.to_come.low < 10 < found.to_come.high <= 40
    assert found.at_year_end.expected == 110


def test_unsteady_years_make_a_wider_one():
    wild = [Past(2020 + n, 40, 4 + 12 * (n % 2)) for n in range(6)]
    steady, unsteady = predicted(STEADY, 40), predicted(wild, 40)
    assert steady is not None
    assert unsteady is not None
    assert unsteady.high - unsteady.low > steady.high - steady.low


def test_four_years_are_too_few():
    assert made(2026, 100, 40, STEADY[:4]).to_come is None


def test_small_cohorts_do_not_count():
    assert made(2026, 100, 40, [Past(p.year, 19, 5) for p in STEADY]).to_come is None


def test_years_in_which_all_passed_or_none_say_nothing():
    assert predicted([Past(p.year, 40, 0) for p in STEADY], 40) is None
    assert predicted([Past(p.year, 40, 40) for p in STEADY], 40) is None


def test_a_year_is_tried_with_what_was_known_before_it():
    found = made(2026, 0, 40, [*STEADY, Past(2026, 40, 39)])
    assert [each.past.year for each in found.tries] == [2023, 2024, 2025, 2026]
    assert [each.is_hit for each in found.tries] == [True, True, True, False]
    assert found.tries[-1].said == predicted(STEADY, 40)


def test_what_failed_half_the_time_is_not_shown():
    rising = [Past(2020 + n, 40, earned) for n, earned in enumerate((2, 2, 2, 9, 20, 38))]
    found = made(2026, 0, 40, rising)
    assert 2 * found.hits <= len(found.tries)
    assert found.to_come is None


def test_the_numbers_come_from_the_cohorts():
    before, now = make_cycle(2025), make_cycle(2026, scores_on=date(2026, 7, 25))
    passed, failed = make_person(unit=make_unit()), make_person()
    make_cohort(before, members=[passed, failed])
    make_cohort(now, members=[failed])
    qualified(passed, Level.SOCIAL_WORKER, date(2025, 9, 1), exam_year=2025)
    qualified(failed, Level.ASSISTANT, date(2020, 9, 1), exam_year=2020)
    found = forecast(SYSTEM, DAY)
    assert found is not None
    assert (found.year, found.held, found.members, found.past) == (2026, 2, 1, [])


def test_a_year_without_results_on_record_is_still_to_come():
    held_in_may = make_cycle(2026, scores_on=None)
    members = [make_person() for _ in range(20)]
    make_cohort(held_in_may, members=members)
    before = forecast(SYSTEM, DAY)
    make_result(members[0], held_in_may)
    after = forecast(SYSTEM, DAY)
    assert before is not None
    assert after is not None
    assert (before.members, before.past) == (20, [])
    assert (after.members, after.past) == (0, [Past(2026, 20, 0)])


def test_once_the_results_of_a_year_are_here_the_next_exam_counts():
    over, ahead = make_cycle(2026), make_cycle(2027, exam_from_on=None, exam_to_on=None)
    members, day = [make_person() for _ in range(3)], date(2026, 11, 28)
    make_cohort(over, members=members)
    make_result(members[0], over)
    none, cohort = forecast(SYSTEM, day), make_cohort(ahead)
    for person in members[1:]:
        saved(CohortMember(cohort_id=cohort.id, person_id=person.id, joined_on=day))
    found = forecast(SYSTEM, day)
    assert none is not None
    assert found is not None
    assert (none.year, none.members) == (2026, 0)
    assert (found.year, found.members) == (2027, 2)


def test_without_members_there_is_nothing_to_foresee():
    found = made(2026, 100, 0, STEADY)
    assert found.to_come is None
    seen = seen_forecast(OBSERVER, found)
    assert seen is not None
    assert (seen.at_year_end, seen.members, seen.held, seen.tried) == (None, 0, 100, 3)


def test_who_reads_one_unit_gets_no_forecast():
    manager = Actor(None, frozenset({Grant(Role.STATION_MANAGER, make_unit().id)}))
    assert forecast(manager, DAY) is None


def test_the_department_sees_the_forecast_and_no_numbers_of_past_members():
    seen = seen_forecast(OBSERVER, made(2026, 100, 40, STEADY))
    assert seen is not None
    assert seen.at_year_end is not None
    assert (list(seen.tries), seen.tried) == ([], 3)
    few = seen_forecast(OBSERVER, made(2026, 100, 4, STEADY))
    assert few is not None
    assert few.at_year_end is None


def test_the_page_says_the_rule_while_there_is_too_little(sign_in):
    make_cohort(make_cycle(2025), members=[make_person()])
    make_result(make_person(), make_cycle(2024))
    page = sign_in(make_person(Role.OBSERVER)).get("/reports/exams")
    assert "A forecast is made only from 5 past exams on with 20 members or more each" in page.text
