"""Throughput with and without the journal, on PostgreSQL: `python -m bench.journal`.

Writers are processes; each transaction changes one row and records one entry about its person, as
a mark or an attendance does. Three ways take turns, round after round, in one run: no journal, the
journal, the journal with the sealer at work. Then the sealed entries are verified.
"""

import multiprocessing
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade

from college.core import auditing, journal, sealing
from college.core.db import db
from college.core.roles import SYSTEM
from college.factory import create_app
from college.people.persons.models import Person
from college.people.persons.operations import NewPerson, record_persons
from config import Settings
from tests.databases import fresh_postgres_database, postgres_server

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
        people = prepare(app, writers)
        measured: dict[str, list[float]] = {way: [] for way in WAYS}
        for n in range(rounds):
            for way in WAYS[n % 3 :] + WAYS[: n % 3]:
                measured[way].append(measure(app, people, way, seconds))
        tell(measured, writers)
        with app.app_context():
            verify(entries)
            db.engine.dispose()


def prepare(app: Flask, writers: int) -> list[int]:
    with app.app_context():
        upgrade()
        new = [NewPerson(full_name=f"学员{n}") for n in range(writers)]
        people = [person.id for person in record_persons(SYSTEM, new)]
        db.session.commit()
        sealing.seal_everything()
        db.session.remove()
        db.engine.dispose()  # a connection must not be shared with a child
    return people


def measure(app: Flask, people: list[int], way: str, seconds: float) -> float:
    """Transactions a second of all writers together."""
    start, queue = FORK.Barrier(len(people) + 1), FORK.Queue()
    arguments = [(app, person, way, seconds, start, queue) for person in people]
    writers = [FORK.Process(target=write, args=each) for each in arguments]
    for writer in writers:
        writer.start()
    start.wait(60)
    sealer = FORK.Process(target=keep_sealing, args=(app, seconds)) if way == "sealed" else None
    if sealer:
        sealer.start()
    done = sum(queue.get() for _ in writers)
    for child in [*writers, *([sealer] if sealer else [])]:
        child.join()
    return done / seconds


def write(app: Flask, person_id: int, way: str, seconds: float, start: Any, queue: Any) -> None:
    with app.app_context():
        person = db.session.get_one(Person, person_id)
        db.session.commit()
        start.wait(60)
        end, count = time.monotonic() + seconds, 0
        while time.monotonic() < end:
            person = db.session.get_one(Person, person_id)
            person.email = f"{count}@example.org"
            if way != "without":
                journal.record(SYSTEM, "test", person, about=person_id, value=count, was=count - 1)
            db.session.commit()
            count += 1
        queue.put(count)
        db.engine.dispose()


def keep_sealing(app: Flask, seconds: float) -> None:
    """Once every second, which is oftener than the worker does."""
    with app.app_context():
        sealer, end = sealing.Sealer(), time.monotonic() + seconds
        while time.monotonic() < end:
            sealer.seal()
            time.sleep(1)
        db.engine.dispose()


def tell(measured: dict[str, list[float]], writers: int) -> None:
    base = statistics.median(measured["without"])
    click.echo(f"{writers} writers, PostgreSQL, median of {len(measured['without'])} rounds")
    click.echo("| journal | transactions/s | lowest | highest | share |\n|---|---|---|---|---|")
    for way, rates in measured.items():
        middle = statistics.median(rates)
        click.echo(
            f"| {way} | {middle:.0f} | {min(rates):.0f} | {max(rates):.0f} | {middle / base:.0%} |"
        )


def verify(entries: int) -> None:
    person = db.session.scalars(sa.select(Person).limit(1)).one()
    there = db.session.scalar(sa.select(sa.func.count(journal.JournalEntry.id))) or 0
    for first in range(there, entries, 1000):
        facts = [
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
