"""Six years of the assistant's exam, and who sits the middle level more than once.

They are community workers of Tongliao: some of each year are in a cohort, others prepare alone, and
of those who fail most come again. The founders of the college held the cohorts before it was there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import count, cycle, islice
from random import Random

import sqlalchemy as sa

from college.core import clock, jobs
from college.core.db import db
from college.core.roles import SYSTEM
from college.core.sheets import Cell
from college.courses.runs.models import CourseRun
from college.demo import candidacies, cast, classes, exams, seniors, staff, stations
from college.demo.cast import TOOK_OVER_ON
from college.demo.courses import MORNING, at
from college.demo.names import han_names, invented
from college.demo.result_sheets import (
    ABSENT,
    HOME,
    KULUN,
    PUBLISHED_ON,
    Sat,
    Sheet,
    are_in,
    bring_in,
    row,
)
from college.demo.teaching import run
from college.exams.cohorts.models import ExamCohort
from college.exams.cohorts.operations import NewCohort, add_members, form_cohort
from college.exams.cycles.operations import date_cycle
from college.exams.pass_rules.data import LineData
from college.people.employment.models import Capacity, Employment
from college.people.employment.operations import Hiring
from college.people.persons.models import Person
from college.people.persons.operations import record_persons
from college.people.qualifications.models import Level

NUMBERS_FROM = 1_000
FIRST_OWN_COHORT = 2024
BASE, SEED = 55, 68  # of so many marks all six years have some of each kind who passed
OF_KULUN = 4  # its place among the banners
BACK, AWAY = 0.62, 0.05  # how likely somebody comes again; is absent


@dataclass(frozen=True, slots=True)
class Year:
    """Of one exam: how many of the assistant's candidates were in a cohort, how many were not.

    `lines`: below which mark one fails, by the region; of others the national one.
    """

    year: int
    members: int
    others: int
    joined_on: date
    came_on: date  # the results, as a sheet, to the office
    kulun: float = 60


YEARS = (
    Year(2021, 21, 17, date(2021, 8, 2), TOOK_OVER_ON),
    Year(2022, 22, 17, date(2022, 3, 7), TOOK_OVER_ON),
    Year(2023, 23, 17, date(2023, 3, 6), TOOK_OVER_ON),
    Year(2024, 24, 18, date(2024, 3, 11), date(2024, 8, 19)),
    Year(2025, 24, 19, date(2025, 3, 3), exams.RESULTS_CAME_ON, 53),
    Year(2026, 26, 21, date(2026, 3, 2), date(2026, 8, 10), 55),
)
COMMUNITY_WORKERS = 180


@dataclass(frozen=True, slots=True)
class Try:
    """Somebody, by place among the community workers, at the assistant's exam of a year."""

    place: int
    is_member: bool
    marks: tuple[float | str, float | str]

    @property
    def sat(self) -> Sat:
        return Sat((*self.marks, ""), _region(self.place), Level.ASSISTANT)


