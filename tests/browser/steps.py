"""What the steps of the journey are made of."""

import re
import subprocess
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from college.core import clock
from tests.browser.conftest import DESK, PHONE, Arrive, College, Reader


@dataclass
class Cast:
    """Everybody of the journey in one language, and what one step leaves for the next."""

    reader: Arrive
    language: str
    college: College
    folder: Path

    def say(self, zh: str, en: str) -> str:
        return zh if self.language == "zh" else en

    def of(self, titles: dict[str, str]) -> str:
        return titles[self.language]

    def at_desk(self, login: str | None) -> Reader:
        return self.reader(login, language=self.language, size=DESK)

    @property
    def lilei(self) -> Reader:
        return self.reader("lilei", language=self.language, size=PHONE)


MIDDLE_COHORT_OF_2026 = re.compile(r"^\s*(2026年社会工作师|Social Worker exam cohort 2026)")


@dataclass(frozen=True)
class Figures:
    holders: int
    sat: int
    passed: int


def figures(reader: Reader) -> Figures:
    page = reader.glance("/reports/figures")
    cohort = page.locator("#cohorts tbody tr", has_text=MIDDLE_COHORT_OF_2026)
    return Figures(
        number_in(page.locator(".kpis dd.v").first),
        number_in(cohort.locator("td").nth(3)),
        number_in(cohort.locator("td").nth(7)),
    )


def number_in(place: Locator) -> int:
    found = re.search(r"\d+", place.inner_text())
    assert found, place.inner_text()
    return int(found[0])


def press(page: Page, action: str) -> None:
    """Press the first button of the form whose address ends so, or begins so with a last number."""
    path = f"form[action*='{action}']" if action.endswith("/") else f"form[action$='{action}']"
    if page.locator(f"main {path}").count() == 0:
        path = f"form[action*='{action}?']"
    with page.expect_navigation():
        page.locator(f"main {path} button[type=submit]").first.click()


def open_class(cast: Cast, reader: Reader, titles: dict[str, str]) -> Page:
    """Go to a class by its card in the list, or from the classes that one teaches."""
    page = reader.glance("/me")
    page.locator(
        "nav.side a[href='/courses/runs/teaching'], nav.side a[href='/courses']"
    ).last.click()
    page.get_by_role("link", name=cast.of(titles), exact=True).first.click()
    expect(page.locator("h1")).to_have_text(cast.of(titles))
    return page


def decision(page: Page) -> Locator:
    return page.locator("aside section.card").first


def choose(line: Locator, status: str) -> None:
    line.locator("label", has=line.page.locator(f"[type=radio][value={status}]")).click()


def saying(page: Page, what: str, region: str) -> Locator:
    return page.locator(f"[data-saving-of={region}] [data-count={what}]")


def is_empty(cell: Locator) -> bool:
    return cell.input_value() == ""


def minutes_of(reader: Reader) -> int:
    """The minutes of supervision received in yesterday's year, as the page of hours has them."""
    page = reader.glance(f"/supervision/hours?year={yesterday().year}")
    shown = page.locator(".kpis dd.v").first
    if shown.count() == 0:
        return 0
    return number_in(shown)


def yesterday() -> date:
    return clock.today() - timedelta(days=1)


def log_session(cast: Cast, people: dict[str, str], form: str, begins: str, ends: str) -> int:
    """Log a session of yesterday and return the last supervisee's id; "" is anybody else."""
    supervisor = cast.at_desk("wangdudao")
    page = supervisor.open("/supervision/sessions/new")
    page.fill("input[name=held_on]", yesterday().isoformat())
    page.fill("input[name=starts_at]", begins)
    page.fill("input[name=ends_at]", ends)
    page.locator("#form label", has=page.locator(f"input[value={form}]")).click()
    chosen = ""
    for place, (name, minutes) in enumerate(people.items()):
        choice = page.locator(f"select[name='attendances-{place}-person'] option")
        wanted = choice.filter(has_text=name) if name else choice.filter(has_not_text="李雷").nth(1)
        chosen = str(wanted.first.get_attribute("value"))
        page.select_option(f"select[name='attendances-{place}-person']", chosen)
        page.fill(f"input[name='attendances-{place}-minutes']", minutes)
    page.fill("textarea[name=topics]", "个案 A-11：转介前的准备")
    press(page, "/supervision/sessions/new")
    supervisor.check()
    return int(chosen)


def agree(reader: Reader) -> None:
    """Who signs in for the first time is asked for what the law wants, once, and goes on."""
    page = reader.glance("/me")
    for box in page.locator("main input[name=texts]").all():
        box.check()
    press(page, "/me/consents")
    reader.check()


def confirm_newest(reader: Reader) -> None:
    """Open the newest record that waits for the reader, confirm one's minutes, look again."""
    page = reader.glance("/supervision/sessions")
    page.locator("main .card").first.locator("li strong a").last.click()
    reader.check()
    record = page.url.removeprefix(reader.url)
    press(page, "/confirm")
    reader.check()
    reader.glance(record)


def verify(cast: Cast, typed: str) -> Page:
    stranger = cast.at_desk(None)
    page = stranger.open("/verify")
    page.fill("main input[name=code]", typed)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/verify/*")
    return stranger.check()


def code_of(page: Page) -> str:
    """The code of the first certificate that "my certificates" shows."""
    found = re.search(r"\b(?:[0-9A-Z]{4}-){3}[0-9A-Z]\b", page.locator("main").inner_text())
    assert found
    return found[0]


def is_drawn(picture: Locator) -> bool:
    picture.page.wait_for_load_state("networkidle")
    return bool(picture.evaluate("image => image.complete && image.naturalWidth > 0"))


def day_words(cast: Cast) -> str:
    today = clock.today()
    return cast.say(f"{today.year}年{today.month}月{today.day}日", f"{today.day} {today:%B %Y}")


def download(cast: Cast, page: Page, link: Locator) -> Path:
    with page.expect_download() as waiting:
        link.click()
    file = cast.folder / (
        "own.pdf" if "/file.pdf" in str(link.get_attribute("href")) else "all.pdf"
    )
    waiting.value.save_as(file)
    return file


def pages_of(file: Path) -> int:
    return int(output_of("qpdf", "--show-npages", str(file)))


def text_of(file: Path) -> str:
    """The words of a paper without the gaps that a designer puts into a short name."""
    return re.sub(r"\s", "", output_of("pdftotext", str(file), "-"))


def scanned(file: Path) -> str:
    """What a phone reads from the first page at 150 dpi."""
    image = file.with_suffix("")
    output_of("pdftoppm", "-r", "150", "-png", "-singlefile", str(file), str(image))
    return output_of("zbarimg", "--quiet", "--raw", str(image.with_suffix(".png"))).strip()


def output_of(*command: str) -> str:
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout
