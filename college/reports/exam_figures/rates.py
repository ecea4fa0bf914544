"""Of those who sat a level in a cycle, how many passed: one plain query that is the definition.

Sat: persons with a result for a paper they wrote. Passed: they earned the level with this cycle; of
seniors, who passed the paper, which is a statement and no qualification yet. Repeat: with a paper
of the same level on record in an earlier year. Member: of a cohort of this level and cycle on the
day the exam began. Persons each time, never person-times.

A cycle counts from the day on which its scores are published.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from college.core.dated import Moment
from college.core.db import UtcDateTime, db
from college.core.roles import Actor, Can, Scope
from college.core.shares import Share
from college.core.text import say
from college.exams.cohorts.models import CohortMember, ExamCohort
from college.exams.cycles.models import ExamCycle
from college.exams.results.models import Result, ResultStatus, Verdict
from college.people.qualifications.models import Level, Qualification

DAY = sa.bindparam("day", type_=sa.Date)
KNOWN_AT = sa.bindparam("known_at", type_=UtcDateTime)
NOBODY = (0, 0)
KINDS = ("is_repeat", "is_member", "has_passed")


class Group(StrEnum):
    """The persons behind a number beside the rates."""

    SAT = "sat"
    PASSED = "passed"
    FIRST = "first"
    REPEAT = "repeat"
    MEMBERS = "members"
    OTHERS = "others"

    @property
    def label(self) -> str:
        return {
            "sat": say("Sat the exam"),
            "passed": say("Passed"),
            "first": say("First time"),
            "repeat": say("Repeat"),
            "members": say("Cohort members"),
            "others": say("Others"),
        }[self]


@dataclass(frozen=True, slots=True)
class Sitting:
    """One level in one cycle: (passed, sat) of each of the four kinds of persons who sat."""

    cycle: ExamCycle
    level: Level
    counted: dict[tuple[bool, bool], tuple[int, int]]  # by (is_repeat, is_member)

    @property
    def all(self) -> Share:
        return self._of(lambda is_repeat, is_member: True)

    @property
    def first(self) -> Share | None:
        return self._some(lambda is_repeat, is_member: not is_repeat)

    @property
    def repeat(self) -> Share | None:
        return self._some(lambda is_repeat, is_member: is_repeat)

    @property
    def members(self) -> Share | None:
        return self._some(lambda is_repeat, is_member: is_member)

    @property
    def others(self) -> Share | None:
        return self._some(lambda is_repeat, is_member: not is_member)

    def _some(self, wanted: Callable[[bool, bool], bool]) -> Share | None:
        found = self._of(wanted)
        return found if found.whole else None

    def _of(self, wanted: Callable[[bool, bool], bool]) -> Share:
        rows = [numbers for kind, numbers in self.counted.items() if wanted(*kind)]
        return Share(sum(passed for passed, _ in rows), sum(sat for _, sat in rows))


def reads_all(actor: Actor) -> bool:
    """Exam figures are those of the whole college, for who reads its figures."""
    return any(reach.scope is Scope.ALL for reach in actor.reach(Can.FIGURES_SEE))


def sittings(actor: Actor, as_of: date, known_at: datetime | None = None) -> list[Sitting]:
    """Every level of every cycle that somebody sat, the latest first, the lowest level first."""
    if not reads_all(actor):
        return []
    asked: dict[str, object] = {"day": as_of}
    if known_at is not None:
        asked["known_at"] = known_at
    found: dict[tuple[int, Level], dict[tuple[bool, bool], tuple[int, int]]] = {}
    for row in db.session.execute(_counted(known_at is not None), asked):
        kinds = found.setdefault((row.cycle_id, row.level), {})
        kind = bool(row.is_repeat), bool(row.is_member)
        passed, sat = kinds.get(kind, NOBODY)
        kinds[kind] = passed + row.persons * row.has_passed, sat + row.persons
    cycles = _cycles({cycle_id for cycle_id, _ in found})
    made = [Sitting(cycles[key], level, kinds) for (key, level), kinds in found.items()]
    return sorted(made, key=lambda s: (-s.cycle.year, s.cycle.province, s.level.rank))


def _cycles(ids: set[int]) -> dict[int, ExamCycle]:
    chosen = sa.select(ExamCycle).where(ExamCycle.id.in_(ids))
    return {cycle.id: cycle for cycle in db.session.scalars(chosen)} if ids else {}


def members(
    group: Group, cycle_id: int, level: Level, as_of: date, known_at: datetime | None
) -> tuple[sa.Select[int], dict[str, object]]:
    """Select the ids of the persons of a group of one level of one cycle, and its parameters."""
    asked: dict[str, object] = {"day": as_of, "cycle": cycle_id, "level": level.value}
    if known_at is not None:
        asked["known_at"] = known_at
    return _members(group, known_at is not None), asked


@cache
def _members(group: Group, is_past: bool) -> sa.Select[int]:
    sat = _sat(is_past)
    rule = {
        Group.SAT: sa.true(),
        Group.PASSED: sat.c.has_passed == 1,
        Group.FIRST: sat.c.is_repeat == 0,
        Group.REPEAT: sat.c.is_repeat == 1,
        Group.MEMBERS: sat.c.is_member == 1,
        Group.OTHERS: sat.c.is_member == 0,
    }[group]
    same = sat.c.cycle_id == sa.bindparam("cycle", type_=sa.Integer)
    level = sa.cast(sat.c.level, sa.String) == sa.bindparam("level", type_=sa.String)
    return sa.select(sat.c.person_id).where(same, level, rule)


@cache
def _counted(is_past: bool) -> sa.Select[*tuple[Any, ...]]:
    """Made once: making it costs more than its answer."""
    sat = _sat(is_past)
    by = (sat.c.cycle_id, sat.c.level, *(sat.c[name] for name in KINDS))
    return sa.select(*by, sa.func.count().label("persons")).group_by(*by)


def _sat(is_past: bool) -> sa.Subquery:
    """Each person who sat a level of a cycle, once, and of which kind they are."""
    known_at = KNOWN_AT if is_past else None
    day = sa.func.coalesce(ExamCycle.scores_on, ExamCycle.exam_to_on)
    who = (Result.cycle_id, Result.level, Result.person_id)
    rules = (_sat_before(known_at), _was_member(), earned(known_at) | _stated(known_at))
    kinds = (
        sa.case((rule, 1), else_=0).label(name) for name, rule in zip(KINDS, rules, strict=True)
    )
    chosen = sa.select(*who, *kinds).join(ExamCycle, ExamCycle.id == Result.cycle_id)
    is_there = Result.known(known_at) & (Result.status == ResultStatus.SAT)
    return chosen.where(is_there, day <= DAY).distinct().subquery()


def earned(known_at: Moment | None) -> sa.ColumnElement[bool]:
    """Whether the person of a result earned its level with its cycle."""
    return sa.exists().where(
        Qualification.person_id == Result.person_id,
        Qualification.level == Result.level,
        Qualification.exam_year == ExamCycle.year,
        Qualification.known(known_at),
    )


def _stated(known_at: Moment | None) -> sa.ColumnElement[bool]:
    """The senior exam is one paper: who has passed it holds a statement."""
    paper = aliased(Result)
    return sa.exists().where(
        Result.level == Level.SENIOR,
        paper.person_id == Result.person_id,
        paper.cycle_id == Result.cycle_id,
        paper.level == Level.SENIOR,
        paper.verdict == Verdict.PASSED,
        paper.known(known_at),
    )


def _sat_before(known_at: Moment | None) -> sa.ColumnElement[bool]:
    before, cycle = aliased(Result), aliased(ExamCycle)
    return sa.exists().where(
        before.person_id == Result.person_id,
        before.level == Result.level,
        before.status == ResultStatus.SAT,
        before.known(known_at),
        cycle.id == before.cycle_id,
        cycle.year < ExamCycle.year,
    )


def _was_member() -> sa.ColumnElement[bool]:
    there = CohortMember.left_on.is_(None) | (CohortMember.left_on >= ExamCycle.exam_from_on)
    return sa.exists().where(
        CohortMember.person_id == Result.person_id,
        ExamCohort.id == CohortMember.cohort_id,
        ExamCohort.cycle_id == Result.cycle_id,
        ExamCohort.level == Result.level,
        CohortMember.joined_on <= ExamCycle.exam_from_on,
        there,
    )


def by_year(found: Sequence[Sitting]) -> dict[int, list[Sitting]]:
    years: dict[int, list[Sitting]] = {}
    for sitting in found:
        years.setdefault(sitting.cycle.year, []).append(sitting)
    return years
