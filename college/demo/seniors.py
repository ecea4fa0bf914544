"""Senior social workers in the making: who passed the written exam, and what the review made of it.

They supervise others at general stations. One of them sat the exam in another province; that
statement is about to run out.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count

import sqlalchemy as sa

from college.core import clock, jobs
from college.core.db import db
from college.core.roles import SYSTEM, Role
from college.demo import cast, staff, stations
from college.demo.cast import TOOK_OVER_ON
from college.demo.courses import AFTERNOON, at
from college.demo.names import id_number, invented
from college.demo.result_sheets import (
    ABSENT,
    HOME,
    PUBLISHED_ON,
    Sat,
    Sheet,
    are_in,
    bring_in,
    row,
)
from college.exams.cycles.data import CALENDAR, names_of
from college.exams.cycles.models import ExamCycle
from college.exams.cycles.operations import NewCycle, date_cycle, plan_cycle
from college.exams.cycles.queries import cycle_of
from college.people.employment.models import Capacity
from college.people.employment.operations import Hiring
from college.people.persons.models import Person
from college.people.persons.operations import record_person
from college.people.qualifications.earning import Earned
from college.people.qualifications.models import Level
from college.people.qualifications.operations import check_qualification, record_qualifications
from college.people.roles.operations import grant_role
from college.register.registrations.periods import months_on
from college.register.reviews.models import Review, ReviewState
from college.register.reviews.operations import Step, apply_for_review, take_review_step

SHANDONG, JINAN = "山东省", "济南市"
COMMITTEE = "内蒙古自治区高级社会工作师评审委员会"
SEEN = "演示数据：证书由所在单位核对"
LISTED = "演示数据：评审委员会公布的名单"
LEFT = timedelta(days=24)  # of the statement that is about to run out
STATEMENT_MONTHS = 36
LAST_YEAR_ELSEWHERE = 2024
NUMBERS_FROM, BORN_BY = 9_000, "1988"  # old enough for five years as a social worker
S = ReviewState


@dataclass(frozen=True, slots=True)
class Was:
    """A step of a review on a day, or so many days ago but on a day by when the statement holds."""

    state: ReviewState
    on: date | None = None
    ago: int = 0
    by: date = date(2027, 6, 10)

    @property
    def day(self) -> date:
        return self.on or min(clock.today() - timedelta(days=self.ago), self.by)


@dataclass(frozen=True, slots=True)
class Senior:
    """`approved_on` is that of the middle level; `marks` are those of the senior paper by year."""

    name: str
    approved_on: date
    station: str
    marks: Mapping[int, float | str] = field(default_factory=dict)
    review: Sequence[Was] = ()


SENIORS = (
    Senior("乌云毕力格", date(2012, 6, 17), "科尔沁区社工总站", {2022: 71},
           [Was(S.APPLIED, date(2022, 11, 7)), Was(S.PASSED, date(2022, 12, 20)),
            Was(S.NOTICED, date(2022, 12, 26)), Was(S.TITLED, date(2023, 1, 16))]),
    Senior("赵慧敏", date(2014, 6, 15), "开鲁县社工总站", {2023: 66.5},
           [Was(S.APPLIED, date(2024, 9, 9)), Was(S.PASSED, date(2024, 11, 22)),
            Was(S.NOTICED, date(2024, 11, 25)), Was(S.TITLED, date(2024, 12, 13))]),
    Senior("包银山", date(2014, 6, 15), "奈曼旗社工总站", {2024: 63},
           [Was(S.APPLIED, date(2025, 9, 8)), Was(S.NOT_PASSED, date(2025, 11, 28))]),
    Senior("孟根花", date(2016, 6, 19), "扎鲁特旗社工总站", {2023: 52, 2024: 68},
           [Was(S.APPLIED, ago=80), Was(S.PASSED, ago=12), Was(S.NOTICED, ago=3)]),
    Senior("金秀兰", date(2017, 6, 18), "霍林郭勒市社工总站", {2025: 61.5},
           [Was(S.APPLIED, ago=46)]),
    Senior("白音那", date(2016, 6, 19), "库伦旗社工总站", {2022: 64}),
    Senior("韩巴特尔", date(2017, 6, 18), "科尔沁左翼中旗社工总站", {2025: 54, 2026: 60.5}),
    Senior("斯日古楞", date(2018, 6, 10), "科尔沁左翼后旗社工总站", {2025: 49.5, 2026: ABSENT}),
)  # fmt: skip
ELSEWHERE = Senior("陈国栋", date(2015, 6, 14), "通辽经济技术开发区社工总站")
MARK_ELSEWHERE = 70
NOTICE_LASTS = timedelta(days=4)  # five days with the first
SHEET_ELSEWHERE = "济南市高级社会工作师考试成绩.xlsx"


def are_there() -> bool:
    chosen = sa.select(Person.id).where(Person.full_name == ELSEWHERE.name, Person.is_demo)
    return db.session.scalar(chosen.limit(1)) is not None


def build() -> None:
    """Record them with their posts, and the middle level, which the office has seen."""
    numbers = (n for n in count(NUMBERS_FROM) if id_number(n)[6:10] < BORN_BY)
    for senior, number in zip((*SENIORS, ELSEWHERE), numbers, strict=False):
        _engage(senior, record_person(SYSTEM, invented(senior.name, number)))


def sat(year: int) -> list[tuple[Person, Sat]]:
    """Who of them sat in a year at home."""
    return [(_person(s), _sat(s.marks[year])) for s in SENIORS if year in s.marks]


def is_result_elsewhere_there() -> bool:
    return are_in([SHEET_ELSEWHERE])


def import_elsewhere() -> None:
    """The sheet of the province next door."""
    issued_on = issued_elsewhere()
    elsewhere = cycle_elsewhere(issued_on)
    rows = [row(_person(ELSEWHERE), elsewhere.year, _sat(MARK_ELSEWHERE, JINAN))]
    bring_in(Sheet(elsewhere, SHEET_ELSEWHERE, issued_on + timedelta(days=9), rows))


def are_reviewed() -> bool:
    return bool(db.session.scalar(sa.select(sa.exists().where(Review.id > 0))))


def review() -> None:
    for senior in SENIORS:
        if senior.review:
            _review(_person(senior), senior.review)


def cycle_elsewhere(issued_on: date) -> ExamCycle:
    """The other province's exam with the day on which its statements were issued."""
    year = year_elsewhere(issued_on)
    found = cycle_of(year, SHANDONG)
    if found is not None:
        return found
    name, name_en = names_of(year)
    dates = {dates.year: dates for dates in CALENDAR}[year]
    new = NewCycle(
        year=year,
        province=SHANDONG,
        name=name,
        name_en=name_en,
        exam_from_on=dates.exam[0],
        exam_to_on=dates.exam[1],
        scores_on=dates.scores_on,
        citation="示例：山东省成绩合格证明的发放日期为虚构",
    )
    with jobs.transaction():
        planned = plan_cycle(cast.actor("chen"), new)
        return date_cycle(cast.actor("chen"), planned, approved_on=issued_on)


