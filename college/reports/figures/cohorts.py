"""How far each cohort came, for those who read the figures of the whole college."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.roles import Actor, Can, Scope
from college.exams.cohorts.models import ExamCohort
from college.exams.cohorts.progress import Funnel, funnels
from college.exams.cycles.models import ExamCycle
from college.reports.figures.seen import sees_small_cells
from college.reports.figures.small_cells import Count, Hidden, without_small_steps


@dataclass(frozen=True, slots=True)
class CohortLine:
    """How many members came how far, as `Funnel` says; a small number may be hidden."""

    cohort: ExamCohort
    members: Count
    enrolled: Count
    trained: Count
    sat: Count
    passed: Count

    @property
    def is_ahead(self) -> bool:
        return self.cohort.cycle.begins_after(clock.today())

    @property
    def is_whole(self) -> bool:
        counts = [self.members, self.enrolled, self.trained, self.sat, self.passed]
        return not any(isinstance(count, Hidden) for count in counts)


def cohort_lines(actor: Actor) -> Sequence[CohortLine]:
    """Every cohort, the latest exam first; none for who reads one station's figures only."""
    if all(reach.scope is not Scope.ALL for reach in actor.reach(Can.FIGURES_SEE)):
        return []
    cohorts = db.session.scalars(_cohorts()).all()
    counted = funnels([cohort.id for cohort in cohorts])
    is_whole = sees_small_cells(actor)
    return [_line(cohort, counted[cohort.id], is_whole) for cohort in cohorts]


def _line(cohort: ExamCohort, funnel: Funnel, is_whole: bool) -> CohortLine:
    counts = [funnel.members, funnel.enrolled, funnel.trained, funnel.sat, funnel.passed]
    return CohortLine(cohort, *(counts if is_whole else without_small_steps(counts)))


@cache
def _cohorts() -> sa.Select[ExamCohort]:
    order = (ExamCycle.year.desc(), ExamCohort.id.desc())
    return sa.select(ExamCohort).join(ExamCycle).order_by(*order)
