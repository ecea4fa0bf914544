"""Why an official list is refused, or a row of it: the problem and how to mend it, a class each."""

from collections.abc import Mapping
from datetime import date
from typing import Self

from college.core import clock
from college.core.errors import RuleBroken
from college.core.imports import RowRefused
from college.core.text import say
from college.exams.candidacies.models import CandidacyStep


class ListToCome(RuleBroken):
    code, field = "list_to_come", "on"
    message = say("An official list is of a day that has come. Compare the date.")


def refuse_to_come(on: date) -> None:
    """Raises ListToCome."""
    if on > clock.today():
        raise ListToCome


class LevelMissing(RowRefused):
    code, message = "list_level_missing", say("The level is missing")
    mend = say("Write 初级, 中级 or 高级, or choose a level for such rows as you upload the list.")


class TicketMissing(RowRefused):
    code, message = "ticket_missing", say("The ticket number is missing")
    mend = say("Enter it as the ticket shows it, or leave the row out.")


class TextTooLong(RowRefused):
    code, message = "list_text_too_long", say("This text is too long")
    mend = say("Shorten it to %(most)s characters.")


class PaymentUnknown(RowRefused):
    code, message = "payment_unknown", say("This word is not known")
    mend = say("Write 已缴费 or 未缴费, or leave the cell empty.")


class AttendanceUnknown(RowRefused):
    code, message = "attendance_unknown", say("This word is not known")
    mend = say("Write 到考 for who sat, 缺考 for who did not.")


class OutcomeUnknown(RowRefused):
    code, message = "outcome_unknown", say("This word is not known")
    mend = say("Write 通过 or 不通过; leave rows out that are not decided yet.")


class ListedTwice(RowRefused):
    code, message = "listed_twice", say("Row %(line)s says something else of the same candidate")
    mend = say("Keep the row that is right and remove the other.")


class MaskTooWide(RowRefused):
    code, message = "mask_too_wide", say("Too many digits of this number are hidden")
    mend = say("Enter the full number, or at least its last four digits.")


class MaskedUnknown(RowRefused):
    code, message = "masked_unknown", say("Nobody here has this name and these digits")
    mend = say("An import creates no persons: record the person first, or leave the row out.")


class MaskedAmbiguous(RowRefused):
    code = "masked_ambiguous"
    message = say("%(persons)s people here have this name and these digits")
    mend = say("A part of the number does not say who is meant: enter the full number.")


class MatchToConfirm(RowRefused):
    code = "match_to_confirm"
    message = say("A part of this number is hidden; with the name it fits one person here")
    mend = say("Compare who it is and confirm it on this page, or enter the full number.")


class MatchGone(RuleBroken):
    code, field = "match_gone", "confirmed"
    message = say("What was found for a row is not what you confirmed. Look at it again.")


class StandsElsewhere(RowRefused):
    code = "stands_elsewhere"
    message = say("This candidate stands at “%(now)s”, and the row says “%(step)s”")
    mend = say("Find out which is right; open the candidate's page for what was noted and by whom.")

    @classmethod
    def revived(cls, facts: Mapping[str, object]) -> Self:
        steps = {name: CandidacyStep(str(facts[name])) for name in ("now", "step")}
        return cls(**steps)


class SaidNo(RowRefused):
    code = "said_no"
    message = say("This candidate said that they do not sit after all")
    mend = say("Ask them. Whoever does sit is entered again first; then upload the row.")
