"""Telling the tutor of a cohort who falls behind its plan: once a week, as long as anybody does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from college.core import journal
from college.core.access import require
from college.core.db import db
from college.core.operation import operation
from college.core.roles import Actor, Can, Scope
from college.exams.cohorts.boards import boards
from college.exams.cohorts.models import CohortWarning, ExamCohort
from college.exams.cohorts.queries import coming
from college.people.notices.models import NoticeKind
from college.people.notices.stages import can_be_told
from college.people.notices.telling import tell_all
from college.people.roles.queries import who_may


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """A cohort of which some fall behind; `person_id` is its tutor, `week_on` a Monday."""

    cohort: ExamCohort
    person_id: int
    week_on: date
    behind: int
    members: int


def due_tutors(today: date) -> list[Behind]:
    """Of which cohorts it is time to tell: of none whose tutor was told this week."""
    week_on = today - timedelta(days=today.weekday())
    told = sa.exists().where(
        CohortWarning.cohort_id == ExamCohort.id, CohortWarning.week_on == week_on
    )
    chosen = coming(today).where(~told, can_be_told(ExamCohort.tutor_id))
    cohorts = db.session.scalars(chosen).all()
    return [
        Behind(
            cohort=board.cohort,
            person_id=board.cohort.tutor_id,
            week_on=week_on,
            behind=len(board.behind),
            members=len(board.lines),
        )
        for board in boards(cohorts).values()
        if board.behind
    ]


@operation
def tell_tutors(actor: Actor, due: Sequence[Behind]) -> int:
    """Tell these tutors and note that they were told; returns how many were.

    Raises Conflict where another worker was faster: the next look finds who is left.
    """
    require(actor, Can.COHORTS_MANAGE)
    rows = [CohortWarning(cohort_id=one.cohort.id, week_on=one.week_on) for one in due]
    db.session.add_all(rows)
    db.session.flush()
    ids = [one.person_id for one in due]
    may = who_may(Can.COHORTS_FOLLOW, ids, scopes={Scope.TUTORED, Scope.ALL})
    tell_all(NoticeKind.COHORT_BEHIND, {one.person_id: _values(one, may) for one in due})
    told: list[tuple[CohortWarning, int | None, dict[str, object]]] = [
        (row, one.person_id, {"behind": one.behind}) for row, one in zip(rows, due, strict=True)
    ]
    journal.record_all(actor, "tell_tutor", told)
    return len(rows)


def _values(one: Behind, may: set[int]) -> dict[str, object]:
    """The page is named only to whom it opens."""
    return {
        "title": one.cohort.name,
        "title_en": one.cohort.name_en,
        "behind": one.behind,
        "members": one.members,
        "cohort_id": one.cohort.id if one.person_id in may else None,
    }
