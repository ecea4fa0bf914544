"""What a sheet of official results may look like, and what is refused of it."""

from datetime import date

import pytest
import sqlalchemy as sa

from college.core.columns import ColumnChosenTwice, ColumnsUnknown
from college.core.db import db
from college.core.sheets import NotASheet, SheetEmpty
from college.exams.pass_rules.models import PassLine, Subject
from college.exams.results.checked import Check
from college.exams.results.checking import RulesMissing
from college.exams.results.models import ResultStatus, Verdict
from college.people.persons.models import Person
from college.people.qualifications.models import Level
from tests.exams.sheets import MEIMEI_ID, PASS_ALL, all_current, checked, imported
from tests.factories.exams import (
    HEADINGS,
    LI_LEI_ID,
    WIDE,
    as_csv,
    make_candidate,
    make_cycle,
    row,
    xlsx,
)


def only_refusal(check: Check) -> tuple[int, str, str, str]:
    (cell,) = check.refused
    return cell.line, cell.column, cell.value, cell.reason.code


# ---- the dry run ----


def test_dry_run_counts_and_writes_nothing(cycle, lilei):
    check = checked(xlsx(*PASS_ALL, row(成绩=101, 科目="实务")), "a.xlsx", cycle)

    assert (check.tally.new, check.tally.refused, check.tally.passing) == (3, 1, 1)
    assert all_current() == []


def test_wide_sheets_are_read_too(cycle, lilei):
    wide = xlsx(["李雷", LI_LEI_ID, "社会工作师", 2025, 61, "缺考", ""], headings=WIDE)

    check = checked(wide, "a.xlsx", cycle)

    assert [(r.subject, r.status, r.score) for r in check.accepted] == [
        (Subject.COMPREHENSIVE, ResultStatus.SAT, 61),
        (Subject.PRACTICE, ResultStatus.ABSENT, None),
    ]
    assert check.tally.new == 1


@pytest.mark.parametrize(
    "headings",
    [
        ("Name", "ID number", "Level", "Exam year", "Paper", "Mark", "Passed", "Region"),
        ("姓 名", "身份证号码*", "报考级别", "年度", "科目名称", "分数", "是否合格", "报名地"),
    ],
)
def test_headings_are_recognised_in_both_languages_and_spellings(cycle, lilei, headings):
    check = checked(xlsx(row(), headings=headings), "a.xlsx", cycle)

    assert (check.tally.new, check.refused) == (1, [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_is_read_in_every_encoding(cycle, lilei, encoding):
    check = checked(as_csv(row(), encoding=encoding), "成绩.csv", cycle)

    assert check.tally.new == 1


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("缺考", ResultStatus.ABSENT),
        (-1, ResultStatus.ABSENT),
        ("−1", ResultStatus.ABSENT),
        ("－１", ResultStatus.ABSENT),
        ("absent", ResultStatus.ABSENT),
        ("违纪", ResultStatus.DISCIPLINE),
        (-2, ResultStatus.DISCIPLINE),
    ],
)
def test_status_words_and_codes(cycle, lilei, word, status):
    (result,) = checked(xlsx(row(成绩=word)), "a.xlsx", cycle).accepted

    assert (result.status, result.score) == (status, None)


@pytest.mark.parametrize(
    ("word", "level"),
    [("初级", Level.ASSISTANT), ("助理社会工作师", Level.ASSISTANT), ("Senior", Level.SENIOR)],
)
def test_level_words(cycle, lilei, word, level):
    (result,) = checked(xlsx(row(级别=word)), "a.xlsx", cycle).accepted

    assert result.level is level


def test_a_pass_for_a_wide_row_holds_for_each_of_its_papers_a_fail_for_none(cycle):
    make_candidate("李雷", LI_LEI_ID)
    make_candidate("韩梅梅", MEIMEI_ID)
    headings = (*WIDE, "合格标志")
    wide = xlsx(
        ["李雷", LI_LEI_ID, "中级", 2025, 59.5, 61, 61, "合格"],
        ["韩梅梅", MEIMEI_ID, "中级", 2025, 59.5, 61, 61, "不合格"],
        headings=headings,
    )

    verdicts = [r.published_verdict for r in checked(wide, "a.xlsx", cycle).accepted]

    assert verdicts == [Verdict.PASSED] * 3 + [None] * 3


