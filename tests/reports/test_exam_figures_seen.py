"""What the exam figures keep from the department, tried by who would work it out."""

from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from college.core.roles import SYSTEM
from college.exams.cycles.models import ExamCycle
from college.exams.pass_rules.models import Subject
from college.people.qualifications.models import Level
from college.reports.exam_figures.outcome import Outcome, outcomes
from college.reports.exam_figures.rates import Sitting, sittings
from college.reports.exam_figures.seen import seen_outcomes, seen_sittings
from college.reports.figures.small_cells import FEWEST, Hidden
from tests.factories import hired, make_person, make_unit, qualified
from tests.factories.exams import make_cycle
from tests.reports.sitting import DAY, OBSERVER, failing, passing

parts = st.tuples(st.integers(0, 12), st.integers(0, 12)).map(lambda pair: (pair[0], sum(pair)))
kinds = st.dictionaries(st.sampled_from(list(product([False, True], repeat=2))), parts, min_size=1)
levels = st.lists(kinds, min_size=1, max_size=3)


def made(years: list[dict[tuple[bool, bool], tuple[int, int]]]) -> list[Sitting]:
    cycle = ExamCycle(year=2025, province="-")
    found = [Sitting(cycle, level, counted) for level, counted in zip(Level, years, strict=False)]
    return [sitting for sitting in found if sitting.all.whole]


@given(levels)
def test_no_small_number_stands_on_the_departments_page(counted):
    for row, _ in seen_sittings(OBSERVER, made(counted)).values():
        for each in row:
            assert each.sat not in range(1, FEWEST)
            assert each.passed not in range(1, FEWEST)
            if each.share:
                assert each.share.whole - each.share.part not in range(1, FEWEST)
            for split in (each.by_try, each.by_membership):
                for part in (split.one, split.other) if split else ():
                    assert part is None or FEWEST <= part.part <= part.whole - FEWEST


@given(levels)
def test_what_the_department_sees_could_be_true_with_another_number(counted):
    """Of each hidden number of passers another table exists that reads the same."""
    found = made(counted)
    for row, in_all in seen_sittings(OBSERVER, found).values():
        shown = [(each.passed, each.sat) for each in row]
        for place, (passed, _) in enumerate(shown):
            if isinstance(passed, Hidden):
                possible = {others[place] for others in readings(shown, in_all)}
                assert len(possible) > 1


def readings(shown, in_all):
    """All numbers of passers, level by level, that read as what is shown (none above 60)."""
    ways = [range_of(passed, sat) for passed, sat in shown]
    for numbers in product(*ways):
        if in_all is Hidden.FEW and sum(numbers) >= FEWEST:
            continue
        if in_all is Hidden.SOME and sum(numbers) < FEWEST:
            continue
        if isinstance(in_all, Hidden) or sum(numbers) == in_all:
            yield numbers


def range_of(passed, sat):
    if not isinstance(passed, Hidden):
        return [passed]
    most = sat if not isinstance(sat, Hidden) else FEWEST - 1 if sat is Hidden.FEW else 60
    return range(FEWEST, most + 1) if passed is Hidden.SOME else range(min(FEWEST, most + 1))


@pytest.mark.parametrize(
    ("absent", "shown"), [(0, 16), (1, Hidden.SOME), (4, Hidden.SOME), (5, 21)]
)
def test_the_registered_do_not_tell_how_few_stayed_away(absent, shown):
    sat = made([{(False, True): (9, 16)}])
    year = Outcome(2025, DAY, 16 + absent, 9, {Level.ASSISTANT: 9}, 53)
    (department,) = seen_outcomes(OBSERVER, [year], seen_sittings(OBSERVER, sat), DAY)
    (office,) = seen_outcomes(SYSTEM, [year], seen_sittings(SYSTEM, sat), DAY)
    assert (department.registered, office.registered) == (shown, 16 + absent)


@pytest.mark.parametrize(("others", "shown"), [(0, 9), (1, Hidden.SOME), (4, Hidden.SOME), (5, 14)])
def test_the_holders_of_a_year_do_not_tell_how_few_are_in_no_post(others, shown):
    unit = make_unit()
    for number in range(9 + others):
        person = make_person()
        qualified(person, Level.ASSISTANT, date(2025, 9, 1))
        if number < 9:
            hired(person, unit)
    found = [Outcome(2025, date(2025, 12, 31), 20, 9, {Level.ASSISTANT: 9}, 9 + others)]

    (department,) = seen_outcomes(OBSERVER, found, {}, DAY)
    (office,) = seen_outcomes(SYSTEM, found, {}, DAY)

    assert (department.cumulative, office.cumulative) == (shown, 9 + others)


def test_the_same_is_hidden_beside_the_rates_and_in_the_years():
    cycle = make_cycle()
    for _ in range(2):
        passing(cycle, Level.SENIOR, subject=Subject.PRACTICE)
    for _ in range(9):
        passing(cycle)
        failing(cycle)
    sat = sittings(SYSTEM, DAY)
    seen = seen_sittings(OBSERVER, sat)
    (year,) = seen_outcomes(OBSERVER, outcomes(SYSTEM, sat, DAY), seen, DAY)
    assert [each.passed for each in seen[2025][0]] == [
        year.passed[Level.ASSISTANT], year.passed[Level.SENIOR],
    ]  # fmt: skip
    assert isinstance(year.passed[Level.SENIOR], Hidden)
    assert year.passed_in_all == 11
