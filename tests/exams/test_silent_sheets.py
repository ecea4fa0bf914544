"""What a later sheet does not say stays as it was; what it takes away is told before it does."""

from datetime import date
from decimal import Decimal

import pytest

from college.core.columns import ColumnChosenTwice
from college.core.db import db
from college.core.roles import SYSTEM
from college.exams.pass_rules.models import PassLine, Subject
from college.exams.results.models import ResultImport, Verdict
from college.exams.results.queries import papers_of, passes_of
from college.exams.results.uploading import take_in
from college.people.qualifications.models import PassBasis
from tests.exams.sheets import all_current, checked, imported
from tests.factories.exams import LI_LEI_ID, make_import, row, xlsx

KULUN = "通辽市库伦旗"
JULY, OCTOBER = date(2025, 7, 25), date(2025, 10, 10)
LEI = ("李雷", LI_LEI_ID, "初级", 2025)
PLAIN = ("姓名", "证件号码", "级别", "考试年度")
PAPERS = ("综合能力", "实务")
PLACED = (*PLAIN, *PAPERS, "报考地")


def certificates(person) -> list[tuple[PassBasis, str]]:
    return [(p.basis, p.region) for p in passes_of(papers_of([person.id]))[person.id]]


def told() -> list[tuple[object, ...]]:
    return [(str(r.score or ""), r.region, r.published_verdict) for r in all_current()]


def test_a_later_list_of_verdicts_alone_takes_no_mark_away(cycle, lilei):
    imported(xlsx([*LEI, 65.5, 65, KULUN], headings=PLACED), cycle, on=JULY)

    imported(xlsx([*LEI, "合格", "合格", KULUN], headings=PLACED), cycle, on=OCTOBER)

    assert told() == [("65.5", KULUN, Verdict.PASSED), ("65.0", KULUN, Verdict.PASSED)]
    assert certificates(lilei) == [(PassBasis.NATIONAL, "")]


def test_a_later_list_without_places_takes_nobody_out_of_their_region(cycle, lilei):
    imported(xlsx([*LEI, 59.5, 58.5, KULUN], headings=PLACED), cycle, on=JULY)
    assert certificates(lilei) == [(PassBasis.REGIONAL, "库伦旗")]

    made = imported(xlsx([*LEI, 59.5, 58.5], headings=(*PLAIN, *PAPERS)), cycle, on=OCTOBER)

    assert (made.rows_new, made.rows_unchanged) == (0, 1)
    assert certificates(lilei) == [(PassBasis.REGIONAL, "库伦旗")]


def test_a_later_list_without_verdicts_leaves_them_with_the_day_that_they_are_of(
    before_the_lines, lilei
):
    """59.5, published as passed before the region had a line: passed for the whole country."""
    cycle = before_the_lines
    headings = (*PLACED, "合格标志")
    imported(xlsx([*LEI, 59.5, 61, "", "合格"], headings=headings), cycle, on=JULY)
    line = {"year": 2025, "level": "assistant", "region": "库伦旗", "line": 53, "citation": "通知"}
    db.session.add(PassLine(**line, published_on=date(2025, 9, 12)))
    db.session.commit()

    imported(xlsx([*LEI, 59.5, 61, KULUN], headings=PLACED), cycle, on=OCTOBER)

    assert told() == [("59.5", KULUN, Verdict.PASSED), ("61.0", KULUN, Verdict.PASSED)]
    assert certificates(lilei) == [(PassBasis.NATIONAL, "")]


def test_a_verdict_goes_with_the_mark_that_it_is_of(cycle, lilei):
    headings = (*PLACED, "合格标志")
    imported(xlsx([*LEI, 59.5, 61, "", "合格"], headings=headings), cycle, on=JULY)

    imported(xlsx([*LEI, 40, 61, ""], headings=PLACED), cycle, on=OCTOBER)

    assert sorted(told()) == [("40.0", "", None), ("61.0", "", Verdict.PASSED)]


def test_the_first_mark_of_a_paper_is_the_one_that_its_verdict_was_of(cycle, lilei):
    imported(xlsx([*LEI, "合格", "合格", ""], headings=PLACED), cycle, on=JULY)

    imported(xlsx([*LEI, 59.5, 61, ""], headings=PLACED), cycle, on=OCTOBER)

    assert sorted(told()) == [("59.5", "", Verdict.PASSED), ("61.0", "", Verdict.PASSED)]
    assert certificates(lilei) == [(PassBasis.NATIONAL, "")]


