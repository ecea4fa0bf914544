"""Planning cycles: the only code that makes or changes an ExamCycle."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from college.core import journal
from college.core.access import require
from college.core.db import db
from college.core.errors import RuleBroken
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.core.text import say
from college.exams.cycles.data import CALENDAR, INNER_MONGOLIA, RENAMED_IN, CycleDates
from college.exams.cycles.models import ExamCycle


class DatesOutOfOrder(RuleBroken):
    code, field = "dates_out_of_order", "exam_to_on"
    message = say("An exam ends on the day it begins or later. Compare the dates with the notice.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCycle:
    year: int
    province: str
    name: str
    exam_from_on: date
    exam_to_on: date
    name_en: str = ""
    registration_from_on: date | None = None
    registration_to_on: date | None = None
    scores_on: date | None = None
    approved_on: date | None = None
    syllabus_edition: str = ""
    citation: str = ""


@operation
def plan_cycle(actor: Actor, new: NewCycle) -> ExamCycle:
    """Enter one year's exam of a province. Raises NotAllowed, DatesOutOfOrder, Conflict."""
    return _plan(actor, [new])[0]


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
    kind = "职业资格考试" if dates.year >= RENAMED_IN else "职业水平考试"
    return NewCycle(
        year=dates.year,
        province=INNER_MONGOLIA,
        name=f"{dates.year}年度社会工作者{kind}",
        name_en=f"Social workers' qualification exam {dates.year}",
        registration_from_on=dates.registration[0],
        registration_to_on=dates.registration[1],
        exam_from_on=dates.exam[0],
        exam_to_on=dates.exam[1],
        scores_on=dates.scores_on,
        syllabus_edition=dates.syllabus_edition,
        citation=dates.citation,
    )


def _plan(actor: Actor, new: Sequence[NewCycle]) -> list[ExamCycle]:
    require(actor, Can.CYCLES_PLAN)
    if any(facts.exam_to_on < facts.exam_from_on for facts in new):
        raise DatesOutOfOrder
    cycles = [
        ExamCycle(
            year=facts.year,
            province=facts.province,
            name=facts.name,
            name_en=facts.name_en,
            registration_from_on=facts.registration_from_on,
            registration_to_on=facts.registration_to_on,
            exam_from_on=facts.exam_from_on,
            exam_to_on=facts.exam_to_on,
            scores_on=facts.scores_on,
            approved_on=facts.approved_on,
            syllabus_edition=facts.syllabus_edition,
            citation=facts.citation,
        )
        for facts in new
    ]
    db.session.add_all(cycles)
    journal.record_all(
        actor, "plan_cycle", [(c, None, {"year": c.year, "citation": c.citation}) for c in cycles]
    )
    return cycles
