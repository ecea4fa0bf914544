"""What the pages cost in a college of 2,000 people and 200 classes: `python -m bench.pages`.

Served as in production (bench/serving.py). Each page is asked for again and again over one
connection for its cost, then by wrk over four for its rate. Beside each figure stands its target,
and what Moodle 5.1 and Indico 3.3 take for the same on two cores with the same amount of data.
"""

import subprocess
import sys
import tempfile
import time
from base64 import urlsafe_b64encode
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from secrets import token_bytes, token_urlsafe
from typing import Any
from urllib.parse import urlencode

import click
import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade

from bench import crowd
from bench.crowd import PASSWORD, Crowd
from bench.serving import (
    ROOT,
    Cost,
    Reader,
    Served,
    costing,
    environment_of,
    served,
    throughput,
    token_on,
)
from college.factory import create_app
from config import Settings
from tests.databases import Redis, fresh_postgres_database, postgres_server

WARM = 30  # requests before the first that counts
PAGE, VERIFY, SIGN_IN, MEMORY, HTML = 15, 5, 15, 300, 100  # ms, ms, ms beside the hash, MiB, KiB


@dataclass(frozen=True, slots=True)
class Page:
    name: str
    path: str
    reader: int | None
    target: float
    moodle: float | None = None  # CPU ms of the peers' page of that kind
    indico: float | None = None


def pages_of(c: Crowd) -> list[Page]:
    run = f"/courses/runs/{c.run}"
    return [
        Page("/me of a trainee", "/me", c.trainee, PAGE, 93, 89),
        Page("a class, for a trainee", run, c.trainee, PAGE, 125),
        Page("a class, for its instructor", run, c.instructor, PAGE, 125),
        Page("the catalogue", "/courses", c.trainee, PAGE),
        Page("/me of an administrator", "/me", c.administrator, PAGE, 93, 89),
        Page("the dashboard /admin", "/admin", c.administrator, PAGE, 93, 89),
        Page("the department's figures", "/reports/figures", c.department, PAGE),
        Page("verify", f"/verify/{c.code}", None, VERIFY, 25),
    ]


