"""grid.js and pick.js in Chromium: what is typed is saved, and the page says what became of it."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask, jsonify, render_template, request
from playwright.sync_api import Browser, Dialog, Page
from werkzeug.serving import make_server

from college.factory import create_app

CODES = "people/second_factors/codes.html"  # a page that saves nothing by itself


@dataclass
class Server:
    """The style page, and an answer for each cell that the test chooses."""

    address: str = ""
    answers: list[tuple[int, dict[str, object]]] = field(default_factory=list)
    heard: list[dict[str, str]] = field(default_factory=list)

    def answer(self, **_where: object):
        self.heard.append(request.form.to_dict())
        version = int(request.form["version"]) + 1
        usual = (200, {"version": version, "note": "new total"})
        status, body = self.answers.pop(0) if self.answers else usual
        return jsonify(body), status


@pytest.fixture(scope="module")
def running(settings, tmp_path_factory) -> Iterator[Server]:
    own = settings.model_copy(update={"instance": tmp_path_factory.mktemp("style")})
    app: Flask = create_app(own)
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    server = Server()
    app.add_url_rule("/style", "style", lambda: render_template("shared/style.html"))
    app.add_url_rule("/codes", "codes", lambda: render_template(CODES, codes=["AAAAA-BBBBB"]))
    for kind in ("cell", "pick"):
        rule = f"/style/{kind}/<int:number>"
        app.add_url_rule(rule, kind, server.answer, methods=["POST"])
    listener = make_server("127.0.0.1", 0, app, threaded=True)
    server.address = f"http://127.0.0.1:{listener.port}/style"
    thread = threading.Thread(target=listener.serve_forever)
    thread.start()
    yield server
    listener.shutdown()
    thread.join()
    listener.server_close()


@pytest.fixture
def page(running: Server, chromium: Browser) -> Iterator[Page]:
    running.answers, running.heard = [], []
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en")
    context.add_cookies([{"name": "language", "value": "en", "url": running.address}])
    page = context.new_page()
    page.goto(running.address)
    page.wait_for_load_state("networkidle")
    yield page
    context.close()


def cell(page: Page, number: int):
    return page.locator("#marks td.cell").nth(number)


def type_in(page: Page, number: int, text: str) -> None:
    cell(page, number).locator("input").fill("")
    cell(page, number).locator("input").press_sequentially(text)


def says(page: Page, region: str = "marks") -> str:
    return page.locator(f"[data-saving-of={region}]").inner_text()


def wait_for(page: Page, text: str, region: str = "marks") -> None:
    page.locator(f"[data-saving-of={region}]").get_by_text(text).first.wait_for(timeout=6000)


def test_a_cell_saves_itself_when_the_typing_pauses(page, running):
    type_in(page, 0, "92.5")
    wait_for(page, "Saved 1")
    assert running.heard == [{"value": "92.5", "version": "1"}]
    assert "saved" in (cell(page, 0).get_attribute("class") or "")


def test_the_next_change_carries_the_version_of_the_answer(page, running):
    type_in(page, 0, "92")
    wait_for(page, "Saved 1")
    type_in(page, 0, "93")
    page.keyboard.press("Tab")
    page.wait_for_timeout(300)
    assert running.heard[-1] == {"value": "93", "version": "2"}


def test_leaving_an_unchanged_cell_sends_nothing(page, running):
    cell(page, 0).locator("input").focus()
    page.keyboard.press("Tab")
    page.wait_for_timeout(600)
    assert running.heard == []


def test_the_arrows_and_enter_stay_in_the_column(page):
    cell(page, 1).locator("input").focus()
    names = []
    for key in ("ArrowDown", "Enter", "ArrowUp"):
        page.keyboard.press(key)
        names.append(page.evaluate("document.activeElement.name"))
    assert names == ["b-2", "b-3", "b-2"]


def test_a_refused_value_is_marked_and_explained(page, running):
    running.answers = [(422, {"message": "The assignment has at most 100 marks."})]
    type_in(page, 1, "101")
    wait_for(page, "1 to mend")
    entry = cell(page, 1).locator("input")
    assert entry.get_attribute("aria-invalid") == "true"
    reason = page.locator(f"#{entry.get_attribute('aria-describedby')}").inner_text()
    assert "at most 100 marks" in reason
    type_in(page, 1, "100")
    wait_for(page, "Saved 1")
    assert "to mend" not in says(page)
    assert entry.get_attribute("aria-invalid") is None


@pytest.mark.parametrize(
    ("choice", "kept", "sent"), [("Keep mine", "66", 2), ("Take the", "69", 1)]
)
def test_two_values_are_both_shown_and_the_reader_chooses(page, running, choice, kept, sent):
    clash = {"message": "Bao recorded 69.", "theirs": "69", "their_name": "Bao", "version": 5}
    running.answers = [(409, clash)]
    type_in(page, 1, "66")
    wait_for(page, "1 to decide")
    page.get_by_role("button", name=choice).click()
    wait_for(page, "Saved 1")
    assert cell(page, 1).locator("input").input_value() == kept
    assert len(running.heard) == sent
    assert sent == 1 or running.heard[-1] == {"value": "66", "version": "5"}
    assert "decide" not in says(page)


def test_what_did_not_arrive_is_kept_and_sent_again(page, running):
    page.context.set_offline(True)
    type_in(page, 0, "77")
    wait_for(page, "1 not sent yet")
    page.context.set_offline(False)
    wait_for(page, "Saved 1")
    assert running.heard == [{"value": "77", "version": "1"}]


def test_a_fault_of_the_server_is_tried_again(page, running):
    running.answers = [(503, {}), (500, {})]
    type_in(page, 0, "78")
    wait_for(page, "1 not sent yet")
    page.locator(".entry-says").get_by_text("Saved 1").wait_for(timeout=12000)
    assert [one["value"] for one in running.heard] == ["78", "78", "78"]


def test_leaving_warns_only_while_something_is_unsaved(page, running):
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    type_in(page, 0, "80")
    wait_for(page, "Saved 1")
    page.goto(running.address)
    assert asked == []
    running.answers = [(422, {"message": "no"})]
    type_in(page, 0, "101")
    wait_for(page, "1 to mend")
    page.goto(running.address)
    assert asked == ["beforeunload"]


def test_escape_puts_back_what_is_stored(page, running):
    type_in(page, 0, "12")
    page.keyboard.press("Escape")
    page.wait_for_timeout(600)
    assert cell(page, 0).locator("input").input_value() == "86"
    assert running.heard == []


def test_a_choice_saves_itself_by_mouse_and_by_keyboard(page, running):
    page.locator("#roll .pick label").nth(2).click()
    wait_for(page, "Saved 1", "roll")
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(300)
    assert running.heard == [
        {"status": "leave", "version": "1"},
        {"status": "absent", "version": "2"},
    ]


def test_a_choice_that_needs_more_is_sent_once_it_is_filled(page, running):
    page.locator("#roll .pick label").nth(1).click()
    page.wait_for_timeout(600)
    assert running.heard == []
    page.keyboard.type("15")
    wait_for(page, "Saved 1", "roll")
    assert running.heard == [{"status": "late", "minutes": "15", "version": "1"}]


def test_without_script_the_form_has_its_button(running, chromium, page):
    assert not page.get_by_role("button", name="Save all").is_visible()
    plain = chromium.new_context(java_script_enabled=False).new_page()
    plain.goto(running.address)
    assert plain.get_by_role("button", name="Save all").is_visible()
    assert plain.locator("#roll .pick-more input").first.is_visible()
    plain.context.close()


def test_alpine_runs_under_the_policy(page):
    page.get_by_role("button", name="With Alpine").click()
    page.locator("#alpine").wait_for(state="visible", timeout=2000)


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_part_of_the_house_is_accessible_and_keeps_the_policy(
    running, chromium, width, language
):
    context = chromium.new_context(viewport={"width": width, "height": 900})
    context.add_cookies([{"name": "language", "value": language, "url": running.address}])
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(running.address)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert complaints == []  # a breach of the policy is an error of the console
    assert [v["id"] for v in Axe().run(page).response["violations"]] == []
    context.close()


@pytest.mark.parametrize("has_script", [True, False])
def test_a_page_that_saves_nothing_shows_its_print_button_where_it_prints(
    running, chromium, has_script
):
    context = chromium.new_context(java_script_enabled=has_script)
    page = context.new_page()
    page.goto(running.address.replace("/style", "/codes"))
    assert page.locator("[data-print]").is_visible() is has_script
    if has_script:
        page.evaluate("window.print = () => document.body.dataset.printed = 'yes'")
        page.locator("[data-print]").click()
        assert page.locator("body").get_attribute("data-printed") == "yes"
    context.close()


@pytest.mark.parametrize("has_script", [True, False])
def test_the_button_that_saves_all_stands_there_until_each_saves_itself(
    running, chromium, has_script
):
    context = chromium.new_context(java_script_enabled=has_script)
    page = context.new_page()
    page.goto(running.address)
    page.wait_for_load_state("networkidle")
    assert page.locator(".js-hide").first.is_visible() is not has_script
    context.close()
