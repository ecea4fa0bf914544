"""Passkeys in Chromium, with a device that Chromium itself plays: made, used, removed, refused."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.browser.conftest import DESK, PASSWORD, PHONE, College, Reader

LOGIN = "lilei"


@dataclass
class Visit:
    """A browser at the college's name: a passkey is made for a name, not for a number."""

    reader: Reader
    session: CDPSession
    language: str
    device: str = ""

    @property
    def page(self) -> Page:
        return self.reader.page

    def plug_in(self, **over: object) -> None:
        """A device that keeps passkeys and knows its owner."""
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        added = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": options | over})
        self.device = added["authenticatorId"]

    def credentials(self) -> list[dict[str, object]]:
        found = self.session.send("WebAuthn.getCredentials", {"authenticatorId": self.device})
        return list(found["credentials"])

    def come_with_password(self) -> None:
        self.page.goto(f"{self.reader.url}/sign-in")
        self.page.fill("input[name=login]", LOGIN)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.locator("form").filter(has=self.page.locator("[name=login]")).locator(
            "button"
        ).click()
        self.page.wait_for_url("**/me")

    def add(self, name: str) -> None:
        page = self.reader.open("/me/passkeys")
        page.fill("main input[name=name]", name)
        page.fill("main input[name=password]", PASSWORD)
        page.locator("main form[action$='/me/passkeys'] button").click()
        page.wait_for_url("**/me/passkeys/new")
        self.reader.check()
        page.locator("form[data-passkey] button").click()
        page.wait_for_url("**/me/passkeys")

    def leave(self) -> None:
        self.page.context.clear_cookies(name="college")

    def ask_to_come_in(self) -> None:
        self.reader.glance("/sign-in")
        self.page.locator("form[data-passkey] button").click()


@pytest.fixture(params=["zh", "en"])
def visit(chromium: Browser, college: College, request: pytest.FixtureRequest) -> Iterator[Visit]:
    url = college.url.replace("127.0.0.1", "localhost")
    size = PHONE if request.param == "zh" else DESK
    context = chromium.new_context(viewport={"width": size[0], "height": size[1]})
    context.add_cookies([{"name": "language", "value": request.param, "url": url}])
    reader = Reader(context.new_page(), url)
    reader.page.on("console", reader.hear)
    reader.page.on("pageerror", lambda error: reader.complaints.append(str(error)))
    session = context.new_cdp_session(reader.page)
    session.send("WebAuthn.enable")
    yield Visit(reader, session, request.param)
    context.close()


def test_a_passkey_is_made_and_signs_in(visit: Visit) -> None:
    visit.come_with_password()
    visit.plug_in()
    name = f"办公室电脑 {visit.language}"
    visit.add(name)
    line = visit.page.locator("main tbody tr", has_text=name)
    expect(line).to_have_count(1)
    visit.reader.check()
    (held,) = visit.credentials()
    assert held["isResidentCredential"]
    assert held["rpId"] == "localhost"

    visit.leave()
    visit.reader.open("/sign-in")
    visit.ask_to_come_in()
    visit.page.wait_for_url("**/me")
    visit.reader.open("/me/devices")
    visit.reader.glance("/me/passkeys")
    (used,) = visit.credentials()
    assert used["signCount"] > held["signCount"]  # type: ignore[operator]


def test_a_removed_passkey_opens_nothing(visit: Visit) -> None:
    visit.come_with_password()
    visit.plug_in()
    name = f"旧电脑 {visit.language}"
    visit.add(name)
    line = visit.page.locator("main tbody tr", has_text=name)
    line.locator("a").click()
    visit.page.wait_for_url("**/me/passkeys/*")
    visit.reader.check()
    visit.page.fill("main input[name=password]", PASSWORD)
    visit.page.locator("main form[action$='/remove'] button").click()
    visit.page.wait_for_url("**/me/passkeys")
    expect(line).to_have_count(0)
    visit.leave()
    with visit.reader.refused_with(422):
        visit.ask_to_come_in()
        expect(visit.page.locator("main [role=alert]")).to_be_visible()
    visit.reader.check()
    assert visit.page.url.endswith("/sign-in/passkey")
    visit.come_with_password()  # from the refusal the password still leads in


def test_a_device_holds_one_passkey_of_an_account(visit: Visit) -> None:
    visit.come_with_password()
    visit.plug_in()
    visit.add("手机")
    page = visit.reader.glance("/me/passkeys")
    page.fill("main input[name=name]", "手机又一次")
    page.fill("main input[name=password]", PASSWORD)
    page.locator("main form[action$='/me/passkeys'] button").click()
    page.locator("form[data-passkey] button").click()
    says = page.locator("[data-says]")
    twice = says.get_attribute("data-twice")
    expect(says).to_have_text(str(twice))
    assert len(visit.credentials()) == 1
    visit.reader.check()


def test_whoever_does_not_prove_themselves_to_the_device_stays_out(visit: Visit) -> None:
    visit.come_with_password()
    visit.plug_in()
    visit.add("安全密钥")
    visit.leave()
    known = {"authenticatorId": visit.device, "isUserVerified": False}
    visit.session.send("WebAuthn.setUserVerified", known)
    visit.ask_to_come_in()
    says = visit.page.locator("[data-says]")
    expect(says).to_have_text(str(says.get_attribute("data-cancelled")))
    visit.reader.check()
    assert visit.page.url.endswith("/sign-in")
    expect(visit.page.locator("form[data-passkey] button")).to_be_enabled()


def test_by_its_number_the_college_leads_to_its_name(visit: Visit, college: College) -> None:
    visit.plug_in()
    visit.page.goto(f"{college.url}/sign-in?next=/me/data")
    visit.page.locator("form[data-passkey] button").click()
    visit.page.locator("[data-says] a").click()
    visit.page.wait_for_url(f"{visit.reader.url}/sign-in?next=/me/data")


def test_a_browser_without_passkeys_is_told_so(visit: Visit) -> None:
    visit.page.add_init_script("delete globalThis.PublicKeyCredential")
    visit.reader.open("/sign-in")
    says = visit.page.locator("[data-says]")
    expect(says).to_have_text(str(says.get_attribute("data-unable")))
    expect(visit.page.locator("form[data-passkey] button")).to_be_hidden()
    visit.come_with_password()


def test_without_script_the_password_signs_in(chromium: Browser, college: College) -> None:
    context = chromium.new_context(java_script_enabled=False)
    reader = Reader(context.new_page(), college.url)
    reader.page.goto(f"{college.url}/sign-in")
    expect(reader.page.locator("form[data-passkey]")).to_be_hidden()
    reader.sign_in(LOGIN)
    reader.page.goto(f"{college.url}/me/passkeys")
    reader.page.fill("main input[name=name]", "手机")
    reader.page.fill("main input[name=password]", PASSWORD)
    reader.page.locator("main form[action$='/me/passkeys'] button").click()
    expect(reader.page.locator("[data-passkey-none]")).to_be_visible()
    expect(reader.page.locator("form[data-passkey]")).to_be_hidden()
    context.close()
