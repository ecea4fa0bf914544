"""Telling people of a day that comes: so many days before, at each stage once."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from college.core import jobs
from college.core.journal import SubjectKey
from college.core.roles import SYSTEM, Actor
from college.people.persons.models import Person

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


def can_be_told(person_id: sa.SQLColumnExpression[int]) -> sa.ColumnElement[bool]:
    """Whether the person of a column is somebody: not merged into another, their data not deleted.

    What they passed stays on record all the same.
    """
    person = aliased(Person)
    merged = sa.exists().where(person.id == person_id, person.merged_into_id.is_not(None))
    deleted = sa.exists().where(SubjectKey.person_id == person_id, SubjectKey.sealed == b"")
    return ~merged & ~deleted


def tell_in_turn(
    find: Callable[[int], Sequence[D]], tell: Callable[[Actor, Sequence[D]], int]
) -> int:
    """Tell very many, some in each transaction; returns how many were told.

    `find` names the next of them behind a person's id, in the order of ids, each person once: so
    that nobody is looked at twice. `tell` notes whom it told.
    """
    count = behind = 0
    while due := find(behind):
        with jobs.transaction():
            count += tell(SYSTEM, due)
        behind = due[-1].person_id
    return count


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
