"""How far each cohort came, for those who read the figures of the whole college."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

import sqlalchemy as sa

from college.core.db import db
from college.core.roles import Actor
from college.exams.cohorts.models import ExamCohort
from college.exams.cohorts.progress import funnels
from college.exams.cycles.models import ExamCycle
from college.exams.pass_rules.queries import all_rules
from college.reports.figures.queries import reads_all
from college.reports.figures.seen import sees_small_cells
from college.reports.figures.small_cells import Count, Hidden, without_small_steps
from college.reports.figures.steps import Step, registered, steps_in


@dataclass(frozen=True, slots=True)
class CohortLine:
    """How many members came how far by a day, as `steps` says; a small number may be hidden.

    `counts` has the steps of the cohort's level: a paper that it has not is not among them.
    """

    cohort: ExamCohort
    counts: Mapping[Step, Count]
    as_of: date

    @property
    def members(self) -> Count:
        return self.counts[Step.MEMBERS]

    @property
    def trained(self) -> Count:
        return self.counts[Step.TRAINED]

    @property
    def sat(self) -> Count:
        return self.counts[Step.SAT]

    @property
    def passed(self) -> Count:
        return self.counts[Step.PASSED]

    @property
    def is_ahead(self) -> bool:
        return self.cohort.cycle.begins_after(self.as_of)

    @property
    def is_whole(self) -> bool:
        return not any(isinstance(count, Hidden) for count in self.counts.values())


def cohort_lines(
    actor: Actor, as_of: date, known_at: datetime | None = None
) -> Sequence[CohortLine]:
    """Every cohort, the latest exam first; none for who reads one station's figures only."""
    if not reads_all(actor):
        return []
    cohorts = db.session.scalars(_cohorts()).all()
    ids = [cohort.id for cohort in cohorts]
    counted, holding = funnels(ids, as_of, known_at), registered(ids, as_of, known_at)
    numbers = {
        n: {step: getattr(counted[n], step, 0) for step in Step}
        | {Step.REGISTERED: holding.get(n, 0)}
        for n in ids
    }
    return lines_of(actor, cohorts, numbers, as_of)


def lines_of(
    actor: Actor,
    cohorts: Sequence[ExamCohort],
    numbers: Mapping[int, Mapping[Step, int]],
    as_of: date,
) -> list[CohortLine]:
    """The same line on whichever page a cohort stands; none of a cohort without members then.

    `numbers` are of each cohort by its id.
    """
    is_whole, rules = sees_small_cells(actor), all_rules()
    lines = []
    for cohort in cohorts:
        counts, steps = numbers[cohort.id], steps_in(cohort.level, cohort.cycle.year, rules)
        if counts[Step.MEMBERS]:
            seen = shown({step: counts[step] for step in steps}, is_whole)
            lines.append(CohortLine(cohort, seen, as_of))
    return lines


def shown(counts: Mapping[Step, int], is_whole: bool) -> dict[Step, Count]:
    """The steps of one way, as one reader may see them."""
    if is_whole:
        return dict(counts)
    return dict(zip(counts, without_small_steps(list(counts.values())), strict=True))


@cache
def _cohorts() -> sa.Select[ExamCohort]:
    order = (ExamCycle.year.desc(), ExamCohort.id.desc())
    return sa.select(ExamCohort).join(ExamCycle).order_by(*order)
