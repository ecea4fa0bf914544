"""Every page that a role can reach by following links, in both languages and both sizes."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, ViewportSize

from college.demo.cast import CAST
from tests.browser.conftest import DESK, PHONE, Arrive, Reader

LOGINS = [None, *(part.login for part in CAST)]
# what answers with a file, or leads away from the page it stands on
NO_PAGE = re.compile(r"\.(pdf|png|svg|xlsx|csv|ics)$|^/language/|^/static/")
ENGLISH = re.compile(r"\b[a-z]{2,} [a-z]{2,}\b")  # two words in a row are a sentence left over
SEEN_BY_STRANGERS = {"/", "/verify"}  # for others they differ in one button
AT_MOST = 150  # shapes of address; more means that the shapes are told apart wrongly


@pytest.fixture(scope="module")
def known_in_english() -> set[str]:
    """Shapes that somebody has seen in English: the same words need no second reader."""
    return set()


@pytest.mark.parametrize("login", LOGINS)
def test_every_page_is_accessible_fits_and_keeps_the_policy(
    login: str | None, reader: Arrive, known_in_english: set[str]
) -> None:
    chinese = reader(login, language="zh")
    ahead, wrong = ["/me" if login else "/"], list[str]()
    seen = set(SEEN_BY_STRANGERS if login else ())
    while ahead:
        path = ahead.pop(0)
        if shape_of(path) in seen:
            continue
        seen.add(shape_of(path))
        wrong += looked_at(chinese, path, DESK, PHONE)
        wrong += left_in_english(chinese.page)
        ahead += links_of(chinese.page)
        if shape_of(path) not in known_in_english:
            known_in_english.add(shape_of(path))
            wrong += looked_at(reader(login, language="en"), path, PHONE, DESK)
    assert wrong == []
    assert 2 < len(seen) < AT_MOST


def looked_at(
    reader: Reader, path: str, first: tuple[int, int], then: tuple[int, int]
) -> list[str]:
    """What is wrong with a page in the first size, and with its width in the other one."""
    reader.page.set_viewport_size(size(first))
    try:
        reader.open(path)
        reader.page.set_viewport_size(size(then))
        reader.check_shape()
    except AssertionError as error:
        reader.complaints.clear()
        return [str(error).split("\n")[0]]
    return []


def size(pixels: tuple[int, int]) -> ViewportSize:
    return {"width": pixels[0], "height": pixels[1]}


def links_of(page: Page) -> list[str]:
    """The addresses of this college on the page, each shape of address once."""
    hrefs = page.eval_on_selector_all("a[href^='/']", "all => all.map(a => a.pathname + a.search)")
    first = {shape_of(href): href for href in reversed(hrefs)}
    return [href for href in first.values() if not NO_PAGE.search(urlsplit(href).path)]


def shape_of(path: str) -> str:
    """The address with every number and code left out: pages of one shape look alike."""
    shape = re.sub(r"\d+", "N", urlsplit(path).path)
    return re.sub(r"^/verify/.+", "/verify/CODE", shape)


def left_in_english(page: Page) -> list[str]:
    words = page.locator("main").inner_text()
    for pinyin in page.locator("main [lang=zh-Latn]").all_inner_texts():
        words = words.replace(pinyin, "")
    return [f"{page.url}: “{found}” is not translated" for found in ENGLISH.findall(words)[:3]]
