"""What the pages of figures take in a nation: `python -m bench.national [--sqlite]`.

The people of `bench/nation.py` in growing sizes, so that one sees what grows with them. Served as
in production (bench/serving.py); each page is asked for again and again over one connection. Then
the worker's code judges a whole exam year anew.
"""

import resource
import shutil
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import click
from flask import Flask
from flask_migrate import upgrade

from bench import crowd, nation
from bench.nation import FIRST_YEAR, YEARS, Nation
from bench.pages import production
from bench.serving import Cost, Reader, Served, _database_of, costing, served
from college.core import jobs
from college.core.db import db
from college.core.roles import SYSTEM
from college.exams.cycles.queries import cycle_of
from college.exams.rejudgings.models import Rejudging
from college.exams.rejudgings.operations import order_rejudging
from college.exams.rejudgings.queries import REJUDGE
from college.factory import create_app
from college.reports import keeping
from config import Settings

SIZES = 10_000, 100_000, 2_000_000
FIGURES, STATION, ON_SQLITE, JUDGE = 300, 100, 200, 600  # ms, ms, ms, seconds
ROOM = 12_000  # bytes of disk for a person: rows, indices, the write-ahead log


@dataclass(frozen=True, slots=True)
class Page:
    name: str
    path: str
    reader: int
    target: int | None  # ms; None: it grows with the people of the unit, and is only told


def pages_of(n: Nation, *, is_sqlite: bool) -> list[Page]:
    figures, station = (ON_SQLITE, ON_SQLITE) if is_sqlite else (FIGURES, STATION)
    year = FIRST_YEAR + YEARS - 2
    return [
        Page("the department's figures", "/reports/figures", n.department, figures),
        Page("the same, for an administrator", "/reports/figures", n.administrator, figures),
        Page("as of a day", f"/reports/figures?as-of={year}-10-10", n.department, figures),
        Page("exams", "/reports/exams", n.department, figures),
        Page("holders", "/reports/holders", n.department, figures),
        Page("the same, with targets", "/reports/holders", n.administrator, figures),
        Page("holders of a province", f"/reports/holders?unit={n.province}", n.administrator, None),
        Page("register", "/register/holders", n.administrator, figures),
        Page("register, to be checked", "/register/holders?check=open", n.administrator, figures),
        Page("a station", f"/people/units/{n.station}", n.administrator, station),
        Page("a station, for its manager", f"/people/units/{n.station}", n.manager, station),
        Page("/me of its manager", "/me", n.manager, station),
        Page("/admin", "/admin", n.administrator, figures),
    ]


@click.command()
@click.option("--people", "sizes", multiple=True, type=int, help="A size; may be given again.")
@click.option("--requests", default=40, show_default=True, help="Of each page.")
@click.option("--sqlite", "is_sqlite", is_flag=True)
@click.option("--judge/--no-judge", "judges", default=True, show_default=True)
@click.option("--keep", type=click.Path(path_type=Path), help="Leave the data in this folder.")
@click.option("--only", default="", help="Pages whose path holds this.")
def main(
    sizes: tuple[int, ...],
    requests: int,
    is_sqlite: bool,
    judges: bool,
    keep: Path | None,
    only: str,
) -> None:
    chosen = sizes or (SIZES[:2] if is_sqlite else SIZES)
    for people in chosen:
        with ExitStack() as stack:
            if keep is None:
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            else:
                folder = keep
                folder.mkdir()
            needed = people * ROOM
            if shutil.disk_usage(folder).free < needed:
                raise SystemExit(f"{people} people need {needed / 2**30:.0f} GiB in {folder}")
            settings = production(folder, stack, processes=2, is_sqlite=is_sqlite)
            app = create_app(settings.model_copy(update={"environment": "test"}))
            measure(app, settings, people, requests, judges, only)