# ---- refusals ----


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"姓名": ""}, ("姓名", "", "name_missing")),
        ({"姓名": "李雪"}, ("姓名", "李雪", "name_differs")),
        ({"证件号码": ""}, ("证件号码", "", "id_number_missing")),
        ({"证件号码": 110105194912310020}, ("证件号码", "1.10105E+17", "id_number_as_number")),
        ({"证件号码": "1.10105E+17"}, ("证件号码", "1.10105E+17", "id_number_as_number")),
        (
            {"证件号码": "110105194912310021"},
            ("证件号码", "110105********0021", "id_number_wrong"),
        ),
        ({"证件号码": MEIMEI_ID}, ("证件号码", "999999********0016", "person_unknown")),
        ({"级别": "特级"}, ("级别", "特级", "level_unknown")),
        ({"科目": "英语"}, ("科目", "英语", "subject_unknown")),
        ({"级别": "初级", "科目": "法规与政策"}, ("科目", "法规与政策", "subject_not_of_level")),
        ({"考试年度": 2024}, ("考试年度", "2024", "year_unlike")),
        ({"考试年度": ""}, ("考试年度", "", "year_unlike")),
        ({"成绩": 60.3}, ("成绩", "60.3", "score_not_half")),
        ({"成绩": 101}, ("成绩", "101", "score_out_of_range")),
        ({"成绩": -5}, ("成绩", "-5", "score_out_of_range")),
        ({"成绩": ""}, ("成绩", "", "score_missing")),
        ({"成绩": "缺"}, ("成绩", "缺", "status_unknown")),
        ({"成绩": "nan"}, ("成绩", "nan", "status_unknown")),
        ({"合格标志": "大概"}, ("合格标志", "大概", "verdict_unknown")),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_refused_with_its_place(cycle, lilei, changed, expected):
    check = checked(xlsx(row(科目="综合能力"), row(**changed)), "a.xlsx", cycle)

    assert only_refusal(check) == (3, *expected)
    assert (check.tally.new, check.tally.refused) == (1, 1)


def test_the_expected_name_is_shown_masked(cycle, lilei):
    (cell,) = checked(xlsx(row(姓名="李雪")), "a.xlsx", cycle).refused

    assert cell.reason.facts == {"expected": "李＊"}


def test_the_remedy_for_an_odd_mark_names_its_neighbours(cycle, lilei):
    (cell,) = checked(xlsx(row(成绩=60.3)), "a.xlsx", cycle).refused

    assert cell.reason.facts == {"below": "60", "above": "60.5"}


def test_separators_in_names_are_one(cycle):
    make_candidate("诺敏·其其格")

    check = checked(xlsx(row(姓名="诺敏•其其格")), "a.xlsx", cycle)
    spaced = checked(xlsx(row(姓名="诺敏 其其格")), "a.xlsx", cycle)

    assert check.refused == []
    assert only_refusal(spaced)[3] == "name_differs"


def test_an_id_typed_with_an_apostrophe_is_text(cycle, lilei):
    assert checked(as_csv(row(证件号码=f"'{LI_LEI_ID}")), "a.csv", cycle).refused == []


def test_an_unknown_id_number_never_makes_a_person(cycle, lilei):
    before = db.session.scalar(sa.select(sa.func.count(Person.id)))

    imported(xlsx(row(姓名="新人", 证件号码=MEIMEI_ID)), cycle)

    assert db.session.scalar(sa.select(sa.func.count(Person.id))) == before


def test_the_same_paper_with_another_mark_stops_both_rows(cycle, lilei):
    check = checked(xlsx(row(成绩=66), row(成绩=69)), "a.xlsx", cycle)

    assert [(c.line, c.reason.code, c.reason.facts) for c in check.refused] == [
        (2, "row_twice", {"line": 3}),
        (3, "row_twice", {"line": 2}),
    ]
    assert (check.tally.new, check.tally.refused) == (0, 2)


def test_the_same_row_twice_counts_once(cycle, lilei):
    check = checked(xlsx(row(), row()), "a.xlsx", cycle)

    assert (check.tally.new, check.tally.unchanged, len(check.accepted)) == (1, 1, 1)


def test_one_wrong_cell_stops_its_whole_row(cycle, lilei):
    wide = xlsx(["李雷", LI_LEI_ID, "中级", 2025, 61, 60.3, 70], headings=WIDE)

    check = checked(wide, "a.xlsx", cycle)

    assert only_refusal(check) == (2, "实务", "60.3", "score_not_half")
    assert check.accepted == []


