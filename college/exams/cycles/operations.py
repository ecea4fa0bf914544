"""Planning cycles: the only code that makes or changes an ExamCycle."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import pairwise

import sqlalchemy as sa

from college.core import journal
from college.core.access import require
from college.core.db import db
from college.core.errors import RuleBroken
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.core.text import say
from college.exams.cycles.data import CALENDAR, INNER_MONGOLIA, CycleDates, names_of
from college.exams.cycles.models import ExamCycle
from college.exams.cycles.paper_times import PaperTime


class DatesOutOfOrder(RuleBroken):
    code, field = "dates_out_of_order", "exam_to_on"
    message = say("An exam ends on the day it begins or later. Compare the dates with the notice.")


class HalfADate(RuleBroken):
    code, field = "half_a_date", "exam_to_on"
    message = say("Enter the first and the last day of the exam, or neither.")


class DatesCrossed(RuleBroken):
    code, field = "dates_crossed", ""
    message = say("These dates stand in no order: %(first)s, then %(second)s. Compare the notice.")


class OutsideTheExam(RuleBroken):
    code, field = "outside_the_exam", ""
    message = say("%(day)s is no day of this exam. Compare the notice.")


class HoursBackwards(RuleBroken):
    code, field = "hours_backwards", ""
    message = say("A paper ends after it begins: %(hours)s. Compare the notice.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """What the notices of a year say so far; None: not announced yet."""

    registration_from_on: date | None = None
    registration_to_on: date | None = None
    registration_check_from_on: date | None = None
    registration_check_to_on: date | None = None
    payment_to_on: date | None = None
    tickets_from_on: date | None = None
    tickets_to_on: date | None = None
    exam_from_on: date | None = None
    exam_to_on: date | None = None
    scores_on: date | None = None
    check_from_on: date | None = None
    check_to_on: date | None = None
    approved_on: date | None = None
    syllabus_edition: str = ""
    citation: str = ""
    remind_days: Sequence[int] = ()

    def refuse_nonsense(self) -> None:
        """Raises HalfADate, DatesOutOfOrder, DatesCrossed."""
        if (self.exam_from_on is None) != (self.exam_to_on is None):
            raise HalfADate
        if self.exam_from_on and self.exam_to_on and self.exam_to_on < self.exam_from_on:
            raise DatesOutOfOrder
        ways = (
            (
                self.registration_from_on,
                self.registration_to_on,
                self.registration_check_to_on,
                self.payment_to_on,
            ),
            (
                self.registration_from_on,
                self.registration_check_from_on,
                self.registration_check_to_on,
            ),
            (self.tickets_from_on, self.tickets_to_on),
            (self.registration_to_on, self.exam_from_on, self.scores_on),
            (self.exam_to_on, self.check_from_on, self.check_to_on),
        )
        for way in ways:
            known = [day for day in way if day is not None]
            for first, second in pairwise(known):
                if second < first:
                    raise DatesCrossed(first=first, second=second)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCycle(Announced):
    year: int
    province: str
    name: str
    name_en: str = ""
    paper_times: Sequence[PaperTime] = ()


@operation
def plan_cycle(actor: Actor, new: NewCycle) -> ExamCycle:
    """Enter one year's exam of a province.

    Raises NotAllowed, HalfADate, DatesOutOfOrder, DatesCrossed, Conflict.
    """
    return _plan(actor, [new])[0]


@operation
def announce(actor: Actor, cycle: ExamCycle, said: Announced) -> ExamCycle:
    """Enter what the notices of a year say by now, in the place of what was entered before.

    Hours of papers on what is no day of the exam any more go: a new notice names new ones.
    Raises NotAllowed, HalfADate, DatesOutOfOrder, DatesCrossed.
    """
    require(actor, Can.CYCLES_PLAN, cycle)
    said.refuse_nonsense()
    for name, value in asdict(said).items():
        setattr(cycle, name, list(value) if name == "remind_days" else value)
    cycle.paper_times = [each.kept for each in cycle.times if _is_in(each.on, cycle)]
    journal.record(actor, "announce_cycle", cycle, exam_from_on=cycle.exam_from_on)
    return cycle


@operation
def time_papers(actor: Actor, cycle: ExamCycle, times: Sequence[PaperTime]) -> ExamCycle:
    """Enter on which day and at which hours each paper is written, in the place of what stood.

    Raises NotAllowed, OutsideTheExam, HoursBackwards.
    """
    require(actor, Can.CYCLES_PLAN, cycle)
    for each in times:
        if not _is_in(each.on, cycle):
            raise OutsideTheExam(day=each.on)
        if each.ends <= each.starts:
            raise HoursBackwards(hours=each.hours)
    cycle.paper_times = [each.kept for each in times]
    journal.record(actor, "time_papers", cycle, papers=len(times))
    return cycle


@operation
def date_cycle(
    actor: Actor,
    cycle: ExamCycle,
    *,
    scores_on: date | None = None,
    approved_on: date | None = None,
) -> ExamCycle:
    """Enter the dates that are published after the exam; None leaves a date as it is."""
    require(actor, Can.CYCLES_PLAN, cycle)
    cycle.scores_on = scores_on or cycle.scores_on
    cycle.approved_on = approved_on or cycle.approved_on
    journal.record(
        actor, "date_cycle", cycle, scores_on=cycle.scores_on, approved_on=cycle.approved_on
    )
    return cycle


@operation
def adopt_cycles(actor: Actor) -> list[ExamCycle]:
    """Enter the known calendar of Inner Mongolia; years that stand already stay as they are.

    Returns the new cycles, earliest first.
    """
    held = sa.select(ExamCycle.year).where(ExamCycle.province == INNER_MONGOLIA)
    known = set(db.session.scalars(held))
    return _plan(
        actor, [_in_inner_mongolia(dates) for dates in CALENDAR if dates.year not in known]
    )


def _in_inner_mongolia(dates: CycleDates) -> NewCycle:
    name, name_en = names_of(dates.year)
    tickets_from_on, tickets_to_on = dates.tickets or (None, None)
    return NewCycle(
        year=dates.year,
        province=INNER_MONGOLIA,
        name=name,
        name_en=name_en,
        registration_from_on=dates.registration[0],
        registration_to_on=dates.registration[1],
        registration_check_to_on=dates.registration_check_to_on,
        payment_to_on=dates.payment_to_on,
        tickets_from_on=tickets_from_on,
        tickets_to_on=tickets_to_on,
        exam_from_on=dates.exam[0],
        exam_to_on=dates.exam[1],
        paper_times=dates.paper_times,
        scores_on=dates.scores_on,
        syllabus_edition=dates.syllabus_edition,
        citation=dates.citation,
    )


def _is_in(day: date, cycle: ExamCycle) -> bool:
    """Whether a day is one of the exam's; where those are not announced any may be."""
    first, last = cycle.exam_from_on, cycle.exam_to_on
    return first is None or last is None or first <= day <= last


def _plan(actor: Actor, new: Sequence[NewCycle]) -> list[ExamCycle]:
    require(actor, Can.CYCLES_PLAN)
    for facts in new:
        facts.refuse_nonsense()
    cycles = [
        ExamCycle(
            **asdict(facts)
            | {
                "remind_days": list(facts.remind_days),
                "paper_times": [each.kept for each in facts.paper_times],
            }
        )
        for facts in new
    ]
    db.session.add_all(cycles)
    journal.record_all(
        actor, "plan_cycle", [(c, None, {"year": c.year, "citation": c.citation}) for c in cycles]
    )
    return cycles
