"""What it costs to take a seat: `python -m bench.enrol`.

Served as in production (bench/serving.py). People who opened the page of a class press its button,
four at a time; each is a whole request with its checks, its journal entry and its one-time key.
Half of the classes are full before the end, so that the waiting list is measured too. On two cores
Moodle 5.1 takes 18 ms of CPU and does 104 a second, Indico 3.3 90 ms and 21.
"""

import re
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import click
import sqlalchemy as sa
from flask import Flask

from bench import crowd
from bench.pages import prepared, production
from bench.serving import Reader, Served, cookie_after, costing, served
from college.core.db import db
from college.core.roles import SYSTEM
from college.courses.enrolments.models import SEATED, Enrolment, EnrolmentState
from college.courses.runs.models import CourseRun
from college.people.persons.operations import NewPerson, record_persons
from tests.factories.courses import make_run

CONNECTIONS = 4
TARGETS = {"PostgreSQL": (12, 110), "SQLite": (10, 0)}  # ms of CPU, enrolments a second
HIDDEN = re.compile(rb'name="(csrf_token|once|seen)" value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Press:
    """One form as its page gave it."""

    cookie: str
    path: str
    body: str


@click.command()
@click.option("--people", default=400, show_default=True, help="Who press, in each round.")
@click.option("--rounds", default=4, show_default=True, help="The first one warms up.")
@click.option("--processes", default=2, show_default=True, help="Of gunicorn, on PostgreSQL.")
@click.option("--sqlite", "is_sqlite", is_flag=True, help="On SQLite, without Redis.")
def main(people: int, rounds: int, processes: int, is_sqlite: bool) -> None:
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        settings = production(Path(name), stack, processes=processes, is_sqlite=is_sqlite)
        app, _ = prepared(settings, 2 * people, 60)
        cookies = trainees(app, people)
        here = stack.enter_context(served(settings))
        engine = "SQLite" if is_sqlite else "PostgreSQL"
        click.echo(f"{people} people a round, {CONNECTIONS} at a time; {engine}\n{HEAD}")
        for n in range(rounds):
            runs = classes(app, n, people)
            forms = opened(here, cookies, runs)
            click.echo(measure(here, forms, TARGETS[engine], is_warm=n > 0))
            check(app, runs, people)


HEAD = (
    "| round | CPU ms | target | server | database | a second | target | median ms | p95 |\n"
    "|---|---|---|---|---|---|---|---|---|"
)


def trainees(app: Flask, count: int) -> list[str]:
    """The cookies of so many new people; of the demo's nobody may sign in where it is real."""
    with app.app_context():
        new = [NewPerson(full_name=f"学员{n}") for n in range(count)]
        ids = [person.id for person in record_persons(SYSTEM, new)]
        db.session.commit()
    crowd.open_accounts(app, ids)
    return list(crowd.sign_in_cookies(app, ids).values())


def classes(app: Flask, n: int, people: int) -> list[int]:
    """Two open classes of their own for each round: one with a seat for all, one for a few."""
    with app.app_context():
        made = [make_run(code=f"BM-E{n}-{seats}", seats=seats) for seats in (people, people // 8)]
        db.session.commit()
        return [run.id for run in made]


def opened(here: Served, cookies: list[str], runs: list[int]) -> list[Press]:
    """The page of a class, opened by each: every second one comes to the small class."""
    forms = []
    for n, cookie in enumerate(cookies):
        path = f"/courses/runs/{runs[n % len(runs)]}"
        with Reader(here.port, cookie) as reader:
            answer = reader.get(path)
        assert answer.status == 200, answer.status
        start = answer.body.index(f'action="{path}/enrolments/new"'.encode())
        form = answer.body[start : answer.body.index(b"</form>", start)]
        fields = [(name.decode(), value.decode()) for name, value in HIDDEN.findall(form)]
        forms.append(Press(cookie_after(answer), f"{path}/enrolments/new", urlencode(fields)))
    return forms


def measure(here: Served, forms: list[Press], target: tuple[int, int], *, is_warm: bool) -> str:
    taken: list[float] = []

    def press(part: list[Press]) -> None:
        with Reader(here.port) as reader:
            for form in part:
                reader.headers = {"Cookie": form.cookie}
                began = time.perf_counter()
                answer = reader.post(form.path, form.body)
                taken.append(time.perf_counter() - began)
                assert answer.status == 302, (answer.status, answer.body[-400:])

    began = time.perf_counter()
    with costing(here, taken) as cost, ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(press, (forms[n::CONNECTIONS] for n in range(CONNECTIONS))))
    c, rate = cost[0], len(forms) / (time.perf_counter() - began)
    return (
        f"| {'warm' if is_warm else 'cold'} | {c.cpu:.1f} {'✓' if c.cpu <= target[0] else '✗'} | "
        f"{target[0]} | {c.server:.1f} | {c.database:.1f} | "
        f"{rate:.0f} {'✓' if rate >= target[1] else '✗'} | {target[1] or '–'} | "
        f"{c.median:.1f} | {c.p95:.1f} |"
    )


def check(app: Flask, runs: list[int], people: int) -> None:
    """Nobody is lost, no seat is sold twice."""
    with app.app_context():
        for run_id in runs:
            of = Enrolment.run_id == run_id
            seated = db.session.scalar(
                sa.select(sa.func.count()).where(of, Enrolment.state.in_(SEATED))
            )
            waiting = list(
                db.session.scalars(
                    sa.select(Enrolment.queue_no)
                    .where(of, Enrolment.state == EnrolmentState.WAITING)
                    .order_by(Enrolment.queue_no)
                )
            )
            seats = db.session.get_one(CourseRun, run_id).seats
            assert seated == min(seats, people // 2), (seated, seats)
            assert waiting == list(range(1, people // 2 - (seated or 0) + 1))


if __name__ == "__main__":
    sys.exit(main())
