"""A college as `run.sh` starts it, with its worker, and a Chromium to walk through it."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parent.parent.parent
PASSWORD = "college-demo"
DESK, PHONE = (1440, 900), (390, 844)
CHROMIUM = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(autouse=True)
def isolated() -> None:
    """The journeys have a college of their own: nothing to undo here."""


@dataclass
class College:
    url: str
    instance: Path

    def flask(self, *arguments: str) -> str:
        """Run `flask …` against this college and return what it printed."""
        command = [sys.executable, "-m", "flask", "--app", "app", *arguments]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment(self.instance, self.url),
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def environment(instance: Path, url: str) -> dict[str, str]:
    return os.environ | {"COLLEGE_INSTANCE": str(instance), "COLLEGE_PUBLIC_URL": url}


@pytest.fixture(scope="module")
def college(tmp_path_factory: pytest.TempPathFactory) -> Iterator[College]:
    """A fresh demo college, served on a free port with its worker beside it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    college = College(f"http://127.0.0.1:{port}", tmp_path_factory.mktemp("college") / "instance")
    college.instance.mkdir()
    college.flask("setup", "keys")
    college.flask("setup", "all")
    env = environment(college.instance, college.url) | {"PORT": str(port)}
    command = [sys.executable, "-m", "flask", "--app", "app"]
    with (college.instance / "log").open("w") as log:
        started = [
            subprocess.Popen([*command, *verb], cwd=ROOT, env=env, stdout=log, stderr=log)
            for verb in (["serve"], ["jobs", "work"])
        ]
    try:
        wait_until(lambda: answers(f"{college.url}/healthz"))
        yield college
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(timeout=20)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def wait_until(is_so: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.1)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        yield browser
        browser.close()


@dataclass
class Reader:
    """Somebody at a screen; every page they open is checked as it stands."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        self.page.goto(f"{self.url}{path}")
        return self.check()

    def check(self, *, ignore: tuple[str, ...] = ()) -> Page:
        """No axe violation, no console error, no sideways scroll, on the page as it is now."""
        self.page.wait_for_load_state("load")
        found = Axe().run(self.page, options={"runOnly": AXE_RULES}).response["violations"]
        violations = [
            f"{v['id']}: {v['help']} {[n['target'] for n in v['nodes']][:3]}"
            for v in found
            if v["id"] not in ignore
        ]
        assert violations == [], f"{self.page.url}: {violations}"
        wide = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{self.page.url} scrolls sideways by {wide} px"
        assert self.complaints == [], f"{self.page.url}: {self.complaints}"
        return self.page


@pytest.fixture
def reader(chromium: Browser, college: College) -> Iterator[Callable[..., Reader]]:
    """`reader("lilei", language="en", size=PHONE)`: a signed-in reader; None for a stranger."""
    contexts = []

    def arrive(login: str | None, *, language: str = "zh", size: tuple[int, int] = DESK) -> Reader:
        context = chromium.new_context(viewport={"width": size[0], "height": size[1]})
        contexts.append(context)
        context.add_cookies([{"name": "language", "value": language, "url": college.url}])
        who = Reader(context.new_page(), college.url)
        who.page.on(
            "console",
            lambda message: (
                who.complaints.append(message.text)
                if message.type in {"error", "warning"}
                else None
            ),
        )
        who.page.on("pageerror", lambda error: who.complaints.append(str(error)))
        if login is not None:
            page = who.open("/sign-in")
            page.fill("input[name=login]", login)
            page.fill("input[name=password]", PASSWORD)
            page.click("button[type=submit]")
            page.wait_for_url("**/me")
        return who

    yield arrive
    for context in contexts:
        context.close()
