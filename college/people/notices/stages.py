"""Telling people of a day that comes: so many days before, at each stage once."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Protocol, TypeVar

from college.core import jobs
from college.core.roles import SYSTEM, Actor

AT_ONCE = 200  # people in one transaction


class Due(Protocol):
    """Somebody whom it is time to tell."""

    @property
    def person_id(self) -> int: ...


D = TypeVar("D", bound=Due)


def stage(on: date, today: date, stages: Sequence[int]) -> int | None:
    """Of how many days ahead it is time to tell; None before the first, and once it is over."""
    left = (on - today).days
    return min((days for days in stages if 0 <= left <= days), default=None)


def tell_due(find: Callable[[], Sequence[D]], tell: Callable[[Actor, Sequence[D]], int]) -> int:
    """Tell everybody whom `find` names, some in each transaction; returns how many were told.

    `tell` notes whom it told, so that `find` names them no more.
    """
    count = 0
    while due := find():
        # a person once: of a second thing they are told in the next round
        some = list({one.person_id: one for one in due[:AT_ONCE]}.values())
        with jobs.transaction():
            count += tell(SYSTEM, some)
    return count