def test_whoever_would_lose_a_certificate_is_named_before_anything_is_written(
    cycle, lilei, chen, sign_in
):
    imported(xlsx([*LEI, 61, 62, ""], headings=PLACED), cycle, on=JULY)
    made = make_import(xlsx([*LEI, 61, 40, ""], headings=PLACED), cycle, on=OCTOBER)

    page = sign_in(chen).get(f"/exams/results/{made.id}").text

    assert "1 person would no longer earn what they earn now" in page
    assert f'<a href="/exams/results/of/{lilei.id}">李雷</a>' in page
    assert certificates(lilei) == [(PassBasis.NATIONAL, "")]


def test_nobody_is_named_where_nothing_is_taken_away(cycle, lilei, chen, sign_in):
    imported(xlsx([*LEI, 61, 62, ""], headings=PLACED), cycle, on=JULY)
    made = make_import(xlsx([*LEI, 61, 70, ""], headings=PLACED), cycle, on=OCTOBER)

    assert "would no longer earn" not in sign_in(chen).get(f"/exams/results/{made.id}").text


# ---- columns ----


def test_of_two_columns_of_the_very_same_heading_somebody_chooses(cycle, lilei):
    content = xlsx([*LEI, "实务", 40, 66], headings=(*PLAIN, "科目", "成绩", "成绩"))

    with pytest.raises(ColumnChosenTwice):
        checked(content, "a.xlsx", cycle)


def test_what_was_passed_over_once_counts_where_nothing_else_holds_it(cycle, lilei, chen, sign_in):
    client = sign_in(chen)
    made = make_unclear(cycle)
    page = f"/exams/results/{made.id}/columns"
    db.session.rollback()  # the requests have sessions of their own
    named = dict(zip(("name", "id_number", "level", "year"), PLAIN, strict=True))
    client.post(page, data=named | {"subject": "科目", "score": "考试成绩"})

    template = checked(xlsx(row(成绩=66)), "a.xlsx", cycle)

    assert [one.score for one in template.accepted] == [66]


def make_unclear(cycle) -> ResultImport:
    """A sheet that waits for somebody to choose its columns."""
    content = xlsx([*LEI, "实务", 40, 66], headings=(*PLAIN, "科目", "成绩", "考试成绩"))
    made = take_in(SYSTEM, cycle, content, "a.xlsx", published_on=JULY)
    db.session.commit()
    return made


def test_a_wide_sheet_has_a_verdict_for_each_paper(cycle, lilei):
    """59.5, rounded up in Henan."""
    headings = (*PLAIN, "综合能力", "综合能力合格标志", "实务", "实务是否合格")
    check = checked(xlsx([*LEI, 59.5, "合格", "", "不合格"], headings=headings), "a.xlsx", cycle)

    assert [(r.subject, r.score, r.published_verdict) for r in check.accepted] == [
        (Subject.COMPREHENSIVE, 59.5, Verdict.PASSED),
        (Subject.PRACTICE, None, Verdict.NOT_PASSED),
    ]


def test_columns_that_are_not_read_are_named(cycle, lilei, chen, sign_in):
    content = xlsx([*LEI, 61, 62, "备注"], headings=(*PLAIN, *PAPERS, "备注"))
    made = make_import(content, cycle)

    assert "Columns that are not read: 备注" in sign_in(chen).get(f"/exams/results/{made.id}").text


@pytest.mark.parametrize(
    "level", ["社会工作师（中级）", "中级社会工作师", "社会工作者职业资格考试（中级）", "中级"]
)
def test_a_level_is_known_however_offices_write_it(cycle, lilei, level):
    check = checked(xlsx(row(级别=level)), "a.xlsx", cycle)

    assert [one.level.value for one in check.accepted] == ["social_worker"]


def test_a_level_that_says_two_things_is_refused(cycle, lilei):
    check = checked(xlsx(row(级别="助理社会工作师（中级）")), "a.xlsx", cycle)

    assert [cell.reason.code for cell in check.refused] == ["level_unknown"]


@pytest.mark.parametrize(("cell", "status"), [("缺席", "absent"), ("作弊", "discipline")])
def test_statuses_in_the_offices_words(cycle, lilei, cell, status):
    (one,) = checked(xlsx(row(成绩=cell)), "a.xlsx", cycle).accepted

    assert (one.status.value, one.score) == (status, None)


def test_a_mark_may_have_its_unit(cycle, lilei):
    (one,) = checked(xlsx(row(成绩="60.5分")), "a.xlsx", cycle).accepted

    assert one.score == Decimal("60.5")
