"""Years of exams through the database, in the order in which things become known."""

from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest
import sqlalchemy as sa

from college.core.db import db
from college.core.roles import SYSTEM
from college.exams.cycles.models import ExamCycle
from college.exams.pass_rules.data import LineData
from college.exams.pass_rules.operations import NewExtension, draw_line, extend_window
from college.exams.results.models import Result, ResultImport, Verdict
from college.exams.results.queries import papers_of, passes_of
from college.exams.results.recording import judge_persons
from college.people.persons.models import Person
from college.people.qualifications.models import Level, Qualification
from tests.exams import oracle
from tests.exams.histories import (
    CHECK_ENDED,
    HOME,
    KULUN,
    KULUN_2025,
    LINES_CAME,
    NAIMAN,
    NATION,
    SCORES_CAME,
    YEARS,
    agree,
    day_of,
    standing_rows,
)
from tests.exams.oracle import Drawn, Notice, Sat
from tests.exams.sheets import all_current, imported
from tests.factories import make_id_number
from tests.factories.exams import make_candidate, make_cycle, make_rules, row, xlsx

PEOPLE = 24
HEADED = {"comprehensive": "综合能力", "practice": "实务", "law_and_policy": "法规与政策"}
NAMED = {"assistant": "初级", "social_worker": "中级", "senior": "高级"}
SAID = {"": "", "passed": "合格", "not_passed": "不合格"}
SHOWN = {"absent": "缺考", "discipline": "-2", "": ""}


def _cells(person: Person, number: str, sat: Sat) -> list[object]:
    mark = SHOWN[sat.mark] if isinstance(sat.mark, str) else sat.mark / 2
    return row(
        姓名=person.full_name,
        证件号码=number,
        级别=NAMED[sat.level],
        考试年度=sat.year,
        科目=HEADED[sat.paper],
        成绩=mark,
        合格标志=SAID[sat.word],
        报考地=sat.place,
    )


def _random_sat(chance: Random, year: int) -> Sat:
    level = chance.choice(["assistant", "social_worker", "social_worker", "senior"])
    return Sat(
        level,
        year,
        chance.choice(oracle.PAPERS[level]),
        chance.choice([*range(110, 126), "absent", "discipline"]),
        chance.choice(["", KULUN, NAIMAN]),
        HOME,
        chance.choice(["", "", "", "passed", "not_passed"]),
        SCORES_CAME,
    )


def _random_correction(chance: Random, sat: Sat) -> Sat:
    """A later sheet of the same day that leaves this or that unsaid."""
    place = chance.choice([sat.place, ""])
    if isinstance(sat.mark, int) and chance.random() < 0.3:
        return replace(sat, mark="", word=chance.choice(["passed", "not_passed"]), place=place)
    return replace(sat, mark=chance.choice([118, 124, sat.mark]), word="", place=place)


def _beside(stood: Sat, said: Sat) -> Sat:
    """What is believed then: silence denies nothing, and a word is of the mark it was said of."""
    mark = stood.mark if said.mark == "" else said.mark
    word = stood.word if not said.word and mark == stood.mark else said.word
    return replace(said, mark=mark, word=word, place=said.place or stood.place)


def _publish(
    cycle: ExamCycle,
    people: dict[int, tuple[Person, str]],
    sats: dict[int, list[Sat]],
    day: int = SCORES_CAME,
) -> ResultImport:
    rows = [_cells(*people[i], sat) for i, of_one in sats.items() for sat in of_one]
    done = imported(xlsx(*rows), cycle, on=day_of(cycle.year, day))
    assert done.rows_refused == 0
    return done


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_results_corrections_late_lines_and_notices_end_as_the_oracle_says(seed):
    chance = Random(seed)
    make_rules()
    cycles = {year: make_cycle(year) for year in YEARS if year != 2026}
    people = _people()
    known: dict[int, list[Sat]] = {person_id: [] for person_id in people}
    lines = [*NATION, *KULUN_2025]

    for year, cycle in cycles.items():
        fresh = {
            i: standing_rows([_random_sat(chance, year) for _ in range(chance.randint(1, 5))])
            for i in people
        }
        _publish(cycle, people, fresh)
        corrected = {
            i: [_random_correction(chance, of_one[0])]
            for i, of_one in fresh.items()
            if chance.random() < 0.5
        }
        _publish(cycle, people, corrected)
        for i in people:
            known[i] += fresh[i] + [_beside(fresh[i][0], said) for said in corrected.get(i, [])]
        if year != 2025:
            late = Drawn("social_worker", year, chance.choice([112, 116]), NAIMAN, LINES_CAME)
            lines.append(_draw_late(late))
        judge_persons(SYSTEM, cycle, list(people))
        db.session.commit()
        failed_again = {
            i: [replace(s, day=CHECK_ENDED) for s in standing_rows(known[i]) if _is_fail(s, year)]
            for i in people
            if chance.random() < 0.5
        }
        _publish(cycle, people, failed_again, CHECK_ENDED)
        for i, of_one in failed_again.items():
            known[i] += of_one
    extended = _extend(Notice("social_worker", 2021, 2023, HOME))
    judge_persons(SYSTEM, cycles[2021], list(people))
    db.session.commit()

    found = passes_of(papers_of(people))
    assert any(p.region for of_one in found.values() for p in of_one)
    for i in people:
        rows = standing_rows(known[i])
        agree(found[i], oracle.certificates(rows, lines, extended))
        _held_as_first_earned(i, oracle.certificates(rows, lines, extended))
    _verdicts_as_the_oracle_says(known, lines)


def _is_fail(sat: Sat, year: int) -> bool:
    return sat.year == year and sat.word == "not_passed" and isinstance(sat.mark, int)


def _people() -> dict[int, tuple[Person, str]]:
    numbers = [make_id_number() for _ in range(PEOPLE)]
    made = [(make_candidate(name="考生", id_number=number), number) for number in numbers]
    return {person.id: (person, number) for person, number in made}


def _draw_late(late: Drawn) -> Drawn:
    new = LineData(
        year=late.year,
        level=Level(late.level),
        line=Decimal(late.mark) / 2,
        region=late.region,
        published_on=day_of(late.year, late.day),
        citation="通知",
    )
    draw_line(SYSTEM, new)
    return late


def _extend(notice: Notice) -> list[Notice]:
    new = NewExtension(
        level=Level(notice.level),
        passed_year=notice.year,
        until_year=notice.until,
        province=notice.province,
        citation="通知",
    )
    extend_window(SYSTEM, new)
    return [notice]


def _held_as_first_earned(person_id: int, expected: dict[tuple[str, int], set[str]]) -> None:
    """What the papers earn is held, unless a correction took it away after it was recorded."""
    chosen = sa.select(Qualification.level).where(Qualification.person_id == person_id)
    held = {level.value for level in db.session.scalars(chosen.where(Qualification.known()))}
    assert {level for level, _ in expected if level != "senior"} <= held


def _verdicts_as_the_oracle_says(known: dict[int, list[Sat]], lines: list[Drawn]) -> None:
    believed = {
        (r.person_id, r.level.value, year, r.subject.value): r.verdict
        for r in all_current()
        if (year := db.session.get_one(ExamCycle, r.cycle_id).year)
    }
    for i, history in known.items():
        for sat in standing_rows(history):
            is_passed = oracle.passed_where(sat, lines) is not None
            assert (believed[i, sat.level, sat.year, sat.paper] is Verdict.PASSED) is is_passed
    kept = db.session.scalar(sa.select(sa.func.count(Result.id)))
    assert kept is not None
    assert kept > len(believed)  # what was believed before stays
