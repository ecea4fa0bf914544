"""Holders who came and went: how many there were, who is new, who left, year by year.

Staff and holders are those of `figures/queries.py`: persons in post that day as station worker,
community worker or cadre, who hold a qualification approved by that day, once each. Of a unit: with
all that stood below it that day.

New in a year: holders on its last day who were none on the last day of the year before; either they
earned their first qualification in between, or they came with one. Left: the other way round. So
what there was and who is new, less who left, is what there is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from college.core import kept
from college.core.access import for_readers
from college.core.dated import Moment
from college.core.kept import Figure
from college.core.roles import Actor
from college.core.text import say
from college.people.employment.models import STAFF, Employment
from college.people.qualifications.models import Qualification
from college.reports.figures.queries import KNOWN_AT, UNIT, reads_all, within_reach
from college.stations.units.models import Unit
from college.stations.units.queries import below

Rule = sa.ColumnElement[bool]


class Group(StrEnum):
    """The persons behind a number of this page."""

    STAFF = "staff"
    HOLDERS = "holders"
    NEW = "new"
    CERTIFIED = "certified"
    JOINED = "joined"
    LEFT = "left"

    @property
    def label(self) -> str:
        return {
            "staff": say("Staff in post"),
            "holders": say("Holders"),
            "new": say("New holders"),
            "certified": say("Newly certified"),
            "joined": say("Came with a certificate"),
            "left": say("Holders who left"),
        }[self]


@dataclass(frozen=True, slots=True)
class Flow:
    """From the last day of one year to `day`, the last of the next or the day asked for."""

    day: date
    before: int
    certified: int
    joined: int
    left: int
    after: int

    @property
    def new(self) -> int:
        return self.certified + self.joined

    @property
    def net(self) -> int:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Of:
    """Whose figures: of all that the reader may see, or of one unit with all below; known when."""

    unit: Unit | None = None
    known_at: datetime | None = None

    def asked(self, actor: Actor, days: Sequence[date]) -> dict[str, object]:
        found: dict[str, object] = {f"day_{n}": day for n, day in enumerate(days)}
        found["me"] = actor.person_id
        if self.unit is not None:
            found["unit"] = self.unit.id
        if self.known_at is not None:
            found["known_at"] = self.known_at
        return found

    def rows(
        self, actor: Actor, figure: Figure, chosen: sa.Select[*tuple[Any, ...]], **more: date
    ) -> list[tuple[Any, ...]]:
        """The rows of a figure, topped up from what is kept where it is that of all."""
        is_whole = self.unit is None and reads_all(actor)
        asked = self.asked(actor, figure.days) | more
        return kept.rows(figure, chosen, asked, is_whole=is_whole, known_at=self.known_at)

    def count(
        self,
        actor: Actor,
        figure: Figure,
        chosen: sa.Select[*tuple[Any, ...]],
        columns: int,
        **more: date,
    ) -> list[int]:
        """The numbers of a figure that has one row."""
        rows = self.rows(actor, figure, chosen, **more)
        return list(rows[0]) if rows else [0] * columns

    @property
    def shape(self) -> tuple[bool, bool]:
        return self.unit is not None, self.known_at is not None


def flows(actor: Actor, days: Sequence[date], of: Of) -> list[Flow]:
    """One for each day but the first, from the day before it in the list."""
    chosen = _counted(actor, len(days), *of.shape)
    numbers = of.count(actor, Figure("flows", 0, days), chosen, 4 * len(days) - 3)
    holders, rest = numbers[: len(days)], numbers[len(days) :]
    moves = zip(rest[0::3], rest[1::3], rest[2::3], strict=True)
    return [
        Flow(day, before, certified, joined, left, after)
        for day, before, after, (certified, joined, left) in zip(
            days[1:], holders, holders[1:], moves, strict=False
        )
    ]


def members(
    actor: Actor, group: Group, days: tuple[date, date], of: Of
) -> tuple[sa.Select[int], dict[str, object]]:
    """Select the ids of the persons of a group from one day to another, and its parameters."""
    return _members(actor, group, *of.shape), of.asked(actor, days)


@for_readers
def _counted(actor: Actor, days: int, has_unit: bool, is_past: bool) -> sa.Select[*tuple[Any, ...]]:
    """One row: the holders of each day, then of each pair of days who came and went."""
    status, rules = _status(actor, days, has_unit, is_past)
    wanted = [rules(Group.HOLDERS, n) for n in range(days)]
    moves = (Group.CERTIFIED, Group.JOINED, Group.LEFT)
    wanted += [rules(move, n) for n in range(1, days) for move in moves]
    return sa.select(*(sa.func.count().filter(rule) for rule in wanted)).select_from(status)


@for_readers
def _members(actor: Actor, group: Group, has_unit: bool, is_past: bool) -> sa.Select[int]:
    status, rules = _status(actor, 2, has_unit, is_past)
    return sa.select(status.c.person_id).where(rules(group, 1))


def _status(actor: Actor, days: int, has_unit: bool, is_past: bool) -> tuple[sa.Subquery, Any]:
    """Each person who was ever staff: whether they were, and held something, on each day."""
    known_at = KNOWN_AT if is_past else None
    asked = [sa.bindparam(f"day_{n}", type_=sa.Date) for n in range(days)]
    staff = _staff(actor, asked, known_at, has_unit)
    held = _held(asked, known_at)
    columns = [
        *(staff.c[f"there_{n}"] for n in range(days)),
        *(sa.func.coalesce(held.c[f"held_{n}"], 0).label(f"held_{n}") for n in range(days)),
    ]
    joined = sa.select(staff.c.person_id, *columns).select_from(staff)
    status = joined.outerjoin(held, held.c.person_id == staff.c.person_id).subquery()

    def rule(group: Group, n: int) -> Rule:
        def holds(at: int) -> Rule:
            return (status.c[f"there_{at}"] == 1) & (status.c[f"held_{at}"] == 1)

        is_new = holds(n) & ~holds(n - 1) if n else sa.false()
        return {
            Group.STAFF: status.c[f"there_{n}"] == 1,
            Group.HOLDERS: holds(n),
            Group.NEW: is_new,
            Group.CERTIFIED: is_new & (status.c[f"held_{max(n - 1, 0)}"] == 0),
            Group.JOINED: is_new & (status.c[f"held_{max(n - 1, 0)}"] == 1),
            Group.LEFT: holds(n - 1) & ~holds(n) if n else sa.false(),
        }[group]

    return status, rule


Days = Sequence[sa.BindParameter[date]]


def _staff(actor: Actor, days: Days, known_at: Moment | None, has_unit: bool) -> sa.Subquery:
    there = [
        sa.func.max(sa.case((posts_on(day, known_at, has_unit), 1), else_=0)).label(f"there_{n}")
        for n, day in enumerate(days)
    ]
    is_staff = Employment.capacity.in_(STAFF) & Employment.known(known_at)
    chosen = sa.select(Employment.person_id, *there).where(is_staff, within_reach(actor))
    return chosen.group_by(Employment.person_id).subquery()


def posts_on(day: sa.BindParameter[date], known_at: Moment | None, has_unit: bool) -> Rule:
    """The posts of a day, and where a unit is asked those at it or below it that day."""
    covers = Employment.covers(day, known_at)
    return covers & Employment.unit_id.in_(below(UNIT, day, known_at)) if has_unit else covers


def _held(days: Days, known_at: Moment | None) -> sa.Subquery:
    first = sa.func.min(Qualification.approved_on)
    held = [sa.case((first <= day, 1), else_=0).label(f"held_{n}") for n, day in enumerate(days)]
    chosen = sa.select(Qualification.person_id, *held).where(Qualification.known(known_at))
    return chosen.group_by(Qualification.person_id).subquery()
