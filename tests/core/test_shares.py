"""Shares and their intervals, against formulas that are written another way."""

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from college.core.shares import Share, Z, difference

shares = st.integers(1, 3_000).flatmap(
    lambda whole: st.builds(Share, st.integers(0, whole), st.just(whole))
)


def surprise(true: float, share: Share) -> float:
    """The score test: how many standard errors a share lies from a true one."""
    return abs(share.value - true) / sqrt(true * (1 - true) / share.whole)


def bound(share: Share, inside: float, outside: float) -> float:
    """The true share at which the score test stops being surprised, found by halving."""
    for _ in range(200):
        middle = (inside + outside) / 2
        if surprise(middle, share) <= Z:
            inside = middle
        else:
            outside = middle
    return inside


@given(shares)
def test_the_interval_is_where_the_score_test_is_not_surprised(share):
    low, high = share.interval
    start = min(max(share.value, 1e-12), 1 - 1e-12)
    assert low == pytest.approx(bound(share, start, 1e-15) if share.part else 0, abs=1e-9)
    highest = bound(share, start, 1 - 1e-15) if share.part < share.whole else 1
    assert high == pytest.approx(highest, abs=1e-9)


@given(shares)
def test_the_share_lies_within_its_interval_and_that_within_bounds(share):
    low, high = share.interval
    assert 0 <= low <= share.value <= high <= 1


@given(shares, shares)
def test_the_difference_turned_round_is_its_mirror(one, other):
    there, back = difference(one, other), difference(other, one)
    assert there.value == -back.value
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))
    assert -1 <= there.low <= there.value <= there.high <= 1


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [  # Newcombe 1998, table II, method 10
        (Share(56, 70), Share(48, 80), 0.0524, 0.3339),
        (Share(9, 10), Share(3, 10), 0.1705, 0.8090),
        (Share(5, 56), Share(0, 29), -0.0381, 0.1926),
        (Share(0, 10), Share(0, 20), -0.1611, 0.2775),
        (Share(10, 10), Share(0, 20), 0.6791, 1.0),
    ],
)
def test_the_difference_is_as_its_source_prints_it(one, other, low, high):
    found = difference(one, other)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_a_difference_is_clear_when_its_interval_leaves_out_zero():
    assert difference(Share(56, 70), Share(48, 80)).is_clear
    assert not difference(Share(5, 56), Share(0, 29)).is_clear
