"""Exam years, rules, cohorts, result sheets: dull but valid."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

import sqlalchemy as sa
from xlsxwriter import Workbook

from college.core import clock, jobs
from college.core.db import db
from college.core.imports import ImportState
from college.core.roles import SYSTEM, Actor, Role
from college.courses.runs.models import CourseRun
from college.exams.candidacies.models import Candidacy, CandidacyStep
from college.exams.cohorts.models import (
    CohortMember,
    CohortMilestone,
    ExamCohort,
    MilestoneKind,
    MilestoneTick,
)
from college.exams.cycles.data import INNER_MONGOLIA
from college.exams.cycles.models import ExamCycle
from college.exams.pass_rules.models import Extension, PassLine, Subject
from college.exams.pass_rules.operations import adopt_rules
from college.exams.rejudgings.models import Rejudging
from college.exams.rejudgings.operations import order_rejudging
from college.exams.results.models import Result, ResultImport, ResultStatus, Verdict
from college.exams.results.operations import record_results
from college.exams.results.queries import CHECK, RECORD
from college.exams.results.uploading import take_in
from college.people.persons.models import Person
from college.people.qualifications.models import Level
from tests.factories import make_person, saved

HEADINGS = ("姓名", "证件号码", "级别", "考试年度", "科目", "成绩", "合格标志", "报考地")
WIDE = ("姓名", "身份证号", "级别", "考试年度", "综合能力", "实务", "法规与政策")
LI_LEI_ID = "11010519491231002X"  # the standard's own sample
_numbers = count(1)


def make_cycle(year: int = 2025, **over: Any) -> ExamCycle:
    usual = {
        "province": INNER_MONGOLIA,
        "name": f"{year}年度社会工作者职业资格考试",
        "name_en": f"Social workers' qualification exam {year}",
        "exam_from_on": date(year, 5, 24),
        "exam_to_on": date(year, 5, 25),
        "scores_on": date(year, 7, 25),
    }
    return saved(ExamCycle(year=year, **usual | over))


def make_rules() -> None:
    adopt_rules(SYSTEM)
    db.session.commit()


def make_candidate(name: str = "李雷", id_number: str = LI_LEI_ID, **over: Any) -> Person:
    return make_person(full_name=name, id_number=id_number, **over)


def make_candidacy(person: Person, cycle: ExamCycle, **over: Any) -> Candidacy:
    usual = {
        "level": Level.SOCIAL_WORKER,
        "papers": [subject.value for subject in Subject],
        "state": CandidacyStep.INTENDS,
    }
    return saved(Candidacy(person_id=person.id, cycle_id=cycle.id, **usual | over))


def make_result(person: Person, cycle: ExamCycle, **over: Any) -> Result:
    score = over.pop("score", Decimal(70))
    is_passed = score is not None and score >= 60
    usual = {
        "level": Level.SOCIAL_WORKER,
        "subject": Subject.PRACTICE,
        "status": ResultStatus.SAT,
        "verdict": Verdict.PASSED if is_passed else Verdict.NOT_PASSED,
    }
    return saved(Result(person_id=person.id, cycle_id=cycle.id, score=score, **usual | over))


def make_sheet(
    cycle: ExamCycle, on: date, state: ImportState = ImportState.IMPORTED
) -> ResultImport:
    """The row of a sheet that was imported, without its file: results name it for its day."""
    facts = {"filename": "成绩.xlsx", "file_sha256": "0" * 64, "state": state}
    return saved(ResultImport(cycle_id=cycle.id, published_on=on, **facts))


def make_extension(**over: Any) -> Extension:
    usual = {"level": Level.SOCIAL_WORKER, "passed_year": 2021, "until_year": 2023}
    return saved(Extension(**usual | {"citation": "通知"} | over))


def make_line(cycle: ExamCycle) -> PassLine:
    """A regional line of the exam year."""
    return saved(
        PassLine(
            year=cycle.year,
            level=Level.ASSISTANT,
            region="扎赉特旗",
            line=Decimal(55),
            published_on=date(cycle.year, 9, 12),
            citation="通知",
        )
    )


def make_rejudging(cycle: ExamCycle) -> Rejudging:
    return saved(order_rejudging(SYSTEM, cycle))


def make_cohort(
    cycle: ExamCycle,
    *,
    members: Sequence[Person] = (),
    runs: Sequence[CourseRun] = (),
    **over: Any,
) -> ExamCohort:
    number = next(_numbers)
    usual = {
        "code": f"SW-{number}",
        "name": f"社会工作师备考班{number}",
        "name_en": f"Cohort {number}",
        "level": Level.SOCIAL_WORKER,
    }
    tutor = over.pop("tutor", None) or make_person(Role.INSTRUCTOR, full_name="韩梅梅")
    facts = usual | over | {"cycle_id": cycle.id, "tutor_id": tutor.id}
    cohort = saved(ExamCohort(**facts, runs=list(runs)))
    for person in members:
        saved(
            CohortMember(cohort_id=cohort.id, person_id=person.id, joined_on=date(cycle.year, 1, 1))
        )
    return cohort


def make_milestone(cohort: ExamCohort, **over: Any) -> CohortMilestone:
    """One of the college's own, due on the first day of the exam's year."""
    title = over.pop("title", "已交学习计划")
    usual = {"kind": MilestoneKind.OWN, "due_on": date(cohort.cycle.year, 1, 1)}
    facts = usual | {"title": title, "what": f"own:{title}"} | over
    return saved(CohortMilestone(cohort_id=cohort.id, **facts))


def make_tick(milestone: CohortMilestone, member: CohortMember | None = None) -> MilestoneTick:
    """Of the first member of the cohort, where none is given."""
    mine = CohortMember.cohort_id == milestone.cohort_id
    first = sa.select(CohortMember).where(mine).order_by(CohortMember.id).limit(1)
    whose = member or db.session.scalars(first).one()
    return saved(MilestoneTick(milestone_id=milestone.id, member_id=whose.id, on=milestone.due_on))


def make_import(
    content: bytes, cycle: ExamCycle, name: str = "成绩.xlsx", *, on: date | None = None
) -> ResultImport:
    """A sheet that was uploaded and that the worker has checked; of the scores' day unless told."""
    day = on or cycle.scores_on or clock.today()
    made = take_in(SYSTEM, cycle, content, name, published_on=day)
    db.session.commit()
    return worked(CHECK, made)


