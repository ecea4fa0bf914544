"""What it costs to bring in 100,000 official results: `python -m bench.results [--postgresql]`.

The sheet is made here, as a workbook of one paper a row, with some faults among them. It goes the
way of the pages: uploaded, checked by the worker, imported by the worker, where the import is cut
off half-way and goes on; then the same sheet again, which must change nothing; then the whole year
is judged anew, and once more with a regional line that came late.
"""

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random

import click
import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade
from xlsxwriter import Workbook

from bench.memory import peak
from bench.roster import GIVEN, NAMES, id_number, work
from college.core.db import db
from college.core.roles import SYSTEM
from college.exams.cycles.data import INNER_MONGOLIA
from college.exams.cycles.models import ExamCycle
from college.exams.cycles.operations import adopt_cycles
from college.exams.cycles.queries import cycle_of
from college.exams.pass_rules.data import LineData
from college.exams.pass_rules.operations import adopt_rules
from college.exams.rejudgings.models import Rejudging
from college.exams.rejudgings.operations import order_rejudging, publish_line
from college.exams.rejudgings.queries import REJUDGE
from college.exams.results import files
from college.exams.results.jobs import record_next
from college.exams.results.models import Result, ResultImport
from college.exams.results.operations import record_results
from college.exams.results.queries import CHECK, RECORD
from college.exams.results.uploading import take_in
from college.factory import create_app
from college.people.persons.operations import NewPerson, record_persons
from college.people.qualifications.models import Level, Qualification
from config import Settings
from tests.databases import fresh_postgres_database, postgres_server
from tests.races.together import apart

HEADINGS = ["姓名", "证件号码", "级别", "考试年度", "科目", "成绩", "合格标志", "报考地"]
PAPERS = {
    "初级": ["综合能力", "实务"],
    "中级": ["综合能力", "实务", "法规与政策"],
}
PLACES = ["通辽市科尔沁区", "通辽市库伦旗", "通辽市奈曼旗", "通辽市开鲁县"]
YEAR = 2025
PUBLISHED_ON = date(YEAR, 7, 28)
LIMITS = {"SQLite": 180, "PostgreSQL": 240}  # seconds
MEMORY = 400  # MiB
FAULTS = [
    ("成绩", "score_not_half", "61.3"),
    ("成绩", "score_out_of_range", "160"),
    ("成绩", "status_unknown", "优秀"),
    ("级别", "level_unknown", "特级"),
    ("证件号码", "person_unknown", id_number(9_999_999)),
]
COLUMNS = (
    "turn, upload s, check s, import s, all s, at most, CPU s, new, same, refused, awarded, faults"
)
HEAD = f"| {' | '.join(COLUMNS.split(', '))} |\n{'|---' * len(COLUMNS.split(', '))}|"
Row = dict[str, str]


def rows(count: int, faults: int) -> tuple[list[Row], dict[str, str], Counter[str]]:
    """The rows of a sheet, the people in it by number, and the reasons of the refusals."""
    chance, made, people = Random(7), list[Row](), dict[str, str]()
    while len(made) < count:
        n = len(people)
        number = id_number(n)
        people[number] = chance.choice(NAMES) + chance.choice(GIVEN) + chance.choice(GIVEN)
        level = "中级" if n % 2 else "初级"
        for subject in PAPERS[level]:
            mark = chance.choice(["缺考"] + [f"{half / 2:g}" for half in range(90, 150)])
            cells = [people[number], number, level, str(YEAR), subject, mark, "", PLACES[n % 4]]
            made.append(dict(zip(HEADINGS, cells, strict=True)))
    del made[count:]
    expected = Counter[str]()
    for turn, n in enumerate(chance.sample(range(len(made)), faults)):
        column, code, wrong = FAULTS[turn % len(FAULTS)]
        made[n][column] = wrong
        expected[code] += 1
    return made, people, expected


def workbook(made: list[Row], path: Path) -> None:
    with Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADINGS)
        for line, row in enumerate(made, start=1):
            for column, heading in enumerate(HEADINGS):
                sheet.write_string(line, column, row[heading])


