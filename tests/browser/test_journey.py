"""The six steps of a trainee's way through the college, in Chromium, in Chinese and in English.

The steps build on each other: each begins where the one before left the college.
"""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from college.core import clock
from tests.browser.conftest import DESK, PHONE, Arrive, College, Reader, served

EXAM_CLASS = {"zh": "社会工作师考前培训班", "en": "Exam class Social Worker"}
CASEWORK = {"zh": "个案工作实务班", "en": "Casework in practice"}
GROUP_WORK = {"zh": "小组工作实务班", "en": "Group work in practice"}
UNPRINTABLE, LONGEST = "赵\U00031352", "额尔德尼朝克图巴雅尔孟和·那顺乌力吉德力格尔其木格"
OPEN_ACCOUNT = """
import sys
import sqlalchemy as sa
from app import app
from college.core.db import db
from college.core.roles import SYSTEM
from college.people.accounts.operations import open_account
from college.people.accounts.queries import by_login
from college.people.persons.models import Person
with app.app_context():
    person = db.session.get_one(Person, int(sys.argv[1]))
    password_hash = by_login("lilei").password_hash
    open_account(SYSTEM, person, login="second", password_hash=password_hash)
    db.session.commit()
"""


@pytest.fixture(scope="module", params=["zh", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def college(
    built: Path, language: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[College]:
    """One college per language: the journey changes what it walks through."""
    with served(built, tmp_path_factory.mktemp(language) / "instance") as college:
        yield college


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


@pytest.fixture(scope="module")
def cast(
    reader: Arrive, language: str, college: College, tmp_path_factory: pytest.TempPathFactory
) -> Cast:
    return Cast(reader, language, college, tmp_path_factory.mktemp("papers"))


# 1 ─ a seat


def test_1a_lilei_reads_his_day_finds_the_class_and_takes_the_last_seat(cast: Cast) -> None:
    lilei, title = cast.lilei, cast.of(EXAM_CLASS)
    page = lilei.open("/me")
    expect(page.locator("h1")).to_contain_text("李雷")
    expect(page.locator(".now h2")).to_have_text(title)
    page = lilei.open("/courses")
    page.fill("#find-class", cast.say("考前", "Exam class"))
    page.locator("main form[role=search] button").click()
    page.get_by_role("link", name=title, exact=True).click()
    lilei.check()
    expect(page.locator("h1")).to_have_text(title)
    expect(page.locator("main table tbody tr")).to_have_count(12)
    expect(page.locator("main")).to_contain_text(cast.say("还剩 1 个名额", "1 seat left"))
    press(page, "/enrolments/new")
    lilei.check()
    expect(page.locator(".note-done")).to_be_visible()
    expect(decision(page)).to_contain_text(cast.say("你已报名", "You are enrolled"))
    expect(decision(page)).to_contain_text("30 / 30")
    lilei.open("/courses/runs/mine")
    expect(page.locator("main .rows")).to_contain_text(title)
    lilei.open("/me")
    expect(page.locator(".path [aria-current=step]")).not_to_contain_text(cast.say("报名", "Enrol"))


def test_1b_the_next_one_is_told_that_she_waits(cast: Cast) -> None:
    manager = cast.at_desk("zhanzhang")
    page = open_class(cast, manager, EXAM_CLASS)
    manager.check()
    page.locator("main a[href$='/enrolments/new']").click()
    manager.check()
    name = page.locator("main .rows li strong").first.inner_text()
    press(page, "/enrolments/new/")
    manager.check()
    expect(page.locator(".note-wait")).to_contain_text(name)
    expect(page.locator(".note-wait")).to_contain_text(cast.say("候补", "waiting list"))
    open_class(cast, manager, EXAM_CLASS)
    expect(decision(page)).to_contain_text("30 / 30")
    expect(decision(page)).to_contain_text(cast.say("1 人", "1 person"))


# 2 ─ a class is taught


def test_2a_hanmeimei_marks_a_lesson_on_one_screen(cast: Cast) -> None:
    teacher = cast.at_desk("hanmeimei")
    page = teacher.open("/me")
    expect(page.locator("main .due")).to_contain_text(cast.of(EXAM_CLASS))
    page = teacher.open("/courses/runs/teaching")
    row = page.locator("main .rows > li", has_text=cast.of(EXAM_CLASS)).first
    row.locator("a[href$='/attendance']").click()
    teacher.check()
    page.locator(".page-head .btn-primary").click()
    teacher.check()
    everybody = page.locator("#roll > li")
    expect(everybody).to_have_count(30)
    choose(everybody.nth(0), "late")
    page.keyboard.type("15")
    choose(everybody.nth(1), "absent")
    expect(saying(page, "saved", "roll")).to_contain_text("2")
    press(page, "/all-present")
    teacher.check()
    expect(page.locator("main .card-header").first).to_contain_text(
        cast.say("已记 30 / 30", "30 of 30 marked")
    )
    expect(everybody.nth(0).locator("[type=radio][value=late]")).to_be_checked()
    expect(everybody.nth(0).locator("[data-of=late] input")).to_have_value("15")
    expect(everybody.nth(1).locator("[type=radio][value=absent]")).to_be_checked()
    expect(everybody.nth(2).locator("[type=radio][value=present]")).to_be_checked()


def test_2b_marks_save_as_she_types_and_a_mark_of_101_is_refused(cast: Cast) -> None:
    teacher = cast.at_desk("hanmeimei")
    page = open_class(cast, teacher, GROUP_WORK)
    page.locator("main a[href$='/grades']").click()
    teacher.check()
    empty = [cell for cell in page.locator("#marks td.cell input").all() if is_empty(cell)]
    names = [str(cell.get_attribute("name")) for cell in empty if cell.is_visible()]
    assert len(names) == 3
    entries = [page.locator(f"#marks input[name='{name}']") for name in names]
    for entry, value in zip(entries, ("85", "41", "78.5"), strict=True):
        entry.press_sequentially(value)
    expect(saying(page, "saved", "marks")).to_contain_text("3")
    teacher.check()
    with teacher.refused_with(422):
        entries[2].fill("101")
        expect(page.locator("[data-saving-of=marks] .entry-mend")).to_contain_text("100")
    expect(entries[2]).to_have_attribute("aria-invalid", "true")
    teacher.check()
    entries[2].fill("79")
    expect(entries[2]).not_to_have_attribute("aria-invalid", "true")
    expect(page.locator("td.cell.saved")).to_have_count(3)
    page.reload()
    teacher.check()
    assert [entry.input_value() for entry in entries] == ["85", "41", "79"]


def test_2c_she_closes_the_class_and_each_who_fails_reads_why(cast: Cast) -> None:
    teacher = cast.at_desk("hanmeimei")
    page = open_class(cast, teacher, GROUP_WORK)
    page.locator("main a[href$='/completion']").first.click()
    teacher.check()
    lacking = page.locator("main table").first.locator("tbody tr")
    expect(lacking).to_have_count(2)
    reasons = [row.locator("li").inner_text() for row in lacking.all()]
    assert all(reasons)
    assert any("41" in reason for reason in reasons)
    page.check("input[name=is_sure]")
    press(page, "/completion")
    teacher.check()
    expect(page.locator(".note-done").last).to_contain_text("10")
    expect(page.locator("input[name=is_sure]")).to_have_count(0)
    expect(page.locator("main table").first.locator("tbody tr")).to_have_count(2)
    expect(page.locator("main table").last.locator("tbody tr")).to_have_count(10)


# 3 ─ supervision


def test_3a_minutes_count_once_the_supervisee_has_confirmed(cast: Cast) -> None:
    before = minutes_of(cast.lilei)
    log_session(cast, {"李雷": ""}, "individual", "15:00", "16:00")
    assert minutes_of(cast.lilei) == before
    confirm_newest(cast.lilei)
    expect(cast.lilei.page.locator("aside .st-ok")).to_be_visible()
    expect(cast.lilei.page.locator("aside form")).to_have_count(0)
    assert minutes_of(cast.lilei) == before + 60


def test_3b_a_group_is_locked_by_its_last_confirmation_and_not_before(cast: Cast) -> None:
    supervisor, before = cast.at_desk("wangdudao"), minutes_of(cast.lilei)
    second_id = log_session(cast, {"李雷": "", "": "45"}, "group", "16:00", "17:30")
    record = supervisor.page.url
    confirm_newest(cast.lilei)
    assert minutes_of(cast.lilei) == before
    supervisor.page.goto(record)
    supervisor.check()
    expect(supervisor.page.locator("main a[href$='/edit']")).to_be_visible()
    cast.college.python(OPEN_ACCOUNT, str(second_id))
    second = cast.reader("second", language=cast.language, size=PHONE)
    mine = minutes_of(second)
    confirm_newest(second)
    assert minutes_of(cast.lilei) == before + 90
    assert minutes_of(second) == mine + 45
    supervisor.page.reload()
    supervisor.check()
    expect(supervisor.page.locator("main a[href$='/edit']")).to_have_count(0)
    expect(supervisor.page.locator("aside .st-ok")).to_have_count(2)


# 4 ─ certificates


def test_4a_chen_reads_who_is_entitled_and_why_others_are_not(cast: Cast) -> None:
    chen = cast.at_desk("chen")
    page = chen.open("/admin")
    page.locator(".page-head .btn-primary").click()
    chen.check()
    row = page.locator("main .rows > li", has_text=cast.of(CASEWORK))
    row.locator("a.btn").click()
    chen.check()
    expect(page.locator("main table")).to_contain_text("李雷")
    left_out = page.locator("main .cols > div > .card").nth(1).locator(".rows > li")
    assert left_out.count() == 2
    assert all(row.locator(".grow > div").first.inner_text() for row in left_out.all())


def test_4b_the_sample_appears_by_itself_and_names_whom_it_cannot_print(cast: Cast) -> None:
    chen = cast.at_desk("chen")
    press(chen.page, "/certs/batches/new")
    sample = chen.page.locator(".fig img")
    expect(sample).to_be_visible(timeout=60_000)
    assert is_drawn(sample)
    chen.check()
    expect(chen.page.locator("main .cols .rows")).to_contain_text(UNPRINTABLE)
    expect(chen.page.locator("main .cols .rows")).to_contain_text("\U00031352")


def test_4c_the_issue_goes_on_while_the_page_is_reloaded(cast: Cast) -> None:
    chen = cast.at_desk("chen")
    page = chen.page
    number = int(re.findall(r"\d+", page.locator(".page-head p").inner_text())[-1])
    press(page, "/approve")
    chen.check()
    press(page, "/issue")
    bar = page.locator("#progress progress")
    expect(bar).to_be_visible()
    chen.check()
    page.reload()
    expect(page.locator("#progress progress, .note-done").first).to_be_visible()
    expect(page.locator(".note-done")).to_be_visible(timeout=90_000)
    chen.check()
    expect(page.locator("main table tbody .st-ok")).to_have_count(number)
    file = download(cast, page, page.locator(".page-head a.btn-primary"))
    assert pages_of(file) == number
    text = text_of(file)
    assert LONGEST in text
    assert "李雷" in text
    assert UNPRINTABLE not in text


def test_4d_lilei_downloads_his_own_and_reads_his_name_on_it(cast: Cast) -> None:
    page = cast.lilei.open("/certs/certificates/mine")
    file = download(cast, page, page.locator("main a.btn[href$='/file.pdf']").first)
    assert pages_of(file) == 1
    assert "李雷" in text_of(file)
    assert code_of(page) in text_of(file)


# 5 ─ anybody checks


def test_5a_a_stranger_types_the_code_as_it_comes_and_reads_what_is_printed(cast: Cast) -> None:
    code = code_of(cast.lilei.page)
    number = re.search(r"[A-Z0-9]+-JY-\d{4}-\d{6}-\w", text_of(cast.folder / "own.pdf"))
    assert number
    for typed in (code, code.replace("-", " ").lower()):
        page = verify(cast, typed)
        expect(page.locator("h1")).to_have_text(cast.say("证书有效", "This certificate is valid"))
        expect(page.locator("main dl")).to_contain_text("李雷")
        expect(page.locator("main dl")).to_contain_text(cast.of(CASEWORK))
        expect(page.locator("main dl")).to_contain_text(number[0])


def test_5b_the_qr_code_on_the_paper_leads_to_the_same_page(cast: Cast) -> None:
    stranger = cast.at_desk(None)
    typed = stranger.page.url
    address = scanned(cast.folder / "own.pdf")
    assert address.startswith(cast.college.url)
    stranger.page.goto(address)
    assert stranger.page.url.casefold() == typed.casefold()
    expect(stranger.page.locator("main dl")).to_contain_text("李雷")


def test_5c_a_revoked_certificate_says_so_with_day_and_reason(cast: Cast) -> None:
    chen = cast.at_desk("chen")
    page = chen.open("/certs/certificates?q=李雷")
    page.locator("main table a.code").first.click()
    chen.check()
    reason = page.locator("#reason label").first
    said = reason.inner_text()
    reason.click()
    press(page, "/revoke")
    chen.check()
    expect(page.locator(".note-done")).to_be_visible()
    page = verify(cast, code_of(cast.lilei.page))
    expect(page.locator("h1")).to_have_text(cast.say("证书已撤销", "This certificate was revoked"))
    expect(page.locator("main dl")).to_contain_text(said)
    expect(page.locator("main dl")).to_contain_text(day_words(cast))


def test_5d_an_unknown_code_gets_help_instead_of_a_dead_end(cast: Cast) -> None:
    stranger = cast.at_desk(None)
    with stranger.refused_with(404):
        page = stranger.page
        page.goto(f"{cast.college.url}/verify/7K3M-9QXA-2B4D-H")
    stranger.check()
    expect(page.locator("main ul li")).to_have_count(3)
    expect(page.locator("input[name=code]")).to_have_value("7K3M-9QXA-2B4D-H")


# 6 ─ results become figures


def test_6_imported_passes_raise_the_departments_figures(cast: Cast) -> None:
    department, chen = cast.at_desk("bumen"), cast.at_desk("chen")
    before = figures(department)
    sheet = cast.folder / "2026.xlsx"
    cast.college.flask("demo", "sheet", str(sheet))
    page = chen.open("/exams/results/new")
    year = page.locator("select[name=cycle_id] option", has_text="2026").first
    page.select_option("select[name=cycle_id]", year.get_attribute("value"))
    page.set_input_files("input[type=file]", sheet)
    press(page, "/exams/results/new")
    chen.check()
    assert [number_in(page.locator(".kpis dd.v").nth(place)) for place in (0, 1)] == [10, 6]
    refused = page.locator("main table tbody tr").all()
    assert len({row.locator("th").inner_text() for row in refused}) == 6
    assert all(row.locator("td").last.inner_text() for row in refused)
    assert figures(department) == before
    press(page, "/import")
    chen.check()
    earned = number_in(page.locator(".kpis dd.v").nth(3))
    assert earned == 8
    after = figures(department)
    assert after.holders == before.holders + earned
    assert after.sat == before.sat + 9
    assert after.passed == before.passed + earned
    pictures = department.page.locator("#charts img")
    expect(pictures.first).to_be_visible(timeout=60_000)
    for picture in pictures.all():
        picture.scroll_into_view_if_needed()
        assert is_drawn(picture)
    department.check()


# what the steps are made of


@dataclass(frozen=True)
class Figures:
    holders: int
    sat: int
    passed: int


def figures(reader: Reader) -> Figures:
    page = reader.glance("/reports/figures")
    cohort = page.locator("#cohorts tbody tr", has_text="2026")
    return Figures(
        number_in(page.locator(".kpis dd.v").first),
        number_in(cohort.locator("td").nth(3)),
        number_in(cohort.locator("td").nth(4)),
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
