"""Who completes a class: the facts, and the one function that judges them. No table of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum
from typing import Any

from college.core.text import Remark, say
from college.courses.grades.models import Achieved, plain

TENTH = Decimal("0.1")


class Lack(StrEnum):
    """What stands between a trainee and completing."""

    ATTENDANCE_SHORT = "attendance_short"
    LESSONS_UNMARKED = "lessons_unmarked"
    MARK_SHORT = "mark_short"
    MARK_MISSING = "mark_missing"

    @property
    def message(self) -> str:
        return {
            "attendance_short": say("Attended %(there)s class periods of the %(needed)s required"),
            "lessons_unmarked": say("Lessons without attendance: %(count)s"),
            "mark_short": say("%(title)s: %(mark)s, pass mark %(needed)s"),
            "mark_missing": say("%(title)s: no mark yet"),
        }[self]


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that is missing, and by how much. `facts` are text and whole numbers only."""

    lack: Lack
    facts: Mapping[str, str | int]

    @property
    def remark(self) -> Remark:
        return Remark(self.lack.message, self.facts)

    @property
    def stored(self) -> dict[str, Any]:
        """As `Enrolment.outcome` keeps it."""
        return {"code": self.lack.value, **self.facts}

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Reason":
        return cls(Lack(stored["code"]), {k: v for k, v in stored.items() if k != "code"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The facts that decide. Minutes are whole; `lessons_unmarked` count as not attended."""

    minutes_attended: int
    minutes_held: int
    attendance_percent: int
    minutes_per_period: int
    lessons_unmarked: int
    achieved: tuple[Achieved, ...]


@dataclass(frozen=True, slots=True)
class Completion:
    completes: bool
    reasons: tuple[Reason, ...]


def minutes_needed(minutes_held: int, attendance_percent: int) -> int:
    """The least whole minutes m with m × 100 ≥ held × percent: a share is never rounded away."""
    return -(-minutes_held * attendance_percent // 100)


def verdict(standing: Standing) -> Completion:
    """Judge: the attendance asked for, and every assessment marked and passed.

    An assessment passes at its pass mark; a class without assessments asks for attendance alone.
    Source of the rule: domain.md §5.1, 结业 = attendance and assessment, both set per class.
    """
    reasons = (*_attendance(standing), *_marks(standing.achieved))
    return Completion(not reasons, reasons)


def _attendance(standing: Standing) -> list[Reason]:
    needed = minutes_needed(standing.minutes_held, standing.attendance_percent)
    if standing.minutes_attended >= needed:
        return []
    there = periods(standing.minutes_attended, standing.minutes_per_period, ROUND_FLOOR)
    asked = periods(needed, standing.minutes_per_period, ROUND_CEILING)
    short = Reason(Lack.ATTENDANCE_SHORT, {"there": there, "needed": asked})
    if not standing.lessons_unmarked:
        return [short]
    return [short, Reason(Lack.LESSONS_UNMARKED, {"count": standing.lessons_unmarked})]


def _marks(achieved: tuple[Achieved, ...]) -> list[Reason]:
    reasons = []
    for one in achieved:
        titles = {"title": one.title, "title_en": one.title_en}
        if one.value is None:
            reasons.append(Reason(Lack.MARK_MISSING, titles))
        elif one.value < one.pass_mark:
            marks = {"mark": plain(one.value), "needed": plain(one.pass_mark)}
            reasons.append(Reason(Lack.MARK_SHORT, titles | marks))
    return reasons


def periods(minutes: int, minutes_per_period: int, rounding: str = ROUND_FLOOR) -> str:
    """Minutes as class periods with at most one decimal: "43.2", "38".

    What was attended is rounded down and what is asked for up, so that two different numbers of
    minutes never look alike when one is too few.
    """
    exact = Decimal(minutes) / Decimal(minutes_per_period)
    return plain(exact.quantize(TENTH, rounding=rounding))
