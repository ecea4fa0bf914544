"""Redis, PostgreSQL and S3 are killed one after the other while people work.

What needs the one that is gone answers 503 and when to come back, and soon; all else goes on; and
when it is back everything works without a restart, and what people were told is what is there.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from college.core.s3 import ObjectStore, Place
from tests.databases import IS_POSTGRES, Redis
from tests.gone.servers import (
    PROCESSES,
    ObjectServer,
    Postgres,
    Served,
    free_port,
    stopped_afterwards,
    wait_until,
)
from tests.gone.visitors import Answer, Crowd, Notes
from tests.switches import IS_THOROUGH

BEFORE, GONE, AFTER = (5, 15, 5) if IS_THOROUGH else (1, 2.5, 0.5)  # seconds
BOUND = 5  # seconds within which everybody has an answer, whatever it is
BACK = 10  # and within which everything works again
FINE = {200, 302}
KINDS = {"enrol", "me", "mark", "confirm", "verify", "paper", "health", "sign in"}
# what cannot go on without it; the rest must
NEEDS = {
    "redis": {"sign in", "health"},
    "database": KINDS | {"issue"},
    "files": {"paper", "health"},
}
SAID = {"zh": "这并不说明证书的真假", "en": "That says nothing about the certificate"}

pytestmark = [
    pytest.mark.real_commits,
    pytest.mark.skipif(not IS_POSTGRES, reason="the college as in production runs on PostgreSQL"),
]


@dataclass(frozen=True, slots=True)
class Outage:
    """When one of the three was gone."""

    name: str
    killed: float  # just after
    started: float  # just before
    up: float  # it takes connections again
    back: float  # everybody is well again


@dataclass(frozen=True, slots=True)
class Drill:
    world: dict[str, Any]
    notes: Notes
    outages: list[Outage]
    processes: tuple[list[int], list[int]]  # before and after
    engine: sa.Engine
    store: ObjectStore
    college: Served


@pytest.fixture(scope="module")
def drill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drill]:
    folder = tmp_path_factory.mktemp("gone")
    database, objects = Postgres(folder), ObjectServer(folder, "college")
    redis = Redis(folder)
    college = Served(folder, settings(folder, database.url, redis.url, objects.url))
    with stopped_afterwards(college, redis, objects, database):
        college.flask("setup", "keys")
        college.env["COLLEGE_ENVIRONMENT"] = "production"  # refused without keys
        college.flask("setup", "all")
        world = json.loads(college.python("tests.gone.world").splitlines()[-1])
        college.start()
        before = college.processes()
        servers = {"redis": redis, "database": database, "files": objects}
        with Crowd(college.port, world) as crowd:
            time.sleep(BEFORE)
            outages = [
                outage(name, servers[name], crowd, batch)
                for name, batch in zip(servers, world["batches"], strict=True)
            ]
        engine = sa.create_engine(database.url, poolclass=sa.NullPool)
        wait_until(lambda: left_over(engine) == [])
        place = Place("s3://college", endpoint=objects.url, key_id="t", secret="t")
        processes = before, college.processes()
        drill = Drill(world, crowd.notes, outages, processes, engine, ObjectStore(place), college)
        told(drill)
        yield drill


def settings(folder: Path, database: str, redis: str, objects: str) -> dict[str, str]:
    port = free_port()
    return {
        "PORT": str(port),
        "COLLEGE_INSTANCE": str(folder),
        "COLLEGE_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "COLLEGE_PROCESSES": str(PROCESSES),
        "COLLEGE_THREADS": "6",
        "COLLEGE_DATABASE_URL": database,
        "COLLEGE_QUEUE_URL": redis,
        "COLLEGE_LIMITS_URL": redis.replace("/0", "/1"),
        "COLLEGE_LOOK_UPS_PER_MINUTE": "100000",
        "COLLEGE_FILES_URL": "s3://college",
        "COLLEGE_FILES_ENDPOINT": objects,
        "COLLEGE_FILES_KEY_ID": "t",
        "COLLEGE_FILES_SECRET": "t",
    }


def outage(name: str, server: Any, crowd: Crowd, batch: tuple[int, int]) -> Outage:
    """Kill it, let people try, have it back; wait until each kind of visitor is well again."""
    if name == "database":
        crowd.issue(*batch)  # it goes away under the worker's hands
        time.sleep(0.3)
    server.kill()
    killed = time.monotonic()
    if name != "database":
        crowd.issue(*batch)
    time.sleep(GONE)
    started = time.monotonic()
    server.start()
    up = time.monotonic()
    wait_until(lambda: bool(crowd.notes.errors) or well_since(crowd.notes, up) >= KINDS)
    assert crowd.notes.errors == []
    back = max(first_well(crowd.notes, kind, up) for kind in KINDS)
    time.sleep(AFTER)
    return Outage(name, killed, started, up, back)


def well_since(notes: Notes, since: float) -> set[str]:
    return {one.kind for one in list(notes.answers) if one.began > since and one.status in FINE}


def first_well(notes: Notes, kind: str, since: float) -> float:
    well = (one for one in notes.answers if one.kind == kind and one.status in FINE)
    return min(one.ended for one in well if one.began > since)


def left_over(engine: sa.Engine) -> list[object]:
    """The jobs that are not done and the batches that are not issued."""
    with engine.connect() as connection:
        jobs = connection.execute(
            sa.text(
                "SELECT id, state, tries, done, total, error, leased_until - now() AS lease,"
                " rests_until - now() AS rest, now() - nudged_at AS nudged"
                " FROM job WHERE state <> 'done'"
            )
        ).all()
        batches = connection.execute(
            sa.text("SELECT id, state FROM issue_batch WHERE state <> 'issued'")
        ).all()
    return [*jobs, *batches]


def during(drill: Drill, outage: Outage) -> list[Answer]:
    """What was asked and answered while it was gone from beginning to end."""
    within = (outage.killed, outage.started)
    return [one for one in drill.notes.answers if within[0] < one.began and one.ended < within[1]]


def told(drill: Drill) -> None:
    """The figures, for who runs it with -s."""
    lines = [f"{len(drill.notes.answers)} requests: {dict(statuses(drill.notes.answers))}"]
    for one in drill.outages:
        here = during(drill, one)
        slow = max((a.seconds for a in here if a.status == 503), default=0.0)
        lines.append(
            f"{one.name}: gone {one.started - one.killed:.1f} s, {dict(statuses(here))}, slowest "
            f"503 {slow:.2f} s, slowest answer {max(a.seconds for a in here):.2f} s, all well "
            f"{one.back - one.up:.1f} s after it was back"
        )
    sys.stdout.write("\n" + "\n".join(lines) + "\n")


def statuses(answers: list[Answer]) -> Counter[int]:
    return Counter(one.status for one in answers)


def test_nobody_gets_an_error_and_nobody_is_left_waiting(drill):
    assert drill.notes.errors == []
    assert set(statuses(drill.notes.answers)) <= FINE | {503}, worst(drill)
    assert max(one.seconds for one in drill.notes.answers) < BOUND


def worst(drill: Drill) -> list[Answer]:
    return [one for one in drill.notes.answers if one.status not in FINE | {503}][:3]


def test_what_needs_the_missing_one_says_so_and_all_else_goes_on(drill):
    for outage in drill.outages:
        seen = during(drill, outage)
        needs = NEEDS[outage.name]
        assert {one.kind for one in seen} >= KINDS, outage
        for one in seen:
            expected = {503} if one.kind in needs else FINE
            assert one.status in expected, (outage.name, one)


def test_who_is_put_off_is_told_when_to_come_back_and_what_is_so(drill):
    put_off = [one for one in drill.notes.answers if one.status == 503]
    for one in put_off:
        if one.kind == "health":
            continue
        assert int(one.headers["Retry-After"]) > 0
        if one.is_script:
            assert json.loads(one.body)["message"], one
        else:
            assert b"<h1" in one.body, one
    pages = [one for one in put_off if one.kind == "verify" and not one.is_script]
    assert {one.language for one in pages} == {"zh", "en"}
    assert [one for one in pages if SAID[one.language] not in one.body.decode()] == []


def test_health_names_what_is_missing(drill):
    names = {"redis": "queue, sign-in", "database": "database", "files": "files"}
    for outage in drill.outages:
        said = {one.body.decode() for one in during(drill, outage) if one.kind == "health"}
        assert said == {f"not ready: {names[outage.name]}\n"}


def test_everything_works_again_soon_and_without_a_restart(drill):
    for one in drill.outages:
        assert one.back - one.up < BACK, one
    assert drill.processes[0] == drill.processes[1]


def test_what_people_were_told_is_what_is_there(drill):
    assert differences(drill.engine, drill.notes) == []


def test_a_deed_lost_or_doubled_would_be_noticed(drill):
    """The control: the same comparison, told one deed too many and one too few."""
    wrong = Notes(
        enrolled=[*drill.notes.enrolled[1:], (1, 999_999)],
        marked={**drill.notes.marked, min(drill.notes.marked): ["1.0"]},
        confirmed=drill.notes.confirmed[1:],
    )
    assert {line.split(":")[0] for line in differences(drill.engine, wrong)} == {
        "enrolled",
        "marked",
        "confirmed",
    }


def differences(engine: sa.Engine, notes: Notes) -> list[str]:
    found = []
    with engine.connect() as connection:

        def rows(statement: str) -> list[tuple[Any, ...]]:
            return [tuple(row) for row in connection.execute(sa.text(statement))]

        entries = "SELECT count(*) FROM journal_entry j WHERE j.deed = '{}' AND j.row_id = t.id"
        enrolled = rows(
            f"SELECT person_id, run_id, ({entries.format('enrol')}) FROM enrolment t"
            " WHERE run_id IN (SELECT id FROM course_run WHERE state = 'open')"
            " AND person_id IN (SELECT actor_id FROM journal_entry WHERE deed = 'enrol')"
        )
        marked = rows(
            f"SELECT enrolment_id, value, ({entries.format('enter_mark')}) FROM mark t ORDER BY 1"
        )
        confirmed = rows(
            f"SELECT supervision_session_id, ({entries.format('confirm')})"
            " FROM supervision_attendance t WHERE confirmed_at IS NOT NULL"
        )
    expected: dict[str, tuple[object, object]] = {
        "enrolled": (sorted(enrolled), sorted((*one, 1) for one in notes.enrolled)),
        "marked": (
            [(cell, f"{value:.1f}", many) for cell, value, many in marked],
            [(cell, given[-1], len(given)) for cell, given in sorted(notes.marked.items())],
        ),
        "confirmed": (sorted(confirmed), sorted((one, 1) for one in notes.confirmed)),
    }
    for name, (there, said) in expected.items():
        if there != said:
            found.append(f"{name}: {there} is there, {said} was told")
    return found


def test_every_certificate_asked_for_is_there_once_with_its_file(drill):
    with drill.engine.connect() as connection:
        issued = connection.execute(
            sa.text("SELECT number, state, file_sha256, enrolment_id FROM certificate ORDER BY 1")
        ).all()
        asked = connection.scalar(sa.text("SELECT count(*) FROM batch_entry"))
        jobs = connection.execute(
            sa.text("SELECT kind, row_id, count(*) FROM job GROUP BY 1, 2 HAVING count(*) > 1")
        ).all()
    assert [int(row.number.split("-")[3]) for row in issued] == list(range(1, asked + 1))
    assert {row.state for row in issued} == {"issued"}
    assert len({row.enrolment_id for row in issued}) == asked
    for row in issued:
        assert sha256(drill.store.get(row.file_sha256)).hexdigest() == row.file_sha256
    assert jobs == []


def test_the_journal_is_whole(drill):
    drill.college.flask("journal", "seal")
    assert drill.college.flask("journal", "verify")


def test_the_log_names_no_error_that_nobody_foresaw(drill):
    assert '"status": 500' not in drill.college.log()
