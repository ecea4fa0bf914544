"""A regional line that comes weeks after the scores: what its tests have in common."""

from datetime import date
from decimal import Decimal

from college.core import jobs
from college.core.db import db
from college.exams.pass_rules.data import LineData
from college.exams.pass_rules.models import Subject
from college.exams.rejudgings.models import Rejudging
from college.exams.rejudgings.queries import REJUDGE, Outcome
from college.exams.results.models import Verdict
from college.people.persons.models import Person
from college.people.qualifications.models import Level
from tests.exams.sheets import imported
from tests.factories import make_id_number
from tests.factories.exams import make_candidate, row, xlsx

KULUN, NAIMAN = "库伦旗", "奈曼旗"
NOTICE_2025 = {"published_on": date(2025, 9, 12), "citation": "2025年9月12日通知"}
PAPERS = {"初级": ("综合能力", "实务"), "中级": ("综合能力", "实务", "法规与政策")}


def line_of(region: str, level: Level, mark: str) -> LineData:
    return LineData(year=2025, level=level, region=region, line=Decimal(mark), **NOTICE_2025)


def candidate(cycle, name: str, level: str, marks: list[object], region: str, **over) -> Person:
    """Somebody whose results came in with the scores, before any regional line."""
    number = make_id_number()
    person = make_candidate(name=name, id_number=number)
    facts = {"姓名": name, "证件号码": number, "级别": level, "报考地": region}
    rows = [row(**facts, 科目=s, 成绩=m, **over) for s, m in zip(PAPERS[level], marks, strict=True)]
    imported(xlsx(*rows), cycle)
    return person


def worked(row: Rejudging) -> Rejudging:
    row_id = row.id
    db.session.commit()
    job = jobs.latest(REJUDGE, row_id)
    assert job is not None
    jobs.work_on(job.id, "test")
    db.session.expire_all()
    return db.session.get_one(Rejudging, row_id)


def turned(outcome: Outcome) -> list[tuple[str, Subject, str, Verdict, Verdict, str]]:
    return [
        (t.person.full_name, t.subject, t.score, t.before, t.after, t.region) for t in outcome.turns
    ]
