"""PostgreSQL stands still while the college is served: whom it was answering hears no more.

Its machine lives, so that nobody is told: lines stay open, and calls are taken. Whoever asked is
answered all the same, and nothing has to be started again.
"""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection

import pytest

from college.web.transaction import STATEMENT_SECONDS
from tests.databases import IS_POSTGRES
from tests.gone.servers import (
    Postgres,
    Served,
    free_port,
    said_by,
    status_of,
    stopped_afterwards,
    wait_until,
)

READERS = 6
BOUND = 5  # seconds beyond the statement's own: to a page that says so, and for all who come later

pytestmark = [
    pytest.mark.real_commits,
    pytest.mark.skipif(not IS_POSTGRES, reason="a file does not stand still"),
]


@dataclass
class Noon:
    college: Served
    database: Postgres


@pytest.fixture
def noon(tmp_path) -> Iterator[Noon]:
    database = Postgres(tmp_path)
    port = free_port()
    college = Served(
        tmp_path,
        {
            "PORT": str(port),
            "COLLEGE_INSTANCE": str(tmp_path),
            "COLLEGE_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "COLLEGE_DATABASE_URL": database.url,
        },
    )
    with stopped_afterwards(college, database):
        college.flask("setup", "keys")
        college.env["COLLEGE_ENVIRONMENT"] = "production"
        college.flask("setup", "all")
        college.begin()
        wait_until(lambda: status_of(port, "/readyz") == 200)
        yield Noon(college, database)


def test_nobody_waits_for_a_database_that_stands_still(noon):
    college, database = noon.college, noon.database
    before = college.processes()
    assert ask(college.port)[0] == 200
    with ThreadPoolExecutor(READERS) as readers:
        list(readers.map(ask, [college.port] * 4 * READERS))  # so that lines are open
        database.freeze()
        try:
            first = list(readers.map(ask, [college.port] * READERS))
            later = list(readers.map(ask, [college.port] * READERS))
            assert said_by(college.port, "/healthz").status == 200
        finally:
            database.thaw()
    assert {status for status, _, _ in first + later} == {503}
    assert all(retry > 0 for _, retry, _ in first + later)
    assert max(seconds for _, _, seconds in first) < STATEMENT_SECONDS + BOUND
    assert max(seconds for _, _, seconds in first) > STATEMENT_SECONDS - 1  # on a line, not a call
    wait_until(lambda: status_of(college.port, "/readyz") == 200)
    wait_until(lambda: {ask(college.port)[0] for _ in range(READERS)} == {200})
    assert college.processes() == before
    assert college.are_alive


def ask(port: int) -> tuple[int, int, float]:
    """How the page answered, when one should come back, and how long it took."""
    began = time.monotonic()
    connection = HTTPConnection("127.0.0.1", port, timeout=STATEMENT_SECONDS + 2 * BOUND)
    connection.request("GET", "/courses")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    retry = int(answer.headers.get("Retry-After", "0"))
    return answer.status, retry, time.monotonic() - began
