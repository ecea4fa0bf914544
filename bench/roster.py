"""What it costs to bring in a roster of 50,000 rows: `python -m bench.roster [--postgresql]`.

The sheet is made here: people of many stations, a thousand faults of twenty kinds among them, as a
workbook. It goes the way of the pages: uploaded, checked by the
worker, imported by the worker; then the same sheet again, which must change nothing.
"""

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random

import click
import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade
from xlsxwriter import Workbook

from bench.memory import peak
from college.core import jobs
from college.core.db import db
from college.core.roles import SYSTEM
from college.factory import create_app
from college.people.employment.models import Employment
from college.people.persons.identity import check_character
from college.people.persons.models import Person
from college.people.roster import files
from college.people.roster.models import RosterImport
from college.people.roster.operations import import_roster
from college.people.roster.queries import CHECK, RECORD
from college.people.roster.uploading import take_in
from college.stations.units.models import UnitKind
from college.stations.units.operations import NewUnit, open_unit
from config import Settings
from tests.databases import fresh_postgres_database, postgres_server
from tests.races.together import apart

HEADINGS = ["姓名", "证件号码", "手机号", "单位", "人员类别", "到岗日期"]
NAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英"
STATIONS = 200
LIMITS = {"SQLite": 90, "PostgreSQL": 120}  # seconds
MEMORY = 400  # MiB
# each makes one cell of a good row wrong; the column whose cell is named, and the reason's code
FAULTS = [
    ("姓名", "name_missing", lambda row, n: row.update(姓名="")),
    ("姓名", "name_missing", lambda row, n: row.update(姓名="　 ")),
    ("证件号码", "id_number_missing", lambda row, n: row.update(证件号码="")),
    ("证件号码", "id_number_as_number", lambda row, n: row.update(证件号码="1.50502E+17")),
    (
        "证件号码",
        "id_number_as_number",
        lambda row, n: row.update(证件号码=float(150502199001010000 + n)),
    ),
    (
        "证件号码",
        "id_number_wrong",
        lambda row, n: row.update(证件号码=row["证件号码"][:-1] + other(row["证件号码"][-1])),
    ),
    ("证件号码", "id_number_wrong", lambda row, n: row.update(证件号码=row["证件号码"][:15])),
    ("证件号码", "id_number_wrong", lambda row, n: row.update(证件号码="152301199013010011")),
    ("手机号", "phone_wrong", lambda row, n: row.update(手机号="1380013")),
    ("手机号", "phone_wrong", lambda row, n: row.update(手机号="无")),
    ("单位", "unit_missing", lambda row, n: row.update(单位="")),
    ("单位", "unit_unknown", lambda row, n: row.update(单位="第九百九十九站")),
    ("人员类别", "capacity_missing", lambda row, n: row.update(人员类别="")),
    ("人员类别", "capacity_unknown", lambda row, n: row.update(人员类别="大师")),
    ("到岗日期", "date_wrong", lambda row, n: row.update(到岗日期="2024-02-30")),
    ("到岗日期", "date_wrong", lambda row, n: row.update(到岗日期="去年三月")),
    ("到岗日期", "date_wrong", lambda row, n: row.update(到岗日期="03/01/24")),
    ("到岗日期", "date_to_come", lambda row, n: row.update(到岗日期="2204-03-01")),
    ("姓名", "cell_computed", lambda row, n: row.update(姓名='=A1&"王"')),
    ("证件号码", "person_twice", None),  # the row again with another phone: both are named
]
# what people write and what is right all the same
HABITS = [
    lambda row, n: row.update(姓名=f"  {row['姓名']}  "),
    lambda row, n: row.update(
        证件号码=row["证件号码"].translate({48 + d: 0xFF10 + d for d in range(10)})
    ),
    lambda row, n: row.update(证件号码=f"'{row['证件号码']}"),
    lambda row, n: row.update(
        手机号=f"+86 {row['手机号'][:3]}-{row['手机号'][3:7]}-{row['手机号'][7:]}"
    ),
    lambda row, n: row.update(到岗日期="2024年3月1日"),
    lambda row, n: row.update(到岗日期="2024.3.1"),
    lambda row, n: row.update(到岗日期=45352),
]
Expected = Counter[tuple[int, str, str]]


def other(check: str) -> str:
    """A check character that is not the right one, so that no other row's number comes of it."""
    return "0" if check != "0" else "1"


def id_number(n: int) -> str:
    first_17 = f"152301{1950 + n % 50}{1 + n // 50 % 12:02d}{1 + n // 600 % 28:02d}{n // 16800:03d}"
    return first_17 + check_character(first_17)


