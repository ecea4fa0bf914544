"""Telling people that their statement of the senior exam runs out: 180, 90 and 30 days before.

Nobody who holds the title or is being reviewed. Where a review noted that the statement prints
another last day, it is that one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from college.core import journal
from college.core.access import require
from college.core.db import db
from college.core.operation import operation
from college.core.roles import Actor, Can, Scope
from college.exams.cycles.models import ExamCycle
from college.exams.results.advice import statement_of
from college.exams.results.models import LapseStage, LapseWarning, Result, Verdict
from college.people.notices.models import NoticeKind
from college.people.notices.stages import AT_ONCE, can_be_told, stage
from college.people.notices.telling import tell_all
from college.people.qualifications.models import Level, Qualification
from college.people.roles.queries import who_may
from college.register.reviews.models import REVIEWING, Review
from college.register.reviews.queries import issue_days
from college.register.reviews.stages import ISSUED_ON

DAYS = {30: LapseStage.DAYS_30, 90: LapseStage.DAYS_90, 180: LapseStage.DAYS_180}
SENIOR_PASS = Result.is_senior_pass() & Result.known()


@dataclass(frozen=True, slots=True)
class RunningOut:
    """A statement of the exam of a year that runs out soon, and of which warning it is time."""

    person_id: int
    year: int
    until_on: date
    days: int


def running_out(today: date, behind: int = 0) -> list[RunningOut]:
    """The next to be told behind a person's id, in the order of ids."""
    issued = _issued(today)
    until = {
        day: statement_of(day.year, day, today).until_on
        for of_exam in issued.values()
        for day in of_exam
    }
    ending = {day for day, on in until.items() if stage(on, today, tuple(DAYS)) is not None}
    elsewise = sa.select(Review.exam_year).where(Review.ground != "", Review.until_on >= today)
    years = set(db.session.scalars(elsewise.distinct()))
    if not issued or not (ending or years):
        return []
    by_rule = sa.case({day: sa.literal(on) for day, on in until.items()}, value=ISSUED_ON)
    last_day = sa.type_coerce(sa.func.coalesce(_printed(), by_rule), sa.Date())
    exams = {key for key, of_exam in issued.items() if of_exam & ending}
    chosen = (
        sa.select(Result.person_id, ExamCycle.year, last_day.label("until_on"))
        .join(ExamCycle, ExamCycle.id == Result.cycle_id)
        .outerjoin(Result.sheet)
        .where(SENIOR_PASS, Result.cycle_id.in_(exams) | ExamCycle.year.in_(years))
        .where(ISSUED_ON.in_(ending) | ExamCycle.year.in_(years), Result.cycle_id.in_(issued))
        .where(Result.person_id > behind, last_day >= today)
        .where(last_day <= today + timedelta(days=max(DAYS)), ~_told(last_day, today))
        .where(~_passed_later(list(issued)), ~_titled(), ~_under_review())
        .where(can_be_told(Result.person_id))
    )
    rows = db.session.execute(chosen.order_by(Result.person_id).limit(AT_ONCE))
    found = {row.person_id: row for row in rows}
    return [
        RunningOut(row.person_id, row.year, row.until_on, days)
        for row in found.values()
        if (days := stage(row.until_on, today, tuple(DAYS))) is not None
    ]


@operation
def warn_of_statements(actor: Actor, due: Sequence[RunningOut]) -> int:
    """Tell these people and note that they were told; returns how many were.

    Raises Conflict where another worker was faster: the next look finds who is left.
    """
    require(actor, Can.REVIEWS_RECORD)
    rows = [
        LapseWarning(
            person_id=one.person_id,
            level=Level.SENIOR,
            year=one.year,
            stage=DAYS[one.days],
            on=one.until_on,
        )
        for one in due
    ]
    db.session.add_all(rows)
    db.session.flush()
    ids = [one.person_id for one in due]
    own = who_may(Can.REVIEWS_SEE, ids, scopes={Scope.MINE, Scope.ALL})
    values = {
        one.person_id: {
            "year": one.year,
            "until": one.until_on,
            "person_id": one.person_id if one.person_id in own else None,
        }
        for one in due
    }
    tell_all(NoticeKind.STATEMENT_LAPSES, values)
    journal.record_all(
        actor, "warn_of_statement", [(row, row.person_id, {"until": row.on}) for row in rows]
    )
    return len(rows)


def _issued(today: date) -> dict[int, set[date]]:
    """The exams whose statements were issued by today, by id, each with the days on which."""
    past = {key: {day for day in days if day <= today} for key, days in issue_days().items()}
    return {key: days for key, days in past.items() if days}


def _printed() -> sa.ScalarSelect[date | None]:
    """The last day that the newest review on the statement names, if it is not that of the rule."""
    mine = (Review.person_id == Result.person_id) & (Review.exam_year == ExamCycle.year)
    said = sa.select(sa.case((Review.ground != "", Review.until_on))).where(mine)
    newest = said.order_by(Review.id.desc()).limit(1)
    return newest.correlate(Result, ExamCycle).scalar_subquery()


def _told(last_day: sa.ColumnElement[date], today: date) -> sa.ColumnElement[bool]:
    """Of this very day at the stage that has come, or at a later one."""
    return sa.or_(
        *(
            sa.exists().where(
                LapseWarning.person_id == Result.person_id,
                LapseWarning.level == Level.SENIOR,
                LapseWarning.year == ExamCycle.year,
                LapseWarning.on == last_day,
                LapseWarning.stage == reached,
                last_day > today + timedelta(days=_days_before(days)),
            )
            for days, reached in DAYS.items()
        )
    )


def _days_before(days: int) -> int:
    """From how many days ahead on a warning was the last that was due: below, the next one is."""
    return max((fewer for fewer in DAYS if fewer < days), default=-1)


def _passed_later(cycle_ids: Sequence[int]) -> sa.ColumnElement[bool]:
    """The newest statement counts."""
    later, cycle = aliased(Result), aliased(ExamCycle)
    return sa.exists().where(
        later.person_id == Result.person_id,
        later.level == Level.SENIOR,
        later.verdict == Verdict.PASSED,
        later.superseded_by_id.is_(None),
        later.cycle_id == cycle.id,
        cycle.id.in_(cycle_ids),
        cycle.year > ExamCycle.year,
    )


def _titled() -> sa.ColumnElement[bool]:
    return sa.exists().where(
        Qualification.person_id == Result.person_id,
        Qualification.level == Level.SENIOR,
        Qualification.known(),
    )


def _under_review() -> sa.ColumnElement[bool]:
    return sa.exists().where(
        Review.person_id == Result.person_id, Review.state.in_(tuple(REVIEWING))
    )
