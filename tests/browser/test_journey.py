"""The six steps of a trainee's way through the college, in Chromium, in Chinese and in English.

The steps build on each other: each begins where the one before left the college.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Arrive, College, served
from tests.browser.steps import (
    Cast,
    agree,
    choose,
    code_of,
    confirm_newest,
    day_words,
    decision,
    download,
    figures,
    is_drawn,
    is_empty,
    log_session,
    minutes_of,
    number_in,
    open_class,
    pages_of,
    press,
    saying,
    scanned,
    text_of,
    verify,
)

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
    expect(decision(page)).to_contain_text(cast.say("您已报名", "You are enrolled"))
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
    agree(second)
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
    before, exactly = figures(department), figures(chen)
    sheet = cast.folder / "2026.xlsx"
    cast.college.flask("demo", "sheet", str(sheet))
    page = chen.open("/exams/results/new")
    year = page.locator("select[name=cycle_id] option", has_text="2026").first
    page.select_option("select[name=cycle_id]", year.get_attribute("value"))
    page.fill("[name=published_on]", "2026-07-28")
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
    now = figures(chen)
    # with those of the first list enough of them failed for the department to read both numbers
    assert (after.sat, after.passed) == (now.sat, now.passed)
    assert (now.sat, now.passed) == (exactly.sat + 9, exactly.passed + earned)
    pictures = department.page.locator("#charts img")
    expect(pictures.first).to_be_visible(timeout=60_000)
    for picture in pictures.all():
        picture.scroll_into_view_if_needed()
        assert is_drawn(picture)
    department.check()
