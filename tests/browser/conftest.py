"""A college as `run.sh` starts it, with its worker, and a Chromium to walk through it."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

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
expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong
AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


@pytest.fixture(autouse=True)
def isolated() -> None:
    """The journeys have a college of their own: nothing to undo here."""


@dataclass
class College:
    url: str
    instance: Path

    def flask(self, *arguments: str) -> str:
        """Run `flask …` against this college and return what it printed."""
        return self._run("-m", "flask", "--app", "app", *arguments)

    def python(self, program: str, *arguments: str) -> str:
        """Run a program with the college at hand, for what no page and no command offers."""
        return self._run("-c", program, *arguments)

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=environment(self.instance, self.url),
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def environment(instance: Path, url: str) -> dict[str, str]:
    return os.environ | {"COLLEGE_INSTANCE": str(instance), "COLLEGE_PUBLIC_URL": url}


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo college as `run.sh` leaves it, built once: what is served is a copy."""
    instance = tmp_path_factory.mktemp("built") / "instance"
    instance.mkdir()
    build(instance)
    return instance


def build(instance: Path) -> None:
    college = College("http://127.0.0.1:8000", instance)
    college.flask("setup", "keys")
    college.flask("setup", "all")


@pytest.fixture(scope="module")
def college(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[College]:
    """A fresh demo college, served on a free port with its worker beside it."""
    with served(built, tmp_path_factory.mktemp("college") / "instance") as college:
        yield college


@contextmanager
def served(built: Path, instance: Path) -> Iterator[College]:
    shutil.copytree(built, instance)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    college = College(f"http://127.0.0.1:{port}", instance)
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

    def glance(self, path: str) -> Page:
        """Open a page that was checked before."""
        self.page.goto(f"{self.url}{path}")
        self.check_shape()
        return self.page

    def check(self) -> Page:
        """No axe violation, no console error, no sideways scroll, on the page as it is now."""
        self.check_shape()
        found = Axe().run(self.page, options=AXE).response["violations"]
        violations = [
            f"{v['id']}: {v['help']} {[n['target'] for n in v['nodes']][:3]}" for v in found
        ]
        assert violations == [], f"{self.page.url}: {violations}"
        return self.page

    def check_shape(self) -> None:
        """No console error, which a breach of the policy is too, and no sideways scroll."""
        self.page.wait_for_load_state("load")
        wide = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{self.page.url} scrolls sideways by {wide} px"
        assert self.complaints == [], f"{self.page.url}: {self.complaints}"

    @contextmanager
    def refused_with(self, status: int) -> Iterator[None]:
        """Exactly one answer of this status, which Chromium writes to its console by itself."""
        assert self.complaints == []
        yield
        assert [str(status) in one for one in self.complaints] == [True], self.complaints
        self.complaints.clear()

    def hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def sign_in(self, login: str) -> None:
        self.page.goto(f"{self.url}/sign-in")
        self.page.fill("input[name=login]", login)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.click("button[type=submit]")
        self.page.wait_for_url("**/me")


Arrive = Callable[..., Reader]


@pytest.fixture(scope="module")
def reader(chromium: Browser, college: College) -> Iterator[Arrive]:
    """`reader("lilei", language="en", size=PHONE)`: a signed-in reader; None for a stranger.

    Whoever comes again in the same language finds their page as they left it, in the size asked.
    """
    known: dict[tuple[str | None, str], Reader] = {}

    def arrive(login: str | None, *, language: str = "zh", size: tuple[int, int] = DESK) -> Reader:
        who = known.get((login, language))
        if who is None:
            context = chromium.new_context(
                viewport={"width": size[0], "height": size[1]}, accept_downloads=True
            )
            context.add_cookies([{"name": "language", "value": language, "url": college.url}])
            who = known[login, language] = Reader(context.new_page(), college.url)
            who.page.on("console", who.hear)
            who.page.on("pageerror", lambda error: who.complaints.append(str(error)))
            if login is not None:
                who.sign_in(login)
        who.page.set_viewport_size({"width": size[0], "height": size[1]})
        return who

    yield arrive
    for who in known.values():
        who.page.context.close()
