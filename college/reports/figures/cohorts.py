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


@dataclass(frozen=True, slots=True)
class CohortLine:
    cohort: ExamCohort
    funnel: Funnel

    @property
    def preparing(self) -> int:
        """Members whose exam lies ahead."""
        is_ahead = self.cohort.cycle.exam_from_on > clock.today()
        return self.funnel.members if is_ahead else 0


def cohort_lines(actor: Actor) -> Sequence[CohortLine]:
    """Every cohort, the latest exam first; none for who reads one station's figures only."""
    if all(reach.scope is not Scope.ALL for reach in actor.reach(Can.FIGURES_SEE)):
        return []
    cohorts = db.session.scalars(_cohorts()).all()
    counted = funnels([cohort.id for cohort in cohorts])
    return [CohortLine(cohort, counted[cohort.id]) for cohort in cohorts]


@cache
def _cohorts() -> sa.Select[ExamCohort]:
    order = (ExamCycle.year.desc(), ExamCohort.id.desc())
    return sa.select(ExamCohort).join(ExamCycle).order_by(*order)
