"""The college is started while PostgreSQL takes calls and says nothing, as after a power cut.

It comes up, says what is missing, keeps nobody waiting, and works once the database answers.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.databases import IS_POSTGRES
from tests.gone.relay import Relay
from tests.gone.servers import (
    Postgres,
    Served,
    children,
    free_port,
    said_by,
    status_of,
    stopped_afterwards,
    wait_until,
)

BOUND = 5  # seconds within which everybody has an answer, whatever it is

pytestmark = [
    pytest.mark.real_commits,
    pytest.mark.skipif(not IS_POSTGRES, reason="a file does not fall silent"),
]


@dataclass
class Morning:
    college: Served
    line: Relay


@pytest.fixture
def morning(tmp_path) -> Iterator[Morning]:
    database = Postgres(tmp_path)
    line = Relay(database.url)
    port = free_port()
    college = Served(
        tmp_path,
        {
            "PORT": str(port),
            "COLLEGE_INSTANCE": str(tmp_path),
            "COLLEGE_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "COLLEGE_DATABASE_URL": line.url,
        },
    )
    with stopped_afterwards(college, line, database):
        college.flask("setup", "keys")
        college.env["COLLEGE_ENVIRONMENT"] = "production"
        college.flask("setup", "all")
        yield Morning(college, line)


def test_the_college_comes_up_before_its_database(morning):
    college, line = morning.college, morning.line
    line.fall_silent()
    college.begin()
    wait_until(lambda: status_of(college.port, "/healthz") == 200)
    wait_until(lambda: len(children(college.processes()[0])) == 1)
    before = college.processes()
    for path in ("/readyz", "/courses"):
        begun = time.monotonic()
        answer = said_by(college.port, path)
        assert time.monotonic() - begun < BOUND
        assert answer.status == 503
    assert int(answer.headers["Retry-After"]) > 0  # of the page
    line.speak()
    wait_until(lambda: status_of(college.port, "/readyz") == 200)
    assert status_of(college.port, "/courses") == 200
    assert college.processes() == before  # nobody had to start anything again
    assert college.are_alive
