"""Exam years, a cohort with members at every stage, and a sheet with rows to mend."""

from datetime import date
from decimal import Decimal

import sqlalchemy as sa

from college.core.db import db
from college.core.roles import SYSTEM
from college.courses.runs.models import CourseRun
from college.exams.cohorts.operations import NewCohort, add_enrolled, add_members, form_cohort
from college.exams.cycles.operations import adopt_cycles, date_cycle
from college.exams.pass_rules.operations import adopt_rules
from college.people.persons.models import Person
from college.people.persons.operations import NewPerson, record_persons
from college.people.qualifications.models import Level
from tests.factories import make_id_number
from tests.factories.exams import WIDE, make_import, make_imported, row, xlsx

PAPERS = ("综合能力", "实务", "法规与政策")
NAMES = ("阿木古楞", "白晓燕", "诺敏·其其格", "苏和", "斯琴高娃·乌云", "包志强", "高娃", "萨仁")


def exams(cast: dict[str, Person]) -> None:
    adopt_rules(SYSTEM)
    cycles = {cycle.year: cycle for cycle in adopt_cycles(SYSTEM)}
    date_cycle(SYSTEM, cycles[2025], approved_on=date(2025, 7, 25))
    numbers = {name: make_id_number(300 + n) for n, name in enumerate(NAMES)}
    people = record_persons(
        SYSTEM,
        [NewPerson(full_name=name, id_number=numbers[name], is_demo=True) for name in NAMES],
    )
    run = db.session.scalars(sa.select(CourseRun).where(CourseRun.code == "KQ-1")).first()
    cohort_2026 = form_cohort(
        SYSTEM,
        NewCohort(
            code="SW-2026",
            name="2026年社会工作师备考班",
            name_en="Social Worker cohort 2026",
            level=Level.SOCIAL_WORKER,
            cycle=cycles[2026],
            tutor=cast["hanmeimei"],
            runs=[run] if run else [],
        ),
    )
    add_enrolled(SYSTEM, cohort_2026)
    cohort = form_cohort(
        SYSTEM,
        NewCohort(
            code="SW-2025",
            name="2025年社会工作师备考班",
            name_en="Social Worker cohort 2025",
            level=Level.SOCIAL_WORKER,
            cycle=cycles[2025],
            tutor=cast["hanmeimei"],
        ),
    )
    add_members(SYSTEM, cohort, [*people, cast["lilei"]], joined_on=date(2025, 1, 6))
    wide = [
        [name, numbers[name], "中级", 2025, 61 + n, 57 + n, 60.5]
        for n, name in enumerate(NAMES[:6])
    ]
    make_imported(xlsx(*wide, headings=WIDE), cycles[2025], "2025成绩_通辽.xlsx")
    make_import(to_mend(numbers), cycles[2025], "2025成绩_补充.xlsx")


def to_mend(numbers: dict[str, str]) -> bytes:
    def of(name: str, paper: str, score: object, **over: object) -> list[object]:
        usual = {"姓名": name, "证件号码": numbers.get(name, ""), "科目": paper, "成绩": score}
        return row(**usual | over)

    return xlsx(
        *(of("高娃", paper, float(Decimal(66))) for paper in PAPERS),
        *(of("萨仁", paper, 53.5, 报考地="库伦旗", 级别="初级") for paper in PAPERS[:2]),
        of("诺敏·其其格", "实务", 60.3),
        of("诺敏 其其格", "实务", 60, 证件号码=numbers["诺敏·其其格"]),
        of("苏和", "实务", "缺"),
        of("包志强", "实务", 66, 证件号码=110105194912310020),
        of("新人", "实务", 66, 证件号码="11010519491231002X"),
        of("白晓燕", "法规与政策", 60.5),
        of("阿木古楞", "实务", 71),
        of("阿木古楞", "实务", 69),
    )
