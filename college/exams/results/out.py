"""From which day an exam counts as out: the one definition behind every figure of results.

From the day of its scores: the announced one, else that of its first list, else its last day. Its
certificates bear the day that the state approved them, which is often before the scores: then from
that day, so that nobody holds a title by an exam that is still to come. Where no day of an exam is
known its results count at once. See docs/decisions/0019.
"""

import sqlalchemy as sa

from college.core.dated import Day
from college.core.imports import ImportState
from college.exams.cycles.models import ExamCycle
from college.exams.results.models import ResultImport

RECORDED = (ImportState.IMPORTING, ImportState.IMPORTED)  # the triggers of the migration say so too
_LISTED_ON = (
    sa.select(sa.func.min(ResultImport.published_on))
    .where(ResultImport.cycle_id == ExamCycle.id, ResultImport.state.in_(RECORDED))
    .correlate(ExamCycle)
    .scalar_subquery()
)
SCORES_ON = sa.func.coalesce(ExamCycle.scores_on, _LISTED_ON, ExamCycle.exam_to_on)


def out_by(day: Day) -> sa.Select[int]:
    """The ids of the exams that are out on a day: of few exams, whatever results are asked for."""
    is_unknown = SCORES_ON.is_(None) & ExamCycle.approved_on.is_(None)
    is_out = (day >= SCORES_ON) | (ExamCycle.approved_on <= day) | is_unknown
    return sa.select(ExamCycle.id).where(is_out).correlate(None)