def make_imported(
    content: bytes,
    cycle: ExamCycle,
    name: str = "成绩.xlsx",
    *,
    by: Actor = SYSTEM,
    on: date | None = None,
) -> ResultImport:
    """A sheet that went the whole way."""
    made = record_results(by, make_import(content, cycle, name, on=on))
    db.session.commit()
    return worked(RECORD, made)


def worked(kind: str, made: ResultImport) -> ResultImport:
    import_id = made.id
    job = jobs.latest(kind, import_id)
    assert job is not None
    jobs.work_on(job.id, "test")
    db.session.expire_all()
    done = jobs.latest(kind, import_id)
    assert done is not None
    assert done.state is jobs.JobState.DONE, done.error
    return db.session.get_one(ResultImport, import_id)


def row(**over: object) -> list[object]:
    """A row of the long sheet by heading, as 李雷's who passed the practice paper."""
    usual: dict[str, object] = {
        "姓名": "李雷",
        "证件号码": LI_LEI_ID,
        "级别": "中级",
        "考试年度": "2025",
        "科目": "实务",
        "成绩": 66,
        "合格标志": "",
        "报考地": "",
    }
    facts = usual | over
    return [facts[heading] for heading in HEADINGS]


def xlsx(*rows: Sequence[object], headings: Sequence[str] = HEADINGS) -> bytes:
    """A workbook as a person makes it: numbers stay numbers, "=…" is a formula."""
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for line, cells in enumerate((headings, *rows)):
            sheet.write_row(line, 0, cells)
    return out.getvalue()


def as_csv(
    *rows: Sequence[object], headings: Sequence[str] = HEADINGS, encoding: str = "utf-8"
) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([headings, *rows])
    return out.getvalue().encode(encoding)