def test_a_formula_is_refused(cycle, lilei):
    check = checked(xlsx(row(成绩="=30+30")), "a.xlsx", cycle)

    assert [cell.reason.code for cell in check.refused] == ["cell_computed"]


def test_a_missing_column_is_named(cycle):
    sheet = xlsx(row()[:5], headings=HEADINGS[:5])

    with pytest.raises(ColumnsUnknown) as refused:
        checked(sheet, "a.xlsx", cycle)

    assert refused.value.facts == {"columns": "成绩"}


PLAIN = ("姓名", "证件号码", "级别", "考试年度")
LEI = ("李雷", LI_LEI_ID, "中级", 2025)


@pytest.mark.parametrize(
    ("headings", "cells"),
    [
        ((*PLAIN, "科目", "成绩"), ("实务", "合格")),
        ((*PLAIN, "科目", "合格标志"), ("实务", "是")),
        ((*PLAIN, "科目", "成绩", "合格标志"), ("实务", "", "合格")),
        ((*PLAIN, "科目", "成绩", "合格标志"), ("实务", "合格", "合格")),
        ((*PLAIN, "社会工作实务（中级）"), ("合格",)),
        ((*PLAIN, "综合能力", "实务"), ("", "通过")),
    ],
)
def test_a_verdict_without_a_mark_is_a_result(cycle, lilei, headings, cells):
    check = checked(xlsx([*LEI, *cells], headings=headings), "a.xlsx", cycle)

    assert check.refused == []
    (one,) = check.accepted
    assert (one.subject, one.status, one.score, one.published_verdict) == (
        Subject.PRACTICE, ResultStatus.SAT, None, Verdict.PASSED,
    )  # fmt: skip


def test_without_a_mark_a_fail_of_one_paper_is_no_pass_of_the_other(cycle, lilei):
    wide = xlsx([*LEI, "合格", "不合格"], headings=(*PLAIN, "综合能力", "实务"))

    made = imported(wide, cycle)

    assert made.rows_new == 1
    verdicts = {result.subject: result.verdict for result in all_current()}
    assert verdicts == {
        Subject.COMPREHENSIVE: Verdict.PASSED,
        Subject.PRACTICE: Verdict.NOT_PASSED,
    }


def test_a_mark_that_comes_later_takes_the_place_of_the_bare_verdict(cycle, lilei):
    imported(xlsx([*LEI, "合格"], headings=(*PLAIN, "实务")), cycle)

    made = imported(xlsx([*LEI, 61], headings=(*PLAIN, "实务")), cycle)

    assert made.rows_corrected == 1
    assert [result.score for result in all_current()] == [61]


def test_a_verdict_without_a_mark_holds_no_further_than_the_region_that_may_have_won_it(
    cycle, lilei
):
    headings = (*PLAIN, "实务", "报考地")
    after_the_lines = date(2025, 12, 1)

    imported(xlsx([*LEI, "合格", "通辽市库伦旗"], headings=headings), cycle, on=after_the_lines)

    (result,) = all_current()
    assert result.verdict is Verdict.PASSED
    line = db.session.get(PassLine, result.pass_line_id)
    assert line is not None
    assert line.region == "库伦旗"


def test_mark_and_verdict_that_contradict_each_other_are_refused(cycle, lilei):
    check = checked(xlsx(row(成绩="合格", 合格标志="不合格")), "a.xlsx", cycle)

    assert only_refusal(check) == (2, "成绩", "合格", "verdicts_differ")


def test_a_column_that_stands_twice_is_refused(cycle):
    with pytest.raises(ColumnChosenTwice):
        checked(xlsx([*row(), 61], headings=(*HEADINGS, "分数")), "a.xlsx", cycle)


@pytest.mark.parametrize(
    ("content", "refusal"),
    [(b"", SheetEmpty), (xlsx(), SheetEmpty), (b"\x89PNG\r\n\x1a\n\0\0", NotASheet)],
)
def test_what_is_no_sheet_of_results_is_refused(cycle, content, refusal):
    with pytest.raises(refusal):
        checked(content, "成绩.xlsx" if content else "a.csv", cycle)


def test_without_rules_nothing_can_be_judged(lilei):
    with pytest.raises(RulesMissing):
        checked(xlsx(row()), "a.xlsx", make_cycle(2025))
