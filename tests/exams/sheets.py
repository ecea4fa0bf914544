"""What the tests of results have in common."""

import sqlalchemy as sa

from college.core.db import db
from college.exams.results.models import Result, ResultImport
from tests.factories.exams import make_imported, row

MEIMEI_ID = "999999199001010016"  # a right check digit, no such area


def imported(content: bytes, cycle, name: str = "成绩.xlsx") -> ResultImport:
    return make_imported(content, cycle, name)


def all_current() -> list[Result]:
    chosen = sa.select(Result).where(Result.superseded_by_id.is_(None)).order_by(Result.id)
    return list(db.session.scalars(chosen))


PASS_ALL = [
    row(科目="综合能力", 成绩=61),
    row(科目="实务", 成绩=60.5),
    row(科目="法规与政策", 成绩=72),
]
