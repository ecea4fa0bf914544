"""Eight years of exams against an oracle that tries every choice."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from college.exams.results.models import Verdict
from college.exams.results.passing import judge
from tests.exams import oracle
from tests.exams.histories import (
    CHECK_ENDED,
    ELSEWHERE,
    HOME,
    KULUN,
    KULUN_2025,
    LINES_CAME,
    NAIMAN,
    NATION,
    SCORES_CAME,
    YEARS,
    A,
    B,
    C,
    agree,
    earned,
    line_of,
    paper_of,
    standing_rows,
)
from tests.exams.oracle import Drawn, Notice, Sat

# ---- the field's own examples ----


def worker(year: int, paper: str, mark: int = 120, **over: Any) -> Sat:
    return Sat("social_worker", year, paper, mark, **over)


def assistant(year: int, paper: str, mark: int = 120, **over: Any) -> Sat:
    return Sat("assistant", year, paper, mark, **over)


EXAMPLES = {
    "three papers in three years: the first must be sat again": (
        [worker(2023, A), worker(2024, B), worker(2025, C)],
        [],
        {},
    ),
    "and is sat again": (
        [worker(2023, A), worker(2024, B), worker(2025, C), worker(2025, A)],
        [],
        {("social_worker", 2025): {""}},
    ),
    "three papers in two consecutive years": (
        [worker(2024, A), worker(2025, B), worker(2025, C)],
        [],
        {("social_worker", 2025): {""}},
    ),
    "consecutive are exam years, whether or not one sat": (
        [worker(2023, A), worker(2023, B), worker(2025, C)],
        [],
        {},
    ),
    "unless a notice lets 2023 count through 2025": (
        [worker(2023, A), worker(2023, B), worker(2025, C)],
        [Notice("social_worker", 2023, 2025)],
        {("social_worker", 2025): {""}},
    ),
    "a notice of another province is not ours": (
        [worker(2023, A, province=HOME), worker(2023, B, province=HOME), worker(2025, C)],
        [Notice("social_worker", 2023, 2025, ELSEWHERE)],
        {},
    ),
    "a notice about another level is not ours": (
        [worker(2023, A), worker(2023, B), worker(2025, C)],
        [Notice("assistant", 2023, 2025)],
        {},
    ),
    "assistant: nothing rolls": ([assistant(2024, A), assistant(2025, B)], [], {}),
    "assistant: both in one year": (
        [assistant(2025, A), assistant(2025, B)],
        [],
        {("assistant", 2025): {""}},
    ),
    "senior: one paper gives the statement": (
        [Sat("senior", 2025, B, 120)],
        [],
        {("senior", 2025): {""}},
    ),
    "Kulun Banner 2025: 53 passes the assistant's, bound to the banner": (
        [assistant(2025, A, 106, place=KULUN), assistant(2025, B, 150, place=KULUN)],
        [],
        {("assistant", 2025): {KULUN}},
    ),
    "Kulun Banner 2025: 58 passes the social worker's": (
        [worker(2025, p, 116, place=f"内蒙古通辽市{KULUN}") for p in (A, B, C)],
        [],
        {("social_worker", 2025): {KULUN}},
    ),
    "Kulun Banner 2025: 57.5 does not": (
        [worker(2025, p, 115, place=KULUN) for p in (A, B, C)],
        [],
        {},
    ),
    "Kulun Banner 2025: the senior line is the nation's": (
        [Sat("senior", 2025, B, 116, place=KULUN)],
        [],
        {},
    ),
    "one regional paper of two years binds the whole certificate": (
        [worker(2024, A), worker(2025, B), worker(2025, C, 117, place=KULUN)],
        [],
        {("social_worker", 2025): {KULUN}},
    ),
    "Henan's 59.5, published as passed, passes everywhere": (
        [assistant(2025, A, 119, word="passed", province="河南省"), assistant(2025, B)],
        [],
        {("assistant", 2025): {""}},
    ),
    "59.5 by arithmetic does not": ([assistant(2025, A, 119), assistant(2025, B)], [], {}),
    "a pass that the check cancelled does not count": (
        [assistant(2025, A, 150, word="not_passed"), assistant(2025, B)],
        [],
        {},
    ),
    "Kulun Banner 2025: 55, published as failed before the line, passes": (
        [
            assistant(2025, A, 110, place=KULUN, word="not_passed", day=SCORES_CAME),
            assistant(2025, B, 150, place=KULUN, word="passed", day=SCORES_CAME),
        ],
        [],
        {("assistant", 2025): {KULUN}},
    ),
    "Kulun Banner 2025: 55, failed by a list after the line, stays failed": (
        [
            assistant(2025, A, 110, place=KULUN, word="not_passed", day=CHECK_ENDED),
            assistant(2025, B, 150, place=KULUN, word="passed", day=SCORES_CAME),
        ],
        [],
        {},
    ),
    "Kulun Banner 2025: 75, failed before the line, was failed for another reason": (
        [
            assistant(2025, A, 150, place=KULUN, word="not_passed", day=SCORES_CAME),
            assistant(2025, B, 150, place=KULUN, word="passed", day=SCORES_CAME),
        ],
        [],
        {},
    ),
    "absence and withheld results pass nothing": (
        [
            Sat("assistant", 2025, A, "absent", word="passed"),
            Sat("assistant", 2025, B, "discipline", word="passed"),
        ],
        [],
        {},
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_example(name):
    sats, notices, expected = EXAMPLES[name]

    agree(earned(sats, NATION + KULUN_2025, notices), expected)
    assert oracle.certificates(sats, NATION + KULUN_2025, notices) == expected


def test_a_pass_names_the_notice_without_which_it_would_have_lapsed():
    sats = [worker(2023, A), worker(2024, B), worker(2025, C)]

    (found,) = earned(sats, NATION, [Notice("social_worker", 2023, 2025)])

    assert [(n.passed_year, n.until_year) for n in found.extensions] == [(2023, 2025)]


# ---- any history ----

levels = st.sampled_from(["assistant", "social_worker", "social_worker", "senior"])
years = st.integers(YEARS[0], YEARS[-1])
marks = st.one_of(st.integers(100, 126), st.sampled_from([0, 200, "absent", "discipline", ""]))
places = st.sampled_from(
    ["", KULUN, f"内蒙古通辽市{KULUN}", f"通辽市{KULUN}库伦镇", NAIMAN, "开鲁县"]
)
provinces = st.sampled_from([HOME, ELSEWHERE])
words = st.sampled_from(["", "", "", "passed", "not_passed"])
papers = st.sampled_from([A, B, C])
days = st.sampled_from([0, SCORES_CAME, LINES_CAME - 1, LINES_CAME, CHECK_ENDED])
sats = st.builds(Sat, levels, years, papers, marks, places, provinces, words, days)
regional = st.builds(
    Drawn,
    levels,
    years,
    st.integers(100, 124),
    st.sampled_from([KULUN, NAIMAN]),
    st.sampled_from([0, LINES_CAME]),
).filter(lambda line: line.level != "senior")
notices = st.builds(
    lambda level, year, more, province: Notice(level, year, year + more, province),
    levels,
    years,
    st.integers(1, 4),
    st.sampled_from(["", HOME, ELSEWHERE]),
)


def _one_a_region(lines: Sequence[Drawn]) -> list[Drawn]:
    return list({(x.level, x.year, x.region): x for x in lines}.values())


@settings(max_examples=600)
@given(st.lists(sats, max_size=24), st.lists(regional, max_size=8), st.lists(notices, max_size=4))
def test_any_history_earns_what_the_oracle_says(history, late, extended):
    rows = standing_rows(history)
    lines = NATION + _one_a_region(late)

    agree(earned(rows, lines, extended), oracle.certificates(rows, lines, extended))
    for sat in rows:
        verdict = judge(paper_of(sat), [line_of(x) for x in lines]).verdict
        assert (verdict is Verdict.PASSED) is (oracle.passed_where(sat, lines) is not None)


@settings(max_examples=200)
@given(st.lists(sats, max_size=20), regional, notices)
def test_a_late_line_or_notice_takes_nothing_away(history, late, extended):
    rows = standing_rows(history)
    before = {(p.level, p.year) for p in earned(rows, NATION, [])}

    # a pass that its sheet declared may become a regional one, but it stays a pass
    assert before <= {(p.level, p.year) for p in earned(rows, [*NATION, late], [])}
    assert before <= {(p.level, p.year) for p in earned(rows, NATION, [extended])}
