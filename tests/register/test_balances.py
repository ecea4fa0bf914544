"""What counts, what is missing and what the pace leads to, against a plain counting by hand."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from college.register.continuing_education.balances import Hours, balance, forecast
from college.register.continuing_education.models import Bound, HourCategory
from college.register.registrations.verdicts import Period

C = HourCategory
PERIOD = Period(date(2024, 2, 29), date(2027, 2, 28))


def rule(minutes: int, category: C | None = None, bound: Bound = Bound.AT_LEAST) -> Any:
    return SimpleNamespace(minutes=minutes, category=category, bound=bound)


hours = st.lists(
    st.builds(
        Hours,
        st.sampled_from(C),
        st.integers(1, 3000),
        st.dates(date(2024, 1, 1), date(2027, 4, 30)),
        st.booleans(),
    ),
    max_size=20,
)
bounds = st.lists(
    st.builds(rule, st.integers(1, 5000), st.sampled_from(C), st.sampled_from(Bound)), max_size=4
)


def by_hand(given_hours, rules, category) -> int:
    """Minute by minute: one more counts while no cap of the category is reached."""
    caps = [r.minutes for r in rules if r.category is category and r.bound is Bound.AT_MOST]
    total = 0
    for one in given_hours:
        inside = PERIOD.from_on <= one.on <= PERIOD.to_on
        if one.category is category and one.counts and inside:
            total += one.minutes
    for cap in caps:
        total = total if total < cap else cap
    return total


@given(hours, bounds, st.integers(1, 6000), st.randoms())
def test_a_balance_is_that_counted_by_hand_in_any_order(given_hours, bounds, need, chance):
    rules = [rule(need), *bounds]
    held = balance(given_hours, rules, PERIOD)
    assert held.counted == sum(by_hand(given_hours, rules, c) for c in C)
    assert held.need == need

    mixed = list(given_hours)
    chance.shuffle(mixed)
    assert balance(mixed, rules, PERIOD) == held


@given(hours, bounds, st.integers(1, 6000))
def test_who_adds_what_is_missing_has_it_all(given_hours, bounds, need):
    """Where no cap stands in the way: each category's gap, then the rest in one."""
    rules = [rule(need), *(b for b in bounds if b.bound is Bound.AT_LEAST)]
    held = balance(given_hours, rules, PERIOD)
    gaps = [Hours(p.category, p.missing, PERIOD.to_on) for p in held.by_category if p.missing]
    rest = held.missing - sum(gap.minutes for gap in gaps)
    assert rest >= 0
    more = [*given_hours, *gaps, *([Hours(C.TRAINING, rest, PERIOD.to_on)] if rest else [])]
    assert balance(more, rules, PERIOD).is_met
    if held.missing:  # and with a minute less they have not
        short = [*given_hours, *gaps[:-1]] if gaps else [
            *given_hours, *([Hours(C.TRAINING, rest - 1, PERIOD.to_on)] if rest > 1 else [])
        ]  # fmt: skip
        assert not balance(short, rules, PERIOD).is_met


@given(hours)
def test_what_nobody_confirmed_counts_nowhere(given_hours):
    unconfirmed = [Hours(h.category, h.minutes, h.on, counts=False) for h in given_hours]
    held = balance(unconfirmed, [rule(60)], PERIOD)
    inside = sum(h.minutes for h in given_hours if PERIOD.from_on <= h.on <= PERIOD.to_on)
    assert (held.counted, held.waiting) == (0, inside)


@given(hours, st.integers(1, 6000), st.integers(0, 1095))
def test_the_pace_leads_there_on_that_day_and_not_the_day_before(given_hours, need, later):
    day = PERIOD.from_on + timedelta(days=later)
    held = balance([h for h in given_hours if h.on <= day], [rule(need)], PERIOD)
    ahead = forecast(held, day)
    elapsed = later + 1
    assert ahead.days_left == (PERIOD.to_on - day).days
    if held.is_met or not held.counted:
        assert ahead.reached_on is None
        return
    if held.missing * elapsed > held.counted * (date.max - day).days:
        assert ahead.reached_on is None
        return
    assert ahead.reached_on is not None
    more = (ahead.reached_on - day).days
    assert held.counted * more >= held.missing * elapsed
    assert held.counted * (more - 1) < held.missing * elapsed
    # whoever is there before the end is expected to have enough
    assert ahead.is_enough(need) == (ahead.reached_on <= PERIOD.to_on)


def test_a_pace_that_no_calendar_bears_leads_nowhere():
    one_minute = Hours(HourCategory.TRAINING, 1, PERIOD.from_on, counts=True)
    ahead = forecast(balance([one_minute], [rule(4320)], PERIOD), PERIOD.to_on)
    assert (ahead.expected, ahead.reached_on) == (1, None)


def test_a_period_without_days_left_asks_for_all_at_once():
    held = balance([], [rule(4320)], PERIOD)
    ahead = forecast(held, PERIOD.to_on + timedelta(days=5))
    assert (ahead.days_left, ahead.minutes_a_month, ahead.reached_on) == (0, 4320, None)
