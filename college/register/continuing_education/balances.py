"""How many minutes somebody has, needs and lacks in a period: one function over plain facts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from college.register.continuing_education.models import Bound, HourCategory, HoursRule
from college.register.registrations.verdicts import Period


@dataclass(frozen=True, slots=True)
class Hours:
    """Minutes that count on a day; `counts` is False while nobody confirmed them."""

    category: HourCategory
    minutes: int
    on: date
    counts: bool = True


@dataclass(frozen=True, slots=True)
class OfCategory:
    """`counted` is what a cap leaves of `have`."""

    category: HourCategory
    have: int
    counted: int
    waiting: int
    missing: int  # of a minimum of its own
    at_least: int = 0
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class Balance:
    """`missing` is what is short in all; each category may be short besides."""

    period: Period
    rules: Sequence[HoursRule]
    need: int
    counted: int
    waiting: int
    by_category: Sequence[OfCategory]

    @property
    def missing(self) -> int:
        return max(self.need - self.counted, sum(c.missing for c in self.by_category), 0)

    @property
    def is_met(self) -> bool:
        return self.missing == 0


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the pace so far leads to: minutes at the end, and the day when all is there.

    `reached_on` is None where nothing was done yet, where it is done already, and where no calendar
    goes on for so long.
    """

    expected: int
    reached_on: date | None
    days_left: int
    minutes_a_month: int  # that it takes from now on

    def is_enough(self, need: int) -> bool:
        return self.expected >= need


def balance(hours: Iterable[Hours], rules: Sequence[HoursRule], period: Period) -> Balance:
    """Add up what falls into the period; a category counts no more than its cap.

    Source: the citation of each rule.
    """
    inside = [one for one in hours if period.from_on <= one.on <= period.to_on]
    asked = {r.category for r in rules if r.category is not None}
    seen = {one.category for one in inside} | asked
    parts = [_part(c, inside, rules) for c in HourCategory if c in seen]
    need = max((r.minutes for r in rules if r.category is None), default=0)
    return Balance(
        period,
        rules,
        need,
        sum(part.counted for part in parts),
        sum(part.waiting for part in parts),
        parts,
    )


def forecast(held: Balance, day: date) -> Forecast:
    """Go on as before until the period ends."""
    period, missing = held.period, held.missing
    elapsed = max((min(day, period.to_on) - period.from_on).days + 1, 1)
    left = max((period.to_on - day).days, 0)
    expected = held.counted + held.counted * left // elapsed
    reached = None
    if missing and held.counted:
        days = -(-missing * elapsed // held.counted)
        reached = day + timedelta(days=days) if days <= (date.max - day).days else None
    monthly = -(-missing * 30 // left) if left else missing
    return Forecast(expected, reached, left, monthly)


def _part(category: HourCategory, hours: Sequence[Hours], rules: Sequence[HoursRule]) -> OfCategory:
    mine = [one for one in hours if one.category is category]
    have = sum(one.minutes for one in mine if one.counts)
    waiting = sum(one.minutes for one in mine if not one.counts)
    own = [rule for rule in rules if rule.category is category]
    caps = [rule.minutes for rule in own if rule.bound is Bound.AT_MOST]
    least = max((rule.minutes for rule in own if rule.bound is Bound.AT_LEAST), default=0)
    most = min(caps, default=None)
    counted = have if most is None else min(have, most)
    return OfCategory(category, have, counted, waiting, max(least - counted, 0), least, most)
