"""Results on record: what an import makes of them, and what others ask."""

from datetime import date
from decimal import Decimal
from itertools import product

import pytest
import sqlalchemy as sa

from college.core import storage
from college.core.db import db
from college.core.errors import NotAllowed
from college.core.imports import ImportState, kept
from college.core.journal import JournalEntry
from college.core.roles import SYSTEM, Role
from college.exams.pass_rules.data import LineData
from college.exams.pass_rules.models import PassLine, Subject
from college.exams.pass_rules.operations import draw_line
from college.exams.results.awards import awards
from college.exams.results.models import Result, Verdict
from college.exams.results.operations import check_results, finish_import, record_results
from college.exams.results.queries import papers_of, passes_of, results_of, standing, unearned_by
from college.exams.results.recording import award_chunk, judge_persons, record_chunk
from college.exams.results.uploading import take_in
from college.people.qualifications.models import Level, PassBasis, Qualification
from tests.conftest import actor_of
from tests.exams.sheets import PASS_ALL, all_current, imported
from tests.factories import make_person
from tests.factories.exams import (
    LI_LEI_ID,
    as_csv,
    make_cycle,
    make_import,
    make_result,
    make_rules,
    row,
    xlsx,
)

# ---- the import ----


def test_passes_become_a_qualification(cycle, lilei):
    done = imported(xlsx(*PASS_ALL), cycle)

    held = db.session.scalars(sa.select(Qualification)).one()
    assert (held.person_id, held.level, held.exam_year) == (lilei.id, Level.SOCIAL_WORKER, 2025)
    assert (held.approved_on, held.basis, held.region) == (
        date(2025, 7, 25),
        PassBasis.NATIONAL,
        "",
    )
    assert held.evidence == f"成绩.xlsx #{done.id}"
    assert (done.state, done.rows_new, done.qualifications_new) == (ImportState.IMPORTED, 3, 1)


def test_the_date_of_approval_goes_before_that_of_the_scores(lilei):
    make_rules()
    cycle = make_cycle(2025, approved_on=date(2025, 8, 30))

    imported(xlsx(*PASS_ALL), cycle)

    assert db.session.scalars(sa.select(Qualification.approved_on)).one() == date(2025, 8, 30)


@pytest.mark.parametrize(
    ("announced", "expected"),
    [
        ({}, date(2025, 8, 1)),
        ({"scores_on": date(2025, 7, 25)}, date(2025, 7, 25)),
        ({"scores_on": date(2025, 7, 25), "approved_on": date(2025, 8, 30)}, date(2025, 8, 30)),
    ],
    ids=["day of the list", "scores", "approved"],
)
def test_a_certificate_is_of_the_best_day_that_is_known(lilei, announced, expected):
    make_rules()
    cycle = make_cycle(2025, **{"scores_on": None} | announced)

    imported(xlsx(*PASS_ALL), cycle, on=date(2025, 8, 1))

    assert db.session.scalars(sa.select(Qualification.approved_on)).one() == expected


def test_of_two_lists_the_one_that_brought_the_last_paper_dates_the_certificate(lilei):
    make_rules()
    cycle = make_cycle(2025, scores_on=None)
    imported(xlsx(*PASS_ALL[:2]), cycle, on=date(2025, 8, 1))

    imported(xlsx(*PASS_ALL[2:]), cycle, on=date(2025, 8, 20))

    assert db.session.scalars(sa.select(Qualification.approved_on)).one() == date(2025, 8, 20)


@pytest.mark.parametrize("people", [2, 12])
def test_awarding_asks_as_often_for_many_as_for_few(lilei, count_queries, people):
    make_rules()
    cycles = [make_cycle(year, scores_on=None) for year in (2024, 2025)]
    earned = [make_person(full_name=f"考生{n}") for n in range(people)]
    for person, subject in product(earned, Subject):
        make_result(person, cycles[subject is Subject.PRACTICE], subject=subject)
    ids = [person.id for person in earned]
    passed = passes_of(papers_of(ids))

    count_queries()
    found = awards(passed)

    assert (len(found), count_queries()) == (people, 2)
    assert {each.approved_on for each in found} == {date(2025, 5, 25)}  # no list: that of the exam


