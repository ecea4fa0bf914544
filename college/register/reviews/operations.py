"""Keeping reviews of the senior level: the only code that makes or changes one and its steps."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from college.core import clock, journal
from college.core.access import require
from college.core.db import db, locked
from college.core.errors import Conflict, RuleBroken
from college.core.operation import Overtaken, operation
from college.core.roles import Actor, Can
from college.core.states import move
from college.core.text import say
from college.exams.results.advice import Statement, statements_of
from college.people.persons.models import Person
from college.people.persons.queries import lock_persons
from college.people.qualifications.earning import Earned
from college.people.qualifications.models import Level, PassBasis, Qualification
from college.people.qualifications.operations import correct_qualification, record_qualification
from college.register.reviews.models import (
    REVIEW_MOVES,
    REVIEWING,
    Review,
    ReviewState,
    ReviewStep,
)
from college.register.reviews.queries import as_printed, courses_of, title_of


class NoStatement(RuleBroken):
    code = "no_statement"
    message = say("No passed senior exam is on record by then. Import its result first.")


class TitledAlready(Conflict):
    code = "titled_already"
    message = say("The title is on record already. There is nothing left to review.")


class UnderReview(Conflict):
    code = "under_review"
    message = say("A review is under way already. Record what becomes of that one.")


class StatementGone(RuleBroken):
    code, field = "statement_gone", "on"
    message = say("The statement ran out on %(until)s, before this day. The exam is to be retaken.")


class GroundMissing(RuleBroken):
    code, field = "ground_missing", "ground"
    message = say("By the rule it counts until %(until)s. Name the notice that says otherwise.")


class UntilBackwards(RuleBroken):
    code, field = "until_backwards", "until_on"
    message = say("The statement was issued on %(issued)s: it cannot end before that.")


class StepAhead(RuleBroken):
    code, field = "step_ahead", "on"
    message = say("This day is still to come. Record the step once it has happened.")


class StepOutOfOrder(RuleBroken):
    code, field = "step_out_of_order", "on"
    message = say("The step before was on %(before)s and the one after on %(after)s.")


class EvidenceMissing(RuleBroken):
    code, field = "evidence_missing", "evidence"
    message = say("Write down by what you know it, such as: published list of the committee.")


class NoticeEndMissing(RuleBroken):
    code, field = "notice_end_missing", "to_on"
    message = say("Enter the last day of the public notice, on or after its first.")


class NoticeStillRuns(RuleBroken):
    code, field = "notice_still_runs", "on"
    message = say("The public notice runs until %(until)s. The title comes after that.")


class NoNotice(RuleBroken):
    code, field = "no_notice", "to_on"
    message = say("Only the public notice has a last day. Leave it empty.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What is said of a step; `to_on` is the last day of the public notice, and of nothing else."""

    on: date
    evidence: str
    to_on: date | None = None


@operation
def apply_for_review(
    actor: Actor,
    person: Person,
    step: Step,
    *,
    committee: str = "",
    until_on: date | None = None,
    ground: str = "",
) -> Review:
    """Note that somebody applied for the review, with the newest statement that they hold.

    `until_on` is its last day as printed; left out, it is three years from the issue. One that ran
    out before the application is gone. Raises NotAllowed, NoStatement, TitledAlready, UnderReview,
    StatementGone, GroundMissing, UntilBackwards, StepAhead, EvidenceMissing.
    """
    require(actor, Can.REVIEWS_RECORD, person)
    lock_persons([person.id])
    statement = _statement(person, step.on)
    last_day = _last_day(statement, until_on, ground)
    if step.on > last_day:
        raise StatementGone(until=last_day)
    row = Review(
        person_id=person.id,
        exam_year=statement.year,
        issued_on=statement.issued_on,
        until_on=last_day,
        ground=ground.strip() if last_day != statement.until_on else "",
        committee=committee.strip(),
        state=ReviewState.PREPARED,
    )
    db.session.add(row)
    db.session.flush()
    return _taken(actor, row, ReviewState.APPLIED, step)


@operation
def take_review_step(
    actor: Actor,
    review: Review,
    step: Step,
    *,
    state: ReviewState,
    management_no: str = "",
) -> Review:
    """Note what became of a review. The title makes the senior qualification, to be checked.

    Raises NotAllowed, WrongState, NoticeStillRuns, NoticeEndMissing, NoNotice, StepOutOfOrder,
    StepAhead, EvidenceMissing.
    """
    require(actor, Can.REVIEWS_RECORD, review)
    lock_persons([review.person_id])
    row = _taken(actor, locked(Review, review.id), state, step)
    if state is ReviewState.TITLED and title_of(row.person_id) is None:
        record_qualification(actor, _earned(row, step, management_no))
    return row


