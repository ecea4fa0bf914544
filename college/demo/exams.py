"""Two cohorts of the middle level: 2025's results are in, of 2026's a part is still to come."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa

from college.core import clock, jobs
from college.core.db import db
from college.core.roles import SYSTEM
from college.core.sheets import Cell, write_xlsx
from college.core.text import say
from college.demo import cast, staff
from college.demo.classes import EXAM_2025, EXAM_2026, year_ahead
from college.demo.courses import MORNING, at
from college.demo.names import id_number
from college.demo.result_sheets import (
    HEADINGS,
    KULUN,
    Sat,
    Sheet,
    are_in,
    bring_in,
    number_of,
    row,
    row_of,
    work,
)
from college.demo.teaching import run
from college.exams.cohorts.models import ExamCohort
from college.exams.cohorts.operations import NewCohort, add_members, form_cohort
from college.exams.cycles.data import INNER_MONGOLIA, names_of
from college.exams.cycles.models import ExamCycle
from college.exams.cycles.operations import NewCycle, adopt_cycles, date_cycle, plan_cycle
from college.exams.cycles.queries import cycle_of
from college.exams.pass_rules.data import LineData
from college.exams.pass_rules.operations import NewExtension, adopt_rules, extend_window
from college.exams.rejudgings.models import Rejudging
from college.exams.rejudgings.operations import publish_line
from college.exams.rejudgings.queries import REJUDGE, line_in
from college.people.persons.models import Person
from college.people.qualifications.models import Level

COHORT_2025, COHORT_2026 = "KQ-2025-SW", "KQ-2026-SW"
SCORES_KNOWN_ON = date(2025, 7, 31)
RESULTS_CAME_ON = date(2025, 9, 15)  # as a sheet, to the office
LINE_CAME_ON = date(2025, 9, 22)  # the notice on separately drawn lines is of the 12th
SHEET_2025 = "2025年度成绩.xlsx"
NOBODYS_NUMBER = 9_999  # nobody of the demo has this one

PASSED = (
    Sat((68, 71.5, 63)), Sat((74, 66, 70.5)), Sat((61, 60, 64)), Sat((82.5, 77, 73)),
    Sat((66, 69.5, 60)), Sat((71, 64, 67.5)), Sat((63.5, 72, 65)),
)  # fmt: skip
RESULTS_2025 = (
    Sat((58, 61, 59.5), KULUN),  # on the line of that banner
    *PASSED,
    Sat((62, 58.5, 58), KULUN),
    Sat((59.5, 63, 66)),  # half a mark short, and no regional line
    Sat((67, 48, 71)),
    Sat((55, 62.5, 57)),
    Sat((64, 65.5, "")),  # two papers: they count in 2026 too, and have lapsed for 2027
    Sat(("缺考", "缺考", "缺考")),
    Sat((70, 61, "违纪")),
    Sat((49.5, 52, 44)),
    Sat((60.5, 59, 68)),
)
SUSPENDED = NewExtension(
    level=Level.SOCIAL_WORKER,
    passed_year=2021,
    until_year=2023,
    province=INNER_MONGOLIA,
    citation="示例通知：2022年部分地区停考，2021年合格成绩的有效期延长一年",
)
RESULTS_2026 = (*PASSED, Sat((59, 72, 66)), Sat((66.5, 70, 61.5)), Sat(("缺考", "缺考", "缺考")))


def is_there() -> bool:
    return bool(db.session.scalar(sa.select(sa.exists().where(ExamCohort.is_demo))))


def build() -> None:
    adopt_rules(SYSTEM, known_on=SCORES_KNOWN_ON)  # a regional line comes later
    adopt_cycles(SYSTEM)
    plan_cycle(cast.actor("chen"), _next(year_ahead()))
    extend_window(cast.actor("chen"), SUSPENDED)
    others = staff.of_tongliao()
    _form(COHORT_2025, "2025年社会工作师备考班", "Social Worker exam cohort 2025",
          2025, EXAM_2025, date(2025, 2, 20), others[staff.COHORT_2025])  # fmt: skip
    members = [cast.person("lilei"), *others[staff.COHORT_2026]]
    _form(COHORT_2026, "2026年社会工作师备考班", "Social Worker exam cohort 2026",
          2026, EXAM_2026, date(2026, 2, 25), members)  # fmt: skip
    with clock.put_at(at(RESULTS_CAME_ON, MORNING.begins)):
        date_cycle(cast.actor("chen"), cycle(2025), approved_on=cycle(2025).exam_to_on)


def are_results_there() -> bool:
    return are_in([SHEET_2025])


def import_results() -> None:
    """The administrator imports the sheet of 2025; the regional lines are not known yet."""
    people = staff.of_tongliao()[staff.COHORT_2025]
    rows = _rows(people, RESULTS_2025, 2025)
    bring_in(Sheet(cycle(2025), SHEET_2025, RESULTS_CAME_ON, rows))


def are_lines_there(lines: Sequence[LineData]) -> bool:
    """Whether lines are on record, and every round that they ask for is over."""
    known = (line_in(each.year, each.level, None, each.region) for each in lines)
    still_open = sa.exists().where(Rejudging.finished_at.is_(None))
    return all(known) and not db.session.scalar(sa.select(still_open))


def publish_lines(lines: Sequence[LineData], on: date) -> None:
    """Lines of a region come some time after the results: who registered there is judged anew.

    Interrupted, it goes on with the rounds that are open.
    """
    with clock.put_at(at(on, MORNING.begins)):
        for line in lines:
            if line_in(line.year, line.level, None, line.region) is None:
                with jobs.transaction():
                    publish_line(cast.actor("chen"), line)
        still_open = sa.select(Rejudging.id).where(Rejudging.finished_at.is_(None))
        for row_id in db.session.scalars(still_open.order_by(Rejudging.id)).all():
            work(REJUDGE, row_id)


def cycle(year: int) -> ExamCycle:
    found = cycle_of(year, INNER_MONGOLIA)
    assert found is not None
    return found


def sheet_2026() -> bytes:
    """The rest of 2026, to try the import with: ten good rows, 李雷's first, and six refused."""
    members = [cast.person("lilei"), *staff.of_tongliao()[staff.COHORT_2026]]
    good = _rows(members, RESULTS_2026, 2026)
    first, second, third, fourth = members[23:27]
    wrong_digit = number_of(first)[:-1] + ("0" if number_of(first)[-1] != "0" else "1")
    bad: list[list[Cell]] = [
        row_of("路人", id_number(NOBODYS_NUMBER), 2026, Sat((60, 60, 60))),
        row_of(first.full_name, wrong_digit, 2026, Sat((61, 64, 70))),
        row_of(second.full_name, float(number_of(second)[:-1] + "0"), 2026, Sat((62, 60, 75))),
        row(third, 2026, Sat((60.3, 66, 71))),
        *(row(fourth, 2026, sat) for sat in PASSED[:2]),  # which one?
    ]
    return write_xlsx("2026年度成绩", HEADINGS, [*good, *bad])


def _next(year: int) -> NewCycle:
    name, name_en = names_of(year)
    return NewCycle(
        year=year,
        province=INNER_MONGOLIA,
        name=name,
        name_en=name_en,
        citation=say("The days are not announced yet: the notice of that year decides"),
    )


def _form(
    code: str,
    name: str,
    name_en: str,
    year: int,
    class_code: str,
    on: date,
    members: Sequence[Person],
) -> None:
    chen, tutor = cast.actor("chen"), cast.person("hanmeimei")
    new = NewCohort(
        code=code,
        name=name,
        name_en=name_en,
        level=Level.SOCIAL_WORKER,
        cycle=cycle(year),
        tutor=tutor,
        runs=[run(class_code)],
        is_demo=True,
    )
    with clock.put_at(at(on, MORNING.begins)):
        add_members(chen, form_cohort(chen, new), members)


def _rows(people: Sequence[Person], results: Sequence[Sat], year: int) -> list[list[Cell]]:
    return [row(person, year, sat) for person, sat in zip(people, results, strict=False)]