def test_papers_of_two_consecutive_years_earn_the_level(cycle, lilei):
    last_year = make_cycle(2024)
    imported(xlsx(row(科目="综合能力", 考试年度=2024)), last_year)
    assert db.session.scalars(sa.select(Qualification)).all() == []

    imported(xlsx(row(科目="实务"), row(科目="法规与政策")), cycle)

    assert db.session.scalars(sa.select(Qualification.exam_year)).one() == 2025


def test_a_regional_pass_names_its_region(cycle, lilei):
    rows = [row(级别="初级", 科目=s, 成绩=53, 报考地="库伦旗") for s in ("综合能力", "实务")]

    imported(xlsx(*rows), cycle)

    held = db.session.scalars(sa.select(Qualification)).one()
    assert (held.basis, held.region) == (PassBasis.REGIONAL, "库伦旗")
    line = db.session.get_one(PassLine, all_current()[0].pass_line_id)
    assert (line.region, line.line) == ("库伦旗", Decimal(53))


def test_a_senior_pass_makes_no_qualification(cycle, lilei):
    done = imported(xlsx(row(级别="高级", 成绩=80)), cycle)

    assert (done.persons_passing, done.qualifications_new) == (1, 0)
    assert all_current()[0].verdict is Verdict.PASSED


def test_the_same_file_again_changes_nothing(cycle, lilei):
    imported(xlsx(*PASS_ALL), cycle)
    before = [result.id for result in all_current()]

    again = imported(xlsx(*PASS_ALL), cycle)

    assert (again.rows_new, again.rows_unchanged, again.qualifications_new) == (0, 3, 0)
    assert [result.id for result in all_current()] == before


def test_an_import_made_already_is_returned_as_it_is(cycle, lilei):
    first = imported(xlsx(*PASS_ALL), cycle)

    second = record_results(SYSTEM, first)

    assert second is first
    assert (second.state, second.rows_new, len(all_current())) == (ImportState.IMPORTED, 3, 3)


def test_a_correction_supersedes_and_keeps_the_old_mark(cycle, lilei):
    imported(xlsx(row(成绩=57)), cycle)

    done = imported(xlsx(row(成绩=62)), cycle)

    (now,) = all_current()
    old = db.session.scalars(sa.select(Result).where(Result.superseded_by_id == now.id)).one()
    assert (now.score, old.score, done.rows_corrected) == (Decimal(62), Decimal(57), 1)
    assert (now.verdict, old.verdict) == (Verdict.PASSED, Verdict.NOT_PASSED)


def test_a_pass_cancelled_after_the_check_is_pointed_out_and_stays_on_record(
    cycle, lilei, chen, sign_in
):
    imported(xlsx(*PASS_ALL), cycle)

    done = imported(xlsx(row(成绩=60.5, 合格标志="不合格")), cycle)

    assert [q.person_id for q in unearned_by(done)] == [lilei.id]
    page = sign_in(chen).get(f"/exams/results/{done.id}").text
    assert "1 qualification is no longer earned by the results." in page


def test_a_pass_of_the_year_before_that_is_cancelled_takes_the_certificate_along(lilei):
    make_rules()
    before, cycle = make_cycle(2024), make_cycle(2025)
    early = row(考试年度="2024", 科目="综合能力", 成绩=61)
    imported(xlsx(early), before)
    made = imported(xlsx(row(科目="实务", 成绩=61), row(科目="法规与政策", 成绩=61)), cycle)
    assert made.qualifications_new == 1

    done = imported(xlsx(row(考试年度="2024", 科目="综合能力", 成绩=61, 合格标志="不合格")), before)

    assert [q.exam_year for q in unearned_by(done)] == [2025]