def measure(
    app: Flask, settings: Settings, people: int, requests: int, judges: bool, only: str
) -> None:
    began = time.perf_counter()
    with app.app_context():
        upgrade()
        made = nation.build(people, lambda line: click.echo(f"  {line}", err=True))
        counted = ", ".join(f"{n:,} of {name}" for name, n in made.counted.items())
        click.echo(f"\n## {people:,} people on {db.engine.dialect.name}\n\n{counted}")
    click.echo(f"made in {time.perf_counter() - began:.0f} s")
    click.echo(counted_anew(app, settings) + "\n")
    is_sqlite = not settings.database.startswith("postgresql")
    pages = [p for p in pages_of(made, is_sqlite=is_sqlite) if only in p.path]
    cookies = crowd.sign_in_cookies(app, sorted({page.reader for page in pages}))
    click.echo("| page | p95 ms | at most | median ms | CPU ms, web | database | KiB |")
    click.echo("|---|---|---|---|---|---|---|")
    with served(settings) as here:
        for page in pages:
            found = asked(here, page, cookies[page.reader], requests)
            at_most = page.target or "–"
            if found is None:
                click.echo(f"| {page.name} | the database gave up ✗ | {at_most} | | | | |")
                continue
            cost, size = found
            kept = "" if page.target is None else "✓" if cost.p95 <= page.target else "✗"
            click.echo(
                f"| {page.name} | {cost.p95:.0f} {kept} | {at_most} | {cost.median:.0f} | "
                f"{cost.server:.0f} | {cost.database:.0f} | {size / 1024:.0f} |"
            )
    if judges:
        click.echo(judged(app, settings))


def asked(here: Served, page: Page, cookie: str, requests: int) -> tuple[Cost, int] | None:
    """Ten times unmeasured first, in both processes; a page that takes seconds fewer times.

    None for one that takes longer than a request waits for the database.
    """
    taken: list[float] = []
    with Reader(here.port, cookie) as reader:
        began = time.perf_counter()
        answer = reader.get(page.path)
        if answer.status == 503:
            return None
        assert answer.status == 200, (page.path, answer.status)
        is_slow = time.perf_counter() - began > 2
        for _ in range(1 if is_slow else 10):
            reader.get(page.path)
        with costing(here, taken) as cost:
            for _ in range(5 if is_slow else requests):
                began = time.perf_counter()
                answer = reader.get(page.path)
                taken.append(time.perf_counter() - began)
    return cost[0], len(answer.body)


def counted_anew(app: Flask, settings: Settings) -> str:
    """All portions counted, as the worker does after an upgrade."""
    database = _database_of(settings)
    before = database.cpu() if database else 0.0
    cpu, began, done = time.process_time(), time.perf_counter(), 0
    with app.app_context():
        while more := keeping.keep_due():
            done += more
        db.session.remove()
    theirs = (database.cpu() if database else 0.0) - before
    return (
        f"{done:,} portions counted in {time.perf_counter() - began:.0f} s, "
        f"CPU {time.process_time() - cpu:.0f} s, of the database {theirs:.0f}"
    )


def judged(app: Flask, settings: Settings) -> str:
    """All results of the last exam year judged anew, with nothing changed, by one worker."""
    database = _database_of(settings)
    before = database.cpu() if database else 0.0
    cpu, began = time.process_time(), time.perf_counter()
    with app.app_context():
        cycle = cycle_of(FIRST_YEAR + YEARS - 1, nation.PROVINCE)
        assert cycle is not None
        row_id = order_rejudging(SYSTEM, cycle).id
        db.session.commit()
        job = jobs.latest(REJUDGE, row_id)
        assert job is not None
        jobs.work_on(job.id, "bench")
        db.session.remove()
        row = db.session.get_one(Rejudging, row_id)
        assert row.finished_at is not None
        took, spent = time.perf_counter() - began, time.process_time() - cpu
        theirs = (database.cpu() if database else 0.0) - before
        kept = "✓" if took <= JUDGE else "✗"
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return (
            f"\na whole exam year judged anew: {row.persons_done:,} candidates in {took:.0f} s "
            f"{kept} (at most {JUDGE}), CPU {spent:.0f} s, of the database {theirs:.0f}; "
            f"{row.results_changed} results changed; most memory {own:.0f} MiB"
        )


if __name__ == "__main__":
    main()