@operation
def correct_review_step(actor: Actor, old: ReviewStep, step: Step) -> ReviewStep:
    """Say what was true all along of a step; the row before it stays as what was believed.

    The qualification that the title made is corrected along, and so is to be checked anew.
    Raises Overtaken and as the above.
    """
    review = db.session.get_one(Review, old.review_id)
    require(actor, Can.REVIEWS_RECORD, review)
    lock_persons([review.person_id])
    _refuse_step(old.state, step)
    _refuse_order(review, old.position, step.on)
    if old.state is ReviewState.APPLIED and step.on > review.until_on:
        raise StatementGone(until=review.until_on)
    ended = sa.update(ReviewStep).where(ReviewStep.id == old.id, ReviewStep.known())
    ended = ended.values(superseded_at=clock.now())
    if db.session.scalar(ended.returning(ReviewStep.id)) is None:
        raise Overtaken
    row = _step(actor, review, old.position, old.state, step)
    if old.state is ReviewState.TITLED:
        _correct_title(actor, review, old, step)
    facts = {"state": old.state, "on": step.on, "old_on": old.on}
    journal.record(actor, "correct_review_step", row, about=review.person_id, **facts)
    return row


def _statement(person: Person, day: date) -> Statement:
    if title_of(person.id) is not None:
        raise TitledAlready
    running = (Review.person_id == person.id) & Review.state.in_(REVIEWING)
    if db.session.scalar(sa.select(sa.exists().where(running))):
        raise UnderReview
    held = statements_of([person.id], day).get(person.id)
    statement = as_printed(held, courses_of([person.id], day).get(person.id, []))
    if statement is None:
        raise NoStatement
    return statement


def _last_day(statement: Statement, until_on: date | None, ground: str) -> date:
    if until_on is None or until_on == statement.until_on:
        return statement.until_on
    if until_on < statement.issued_on:
        raise UntilBackwards(issued=statement.issued_on)
    if not ground.strip():
        raise GroundMissing(until=statement.until_on)
    return until_on


def _taken(actor: Actor, row: Review, state: ReviewState, step: Step) -> Review:
    _refuse_step(state, step)
    position = _last_position(row.id) + 1
    _refuse_order(row, position, step.on)
    move(row, state, REVIEW_MOVES)
    _step(actor, row, position, state, step)
    facts = {"state": state, "on": step.on}
    journal.record(actor, "take_review_step", row, about=row.person_id, **facts)
    return row


def _refuse_step(state: ReviewState, step: Step) -> None:
    if not step.evidence.strip():
        raise EvidenceMissing
    if step.on > clock.today():
        raise StepAhead
    if state is not ReviewState.NOTICED and step.to_on:
        raise NoNotice
    if state is ReviewState.NOTICED and (step.to_on is None or step.to_on < step.on):
        raise NoticeEndMissing


def _refuse_order(row: Review, position: int, on: date) -> None:
    """Steps are in their order, and nothing follows the public notice before it ended."""
    mine = sa.select(ReviewStep).where(ReviewStep.review_id == row.id, ReviewStep.known())
    steps = {step.position: step for step in db.session.scalars(mine)}
    before, after = steps.get(position - 1), steps.get(position + 1)
    if (before and on < before.on) or (after and on > after.on):
        raise StepOutOfOrder(before=before.on if before else "–", after=after.on if after else "–")
    if before is not None and before.to_on is not None and on <= before.to_on:
        raise NoticeStillRuns(until=before.to_on)


def _step(actor: Actor, row: Review, position: int, state: ReviewState, step: Step) -> ReviewStep:
    made = ReviewStep(
        review_id=row.id,
        position=position,
        state=state,
        on=step.on,
        to_on=step.to_on,
        by_id=actor.person_id,
        evidence=step.evidence.strip(),
    )
    db.session.add(made)
    db.session.flush()
    return made


def _earned(row: Review, step: Step, management_no: str) -> Earned:
    return Earned(
        person_id=row.person_id,
        level=Level.SENIOR,
        approved_on=step.on,
        exam_year=row.exam_year,
        basis=PassBasis.NATIONAL,  # a lower line was never drawn for the senior level
        evidence=step.evidence.strip(),
        management_no=management_no.strip(),
    )


def _correct_title(actor: Actor, review: Review, old: ReviewStep, step: Step) -> None:
    held: Qualification | None = title_of(review.person_id)
    if held is not None and held.approved_on == old.on:
        correct_qualification(actor, held, _earned(review, step, ""))


def _last_position(review_id: int) -> int:
    mine = ReviewStep.review_id == review_id
    return db.session.scalar(sa.select(sa.func.max(ReviewStep.position)).where(mine)) or 0