@click.command()
@click.option("--people", default=2000, show_default=True)
@click.option("--runs", default=200, show_default=True)
@click.option("--requests", default=200, show_default=True, help="Of each page, for its cost.")
@click.option("--seconds", default=4, show_default=True, help="Of wrk on each page.")
@click.option("--processes", default=2, show_default=True, help="Of gunicorn.")
@click.option("--sqlite", "is_sqlite", is_flag=True, help="On SQLite, without Redis.")
@click.option("--inside", "is_inside", is_flag=True, help="The worker is one of gunicorn's.")
def main(
    people: int,
    runs: int,
    requests: int,
    seconds: int,
    processes: int,
    is_sqlite: bool,
    is_inside: bool,
) -> None:
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        settings = production(Path(name), stack, processes=processes, is_sqlite=is_sqlite)
        settings = settings.model_copy(update={"worker_inside": is_inside})
        app, college = prepared(settings, people, runs)
        pages = pages_of(college)
        cookies = crowd.sign_in_cookies(app, [p.reader for p in pages if p.reader is not None])
        here = stack.enter_context(served(settings))
        warm(here, pages, cookies)
        click.echo(f"{people} people, {runs} classes; {processes} web processes, one worker")
        click.echo(HEAD)
        for page in pages:
            cookie = cookies.get(page.reader or 0, "")
            cost, size = measured(here, page, cookie, requests)
            rate, generator = throughput(here, page.path, cookie, seconds)
            queries = count_queries(app, page.path, cookie)
            click.echo(row(page, cost, rate, size, queries))
        sign_ins = max(20, requests // 5)
        click.echo(sign_in_row(here, environment_of(settings), sign_ins))
        click.echo(f"\nwrk takes {generator:.2f} ms of CPU for a request")
        web, worker = here.web.pss(of_helpers=False), here.worker.pss(of_helpers=False)
        helpers = here.web.pss(of_helpers=True) + here.worker.pss(of_helpers=True)
        click.echo(
            f"memory (PSS): web {web:.0f} MiB, worker {worker:.0f} MiB, together {web + worker:.0f}"
            f" (at most {MEMORY}; Moodle 165–320, Indico 525–1,000); {helpers:.0f} more in"
            " the helpers that draw, which end after a minute of rest"
        )


def production(
    folder: Path, stack: ExitStack, *, processes: int, is_sqlite: bool = False
) -> Settings:
    """Settings as docs/deploy.md has them, over databases that end with the stack."""
    own: dict[str, Any] = {
        "environment": "production",
        "secret_key": token_urlsafe(48),
        "data_key": urlsafe_b64encode(token_bytes(32)).decode(),
        "instance": folder / "instance",
        "look_ups_per_minute": 10**9,  # all look-ups come from here
        "sign_in_tries_overall": 10**9,
    }
    own["instance"].mkdir()
    if not is_sqlite:
        (folder / "redis").mkdir()
        redis = Redis(folder / "redis")
        stack.callback(redis.kill)
        server = stack.enter_context(postgres_server(folder))
        url = stack.enter_context(fresh_postgres_database(server))
        own |= {"database_url": url, "queue_url": redis.url, "limits_url": redis.url}
    return Settings(processes=1 if is_sqlite else processes, **own)


def prepared(settings: Settings, people: int, runs: int) -> tuple[Flask, Crowd]:
    app = create_app(settings.model_copy(update={"environment": "test"}))
    with app.app_context():
        upgrade()
    college = crowd.build(app, people, runs)
    return app, college


HEAD = (
    "| page | CPU ms | target | server | database | median ms | p95 | requests/s | KiB | queries "
    "| Moodle | Indico |\n|---|---|---|---|---|---|---|---|---|---|---|---|"
)


def row(page: Page, cost: Cost, rate: float, size: int, queries: int) -> str:
    kept = "✓" if cost.cpu <= page.target else "✗"
    is_light = "" if size <= HTML * 1024 else " ✗"
    return (
        f"| {page.name} | {cost.cpu:.1f} {kept} | {page.target:g} | {cost.server:.1f} | "
        f"{cost.database:.1f} | {cost.median:.1f} | {cost.p95:.1f} | {rate:.0f} | "
        f"{size / 1024:.1f}{is_light} | {queries} | "
        f"{ratio(page.moodle, cost)} | {ratio(page.indico, cost)} |"
    )


def ratio(theirs: float | None, cost: Cost) -> str:
    return f"{theirs:g} ms, {theirs / cost.cpu:.1f}×" if theirs else "–"


def warm(here: Served, pages: list[Page], cookies: dict[int, str]) -> None:
    for page in pages:
        with Reader(here.port, cookies.get(page.reader or 0, "")) as reader:
            for _ in range(WARM):
                answer = reader.get(page.path)
                assert answer.status == 200, (page.path, answer.status)


def measured(here: Served, page: Page, cookie: str, requests: int) -> tuple[Cost, int]:
    taken: list[float] = []
    with Reader(here.port, cookie) as reader, costing(here, taken) as cost:
        for _ in range(requests):
            began = time.perf_counter()
            answer = reader.get(page.path)
            taken.append(time.perf_counter() - began)
            assert answer.status == 200
    return cost[0], len(answer.body)


def sign_in_row(here: Served, environment: dict[str, str], times: int) -> str:
    """The form is fetched before; what counts is the answer to its sending."""
    hash_ms = cost_of_a_hash(environment)
    taken: list[float] = []
    with Reader(here.port) as reader:
        forms = [sign_in_form(reader) for _ in range(WARM + times)]
        for form in forms[:WARM]:
            send(reader, form)
        with costing(here, taken) as cost:
            for form in forms[WARM:]:
                began = time.perf_counter()
                send(reader, form)
                taken.append(time.perf_counter() - began)
    target = hash_ms + SIGN_IN
    page = Page(f"sign-in (the hash alone {hash_ms:.0f} ms)", "", None, target, 74, 429)
    kept = "✓" if cost[0].cpu <= target else "✗"
    c = cost[0]
    return (
        f"| {page.name} | {c.cpu:.1f} {kept} | {target:.0f} | {c.server:.1f} | {c.database:.1f} | "
        f"{c.median:.1f} | {c.p95:.1f} | – | – | – | "
        f"{ratio(page.moodle, c)} | {ratio(page.indico, c)} |"
    )


def sign_in_form(reader: Reader) -> tuple[str, str]:
    """A form's cookie and what it sends."""
    reader.headers = {}
    answer = reader.get("/sign-in")
    sent = {"csrf_token": token_on(answer.body), "login": "bench-trainee", "password": PASSWORD}
    return answer.headers["Set-Cookie"].partition(";")[0], urlencode(sent)


def send(reader: Reader, form: tuple[str, str]) -> None:
    reader.headers = {"Cookie": form[0]}
    answer = reader.post("/sign-in", form[1])
    assert answer.status == 302, answer.status


HASHES = f"""
import time
from college.people.accounts.passwords import hashed, is_right
kept = hashed({PASSWORD!r})
began = time.process_time()
for _ in range(20):
    is_right({PASSWORD!r}, kept)
print(1000 * (time.process_time() - began) / 20)
"""


def cost_of_a_hash(environment: dict[str, str]) -> float:
    """In a process of the served ones' kind: how memory is given back tells on the hash too."""
    command = [sys.executable, "-c", HASHES]
    said = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)
    return float(said.stdout)


def count_queries(app: Flask, path: str, cookie: str) -> int:
    """Statements of the page, counted in a process of our own over the same rows."""
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    client, (name, _, value) = app.test_client(), cookie.partition("=")
    if name:
        client.set_cookie(name, value)
    assert client.get(path).status_code == 200
    sa.event.remove(sa.Engine, "before_cursor_execute", note)
    return len(seen)


if __name__ == "__main__":
    sys.exit(main())
