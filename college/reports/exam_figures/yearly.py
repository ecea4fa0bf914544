"""The persons behind the numbers of a year, in the shape in which cities report it."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa

from college.core import clock
from college.core.text import say
from college.courses.runs.models import CourseRun
from college.exams.cycles.models import ExamCycle
from college.people.qualifications.models import Level
from college.reports.exam_figures.outcome import completions, held_by, on_sheets
from college.reports.exam_figures.rates import sat_levels

YEAR = sa.bindparam("year", type_=sa.Integer)


class Yearly(StrEnum):
    """What a year's line counts: persons each time, but for the training, which is person-times."""

    REGISTERED = "registered"
    TRAINED = "trained"
    PASSED = "passed"
    HELD = "held"

    @property
    def label(self) -> str:
        return {
            "registered": say("Registered"),
            "trained": say("Completed a class for the exam"),
            "passed": say("Passed"),
            "held": say("Holders in all"),
        }[self]


def members(
    group: Yearly, year: int, level: Level | None, as_of: date, known_at: datetime | None
) -> tuple[sa.Select[int], dict[str, object]]:
    """Select the ids of the persons, each once in a list of persons; with the parameters.

    Of those who passed with `level` those of one level; the others are of all.
    """
    is_past = known_at is not None
    asked: dict[str, object] = {"day": as_of}
    if is_past:
        asked["known_at"] = known_at
    if group is Yearly.HELD:
        return held_by(is_past), asked | {"day": min(date(year, 12, 31), as_of)}
    asked["year"] = year
    if group is Yearly.TRAINED:
        mine = sa.extract("year", CourseRun.ends_on) == YEAR
        asked["first_moment"] = known_at or clock.now()
        return _persons(completions().where(mine)), asked
    if group is Yearly.REGISTERED:
        return _persons(on_sheets(is_past).where(ExamCycle.year == YEAR)), asked
    return _passed(level, is_past), asked


def _persons(found: sa.Select[int, int]) -> sa.Select[int]:
    return sa.select(found.subquery().c.person_id)


def _passed(level: Level | None, is_past: bool) -> sa.Select[int]:
    sat = sat_levels(is_past)
    of_year = sat.c.cycle_id.in_(sa.select(ExamCycle.id).where(ExamCycle.year == YEAR))
    chosen = sa.select(sat.c.person_id).where(of_year, sat.c.has_passed == 1)
    return chosen if level is None else chosen.where(sat.c.level == level)
