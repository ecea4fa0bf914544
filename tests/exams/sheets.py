"""What the tests of results have in common."""

from datetime import date

import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.exams.cycles.models import ExamCycle
from college.exams.results.checked import Check
from college.exams.results.checking import check_file
from college.exams.results.models import Result, ResultImport
from tests.factories.exams import make_imported, row

MEIMEI_ID = "999999199001010016"  # a right check digit, no such area


def imported(
    content: bytes, cycle, name: str = "成绩.xlsx", *, on: date | None = None
) -> ResultImport:
    return make_imported(content, cycle, name, on=on)


def checked(content: bytes, name: str, cycle: ExamCycle) -> Check:
    """The dry run of a list of the day when the scores came out."""
    return check_file(content, name, cycle, cycle.scores_on or clock.today())


def all_current() -> list[Result]:
    chosen = sa.select(Result).where(Result.superseded_by_id.is_(None)).order_by(Result.id)
    return list(db.session.scalars(chosen))


PASS_ALL = [
    row(科目="综合能力", 成绩=61),
    row(科目="实务", 成绩=60.5),
    row(科目="法规与政策", 成绩=72),
]