@click.command()
@click.option("--rows", "count", default=100_000, show_default=True)
@click.option("--faults", default=500, show_default=True)
@click.option("--postgresql", "is_postgres", is_flag=True)
def main(count: int, faults: int, is_postgres: bool) -> None:
    engine = "PostgreSQL" if is_postgres else "SQLite"
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        url = ""
        if is_postgres:
            server = stack.enter_context(postgres_server(folder))
            url = stack.enter_context(fresh_postgres_database(server))
        settings = Settings(environment="test", instance=folder, database_url=url)
        path = folder / "成绩.xlsx"
        # apart, so that what making it takes is not counted as the import's
        people, expected = apart(lambda: made_ready(settings, path, count, faults))
        app = create_app(settings)
        click.echo(f"{count} rows of {people} people, {faults} faults; {engine}\n{HEAD}")
        with peak() as most:
            for turn in ("first, cut off half-way", "again"):
                click.echo(through(app, path, expected, turn, LIMITS[engine]))
        click.echo("| judged anew | s | CPU s | persons | changed | qualifications |")
        click.echo("|---" * 6 + "|")
        click.echo(judged(app, "the whole year", lambda: order_rejudging(SYSTEM, cycle())))
        click.echo(judged(app, "a late line", lambda: publish_line(SYSTEM, late())[0]))
        mark = "✓" if most.mib <= MEMORY else "✗"
        click.echo(
            f"on record: {counted(app)}; most memory of the imports, the reader of their sheet "
            f"included, {most.mib:.0f} MiB {mark} (at most {MEMORY})"
        )


def made_ready(settings: Settings, path: Path, count: int, faults: int) -> tuple[int, Counter[str]]:
    """Write the sheet and record its people: how many they are, and the refusals to come."""
    made, people, expected = rows(count, faults)
    workbook(made, path)
    with create_app(settings).app_context():
        upgrade()
        adopt_rules(SYSTEM)
        adopt_cycles(SYSTEM)
        db.session.commit()
        known = list(people.items())
        for start in range(0, len(known), 500):
            part = known[start : start + 500]
            record_persons(SYSTEM, [NewPerson(full_name=name, id_number=n) for n, name in part])
            db.session.commit()
            db.session.expunge_all()
    return len(people), expected


def cycle() -> ExamCycle:
    found = cycle_of(YEAR, INNER_MONGOLIA)
    assert found is not None
    return found


def late() -> LineData:
    return LineData(
        year=YEAR,
        level=Level.SOCIAL_WORKER,
        line=Decimal(57),
        region="开鲁县",
        published_on=date(YEAR, 9, 12),
        citation="通知",
    )


def through(app: Flask, path: Path, expected: Counter[str], turn: str, limit: int) -> str:
    times, cpu = [], time.process_time()
    with app.app_context():
        began = time.perf_counter()
        content = path.read_bytes()
        import_id = take_in(SYSTEM, cycle(), content, path.name, published_on=PUBLISHED_ON).id
        db.session.commit()
        times.append(time.perf_counter() - began)
        began = time.perf_counter()
        work(CHECK, import_id)
        times.append(time.perf_counter() - began)
        began = time.perf_counter()
        record_results(SYSTEM, db.session.get_one(ResultImport, import_id))
        db.session.commit()
        cut_off_half_way(import_id)
        work(RECORD, import_id)
        times.append(time.perf_counter() - began)
        made = db.session.get_one(ResultImport, import_id)
        found = Counter(cell.reason.code for cell in files.refused_in(made.check_sha256))
        told = "all found" if found == expected else f"{found} for {expected}"
        took = " | ".join(f"{each:.1f}" for each in times)
        total, spent = sum(times), time.process_time() - cpu
        mark = "✓" if total <= limit else "✗"
        counts = (made.rows_new, made.rows_unchanged, made.rows_refused, made.qualifications_new)
        return (
            f"| {turn} | {took} | {total:.1f} {mark} | {limit} | {spent:.1f} | "
            f"{' | '.join(map(str, counts))} | {told} |"
        )


def cut_off_half_way(import_id: int) -> None:
    """Take the first steps as a worker that then dies: its lease and what it read are gone."""
    for _ in range(20):
        record_next(import_id)
    db.session.remove()


def judged(app: Flask, turn: str, order: Callable[[], Rejudging]) -> str:
    cpu, began = time.process_time(), time.perf_counter()
    with app.app_context():
        row_id = order().id
        db.session.commit()
        work(REJUDGE, row_id)
        row = db.session.get_one(Rejudging, row_id)
        counts = (row.persons_done, row.results_changed, row.qualifications_new)
        took, spent = time.perf_counter() - began, time.process_time() - cpu
        return f"| {turn} | {took:.1f} | {spent:.1f} | {' | '.join(map(str, counts))} |"


def counted(app: Flask) -> str:
    with app.app_context():
        results = db.session.scalar(sa.select(sa.func.count(Result.id)))
        held = db.session.scalar(sa.select(sa.func.count(Qualification.id)))
        return f"{results} results, {held} qualifications"


if __name__ == "__main__":
    sys.exit(main())
