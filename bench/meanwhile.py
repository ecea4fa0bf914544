"""What readers wait while a roster of 50,000 comes in: `python -m bench.meanwhile [--sqlite]`.

Served as in production. The worker checks the sheet and takes it in by itself; pages are asked for
before and all the while, one after the other with a rest between, as people read.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import click
from flask import Flask

from bench import crowd, roster
from bench.pages import Page, pages_of, prepared, production, warm
from bench.serving import Reader, served
from college.core import jobs
from college.core.db import db
from college.core.jobs import JobState
from college.core.roles import SYSTEM
from college.people.roster.models import RosterImport
from college.people.roster.operations import import_roster
from college.people.roster.queries import CHECK, RECORD
from college.people.roster.uploading import take_in
from college.stations.units.models import UnitKind
from college.stations.units.operations import NewUnit, open_unit

PAGES = ("/me of a trainee", "the catalogue", "a class, for a trainee")
REST = 0.05  # seconds that a reader looks at a page
BEFORE = 150  # requests of each page
TIMES = 2  # at most so many times the usual


@click.command()
@click.option("--rows", "count", default=50_000, show_default=True)
@click.option("--sqlite", "is_sqlite", is_flag=True)
def main(count: int, is_sqlite: bool) -> None:
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        settings = production(folder, stack, processes=2, is_sqlite=is_sqlite)
        app, college = prepared(settings, 2000, 200)
        made, _ = roster.rows(count, count // 50)
        roster.workbook(made, folder / "花名册.xlsx")
        open_stations(app)
        pages = [page for page in pages_of(college) if page.name in PAGES]
        cookies = crowd.sign_in_cookies(app, [p.reader for p in pages if p.reader is not None])
        here = stack.enter_context(served(settings))
        warm(here, pages, cookies)
        readers = {
            page: stack.enter_context(Reader(here.port, cookies[page.reader or 0]))
            for page in pages
        }
        rounds = iter(range(BEFORE))
        usual = {page: list[float]() for page in pages}
        read(readers, usual, lambda: next(rounds, None) is None)
        busy = {page: list[float]() for page in pages}
        began = time.perf_counter()
        row_id = upload(app, folder / "花名册.xlsx")
        read(readers, busy, lambda: is_over(app, CHECK, row_id))
        say_yes(app, row_id)
        read(readers, busy, lambda: is_over(app, RECORD, row_id))
        took = time.perf_counter() - began
        click.echo(f"{count} rows in {took:.0f} s; {'SQLite' if is_sqlite else 'PostgreSQL'}")
        click.echo("| page | usual median ms | p95 | meanwhile median ms | p95 | times |")
        click.echo("|---" * 6 + "|")
        for page in pages:
            before, now = p95(usual[page]), p95(busy[page])
            mark = "✓" if now <= TIMES * before else "✗"
            medians = (1000 * statistics.median(each[page]) for each in (usual, busy))
            first, second = medians
            click.echo(
                f"| {page.name} | {first:.0f} | {before:.0f} | {second:.0f} | {now:.0f} | "
                f"{now / before:.1f} {mark} (at most {TIMES}) |"
            )


def open_stations(app: Flask) -> None:
    with app.app_context():
        for n in range(roster.STATIONS):
            open_unit(SYSTEM, NewUnit(name=f"第{n}社工站", kind=UnitKind.STATION))
        db.session.commit()


def read(
    readers: dict[Page, Reader], taken: dict[Page, list[float]], is_over: Callable[[], bool]
) -> None:
    """Ask for one page after the other until it is over; seconds of each go to `taken`."""
    while not is_over():
        for page, reader in readers.items():
            began = time.perf_counter()
            answer = reader.get(page.path)
            taken[page].append(time.perf_counter() - began)
            assert answer.status == 200, (page.path, answer.status)
            time.sleep(REST)


def upload(app: Flask, path: Path) -> int:
    with app.app_context():
        row = take_in(SYSTEM, path.read_bytes(), path.name)
        db.session.commit()
        return row.id


def say_yes(app: Flask, row_id: int) -> None:
    with app.app_context():
        import_roster(SYSTEM, db.session.get_one(RosterImport, row_id))
        db.session.commit()


def is_over(app: Flask, kind: str, row_id: int) -> bool:
    with app.app_context():
        job = jobs.latest(kind, row_id)
        assert job is not None
        assert job.state is not JobState.FAILED, job.error
        return job.state is JobState.DONE


def p95(seconds: list[float]) -> float:
    return 1000 * sorted(seconds)[int(len(seconds) * 0.95)]


if __name__ == "__main__":
    sys.exit(main())
