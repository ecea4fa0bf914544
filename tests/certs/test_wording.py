from datetime import date

import pytest

from college.certs.paper import shipped
from college.certs.wording import (
    ALLOWED,
    SHIPPED,
    Finding,
    Reason,
    Severity,
    class_periods,
    clock_hours,
    en_date,
    lint,
    lint_design,
    zh_date,
)
from tests.certs.samples import FACTS

GOOD = "<p>{{name}}{{issuer}}{{date}}{{number}}{{code}}{{verify}}</p>"


def words(findings):
    return [finding.what for finding in findings]


@pytest.mark.parametrize("design", SHIPPED)
def test_every_shipped_design_passes_its_own_lint(design):
    paper = shipped(design)
    assert lint_design(SHIPPED[design], paper.html, paper.css) == []


def test_the_samples_hold_no_fact_that_no_kind_may_name():
    assert FACTS.keys() - set().union(*ALLOWED.values()) == {"qr"}


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("社会工作师考前培训班", []),
        ("国家社会工作师高级研修班", ["国家"]),
        ("中华人民共和国社会工作者培训班", ["中华人民共和国"]),
        ("全国职业资格包过班", ["职业资格", "全国", "包过"]),
        ("国 家　级培训班", ["国家"]),
        ("國家級培訓班", ["国家"]),
        ("国\u200b家级培训班", ["国家"]),
        ("职业技能等级认定培训班", ["职业技能等级"]),
    ],
)
def test_a_class_name_must_not_look_like_the_state(title, found):
    findings = lint(title)
    assert words(findings) == found
    assert all(finding.severity == Severity.REFUSED for finding in findings)


@pytest.mark.parametrize(
    "exam",
    [
        "全国社会工作者职业资格考试",
        "全国社会工作者职业水平考试",
        "社会工作者职业资格考试",
    ],
)
def test_the_exact_name_of_the_state_exam_waits_for_a_person(exam):
    findings = lint(f"{exam}考前培训班")
    assert findings == [Finding(exam, Reason.FORBIDDEN_WORD, Severity.NEEDS_APPROVAL)]


def test_the_name_of_the_exam_excuses_nothing_beside_it():
    findings = lint("全国社会工作者职业资格考试国家考前培训班")
    assert Finding("国家", Reason.FORBIDDEN_WORD) in findings


def test_a_design_may_not_name_the_exam_at_all():
    html = f"<h1>全国社会工作者职业资格考试</h1>{GOOD}"
    assert "全国" in words(lint_design("completion", html, ""))


@pytest.mark.parametrize(
    ("html", "css"),
    [
        ("<h1>国<b>家</b></h1>", ""),
        ("<h1>国<!-- -->家</h1>", ""),
        ("<h1>&#22269;&#23478;</h1>", ""),
        ("", "h1::before { content: '国家' }"),
        ("", r"h1::before { content: '\56FD\5BB6' }"),
    ],
)
def test_a_word_cannot_hide_in_a_design(html, css):
    assert "国家" in words(lint_design("completion", html + GOOD, css))


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        ("completion", "毕业"),
        ("attendance", "合格"),
        ("supervision_hours", "督导资格"),
        ("appointment", "资格"),
        ("honour", "表彰"),
    ],
)
def test_each_kind_never_says_what_it_does_not_prove(kind, word):
    findings = lint_design(kind, f"<p>{word}</p>{GOOD}", "")
    assert [finding.reason for finding in findings] == [Reason.NEVER_SAID]


def test_a_design_names_only_what_its_kind_may_say():
    findings = lint_design("attendance", GOOD + "{{phone}}{{ id_number }}{{name|e}}", "")
    assert words(findings) == ["id_number", "name|e", "phone"]


def test_a_design_names_what_every_paper_must_say():
    assert words(lint_design("honour", GOOD.replace("{{date}}", ""), "")) == ["date"]


@pytest.mark.parametrize("markup", ["<script>", "<link", "<style>", "<iframe", "< object"])
def test_a_design_brings_no_markup_of_its_own_making(markup):
    (finding,) = lint_design("honour", GOOD + markup, "")
    assert finding.reason == Reason.UNSAFE_MARKUP


def test_a_date_has_a_full_year_and_no_leading_zeros():
    assert zh_date(date(2026, 6, 3)) == "2026年6月3日"
    assert en_date(date(2026, 6, 3)) == "3 June 2026"


@pytest.mark.parametrize(
    ("minutes", "per_period", "printed"),
    [(2160, 45, "48"), (100, 45, "2.2"), (44, 45, "0.9"), (0, 45, "0"), (50, 50, "1")],
)
def test_class_periods_are_rounded_down_to_a_tenth(minutes, per_period, printed):
    assert class_periods(minutes, per_period) == printed


def test_clock_hours_are_rounded_down_too():
    assert [clock_hours(m) for m in (90, 119, 2160)] == ["1.5", "1.9", "36"]