# those at the end of the list sit the middle level; over two years a paper counts, then it is gone
MIDDLE: Mapping[int, Mapping[int, Sequence[float | str]]] = {
    -1: {2021: (61, 63, 50), 2023: ("", "", 64)},  # by the extension after the suspended exam
    -2: {2024: (62, 61, 51), 2025: ("", "", 63)},
    -3: {2024: (64, 55, 60.5), 2025: ("", 60, "")},
    -4: {2023: (61, 58, 66), 2025: ("", 64, ""), 2026: (60, "", 58.5)},
    -5: {2024: (66, 52, 49), 2025: ("", 57, 62), 2026: ("", 61, "")},  # the first paper is gone
    -6: {2025: (60, 60, 54), 2026: ("", "", 67.5)},
    -7: {2023: (71, 68, 66.5)},
    -8: {2023: (52, 47.5, 55), 2024: (63, 60.5, 61)},
    -9: {2024: (ABSENT, ABSENT, ABSENT), 2025: (48, 51, 53)},
    -10: {2024: (69, 72, 64), },
    -11: {2025: (57.5, 62, 60), 2026: (65, "", "")},
    -12: {2025: (45, 50.5, 49), 2026: (54, 56, 58)},
    -13: {2026: (62, 64.5, 66)},
    -14: {2026: (51, 58, 47)},
    -15: {2024: (56, 59.5, 61), 2025: (58, 60, ""), 2026: (61, "", 55)},
}  # fmt: skip
# of the cohort of 2025, by place, who came again a year later
AGAIN_2026: Mapping[int, Sequence[float | str]] = {
    9: (66, "", ""),
    13: (54, 57.5, 61),
    15: (52, 49.5, 47),
    16: ("", 64, ""),
}
# of the cohort of 2026, by place: who was absent, and whom the list that came first has
RESULTS_2026: Mapping[int, Sequence[float | str]] = {
    10: (63, 61.5, 60),
    11: (70, 66, 72.5),
    12: (61, 57, 64),
    13: (58.5, 60, 62),
    14: (58, 62, 57.5),
    15: (66.5, 71, 69),
    16: (49, 53.5, 55),
    17: (60, 64, 60.5),
    18: (72, 52.5, 59),
    19: (55, 51, 60),
    **dict.fromkeys((20, 21, 22), (ABSENT, ABSENT, ABSENT)),
}
LINED = {14, 19}  # registered in the banner with a line of its own
LINES_2026 = tuple(
    LineData(
        year=2026,
        level=level,
        line=Decimal(line),
        region="库伦旗",
        citation="示例通知（虚构）：2026年单独划定的合格标准",
        published_on=date(2026, 9, 11),
    )
    for level, line in ((Level.ASSISTANT, 55), (Level.SOCIAL_WORKER, 57))
)
LINES_CAME_ON = date(2026, 9, 21)


def are_people_there() -> bool:
    of_banner = Employment.unit_id == stations.unit(_banners()[0]).id
    there = of_banner & (Employment.capacity == Capacity.COMMUNITY_WORKER)
    return bool(db.session.scalar(sa.select(sa.exists().where(there))))


def build_people() -> None:
    new = map(invented, islice(han_names(seed=12), COMMUNITY_WORKERS), count(NUMBERS_FROM))
    people = record_persons(SYSTEM, list(new))
    places = cycle([stations.unit(name) for name in _banners()])
    staff.hire_as_known(
        Hiring(
            person=person,
            unit=place,
            capacity=Capacity.COMMUNITY_WORKER,
            from_on=date(2018 + n % 3, 1 + n % 11, 1),
        )
        for n, (person, place) in enumerate(zip(people, places, strict=False))
    )


def are_cohorts_there() -> bool:
    last = ExamCohort.code == _code(YEARS[-1].year)
    return bool(db.session.scalar(sa.select(sa.exists().where(last))))


def form_cohorts() -> None:
    people = community_workers()
    for year in YEARS:
        name = f"{year.year}年助理社会工作师备考班"
        if year.year < FIRST_OWN_COHORT:
            name += "（通辽职业学院）"
        new = NewCohort(
            code=_code(year.year),
            name=name,
            name_en=f"Assistant Social Worker exam cohort {year.year}",
            level=Level.ASSISTANT,
            cycle=exams.cycle(year.year),
            tutor=cast.person("hanmeimei"),
            runs=_classes(year.year),
            is_demo=True,
        )
        members = [people[place] for place in members_of(year.year)]
        with clock.put_at(at(max(year.joined_on, TOOK_OVER_ON), MORNING.begins)):
            formed = form_cohort(cast.actor("chen"), new)
            add_members(cast.actor("chen"), formed, members, joined_on=year.joined_on)


def members_of(year: int) -> list[int]:
    """By place, who is in the cohort of a year."""
    return [each.place for each in tries()[year] if each.is_member]


def _classes(year: int) -> list[CourseRun]:
    """The founders' classes are in no ledger."""
    return [run(classes.of_assistants(year).code)] if year in classes.ASSISTANTS_FROM else []


def are_results_there(years: Sequence[Year]) -> bool:
    return are_in([_filename(year.year) for year in years])


