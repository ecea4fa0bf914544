"""May somebody apply for the review, does it run, is the statement gone: one function says it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from college.core.text import Remark, say
from college.exams.results.advice import Statement
from college.people.qualifications.models import Qualification
from college.register.reviews.models import REVIEWING, ReviewState


class Answer(StrEnum):
    TITLED = "titled"
    UNDER_WAY = "under_way"
    MAY_APPLY = "may_apply"
    GONE = "gone"
    NOT_PASSED = "not_passed"

    @property
    def label(self) -> str:
        return {
            "titled": say("Holds the title"),
            "under_way": say("Review under way"),
            "may_apply": say("May apply for review"),
            "gone": say("Statement ran out"),
            "not_passed": say("Written exam not passed"),
        }[self]


@dataclass(frozen=True, slots=True)
class Verdict:
    answer: Answer
    reason: Remark
    until_on: date | None = None

    @property
    def may_apply(self) -> bool:
        return self.answer is Answer.MAY_APPLY

    def days_left(self, day: date) -> int | None:
        """Until the last day of the statement, 0 on that day, negative after it."""
        return (self.until_on - day).days if self.until_on else None


def verdict(
    statement: Statement | None, title: Qualification | None, last: ReviewState | None, day: date
) -> Verdict:
    """Judge by what is on record: `last` is the state of the newest review.

    The title has the first word: it may have come without an exam of ours on record.
    """
    if title is not None:
        text = say("The title was approved on %(day)s. It never expires.")
        return Verdict(Answer.TITLED, Remark(text, {"day": title.approved_on}))
    if last in REVIEWING:
        text = say("The application is with the committee: %(state)s.")
        return Verdict(Answer.UNDER_WAY, Remark(text, {"state": last}))
    if statement is None:
        text = say("No passed senior exam is on record. Its result comes with the official list.")
        return Verdict(Answer.NOT_PASSED, Remark(text))
    facts = {"year": statement.year, "day": statement.until_on}
    if day > statement.until_on:
        text = say(
            "The statement of %(year)s ran out on %(day)s without a title: the exam is to be "
            "passed again."
        )
        return Verdict(Answer.GONE, Remark(text, facts), statement.until_on)
    text = say(
        "The exam of %(year)s is passed. The statement counts for the review until %(day)s; after "
        "a review that was not passed one may apply again until then."
    )
    return Verdict(Answer.MAY_APPLY, Remark(text, facts), statement.until_on)
