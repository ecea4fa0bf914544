"""Why a row of a result sheet is refused: the problem and how to mend it, one class each."""

from collections.abc import Mapping
from datetime import date
from typing import Self

from college.core import clock
from college.core.errors import RuleBroken
from college.core.imports import RowRefused
from college.core.text import say
from college.exams.cycles.models import ExamCycle
from college.people.qualifications.models import Level


class ListToCome(RuleBroken):
    code, field = "results_to_come", "published_on"
    message = say("A list of results is of a day that has come. Compare the date.")


class ListBeforeExam(RuleBroken):
    code, field = "results_before_exam", "published_on"
    message = say("The exam ended on %(day)s, and its results came out later. Compare the date.")


def refuse_day(published_on: date, cycle: ExamCycle) -> None:
    """Raises ListToCome, ListBeforeExam."""
    if published_on > clock.today():
        raise ListToCome
    if cycle.exam_to_on is not None and published_on < cycle.exam_to_on:
        raise ListBeforeExam(day=cycle.exam_to_on)


class LevelUnknown(RowRefused):
    code, message = "level_unknown", say("This level is not known")
    mend = say("Write 初级, 中级 or 高级, or the level's full name.")


class SubjectUnknown(RowRefused):
    code, message = "subject_unknown", say("This paper is not known")
    mend = say("Write 综合能力, 实务 or 法规与政策.")


class SubjectNotOfLevel(RowRefused):
    code, message = "subject_not_of_level", say("%(level)s has no such paper")
    mend = say("Check level and paper; law and policy belongs to Social Worker alone.")

    @classmethod
    def revived(cls, facts: Mapping[str, object]) -> Self:
        return cls(level=Level(str(facts["level"])))


class YearUnlike(RowRefused):
    code, message = "year_unlike", say("This is not a result of %(year)s")
    mend = say("This import is for %(year)s; upload other years' rows for their own cycle.")


class ScoreMissing(RowRefused):
    code, message = "score_missing", say("There is no mark in this row")
    mend = say("Enter the mark; for who did not sit enter 缺考 or −1.")


class ScoreNotHalf(RowRefused):
    code, message = "score_not_half", say("Marks are whole or half")
    mend = say("Compare with the score sheet and enter %(below)s or %(above)s.")


class ScoreOutOfRange(RowRefused):
    code, message = "score_out_of_range", say("Marks go from 0 to 100")
    mend = say("Compare with the score sheet.")


class StatusUnknown(RowRefused):
    code, message = "status_unknown", say("This word is not known")
    mend = say("Enter 缺考 or −1 for absent, 违纪 or −2 for discipline, else the mark.")


class VerdictUnknown(RowRefused):
    code, message = "verdict_unknown", say("This verdict is not known")
    mend = say("Write 合格 or 不合格, or leave the cell empty.")


class VerdictsDiffer(RowRefused):
    code, message = (
        "verdicts_differ",
        say("Mark and verdict contradict each other"),
    )
    mend = say("Compare with the score sheet and keep the one that is right.")


class RowTwice(RowRefused):
    code, message = "row_twice", say("The same paper stands in row %(line)s with another mark")
    mend = say("Keep the row that is right and remove the other.")


class NewerSaysElse(RowRefused):
    code, message = "newer_says_else", say("A list of %(day)s, which is newer, says otherwise")
    mend = say(
        "What the newer list says stands: leave the row out, or correct the day of the list."
    )

    @classmethod
    def revived(cls, facts: Mapping[str, object]) -> Self:
        return cls(day=date.fromisoformat(str(facts["day"])))