def import_results(years: Sequence[Year]) -> None:
    """One sheet of Tongliao a year, with all levels; it says when certificates were approved."""
    for year in years:
        _date(year.year)
        cycle_ = exams.cycle(year.year)
        bring_in(Sheet(cycle_, _filename(year.year), year.came_on, _rows(year.year)))


def community_workers() -> Sequence[Person]:
    """Those of the banners of Tongliao, in the order of recording."""
    there = Employment.unit_id.in_([stations.unit(name).id for name in _banners()])
    at_work = there & (Employment.capacity == Capacity.COMMUNITY_WORKER)
    chosen = sa.select(Person).where(Person.employments.any(at_work))
    return db.session.scalars(chosen.order_by(Person.id).limit(COMMUNITY_WORKERS)).all()


@cache
def tries() -> Mapping[int, Sequence[Try]]:
    """Who sat the assistant's exam in each year, and what they got: the same at every load."""
    chance, fresh = Random(SEED), iter(range(COMMUNITY_WORKERS - len(MIDDLE)))  # noqa: S311
    found, failed = dict[int, list[Try]](), list[int]()
    times = dict[int, int]()
    for year in YEARS:
        again = [place for place in failed if chance.random() < BACK]
        places = [*again, *islice(fresh, year.members + year.others - len(again))]
        chance.shuffle(places)
        for place in places:
            times[place] = times.get(place, 0) + 1
        found[year.year] = [
            Try(place, n < year.members, _marks(chance, times[place], is_member=n < year.members))
            for n, place in enumerate(places)
        ]
        failed = [each.place for each in found[year.year] if not _passes(each, year)]
    return found


def _date(year: int) -> None:
    """Certificates carry the last day of the exam; when the scores came out is told for 2026."""
    dated = exams.cycle(year)
    if dated.approved_on is not None or dated.exam_to_on is None:
        return
    scores_on = dated.scores_on or PUBLISHED_ON[year]
    with clock.put_at(at(max(scores_on, TOOK_OVER_ON), MORNING.begins)), jobs.transaction():
        date_cycle(cast.actor("chen"), dated, scores_on=scores_on, approved_on=dated.exam_to_on)


def _rows(year: int) -> list[list[Cell]]:
    people = community_workers()
    sat = [(people[each.place], each.sat) for each in tries()[year]]
    sat += [
        (people[place], Sat(marks[year], _region(len(people) + place)))
        for place, marks in MIDDLE.items()
        if year in marks
    ]
    if year == YEARS[-1].year:
        sat += _of_cohorts()
    return [row(person, year, each) for person, each in [*sat, *seniors.sat(year)]]


def _of_cohorts() -> list[tuple[Person, Sat]]:
    """Of the cohorts of the middle level: some of 2026, and who came again of 2025."""
    workers = staff.of_tongliao()
    earlier, now = workers[staff.COHORT_2025], candidacies.entered()
    sat = [
        (now[place], Sat(marks, KULUN if place in LINED else HOME))
        for place, marks in RESULTS_2026.items()
    ]
    return sat + [(earlier[place], Sat(marks)) for place, marks in AGAIN_2026.items()]


def _region(place: int) -> str:
    return KULUN if place % len(_banners()) == OF_KULUN else HOME


def _banners() -> list[str]:
    return [banner.name for banner in stations.TONGLIAO.below]


def _code(year: int) -> str:
    return f"KQ-{year}-AS"


def _filename(year: int) -> str:
    return f"通辽市社会工作者考试{year}年成绩.xlsx"


def _marks(chance: Random, times: int, *, is_member: bool) -> tuple[float | str, float | str]:
    if chance.random() < AWAY:
        return ABSENT, ABSENT
    able = chance.gauss(BASE + 4 * is_member + 1.5 * times, 6)
    comprehensive, practice = (_halves(chance.gauss(able, 4)) for _ in range(2))
    return comprehensive, practice


def _halves(mark: float) -> float:
    return min(max(round(mark * 2) / 2, 20), 95)


def _passes(each: Try, year: Year) -> bool:
    line = year.kulun if each.sat.region == KULUN else 60
    return all(isinstance(mark, float) and mark >= line for mark in each.marks)
