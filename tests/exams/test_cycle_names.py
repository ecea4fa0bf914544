"""Two provinces hold the exam of a year under one name: choices and titles tell them apart."""

import pytest

from college.exams.cycles.naming import naming
from tests.exams.sheets import PASS_ALL
from tests.factories import make_person
from tests.factories.exams import (
    make_candidacy,
    make_cohort,
    make_cycle,
    make_import,
    make_rejudging,
    xlsx,
)

ELSEWHERE = "山东省"
NAME = "Social workers&#39; qualification exam 2025"


@pytest.fixture
def elsewhere(cycle):
    return make_cycle(cycle.year, province=ELSEWHERE)


def test_an_exam_is_named_with_its_province_only_where_its_year_has_two(app, cycle, elsewhere):
    before, named = make_cycle(2024), naming()
    with app.test_request_context():  # the reader's language
        names = [named.of(each) for each in (before, cycle, elsewhere)]
    years = [named.year_of(each) for each in (before, elsewhere)]
    assert names == [
        before.name,
        f"{cycle.province} · {cycle.name}",
        f"{ELSEWHERE} · {elsewhere.name}",
    ]
    assert years == ["2024", f"2025 · {ELSEWHERE}"]


@pytest.mark.parametrize(
    "path",
    [
        "/exams/results/new",
        "/exams/official-lists/new",
        "/exams/cohorts/new",
        "/exams/candidacies",
    ],
)
def test_whoever_chooses_an_exam_reads_whose_it_is(cycle, elsewhere, chen, sign_in, path):
    make_candidacy(make_person(), elsewhere)
    page = sign_in(chen).get(path).text
    assert f'<option value="{elsewhere.id}">{ELSEWHERE} · {NAME}</option>' in page.replace(
        "selected ", ""
    )
    assert f"{cycle.province} · {NAME}</option>" in page
    assert f">{NAME}</option>" not in page


def test_whoever_intends_to_sit_reads_whose_exam_it_is(chen, sign_in):
    make_cycle(2099)
    make_cycle(2099, province=ELSEWHERE)
    page = sign_in(chen).get(f"/exams/candidacies/new/{chen.id}").text
    assert f">{ELSEWHERE} · Social workers&#39; qualification exam 2099</option>" in page
    assert ">Social workers&#39; qualification exam 2099</option>" not in page


def test_the_pages_of_one_exam_say_whose_it_is(cycle, elsewhere, lilei, chen, sign_in):
    sheet = make_import(xlsx(*PASS_ALL), elsewhere)
    asked = [
        f"/exams/results/{sheet.id}",
        f"/exams/results/{sheet.id}/columns",
        f"/exams/cohorts/{make_cohort(elsewhere).id}",
        f"/exams/candidacies/{make_candidacy(lilei, elsewhere).id}",
        f"/exams/cycles/{elsewhere.id}",
        f"/exams/cycles/{elsewhere.id}/papers",
        f"/exams/rejudgings/cycles/{elsewhere.id}",
        f"/exams/rejudgings/{make_rejudging(elsewhere).id}",
        "/exams/rejudgings",
    ]
    client = sign_in(chen)
    pages = {path: client.get(path).text for path in asked}
    assert [path for path, page in pages.items() if f"{ELSEWHERE} · {NAME}" not in page] == []
    assert f">2025 · {ELSEWHERE}</td>" in client.get("/exams/results").text
