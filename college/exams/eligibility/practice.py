"""Days and full years of practice, out of posts and what was stated. It reads no database."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)
MONTHS = 12


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """From a day up to and with another; both are dates, an end that is open comes as date.max."""

    from_on: date
    to_on: date


def days_of(
    practice: Iterable[Stretch], *, without: Collection[Stretch], after: date, until: date
) -> int:
    """How many days lie in one of `practice` and none of `without`, `after` a day, `until` another.

    A day in two posts is one day.
    """
    first = after + ONE_DAY
    worked = _joined(_cut(each, first, until) for each in practice)
    away = _joined(_cut(each, first, until) for each in without)
    return _length(worked) - _common(worked, away)


def full_months(days: int, until: date) -> int:
    """As how many whole months these days count: as though they lay together before the cut-off.

    So four years of every day are four years, however many of them were leap years.
    """
    end = until + ONE_DAY
    months = days // 31
    while (end - months_before(end, months + 1)).days <= days:
        months += 1
    return months


def months_before(day: date, months: int) -> date:
    """The same day of an earlier month, or that month's last."""
    index = day.year * MONTHS + day.month - 1 - months
    year, month = divmod(index, MONTHS)
    first = date(year, month + 1, 1)
    following = date(year + (month + 1) // MONTHS, (month + 1) % MONTHS + 1, 1)
    return first.replace(day=min(day.day, (following - ONE_DAY).day))


def _cut(stretch: Stretch, first: date, last: date) -> Stretch:
    return Stretch(max(stretch.from_on, first), min(stretch.to_on, last))


def _joined(stretches: Iterable[Stretch]) -> Sequence[Stretch]:
    """The same days, none of them twice."""
    joined: list[Stretch] = []
    for each in sorted(s for s in stretches if s.from_on <= s.to_on):
        if joined and each.from_on <= joined[-1].to_on:
            joined[-1] = Stretch(joined[-1].from_on, max(joined[-1].to_on, each.to_on))
        else:
            joined.append(each)
    return joined


def _length(stretches: Iterable[Stretch]) -> int:
    return sum((each.to_on - each.from_on).days + 1 for each in stretches)


def _common(some: Sequence[Stretch], others: Sequence[Stretch]) -> int:
    pairs = ((max(a.from_on, b.from_on), min(a.to_on, b.to_on)) for a in some for b in others)
    return sum((end - begin).days + 1 for begin, end in pairs if begin <= end)
