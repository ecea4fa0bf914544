"""How far somebody is with the senior level on a day: the one definition behind every figure.

Passed: the written exam is passed, whatever came of it. That is a statement and no title, so it is
never added to the holders. Without the title: Valid, while a statement counts for the review, or
one is being reviewed; Gone, where the last statement ran out before a review. Reviewing: a review
is under way. Titled: holds the senior qualification, which alone makes somebody a senior.
"""

from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from college.core.dated import Day, Moment
from college.core.text import say
from college.exams.cycles.models import ExamCycle
from college.exams.results.models import Result, ResultImport
from college.people.qualifications.models import Level, Qualification
from college.register.reviews.models import REVIEWING, Review, ReviewStep

# as `ExamCycle.certified_on` has it, of a result joined with its exam and, if it has one, its sheet
ISSUED_ON = sa.func.coalesce(
    ExamCycle.approved_on, ExamCycle.scores_on, ResultImport.published_on, ExamCycle.exam_to_on
)


class Stage(StrEnum):
    PASSED = "exam_passed"
    VALID = "statement_valid"
    REVIEWING = "reviewing"
    GONE = "statement_gone"
    TITLED = "titled"

    @property
    def label(self) -> str:
        return {
            "exam_passed": say("Passed the written exam"),
            "statement_valid": say("Statement counts, no title yet"),
            "reviewing": say("Review under way"),
            "statement_gone": say("Statement ran out, no title"),
            "titled": say("Holds the title"),
        }[self]


def is_at(
    person: sa.ColumnElement[int], stage: Stage, day: Day, since: Day, known_at: Moment | None
) -> sa.ColumnElement[bool]:
    """Whether the persons in a column are there on a day, as known now or at a moment.

    `since`: statements issued from that day on still count, as `advice.counting_since` has it.
    """
    passed, titled = _passed(day, known_at), person.in_(_titled(day, known_at))
    reviewing = person.in_(_reviewing(day, known_at))
    printed = _printed(day, known_at)
    still = (printed >= day) | (printed.is_(None) & (since <= ISSUED_ON))
    counts = person.in_(passed.where(still)) | reviewing
    return {
        Stage.PASSED: person.in_(passed),
        Stage.VALID: counts & ~titled,
        Stage.REVIEWING: reviewing & ~titled,
        Stage.GONE: person.in_(passed) & ~counts & ~titled,
        Stage.TITLED: titled,
    }[stage]


def _passed(day: Day, known_at: Moment | None) -> sa.Select[int]:
    """Persons with a passed paper of the senior exam, which is one paper."""
    chosen = sa.select(Result.person_id).join(ExamCycle, ExamCycle.id == Result.cycle_id)
    chosen = chosen.outerjoin(Result.sheet)
    return chosen.where(Result.is_senior_pass(), Result.known(known_at), day >= ISSUED_ON)


def _printed(day: Day, known_at: Moment | None) -> sa.ScalarSelect[date]:
    """The last day on the statement of a result, where a review of it named the ground for one."""
    applied = sa.exists().where(
        ReviewStep.review_id == Review.id, ReviewStep.known(known_at), ReviewStep.on <= day
    )
    mine = (Review.person_id == Result.person_id) & (Review.exam_year == ExamCycle.year)
    chosen = sa.select(Review.until_on).where(mine, Review.ground != "", applied)
    return chosen.order_by(Review.id.desc()).limit(1).correlate(Result, ExamCycle).scalar_subquery()


def _titled(day: Day, known_at: Moment | None) -> sa.Select[int]:
    held = Qualification.known(known_at) & (Qualification.approved_on <= day)
    return sa.select(Qualification.person_id).where(held, Qualification.level == Level.SENIOR)


def _reviewing(day: Day, known_at: Moment | None) -> sa.Select[int]:
    step, later = aliased(ReviewStep), aliased(ReviewStep)
    went_on = sa.exists().where(
        later.review_id == step.review_id,
        later.position > step.position,
        later.known(known_at),
        later.on <= day,
    )
    return (
        sa.select(Review.person_id)
        .join(step, step.review_id == Review.id)
        .where(step.known(known_at), step.on <= day, ~went_on, step.state.in_(REVIEWING))
    )
