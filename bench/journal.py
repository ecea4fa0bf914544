"""Throughput with and without the journal, on PostgreSQL: `python -m bench.journal`.

Writers are processes. "mark" is `enter_mark`, the college's commonest write, whole and with its
checks and locks; "row" is the harshest there is: one UPDATE and nothing else in a transaction.
Three ways take turns, round after round, in one run: no journal, the journal, the journal with the
sealer at work. Then the sealed entries are verified. CPU is the writers', not the database's.
"""

import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade

from college.core import auditing, journal, sealing
from college.core.db import Base, db
from college.core.roles import SYSTEM, Role
from college.courses.enrolments.models import Enrolment
from college.courses.grades.operations import enter_mark
from college.courses.runs.models import Assessment
from college.factory import create_app
from college.people.persons.models import Person
from config import Settings
from tests.conftest import actor_of
from tests.databases import fresh_postgres_database, postgres_server
from tests.factories import make_person
from tests.factories.courses import make_assessment, make_enrolment, make_run

FORK = multiprocessing.get_context("fork")
WAYS = ("without", "with", "sealed")


@click.command()
@click.option("--writers", default=16, show_default=True)
@click.option("--rounds", default=5, show_default=True)
@click.option("--seconds", default=3.0, show_default=True, help="Of each way in each round.")
@click.option("--entries", default=100_000, show_default=True, help="To verify at the end.")
def main(writers: int, rounds: int, seconds: float, entries: int) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        postgres_server(Path(folder)) as server,
        fresh_postgres_database(server) as url,
    ):
        own = Path(folder) / "own"
        app = create_app(Settings(environment="test", instance=own, database_url=url))
        seats = prepare(app, writers)
        measured: dict[tuple[str, str], list[tuple[float, float]]] = {}
        for n in range(rounds):
            for deed in DEEDS:
                for way in WAYS[n % 3 :] + WAYS[: n % 3]:
                    each = measure(app, seats, (deed, way), seconds)
                    measured.setdefault((deed, way), []).append(each)
        tell(measured, writers, rounds)
        with app.app_context():
            verify(entries)
            db.engine.dispose()


def prepare(app: Flask, writers: int) -> list[tuple[int, int, int]]:
    """A class of its own for each writer: who marks, which assessment, whose seat."""
    seats = []
    with app.app_context():
        upgrade()
        for _ in range(writers):
            marker = make_person(Role.INSTRUCTOR)
            run = make_run(instructors=[marker])
            seats.append((marker.id, make_assessment(run).id, make_enrolment(run).id))
        db.session.commit()
        sealing.seal_everything()
        db.session.remove()
        db.engine.dispose()  # a connection must not be shared with a child
    return seats


def measure(
    app: Flask, seats: list[tuple[int, int, int]], kind: tuple[str, str], seconds: float
) -> tuple[float, float]:
    """Transactions a second of all writers together, and ms of CPU that one took them."""
    start, queue = FORK.Barrier(len(seats) + 1), FORK.Queue()
    arguments = [(app, seat, kind, seconds, start, queue) for seat in seats]
    writers = [FORK.Process(target=write, args=each) for each in arguments]
    for writer in writers:
        writer.start()
    start.wait(60)
    sealer = FORK.Process(target=keep_sealing, args=(app, seconds)) if kind[1] == "sealed" else None
    if sealer:
        sealer.start()
    told = [queue.get() for _ in writers]
    for child in [*writers, *([sealer] if sealer else [])]:
        child.join()
    done, cpu = sum(count for count, _ in told), sum(spent for _, spent in told)
    return done / seconds, 1000 * cpu / done


def write(
    app: Flask,
    seat: tuple[int, int, int],
    kind: tuple[str, str],
    seconds: float,
    start: Any,
    queue: Any,
) -> None:
    deed, way = kind
    if way == "without":
        journal.record = say_nothing  # in this child alone
    with app.app_context():
        act = DEEDS[deed](seat)
        act(0)
        db.session.commit()
        start.wait(60)
        end, began, count = time.monotonic() + seconds, time.process_time(), 0
        while time.monotonic() < end:
            count += 1
            act(count)
            db.session.commit()
        queue.put((count, time.process_time() - began))
        db.engine.dispose()


def say_nothing(*_: object, **__: object) -> Any:
    """What the journal is measured against: the operation is content, nothing is written."""
    db.session.info["journalled"] = db.session.info.get("journalled", 0) + 1


def mark(seat: tuple[int, int, int]) -> Callable[[int], object]:
    marker, assessment_id, enrolment_id = seat
    actor = actor_of(db.session.get_one(Person, marker))

    def act(n: int) -> None:
        assessment = db.session.get_one(Assessment, assessment_id)
        enrolment = db.session.get_one(Enrolment, enrolment_id)
        enter_mark(actor, assessment, enrolment, value=Decimal(n % 100))

    return act


def row(seat: tuple[int, int, int]) -> Callable[[int], object]:
    def act(n: int) -> None:
        person = db.session.get_one(Person, seat[0])
        person.email = f"{n}@example.org"
        journal.record(SYSTEM, "test", person, about=person.id, value=n, was=n - 1)

    return act


DEEDS = {"mark": mark, "row": row}


def keep_sealing(app: Flask, seconds: float) -> None:
    """Once every second, which is oftener than the worker does."""
    with app.app_context():
        sealer, end = sealing.Sealer(), time.monotonic() + seconds
        while time.monotonic() < end:
            sealer.seal()
            time.sleep(1)
        db.engine.dispose()


def tell(
    measured: dict[tuple[str, str], list[tuple[float, float]]], writers: int, rounds: int
) -> None:
    click.echo(f"{writers} writers, PostgreSQL, median of {rounds} rounds")
    click.echo("| deed | journal | transactions/s | lowest | highest | share | CPU ms |")
    click.echo("|---|---|---|---|---|---|---|")
    for (deed, way), told in sorted(measured.items()):
        rates = [rate for rate, _ in told]
        # each round against the same round without: what else the machine does hits both
        base = [rate for rate, _ in measured[deed, "without"]]
        share = statistics.median(one / two for one, two in zip(rates, base, strict=True))
        cpu = statistics.median(spent for _, spent in told)
        click.echo(
            f"| {deed} | {way} | {statistics.median(rates):.0f} | {min(rates):.0f} "
            f"| {max(rates):.0f} | {share:.0%} | {cpu:.2f} |"
        )


def verify(entries: int) -> None:
    person = db.session.scalars(sa.select(Person).limit(1)).one()
    there = db.session.scalar(sa.select(sa.func.count(journal.JournalEntry.id))) or 0
    for first in range(there, entries, 1000):
        facts: list[tuple[Base, int | None, dict[str, object]]] = [
            (person, person.id, {"value": n}) for n in range(first, min(first + 1000, entries))
        ]
        journal.record_all(SYSTEM, "test", facts)
        db.session.commit()
    began = time.perf_counter()
    sealed = sealing.seal_everything()
    middle = time.perf_counter()
    report = auditing.verify()
    click.echo(f"sealing {sealed} entries: {middle - began:.1f} s")
    click.echo(
        f"verifying {report.entries} entries under {report.seals} seals: "
        f"{time.perf_counter() - middle:.1f} s, whole: {report.is_whole}"
    )


if __name__ == "__main__":
    main()
