"""Texts that want to be more than text, in every column that people fill; every page is opened.

`Guard` asks of a page what an escaped text never does: a dialog, an element, an attribute that
acts, an address elsewhere, a sum worked out, an answer of 500. Its negative control is a page of
the college that shows one payload as `|safe` would.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from flask import Flask, render_template_string
from playwright.sync_api import Dialog, Error, Route

from college.demo.cast import CAST
from tests.browser.conftest import Arrive, College, Reader, served
from tests.browser.payloads import MARKUP, SUMS, TEXTS, tag, tags
from tests.browser.planting import planted
from tests.browser.test_every_page import links_of, shape_of

LOGINS = [None, *(part.login for part in CAST)]
PLANT = """
from app import app
from tests.browser.planting import plant
with app.app_context():
    plant()
"""
ALIVE = """() => {
    const tags = /^(xss|iframe|object|embed|base|math|style|animate|video)$/
    const acts = /^(href|src|srcset|action|formaction|data|xlink:href|content|hx-get|hx-post)$/
    const isAway = value => {
        try {
            const url = new URL(value, location)
            return /^(javascript|data|vbscript):$/.test(url.protocol) || url.host === 'evil.example'
        } catch { return false }
    }
    const isAlive = e => tags.test(e.localName) || [...e.attributes].some(a =>
        /^on|^style$|^http-equiv$/.test(a.name) && !/^x-ua/i.test(a.value)
        || acts.test(a.name) && isAway(a.value))
    return [...document.querySelectorAll('*')].filter(isAlive).map(e => e.outerHTML.slice(0, 99))
}"""
WORKED_OUT = re.compile(r"(?<!\d)49▸")
AROUND = (
    "<p>{0}</p><input value=\"{0}\"><input value='{0}'><title>{0}</title><textarea>{0}</textarea>"
)
# where a page repeats what it was asked
REFUSED = re.compile(r"status of 4\d\d")  # Chromium's own note of an answer
FILL = """text => document.querySelectorAll('main form[method=post] input[type=text], \
main form[method=post] input:not([type]), main form[method=post] textarea')
    .forEach(field => { field.value = text })"""
ECHOES = (
    *("/courses?q=", "/sign-in?next=/", "/verify/", "/verify?code=", "/nowhere/"),
    *("/search?q=", "/certs/certificates?q=", "/admin/security?kind=", "/people/units?q="),
    *("/reports/figures?as-of=", "/language/zh?next=/"),
)


@pytest.fixture(scope="module")
def college(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[College]:
    folder = tmp_path_factory.mktemp("planted")
    shutil.copytree(built, folder / "sown")
    College("http://127.0.0.1:8000", folder / "sown").python(PLANT)
    with served(folder / "sown", folder / "instance") as college:
        yield college


@pytest.fixture(scope="module")
def shown() -> set[tuple[int, int]]:
    """Which payloads of which columns stood on a page."""
    return set()


@pytest.fixture(scope="module")
def known_in_english() -> set[str]:
    """Shapes of pages whose English words somebody saw: no second reader is needed."""
    return set()


class Guard:
    """Somebody who walks through the college and notes where a text came alive."""

    def __init__(self, reader: Reader) -> None:
        self.reader, self.page = reader, reader.page
        self.noted: list[str] = []
        self.page.on("dialog", self.dismiss)
        self.page.on("request", lambda request: self.note_request(request.url))
        self.page.on("response", lambda answer: self.note_answer(answer.status))

    def dismiss(self, dialog: Dialog) -> None:
        self.noted.append("a dialog")
        dialog.dismiss()

    def note_request(self, url: str) -> None:
        if urlsplit(url).netloc != urlsplit(self.reader.url).netloc:
            self.noted.append(f"a request to {url[:80]}")

    def note_answer(self, status: int) -> None:
        if status >= 500:
            self.noted.append(f"an answer of {status}")

    def open(self, path: str) -> list[str]:
        """What is wrong with the page there."""
        self.page.goto(f"{self.reader.url}{path}")
        return self.found()

    def found(self) -> list[str]:
        """What is wrong with the page as it stands; forgets it."""
        self.page.wait_for_load_state("load")
        try:
            wrong = [f"alive: {element}" for element in self.page.evaluate(ALIVE)]
        except Error:
            wrong = ["it led away"]
            self.page.wait_for_event("framenavigated")
        if WORKED_OUT.search(self.page.content()):
            wrong.append("a sum worked out")
        wrong += [*self.noted, *(c for c in self.reader.complaints if not REFUSED.search(c))]
        self.noted.clear()
        self.reader.complaints.clear()
        return [f"{self.page.url[:120]}: {what}" for what in wrong]


Guards = Callable[[str | None, str], Guard]


@pytest.fixture(scope="module")
def guard(reader: Arrive) -> Guards:
    return cache(lambda login, language: Guard(reader(login, language=language)))


@pytest.mark.parametrize("login", LOGINS)
def test_no_text_comes_alive_on_any_page(
    login: str | None, guard: Guards, shown: set[tuple[int, int]], known_in_english: set[str]
) -> None:
    reader = guard(login, "zh")
    ahead, seen, wrong = ["/me" if login else "/"], set[str](), list[str]()
    while ahead:
        path = ahead.pop(0)
        if shape_of(path) in seen:
            continue
        seen.add(shape_of(path))
        wrong += reader.open(path)
        shown |= tags(reader.page.content())
        ahead += links_of(reader.page)
        if shape_of(path) not in known_in_english:
            known_in_english.add(shape_of(path))
            wrong += guard(login, "en").open(path)
            shown |= tags(guard(login, "en").page.content())
    assert wrong == []
    assert len(seen) > 2


@pytest.mark.parametrize("login", [None, "chen"])
def test_no_text_comes_alive_where_a_page_repeats_what_it_was_asked(
    login: str | None, guard: Guards
) -> None:
    reader, asked = guard(login, "zh"), quote("".join(TEXTS))
    assert [found for path in ECHOES for found in reader.open(path + asked)] == []


@pytest.mark.parametrize(
    ("login", "path"),
    [
        (None, "/sign-in"),
        ("chen", "/exams/cohorts/new"),
        ("wangdudao", "/supervision/sessions/new"),
    ],
)
def test_no_text_comes_alive_in_a_form_that_was_refused(
    login: str | None, path: str, guard: Guards
) -> None:
    reader = guard(login, "zh")
    wrong = reader.open(path)
    reader.page.evaluate(FILL, "".join(TEXTS))
    with reader.page.expect_navigation():
        reader.page.evaluate("document.querySelector('main form[method=post]').submit()")
    assert wrong + reader.found() == []
    assert "xss" in reader.page.content()  # it stands there again, to be mended


def test_every_text_stood_on_a_page_and_most_columns_did(shown: set[tuple[int, int]]) -> None:
    """Else the pages would have been harmless for want of harm."""
    columns = list(planted())
    places = {columns[place - 1] for _, place in shown if place}
    assert {number for number, _ in shown} == set(range(len(TEXTS)))
    assert len(places) > len(columns) / 2, sorted(set(columns) - places)


@pytest.mark.parametrize("text", MARKUP)
def test_a_text_that_is_not_escaped_is_caught(text: str, guard: Guards) -> None:
    """The negative control, under the policy of the college."""
    reader = guard(None, "zh")

    def as_if_safe(route: Route) -> None:
        answer = route.fetch()
        shown = AROUND.format(text)
        route.fulfill(response=answer, body=answer.text().replace("</main>", f"{shown}</main>"))

    reader.page.route("**/verify", as_if_safe)
    found = reader.open("/verify")
    reader.page.unroute("**/verify")
    assert found != []


def test_a_sum_that_is_worked_out_is_caught(app: Flask) -> None:
    with app.test_request_context():
        assert WORKED_OUT.search(render_template_string(SUMS[0] + tag(0)))
