"""In by a sign-in provider, in Chromium: there and back, linked once, also without script."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import DESK, PASSWORD, PHONE, Arrive, College, served
from tests.people.provider import CLIENT, SECRET, Provider, open_provider

SETTINGS = """
COLLEGE_OIDC_ISSUER={issuer}
COLLEGE_OIDC_CLIENT_ID={client}
COLLEGE_OIDC_CLIENT_SECRET="{secret}"
COLLEGE_OIDC_LABEL_EN=City ID
"""
BUTTON, MAIL = "a[href^='/sign-in/provider']", "li@example.org"


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with open_provider(person={"sub": "1", "email": MAIL, "email_verified": True}) as open_one:
        yield open_one


@pytest.fixture(scope="module")
def college(
    built: Path, provider: Provider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[College]:
    folder = tmp_path_factory.mktemp("college")
    shutil.copytree(built, folder / "built")
    with (folder / "built" / "college.env").open("a") as settings:
        said = {"issuer": provider.issuer, "client": CLIENT, "secret": SECRET}
        settings.write(SETTINGS.format(**said))
    with served(folder / "built", folder / "instance") as college:
        yield college


def type_password(page: Page, login: str) -> None:
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")


def test_one_links_once_and_comes_in_with_a_click_from_then_on(
    reader: Arrive, college: College, provider: Provider
) -> None:
    for login, language, size in (("lilei", "zh", PHONE), ("chen", "en", DESK)):
        provider.person["sub"] = login
        stranger = reader(None, language=language, size=size)
        page = stranger.open("/sign-in")
        page.click(BUTTON)
        page.wait_for_url("**/sign-in/provider/go-on")
        assert MAIL in stranger.check().inner_text("main")
        page.click("main a.btn-primary")
        type_password(page, login)
        page.wait_for_url("**/me/provider")
        stranger.check()
        page.click("main form button[type=submit]")
        page.wait_for_url("**/me/provider")
        assert MAIL in stranger.check().inner_text("main ul.rows")
        page.click("details.who summary")
        page.click("details.who form button")
        page.wait_for_load_state("load")
        assert "City ID" in page.inner_text("main") or language == "zh"
        stranger.open("/sign-in")
        page.click(BUTTON)
        page.wait_for_url("**/me")  # through a page that goes on by itself
        stranger.check()
        page.context.clear_cookies(name="college")


def test_without_script_one_goes_on_by_a_button(
    chromium: Browser, college: College, provider: Provider
) -> None:
    provider.person["sub"] = "lilei"
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{college.url}/sign-in?next=/me/devices")
    page.click(BUTTON)
    page.wait_for_url("**/sign-in/provider/go-on")
    page.click("main button[type=submit]")
    page.wait_for_url("**/me/devices")
    context.close()


def test_what_did_not_work_is_said_on_a_page_of_its_own(reader: Arrive) -> None:
    stranger = reader(None, language="en", size=PHONE)
    with stranger.refused_with(422):
        stranger.page.goto(f"{stranger.url}/sign-in/provider/back?state=x")
    assert "Begin again" in stranger.check().inner_text("main")
