"""The search finds classes by what was typed, sign for sign."""

import pytest

from college.core.roles import Role
from tests.factories import make_person
from tests.factories.courses import make_run


@pytest.fixture
def search(sign_in):
    chen = sign_in(make_person(Role.ADMIN))
    return lambda words: chen.get("/search", query_string={"q": words}).text


@pytest.mark.parametrize("words", ["SW_2026", "sw_2026", "100%"])
def test_a_class_is_found_by_a_code_or_title_with_a_wildcard_sign(search, words):
    run = make_run(code="SW_2026-1", title="100% 到课班", title_en="100% attendance class")
    assert f"/courses/runs/{run.id}" in search(words)


@pytest.mark.parametrize("words", ["SW_2026", "SW%2026", "%", "_"])
def test_a_wildcard_sign_stands_for_no_other_sign(search, words):
    run = make_run(code="SWX2026-1")
    assert f"/courses/runs/{run.id}" in search("swx2026")
    assert f"/courses/runs/{run.id}" not in search(words)
