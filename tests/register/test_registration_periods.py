"""When a registration may be had: the days and the verdict, against a calendar walked by hand."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from college.core import clock
from college.register.registrations.models import UNDER_WAY
from college.register.registrations.periods import first_that, last_day, months_on, window_opens
from college.register.registrations.verdicts import (
    Answer,
    Period,
    Standing,
    next_period,
    verdict,
    window,
)

TODAY = clock.today()
RULE: Any = SimpleNamespace(first_within_months=12, period_months=36, window_months=3)
days = st.dates(date(2008, 1, 1), date(2060, 12, 31))


# ---- the days, against a calendar that is walked day by day ----


def walked(day: date, months: int) -> date:
    """So many months on or back, by walking: the same number, or the last of the month."""
    year, month = day.year, day.month
    for _ in range(abs(months)):
        if months > 0:
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        else:
            year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    for number in range(day.day, 0, -1):
        try:
            return date(year, month, number)
        except ValueError:
            continue
    raise AssertionError


@given(days, st.integers(-40, 40))
def test_months_on_are_those_of_a_wall_calendar(day, months):
    assert months_on(day, months) == walked(day, months)


@given(days, st.integers(1, 40))
def test_a_time_of_whole_months_lasts_until_the_day_before_it_would_begin_anew(day, months):
    end, anniversary = last_day(day, months), walked(day, months)
    begins_anew = end + timedelta(days=1)
    if anniversary.day == day.day:
        assert begins_anew == anniversary
    else:  # the month is shorter: all of it belongs to the time
        assert end == anniversary
        assert begins_anew.day == 1


@given(days)
def test_a_window_opens_within_its_months_and_not_before(to_on):
    opens, after = window_opens(to_on, 3), to_on + timedelta(days=1)
    assert 89 <= (after - opens).days <= 92
    assert walked(opens, 3) <= after
    assert walked(opens - timedelta(days=1), 3) < after


@given(days)
def test_whoever_was_approved_that_day_or_later_is_still_in_time(day):
    first = first_that(lambda approved: months_on(approved, 12), day, 12)
    assert months_on(first, 12) >= day
    assert months_on(first - timedelta(days=1), 12) < day


@pytest.mark.parametrize(
    ("from_on", "to_on"),
    [
        (date(2024, 2, 29), date(2027, 2, 28)),
        (date(2021, 3, 1), date(2024, 2, 29)),
        (date(2023, 1, 1), date(2025, 12, 31)),
        (date(2022, 5, 10), date(2025, 5, 9)),
    ],
)
def test_three_years_with_leap_days(from_on, to_on):
    assert last_day(from_on, 36) == to_on


# ---- the verdict, against the rule's own words ----


def judge(day: date, approved_on: date, **standing) -> Answer:
    return verdict(Standing(approved_on, **standing), RULE, day).answer


@given(days, st.integers(0, 800))
def test_the_first_registration_is_open_for_a_year_and_then_missed(approved_on, later):
    day = approved_on + timedelta(days=later)
    in_time = day <= walked(approved_on, 12)
    assert judge(day, approved_on) is (Answer.MAY_REGISTER if in_time else Answer.TOO_LATE)


@given(days, st.integers(0, 1300))
def test_a_period_is_in_force_then_renewable_then_lapsed(from_on, later):
    period = Period(from_on, last_day(from_on, 36))
    day = from_on + timedelta(days=later)
    said = judge(day, from_on, period=period)
    if day > period.to_on:
        assert said is Answer.LAPSED
    elif day >= walked(period.to_on + timedelta(days=1), -3):
        assert said is Answer.MAY_RENEW
    else:
        assert said is Answer.NOT_YET


@given(days, st.sampled_from(sorted(UNDER_WAY)))
def test_what_is_with_the_registrar_is_under_way_whatever_the_day(day, state):
    assert judge(day, date(2020, 1, 1), open_state=state) is Answer.UNDER_WAY


@given(days, st.integers(-200, 200), st.integers(0, 60))
def test_periods_follow_each_other_unless_one_had_lapsed(from_on, late, taken):
    before = Period(from_on, last_day(from_on, 36))
    applied = before.to_on + timedelta(days=late)
    done = applied + timedelta(days=taken)
    after = next_period(RULE, done, before, applied_on=applied)
    if late <= 0:
        assert after.from_on == before.to_on + timedelta(days=1)
    else:
        assert after.from_on == done
    assert after.to_on == last_day(after.from_on, 36)


def test_a_verdict_names_its_rule_its_days_and_what_is_missing():
    standing = Standing(date(2020, 1, 1), Period(date(2023, 1, 1), date(2025, 12, 31)), None, 90)
    said = verdict(standing, RULE, date(2025, 11, 1))
    assert said.rule is RULE
    assert (said.opens_on, said.closes_on) == window(standing, RULE)
    assert (said.opens_on, said.closes_on) == (date(2025, 10, 1), date(2025, 12, 31))
    assert said.missing[0].facts == {"hours": "1.5"}
    assert said.days_left(date(2025, 12, 30)) == 1


def test_without_a_rule_nothing_is_said():
    assert verdict(Standing(date(2020, 1, 1)), None, TODAY).answer is Answer.NO_RULE
