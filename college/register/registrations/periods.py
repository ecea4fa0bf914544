"""Days that are counted in months: where a window ends, how long a registration lasts.

Source: 民法典 arts. 201 and 202: the day it begins with is not counted; it ends on the day of the
same number, or, where a month has none, on the last of that month.
"""

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

DAY = timedelta(days=1)


def months_on(day: date, months: int) -> date:
    """The day of the same number so many months on, or the last of a month that is shorter."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(years, month + 1, min(day.day, monthrange(years, month + 1)[1]))


def last_day(from_on: date, months: int) -> date:
    """The last day of so many whole months that begin on `from_on`: 29 Feb to 28 Feb is a year."""
    day = months_on(from_on, months)
    return day if day.day < from_on.day else day - DAY


def window_opens(to_on: date, months: int) -> date:
    """The first day of the last so many months of a time that ends on `to_on`."""
    return months_on(to_on + DAY, -months)


def first_that(reaches: Callable[[date], date], day: date, months: int) -> date:
    """The first day d with `reaches(d) >= day`, where it never falls and lies so many months on."""
    found = months_on(day, -months) - 4 * DAY
    while reaches(found) < day:
        found += DAY
    return found
