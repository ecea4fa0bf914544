"""Every check and test of the college, called by test.sh: `python tests/run.py [pytest arguments]`.

The tests start at once, the linters run beside them; what went wrong is shown whole. The last line
is `N passed, N failed, N skipped`, where a linter counts as one.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "xdist"]
LINTERS = {
    "ruff check": ["ruff", "check", "--quiet", "."],
    "ruff format": ["ruff", "format", "--check", "--quiet", "."],
    "mypy": ["mypy", "--no-error-summary"],
    "import-linter": ["lint-imports"],
    "djlint": ["djlint", "--lint", "--quiet", "templates"],
    "codespell": ["codespell"],
}


@dataclass
class Tally:
    """What has been counted so far."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, *, passed: int = 0, failed: int = 0, skipped: int = 0) -> None:
        with self.lock:
            self.passed += passed
            self.failed += failed
            self.skipped += skipped

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def main(arguments: list[str]) -> int:
    """The exit code: 0 when nothing failed."""
    tally = Tally()
    if arguments:
        pytest("the tests asked for", arguments, tally)
    else:
        everything(tally)
    print(tally)
    return 1 if tally.failed else 0


def everything(tally: Tally) -> None:
    complaints: list[str] = []
    linters = threading.Thread(target=lint, args=(tally, complaints))
    linters.start()
    # the foundation first, in one process: whoever waits sees at once that something happens
    pytest("the foundation on SQLite", ["tests/core"], tally, COLLEGE_TEST_DATABASE="sqlite")
    unit = ["-n", "2", "--ignore=tests/browser", "tests"]
    rest = ["--ignore=tests/core", *unit]
    pytest("the rest on SQLite", rest, tally, COLLEGE_TEST_DATABASE="sqlite")
    pytest("tests on PostgreSQL", unit, tally, COLLEGE_TEST_DATABASE="postgresql")
    if any((ROOT / "tests" / "browser").glob("test_*.py")):
        pytest("journeys in Chromium", ["tests/browser"], tally)
    linters.join()
    print("".join(complaints), end="")


def pytest(title: str, arguments: list[str], tally: Tally, **environment: str) -> None:
    """Runs one pytest of its own, shown as it goes, and counts from its report."""
    print(f"\n== {title}", flush=True)
    # Plug-ins load by name only: found by themselves they cost seconds per run.
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **environment}
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        # a folder of its own: another run's cleaning must not take the database server's away
        own = [f"--junitxml={report}", f"--basetemp={folder}/tests"]
        command = [*PYTEST, *own, *arguments]
        status = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
        counted = count(report)
    if status and not counted["failed"]:
        # Nothing found, or pytest itself broke off: that is not green.
        counted["failed"] = 1
    tally.add(**counted)


def count(report: Path) -> dict[str, int]:
    """Passed, failed and skipped tests of a JUnit report; all zero when there is none."""
    if not report.exists():
        return {"passed": 0, "failed": 0, "skipped": 0}
    suite = ElementTree.parse(report).getroot().find("testsuite")
    if suite is None:
        return {"passed": 0, "failed": 0, "skipped": 0}
    total, failures, errors, skipped = (
        int(suite.get(name, "0")) for name in ("tests", "failures", "errors", "skipped")
    )
    failed = failures + errors
    return {"passed": max(0, total - failed - skipped), "failed": failed, "skipped": skipped}


def lint(tally: Tally, complaints: list[str]) -> None:
    """Runs the linters one after the other; what they say of a fault goes to `complaints`."""
    for name, command in LINTERS.items():
        started = time.monotonic()
        run = subprocess.run(
            ["nice", BIN / command[0], *command[1:]],  # the tests go first
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        seconds = time.monotonic() - started
        verdict = "clean" if run.returncode == 0 else "has something to say, see the end"
        print(f"\n== {name}: {verdict} ({seconds:.0f} s)", flush=True)
        if run.returncode:
            complaints.append(f"\n== {name}\n{run.stdout.strip()}\n")
            tally.add(failed=1)
        else:
            tally.add(passed=1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