def rows(count: int, faults: int) -> tuple[list[dict[str, object]], Expected]:
    """The rows as typed, and the faults to be found: line, column, reason."""
    chance, made = Random(11), list[dict[str, object]]()
    expected: Expected = Counter()
    wrong = set(chance.sample(range(count - faults), faults))
    turn = 0
    for n in range(count):
        row: dict[str, object] = {
            "姓名": chance.choice(NAMES) + chance.choice(GIVEN) + chance.choice(GIVEN),
            "证件号码": id_number(n),
            "手机号": f"138{n:08d}",
            "单位": f"第{n % STATIONS}社工站",
            "人员类别": ("驻站社工", "社区工作者", "干部")[n % 3],
            "到岗日期": f"20{20 + n % 5}-0{1 + n % 9}-1{n % 9}",
        }
        line = len(made) + 3  # a title and the headings stand above
        if n in wrong:
            column, code, spoil = FAULTS[turn % len(FAULTS)]
            turn += 1
            if spoil is None:
                made.append(dict(row))
                expected[line, column, code] += 1
                row["手机号"], line = "13999999999", line + 1
            else:
                spoil(row, n)
            expected[line, column, code] += 1
        elif n % 11 == 0:
            HABITS[n // 11 % len(HABITS)](row, n)
        made.append(row)
    return made, expected


def workbook(made: list[dict[str, object]], path: Path) -> None:
    with Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, len(HEADINGS) - 1, "2024年社工站人员花名册")
        sheet.write_row(1, 0, HEADINGS)
        for line, row in enumerate(made, start=2):
            for column, heading in enumerate(HEADINGS):
                cell = row[heading]
                if isinstance(cell, int | float):
                    sheet.write_number(line, column, cell)
                elif str(cell).startswith("="):
                    sheet.write_formula(line, column, str(cell), value="王")
                else:
                    sheet.write_string(line, column, str(cell))


@click.command()
@click.option("--rows", "count", default=50_000, show_default=True)
@click.option("--faults", default=1_000, show_default=True)
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
        path = folder / "花名册.xlsx"
        # apart, so that what making it takes is not counted as the import's
        expected = apart(lambda: made_ready(settings, path, count, faults))
        app = create_app(settings)
        click.echo(f"{count} rows, {sum(expected.values())} bad cells; {engine}\n{HEAD}")
        with peak() as most:
            for turn in ("first", "again"):
                click.echo(through(app, path, expected, turn, LIMITS[engine]))
        mark = "✓" if most.mib <= MEMORY else "✗"
        click.echo(
            f"on record: {counted(app)}; most memory, the reader of the sheet included, "
            f"{most.mib:.0f} MiB {mark} (at most {MEMORY})"
        )


def made_ready(settings: Settings, path: Path, count: int, faults: int) -> Expected:
    """Write the sheet and open the stations: the bad cells to be found."""
    made, expected = rows(count, faults)
    workbook(made, path)
    with create_app(settings).app_context():
        upgrade()
        for n in range(STATIONS):
            open_unit(SYSTEM, NewUnit(name=f"第{n}社工站", kind=UnitKind.STATION))
        db.session.commit()
    return expected


COLUMNS = (
    "turn, upload s, check s, import s, all s, at most, CPU s, new, changed, same, refused, faults"
)
HEAD = f"| {' | '.join(COLUMNS.split(', '))} |\n{'|---' * len(COLUMNS.split(', '))}|"


def through(app: Flask, path: Path, expected: Expected, turn: str, limit: int) -> str:
    times, cpu = [], time.process_time()
    with app.app_context():
        for step in steps(path):
            began = time.perf_counter()
            made_id = step()
            times.append(time.perf_counter() - began)
        made = db.session.get_one(RosterImport, made_id)
        _, refused = files.shown_in(made.check_sha256)
        found = Counter((cell.line, cell.column, cell.reason.code) for cell in refused)
        missed, extra = list((expected - found).items())[:5], list((found - expected).items())[:5]
        told = f"missed {missed}, too many {extra}" if missed or extra else "all found"
        took = " | ".join(f"{each:.1f}" for each in times)
        total, spent = sum(times), time.process_time() - cpu
        mark = "✓" if total <= limit else "✗"
        fates = (made.rows_new, made.rows_changed, made.rows_unchanged, made.rows_refused)
        counts = " | ".join(map(str, fates))
        return (
            f"| {turn} | {took} | {total:.1f} {mark} | {limit} | {spent:.1f} | {counts} | {told} |"
        )


def steps(path: Path) -> Iterator:
    state = {}

    def upload() -> int:
        state["id"] = take_in(SYSTEM, path.read_bytes(), path.name).id
        db.session.commit()
        return state["id"]

    def check() -> int:
        work(CHECK, state["id"])
        return state["id"]

    def bring_in() -> int:
        import_roster(SYSTEM, db.session.get_one(RosterImport, state["id"]))
        db.session.commit()
        work(RECORD, state["id"])
        return state["id"]

    yield from (upload, check, bring_in)


def work(kind: str, row_id: int) -> None:
    job = jobs.latest(kind, row_id)
    assert job is not None
    jobs.work_on(job.id, "bench")
    db.session.remove()


def counted(app: Flask) -> str:
    with app.app_context():
        people = db.session.scalar(sa.select(sa.func.count(Person.id)))
        posts = db.session.scalar(sa.select(sa.func.count(Employment.id)))
        return f"{people} people, {posts} posts"


if __name__ == "__main__":
    sys.exit(main())