def year_elsewhere(issued_on: date) -> int:
    """The latest exam whose scores were out by then."""
    out = [year for year, on in PUBLISHED_ON.items() if on <= issued_on]
    return min(max(out), LAST_YEAR_ELSEWHERE)


def issued_elsewhere() -> date:
    """So that a statement of that day is about to run out."""
    return months_on(clock.today() + LEFT, -STATEMENT_MONTHS)


def _engage(senior: Senior, person: Person) -> None:
    place = stations.unit(senior.station)
    opened_on = place.opened_on or senior.approved_on
    post = Hiring(person=person, unit=place, capacity=Capacity.STATION_WORKER, from_on=opened_on)
    staff.hire_as_known([post])
    grant_role(SYSTEM, person, role=Role.TRAINEE, from_on=cast.ROLES_FROM)
    middle = Earned(
        person_id=person.id,
        level=Level.SOCIAL_WORKER,
        approved_on=senior.approved_on,
        exam_year=senior.approved_on.year,
        evidence=SEEN,
    )
    for held in record_qualifications(SYSTEM, [middle]):
        check_qualification(cast.actor("chen"), held)


def _review(person: Person, steps: Sequence[Was]) -> None:
    applied, *later = steps
    step = Step(on=applied.day, evidence="演示数据：申报材料受理回执")
    with _noted(step.on):
        made = apply_for_review(cast.actor("chen"), person, step, committee=COMMITTEE)
    for was in later:
        to_on = was.day + NOTICE_LASTS if was.state is S.NOTICED else None
        step = Step(on=was.day, evidence=LISTED, to_on=to_on)
        with _noted(step.on):
            take_review_step(cast.actor("chen"), made, step, state=was.state)


def _noted(on: date) -> AbstractContextManager[None]:
    return clock.put_at(at(max(on, TOOK_OVER_ON), AFTERNOON.begins))


def _sat(mark: float | str, region: str = HOME) -> Sat:
    return Sat(("", mark, ""), region, Level.SENIOR)


def _person(senior: Senior) -> Person:
    return cast.named(senior.name)
