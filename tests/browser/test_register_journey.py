"""From the exam office's list to a title that somebody checked, in Chromium.

The steps build on each other: each begins where the one before left the college.
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from college.core import clock
from college.core.sheets import write_csv
from college.demo.seniors import SENIORS
from tests.browser.conftest import PHONE, Arrive, College, Reader
from tests.browser.steps import Cast, number_in, press
from tests.factories.pdfs import Authority, certificate_pdf

APPLIED = next(s.name for s in SENIORS if s.review and s.review[-1].state == "applied")
NUMBER_OF = """
import sys
import sqlalchemy as sa
from app import app
from college.core.db import db
from college.demo.result_sheets import number_of
from college.people.persons.models import Person
with app.app_context():
    person = db.session.scalars(sa.select(Person).where(Person.full_name == sys.argv[1])).one()
    print(person.id, number_of(person))
"""


@pytest.fixture(scope="module")
def cast(reader: Arrive, college: College, tmp_path_factory: pytest.TempPathFactory) -> Cast:
    return Cast(reader, "zh", college, tmp_path_factory.mktemp("papers"))


@pytest.fixture(scope="module")
def lilei(cast: Cast) -> tuple[int, str]:
    """His id and ID number."""
    person_id, number = cast.college.python(NUMBER_OF, "李雷").split()
    return int(person_id), number


def test_1_a_hidden_number_is_noted_only_once_somebody_has_said_whose_it_is(
    cast: Cast, lilei: tuple[int, str]
) -> None:
    chen, hidden = cast.at_desk("chen"), lilei[1][:3] + "*" * 11 + lilei[1][-4:]
    page = _upload_list(chen, _list_of(cast.folder, hidden))
    card = page.locator("section.card", has_text=hidden)
    expect(card.get_by_role("link", name="李雷")).to_be_visible()
    assert page.locator("main form[action$='/import']").count() == 0

    card.get_by_role("checkbox").check()
    press(page, "/confirm")
    _settled(chen)
    expect(page.locator("main tbody tr", has_text="李雷").last).to_contain_text("新登记")
    press(page, "/import")
    _settled(chen)

    assert number_in(page.locator(".kpis dd.v").first) == 1
    assert hidden[3:14] not in page.content().replace(hidden, "")
    phone = cast.lilei
    expect(phone.open("/exams/candidacies").locator("main")).to_contain_text("2027")


def test_2_a_step_of_the_review_is_on_the_persons_own_page(cast: Cast) -> None:
    chen = cast.at_desk("chen")
    page = chen.open("/register/reviews")
    page.get_by_role("link", name=APPLIED).first.click()
    chen.check()
    page.locator("main a.btn-primary").click()
    chen.check()
    page.select_option("select[name=state]", "passed")
    page.fill("input[name=evidence]", "评审委员会通知（示例）")
    press(page, "/step")
    chen.check()

    expect(page.locator("main table tbody tr").last).to_contain_text("评审委员会通知（示例）")
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    chen.check_shape()


def test_3_an_e_certificate_says_who_signed_it_and_that_nobody_changed_it(cast: Cast) -> None:
    chen = cast.at_desk("chen")
    page = chen.open("/register/holders")
    page.locator("main table tbody a").first.click()
    chen.check()
    page.locator("main a[href^='/people/evidence/of/']").first.click()
    chen.check()
    page.set_input_files("input[name=pdf]", _certificate(cast.folder))
    page.locator("main form[enctype] button[type=submit]").click()
    page.wait_for_load_state()
    chen.check()

    newest = page.locator("main section.card", has_text="电子证书.pdf")
    expect(newest).to_contain_text("由“人力资源和社会保障部”签名，签后未改动")
    expect(newest).to_contain_text("示例根证书")


def _list_of(folder: Path, number: str) -> Path:
    """Who registered for 2027, as an office prints it that hides a part of each number."""
    file = folder / "2027.csv"
    headings = ["姓名", "证件号码", "级别", "考试年度", "报名序号"]
    file.write_bytes(write_csv(headings, [["李雷", number, "中级", "2027", "示例000001"]]))
    return file


def _upload_list(reader: Reader, file: Path) -> Page:
    page = reader.open("/exams/official-lists/new")
    page.select_option("select[name=kind]", "registered")
    year = page.locator("select[name=cycle_id] option", has_text="2027").first
    page.select_option("select[name=cycle_id]", year.get_attribute("value"))
    page.fill("input[name=on]", clock.today().isoformat())
    page.fill("input[name=source]", "示例：报名情况")
    page.set_input_files("input[type=file]", file)
    press(page, "/exams/official-lists/new")
    _settled(reader)
    return page


def _settled(reader: Reader) -> None:
    """The worker has done what it was asked for, and the page has noticed."""
    expect(reader.page.locator("#progress")).to_have_count(0, timeout=60_000)
    reader.check()


def _certificate(folder: Path) -> Path:
    file = folder / "电子证书.pdf"
    authority, plain = Authority("示例根证书"), certificate_pdf()
    with (
        ThreadPoolExecutor() as aside
    ):  # signing has a loop of its own, and the browser's runs here
        file.write_bytes(aside.submit(authority.signed, plain).result())
    return file
