"""Of those who sat a level in a cycle, how many passed: one plain query that is the definition.

Sat: persons with a result for a paper they wrote. Passed: they earned the level with this cycle; of
seniors, who passed the paper, which is a statement and no qualification yet. Repeat: with a paper
of the same level on record in an earlier year. Member: of a cohort of this level and cycle on the
day the exam began. Persons each time, never person-times.

A cycle counts from the day on which it is out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any

import sqlalchemy as sa

from college.core import kept
from college.core.dated import Moment
from college.core.db import UtcDateTime, db
from college.core.kept import Figure
from college.core.roles import Actor
from college.core.shares import Share
from college.core.text import say
from college.exams.cohorts.models import CohortMember, ExamCohort
from college.exams.cycles.models import ExamCycle
from college.exams.results.models import Result, ResultStatus
from college.exams.results.out import out_by
from college.people.qualifications.models import Level, Qualification
from college.reports.figures.queries import reads_all

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


def sittings(actor: Actor, as_of: date, known_at: datetime | None = None) -> list[Sitting]:
    """Every level of every cycle that somebody sat, the latest first, the lowest level first.

    Exam figures are those of the whole college, for who reads its figures.
    """
    return all_sittings(as_of, known_at) if reads_all(actor) else []


def all_sittings(as_of: date, known_at: datetime | None = None) -> list[Sitting]:
    """The same for nobody in particular: which exams were held is no secret, the numbers are."""
    asked: dict[str, object] = {"day": as_of}
    if known_at is not None:
        asked["known_at"] = known_at
    found: dict[tuple[int, Level], dict[tuple[bool, bool], tuple[int, int]]] = {}
    chosen, figure = _counted(known_at is not None), Figure("sittings", 5, [as_of])
    for row in kept.rows(figure, chosen, asked, is_whole=True, known_at=known_at):
        cycle_id, level, is_repeat, is_member, has_passed, persons = row
        kinds = found.setdefault((cycle_id, Level(level)), {})
        kind = bool(is_repeat), bool(is_member)
        passed, sat = kinds.get(kind, NOBODY)
        kinds[kind] = passed + persons * has_passed, sat + persons
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
    sat = sat_levels(is_past)
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
    sat = sat_levels(is_past)
    by = (sat.c.cycle_id, sat.c.level, *(sat.c[name] for name in KINDS))
    return sa.select(*by, sa.func.count().label("persons")).group_by(*by)


def sat_levels(is_past: bool) -> sa.Subquery:
    """Each person who sat a level of a cycle, once, and of which kind they are."""
    known_at = KNOWN_AT if is_past else None
    sat = _papers(known_at)
    first_year = sa.func.min(sat.c.year).over(partition_by=(sat.c.person_id, sat.c.level))
    rules = (first_year < sat.c.year, _was_member(sat, known_at), _earned(sat, known_at))
    kinds = (
        sa.case((rule, 1), else_=0).label(name) for name, rule in zip(KINDS, rules, strict=True)
    )
    found = sa.select(sat.c.cycle_id, sat.c.level, sat.c.person_id, *kinds).subquery()
    # a year before counts as soon as it is on record, whenever it is out
    return sa.select(found).where(found.c.cycle_id.in_(out_by(DAY))).subquery()


def _papers(known_at: Moment | None) -> sa.Subquery:
    """Who sat a level of a cycle, once for all papers, with the year of the cycle."""
    who = (Result.cycle_id, Result.level, Result.person_id)
    chosen = sa.select(*who, ExamCycle.year)
    is_there = Result.known(known_at) & (Result.status == ResultStatus.SAT)
    joined = chosen.join(ExamCycle, ExamCycle.id == Result.cycle_id)
    return joined.where(is_there).distinct().subquery()


def _earned(sat: sa.Subquery, known_at: Moment | None) -> sa.ColumnElement[bool]:
    """They earned the level with the cycle; the senior exam is one paper, which gives a statement.

    As a list, made once: asked of each person it would cost many times as much.
    """
    held = sa.select(Qualification.person_id, Qualification.level, Qualification.exam_year)
    earned = held.where(Qualification.known(known_at), Qualification.exam_year.is_not(None))
    stated = sa.select(Result.person_id, Result.cycle_id).where(
        Result.is_senior_pass(), Result.known(known_at)
    )
    is_senior = sat.c.level == Level.SENIOR
    return sa.tuple_(sat.c.person_id, sat.c.level, sat.c.year).in_(earned) | (
        is_senior & sa.tuple_(sat.c.person_id, sat.c.cycle_id).in_(stated)
    )


def _was_member(sat: sa.Subquery, known_at: Moment | None) -> sa.ColumnElement[bool]:
    members = (
        sa.select(CohortMember.person_id, ExamCohort.cycle_id, ExamCohort.level)
        .join(ExamCohort, ExamCohort.id == CohortMember.cohort_id)
        .join(ExamCycle, ExamCycle.id == ExamCohort.cycle_id)
        .where(CohortMember.there(ExamCycle.exam_from_on, known_at))
    )
    return sa.tuple_(sat.c.person_id, sat.c.cycle_id, sat.c.level).in_(members)


def by_year(found: Sequence[Sitting]) -> dict[int, list[Sitting]]:
    years: dict[int, list[Sitting]] = {}
    for sitting in found:
        years.setdefault(sitting.cycle.year, []).append(sitting)
    return years
