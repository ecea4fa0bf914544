"""A city's yearly report comes out of the sheets: 1,730 registered, 362 passed, 1,627 in all.

The numbers are those of a city's report of 2023: 1,730 registered, 1,151 person-times trained,
362 passed = 319 + 42 + 1 (senior, the written exam alone), 1,627 cumulative.
"""

from datetime import date
from decimal import Decimal
from itertools import count

import pytest
import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.roles import SYSTEM, Actor, Grant, Role
from college.courses.catalogue.models import Category
from college.courses.enrolments.models import Enrolment, EnrolmentState
from college.courses.runs.models import RunState
from college.exams.cycles.operations import date_cycle
from college.people.persons.models import Person
from college.people.qualifications.models import Level, PassBasis, Qualification
from college.reports.exam_figures.outcome import Outcome, outcomes
from college.reports.exam_figures.rates import sittings
from college.reports.exam_figures.seen import seen_outcomes, seen_sittings
from college.reports.figures.small_cells import Hidden
from tests.factories import make_id_number, make_unit
from tests.factories.courses import make_course, make_run
from tests.factories.exams import as_csv, make_cycle, make_imported, make_rules
from tests.people import rosters

REGISTERED, TRAINED, BEFORE = 1_730, 1_151, 1_266
PASSED = {Level.ASSISTANT: 319, Level.SOCIAL_WORKER: 42, Level.SENIOR: 1}
DAY, BEFORE_THAT = date(2023, 12, 31), date(2022, 9, 1)
STATION = "武陵区社工站"
PAPERS = {
    Level.ASSISTANT: ("初级", ("综合能力", "实务")),
    Level.SOCIAL_WORKER: ("中级", ("综合能力", "实务", "法规与政策")),
    Level.SENIOR: ("高级", ("实务",)),
}
HEADINGS = ("姓名", "身份证号", "级别", "考试年度", "综合能力", "实务", "法规与政策")
OBSERVER = Actor(None, frozenset({Grant(Role.OBSERVER)}))
_serial = count(300_000)


def people(number: int) -> list[tuple[str, str]]:
    return [(f"考生{n}", make_id_number(next(_serial))) for n in range(number)]


def line(who: tuple[str, str], level: Level, year: int, mark: object) -> list[object]:
    word, papers = PAPERS[level]
    marks = [mark if paper in papers else "" for paper in HEADINGS[4:]]
    return [*who, word, str(year), *marks]


def sheet_2023(candidates: list[tuple[str, str]]) -> list[list[object]]:
    """Who passed at each level, then those who failed, then those who did not come."""
    rows, rest = [], list(candidates)
    for level, passed in PASSED.items():
        rows += [line(rest.pop(), level, 2023, Decimal(66)) for _ in range(passed)]
    for level, share in ((Level.ASSISTANT, 3), (Level.SOCIAL_WORKER, 4)):
        rows += [line(rest.pop(), level, 2023, Decimal(48)) for _ in range(len(rest) // share)]
    return rows + [line(who, Level.ASSISTANT, 2023, "缺考") for who in rest]


def certify(number: int) -> None:
    """The first of the roster held a certificate before the year began."""
    facts = {"level": Level.ASSISTANT, "basis": PassBasis.NATIONAL, "approved_on": BEFORE_THAT}
    for person_id in db.session.scalars(sa.select(Person.id).order_by(Person.id).limit(number)):
        db.session.add(Qualification(person_id=person_id, **facts))
    db.session.commit()


def train(person_times: int) -> None:
    """Two classes: whoever came through both counts twice."""
    ids = list(db.session.scalars(sa.select(Person.id).order_by(Person.id).limit(700)))
    course = make_course(category=Category.EXAM_PREP)
    days = {"starts_on": date(2023, 3, 1), "ends_on": date(2023, 5, 1)}
    for some in (ids, ids[: person_times - len(ids)]):
        run = make_run(course, state=RunState.CLOSED, closed_at=clock.now(), **days)
        done = EnrolmentState.COMPLETED
        db.session.add_all(Enrolment(run_id=run.id, person_id=n, state=done) for n in some)
    db.session.commit()


@pytest.fixture
def city() -> Outcome:
    make_rules()
    holders, candidates = people(BEFORE), people(REGISTERED)
    make_unit(name=STATION)
    posts = [[*who, "", STATION, "驻站社工", "2022-01-01"] for who in (*holders, *candidates)]
    rosters.imported(rosters.sheet(*posts))
    certify(len(holders))
    cycle = make_cycle(2023)
    date_cycle(SYSTEM, cycle, approved_on=date(2023, 9, 1))
    sheet = as_csv(*sheet_2023(candidates), headings=HEADINGS)
    assert make_imported(sheet, cycle, "成绩.csv").rows_refused == 0
    train(TRAINED)
    return outcomes(SYSTEM, sittings(SYSTEM, DAY), DAY)[0]


def test_the_citys_figures_come_out_of_its_sheets(city):
    assert city.registered == REGISTERED
    assert city.trained == TRAINED
    assert city.passed == PASSED
    assert city.passed_in_all == 362
    assert city.cumulative == 1_627

    seen = seen_sittings(OBSERVER, sittings(SYSTEM, DAY))
    found = outcomes(SYSTEM, sittings(SYSTEM, DAY), DAY)
    (department,) = seen_outcomes(OBSERVER, found, seen, DAY)
    # the one senior would be 362 less the others, so a second level keeps them company
    assert department.passed == {
        Level.ASSISTANT: 319, Level.SOCIAL_WORKER: Hidden.SOME, Level.SENIOR: Hidden.FEW,
    }  # fmt: skip
    assert (department.registered, department.passed_in_all) == (REGISTERED, 362)
    assert department.cumulative == 1_627