def test_each_result_and_the_import_are_journalled(cycle, lilei):
    imported(xlsx(*PASS_ALL), cycle)

    deeds = list(db.session.scalars(sa.select(JournalEntry.deed)))
    assert deeds.count("record_result") == 3
    assert {"upload_results", "record_results", "record_qualification"} <= set(deeds)


def test_a_line_published_later_judges_anew_and_keeps_both(cycle, lilei):
    rows = [row(科目=s, 成绩=59, 报考地="奈曼旗") for s in ("综合能力", "实务", "法规与政策")]
    imported(xlsx(*rows), cycle)
    late = LineData(
        year=2025, level=Level.SOCIAL_WORKER, line=Decimal(59), region="奈曼旗", citation="测试"
    )
    draw_line(SYSTEM, late)

    changed, awarded = judge_persons(SYSTEM, cycle, [lilei.id])

    assert [(r.verdict, r.score) for r in changed] == [(Verdict.PASSED, Decimal(59))] * 3
    assert db.session.scalar(sa.select(sa.func.count(Result.id))) == 6
    assert db.session.scalars(sa.select(Qualification.region)).one() == "奈曼旗"
    assert [q.region for q in awarded] == ["奈曼旗"]
    assert judge_persons(SYSTEM, cycle, [lilei.id]) == ([], [])


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.INSTRUCTOR, Role.STATION_MANAGER])
def test_who_may_not_import_is_refused(cycle, lilei, role):
    stranger = actor_of(make_person(role, full_name="路人"))

    with pytest.raises(NotAllowed):
        take_in(stranger, cycle, xlsx(row()), "a.xlsx", published_on=cycle.scores_on)
    made = make_import(xlsx(row()), cycle)
    for deed in (record_results, check_results, finish_import):
        with pytest.raises(NotAllowed):
            deed(stranger, made)
    with pytest.raises(NotAllowed):
        record_chunk(stranger, made, [], start=0)
    with pytest.raises(NotAllowed):
        award_chunk(stranger, made, [], start=0)
    with pytest.raises(NotAllowed):
        judge_persons(stranger, cycle, [lilei.id])
    assert all_current() == []


def test_the_kept_file_holds_no_id_number_in_the_clear(cycle, lilei):
    content = as_csv(row())

    made = make_import(content, cycle, "a.csv")

    for key in (made.file_sha256, made.check_sha256):
        assert LI_LEI_ID.encode() not in storage.files().get(key)
    assert kept(made.file_sha256) == content


# ---- what others ask ----


def test_standing_says_what_counts_and_what_is_missing(cycle, lilei):
    make_result(lilei, cycle, subject=Subject.PRACTICE)
    make_result(lilei, make_cycle(2024), subject=Subject.COMPREHENSIVE)
    make_result(lilei, cycle, subject=Subject.LAW_AND_POLICY, score=Decimal(50))

    (now,) = standing(lilei.id, year=2026)

    assert [(p.subject, p.year, p.until_year) for p in now.valid] == [
        (Subject.PRACTICE, 2025, 2026)
    ]
    assert set(now.missing) == {Subject.COMPREHENSIVE, Subject.LAW_AND_POLICY}
    assert now.lapsed == (Subject.COMPREHENSIVE,)


def test_standing_of_a_holder_misses_nothing(cycle, lilei):
    imported(xlsx(*PASS_ALL), cycle)

    (now,) = standing(lilei.id, year=2026)

    assert now.held is not None
    assert now.missing == ()


def test_standing_of_a_senior_pass_is_a_statement(cycle, lilei):
    imported(xlsx(row(级别="高级", 成绩=80)), cycle)

    (now,) = standing(lilei.id, year=2026)

    assert (now.held, now.statement_year) == (None, 2025)


def test_results_of_a_person_are_current_and_latest_first(cycle, lilei):
    make_result(lilei, make_cycle(2024), subject=Subject.PRACTICE)
    imported(xlsx(row(成绩=57)), cycle)
    imported(xlsx(row(成绩=62)), cycle)

    assert [(r.cycle.year, r.score) for r in results_of(lilei.id)] == [
        (2025, Decimal(62)),
        (2024, Decimal(70)),
    ]
