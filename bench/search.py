"""How long a search among 100,000 people takes: `python -m bench.search [--sqlite]`.

Served as in production. Asked in turn, for each kind of word, by an administrator and by the
manager of one station; each question is another word, so that no cache answers.
"""

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

import click
import sqlalchemy as sa
from flask_migrate import upgrade
from sqlalchemy.dialects import postgresql, sqlite

from bench import crowd
from bench.pages import production
from bench.serving import Reader, Served, served
from college.core import clock, crypto
from college.core.db import db
from college.core.roles import SYSTEM, Actor, Grant, Role
from college.demo.names import GIVEN_NAMES, MONGOLIAN_NAMES, SURNAMES, id_number
from college.factory import create_app
from college.people.accounts.operations import open_account
from college.people.employment.models import Capacity, Employment
from college.people.persons.identity import IdType, masked_id_number, masked_phone
from college.people.persons.models import Person
from college.people.persons.names import initials, sort_key
from college.people.persons.queries import id_number_key, phone_key
from college.people.roles.operations import grant_role
from college.reports.persons.listing import Wanted, listed
from college.stations.units.models import Unit, UnitKind
from college.stations.units.operations import NewUnit, open_unit

HEAD = (
    "| words | reader | list p50 | p95 | CPU | search p50 | p95 | CPU |\n"
    "|---|---|---|---|---|---|---|---|"
)
STATIONS, PART, TARGET = 1000, 5000, 100  # ms
FIRST = 2_000_000  # of the numbers, which the demo does not reach


@click.command()
@click.option("--people", default=100_000, show_default=True)
@click.option("--questions", default=60, show_default=True, help="Of each kind, by each reader.")
@click.option("--sqlite", "is_sqlite", is_flag=True)
@click.option("--explain", is_flag=True, help="Print how the database finds them.")
def main(people: int, questions: int, is_sqlite: bool, explain: bool) -> None:
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        settings = production(Path(name), stack, processes=2, is_sqlite=is_sqlite)
        app = create_app(settings.model_copy(update={"environment": "test"}))
        with app.app_context():
            upgrade()
            readers = fill(people)
            if explain:
                explained(readers)
        cookies = crowd.sign_in_cookies(app, list(readers.values()))
        here = stack.enter_context(served(settings))
        click.echo(f"{people} people at {STATIONS} stations; ms, at most {TARGET}")
        click.echo(HEAD)
        for kind, words in kinds(questions).items():
            for reader, person in readers.items():
                with Reader(here.port, cookies[person]) as asking:
                    times = [
                        took(here, asking, path, words) for path in ("/people/persons", "/search")
                    ]
                cells = " | ".join(f"{p50:.0f} | {p95:.0f} | {cpu:.0f}" for p50, p95, cpu in times)
                click.echo(f"| {kind} | {reader} | {cells} |")


def took(here: Served, asking: Reader, path: str, words: list[str]) -> tuple[float, float, float]:
    """Median and 95th percentile, and what one question costs web and database in CPU time."""
    for _ in range(5):
        asking.get(path)
    spent, before = [], _cpu(here)
    for word in words:
        start = time.perf_counter()
        answer = asking.get(f"{path}?q={quote(word)}" if word else path)
        spent.append(1000 * (time.perf_counter() - start))
        # the way to a second factor is quick, and no answer
        assert answer.status == 200, f"{answer.status} {answer.headers.get('Location')}"
    cpu = 1000 * (_cpu(here) - before) / len(words)
    return statistics.median(spent), statistics.quantiles(spent, n=20)[-1], cpu


def _cpu(here: Served) -> float:
    return here.web.cpu() + (here.database.cpu() if here.database else 0)


def kinds(count: int) -> dict[str, list[str]]:
    """Words of each kind, none asked twice where there are so many."""
    chance = Random(5)
    syllables = sorted({part for name in GIVEN_NAMES for part in sort_key(name).split()})
    surnames = [sort_key(name) for name in SURNAMES]
    some: dict[str, Iterator[str]] = {
        "none: the whole list": ("" for _ in range(count)),
        "two characters": (_name(chance)[:2] for _ in range(count)),
        "two characters of given names": (_name(chance)[-2:] for _ in range(count)),
        "pinyin of a name": (
            chance.choice(surnames) + chance.choice(syllables) + chance.choice(syllables)
            for _ in range(count)
        ),
        "pinyin of a surname": (chance.choice(surnames) for _ in range(count)),
        "initials": ("".join(chance.choices("abcdfghjlmnqrstwxyz", k=3)) for _ in range(count)),
        "last four of a number": (f"{chance.randrange(10_000):04}" for _ in range(count)),
        "name and station": (
            f"{_name(chance)[:2]} 第{chance.randrange(STATIONS)}社" for _ in range(count)
        ),
        "nobody": (f"鬱{chance.randrange(10_000)}" for _ in range(count)),
    }
    return {kind: list(words) for kind, words in some.items()}


def _name(chance: Random) -> str:
    given = "".join(GIVEN_NAMES)
    if chance.random() < 0.2:
        return chance.choice(MONGOLIAN_NAMES)
    return chance.choice(SURNAMES) + "".join(chance.choices(given, k=chance.choice((1, 2, 2))))


def fill(people: int) -> dict[str, int]:
    """People in bulk, as the operations would have written them; returns the readers."""
    stations = _stations()
    chance, spelled = Random(3), dict[str, str]()
    known = id_range()
    for start in range(0, people, PART):
        rows = [
            _row(chance, number, spelled) for number in islice(known, min(PART, people - start))
        ]
        ids = db.session.scalars(sa.insert(Person).returning(Person.id), rows).all()
        posts = [
            {
                "person_id": person_id,
                "unit_id": chance.choice(stations),
                "capacity": Capacity.STATION_WORKER,
                "from_on": date(2024, 1, 1),
            }
            for person_id in ids
        ]
        db.session.execute(sa.insert(Employment), posts)
    db.session.commit()
    readers = {
        "administrator": _reader("admin", Role.ADMIN, None),
        "a station's manager": _reader("manager", Role.STATION_MANAGER, stations[7]),
    }
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("VACUUM ANALYZE"))
    else:
        db.session.execute(sa.text("ANALYZE"))
        db.session.commit()
    return readers


def _stations() -> list[int]:
    top = open_unit(SYSTEM, NewUnit(name="通辽市", kind=UnitKind.DISTRICT))
    units = [
        open_unit(SYSTEM, NewUnit(name=f"第{n}社工站", kind=UnitKind.STATION, parent=top)).id
        for n in range(STATIONS)
    ]
    db.session.commit()
    return units


def id_range() -> Iterator[str]:
    return (id_number(number) for number in range(FIRST, 2 * FIRST))


def _row(chance: Random, number: str, spelled: dict[str, str]) -> dict[str, Any]:
    name, phone = _name(chance), f"138{chance.randrange(10**8):08}"
    key = spelled.setdefault(name, "") or sort_key(name)
    spelled[name] = key
    sealed = crypto.seal(number)
    row = {
        "full_name": name,
        "sort_key": key,
        "initials": initials(key),
        "id_type": IdType.RESIDENT_ID,
        "id_number_sealed": sealed,
        "id_number_key": id_number_key(IdType.RESIDENT_ID, number),
        "id_number_masked": masked_id_number(number),
        "phone_sealed": sealed,
        "phone_key": phone_key(phone),
        "phone_masked": masked_phone(phone),
    }
    return row | {"search_text": Person(**row).searchable}


def _reader(login: str, role: Role, unit_id: int | None) -> int:
    person = db.session.scalars(sa.select(Person).order_by(sa.func.random()).limit(1)).one()
    unit = db.session.get_one(Unit, unit_id) if unit_id else None
    account = open_account(SYSTEM, person, login=f"bench-{login}", password_hash="-")
    grant_role(SYSTEM, person, role=role, unit=unit, from_on=date(2024, 1, 1))
    if account.actor.bears_grave_rights:  # production lets them see nothing without
        account.totp_sealed, account.totp_since = crypto.seal("of no phone"), clock.now()
    db.session.commit()
    return person.id


def explained(readers: dict[str, int]) -> None:
    unit = db.session.scalars(sa.select(Unit.id).where(Unit.name == "第7社工站")).one()
    people = {
        "administrator": Actor(readers["administrator"], frozenset({Grant(Role.ADMIN)})),
        "manager": Actor(
            readers["a station's manager"], frozenset({Grant(Role.STATION_MANAGER, unit)})
        ),
    }
    for who, actor in people.items():
        for words in ("", "建华", "王建 第7社"):
            found = listed(actor, Wanted(words))
            numbers = found.with_only_columns(Person.id, maintain_column_froms=True).limit(1001)
            for what, chosen in (("rows", found.limit(30)), ("ids", numbers)):
                start = time.perf_counter()
                db.session.execute(chosen).all()
                spent = 1000 * (time.perf_counter() - start)
                click.echo(f"\n== {who}, “{words}”, {what}: {spent:.1f} ms")
                for line in plan(chosen):
                    click.echo(f"   {line[-1]}")


def plan(chosen: sa.Select[Any]) -> list[Any]:
    is_postgres = db.engine.dialect.name == "postgresql"
    dialect = postgresql.dialect() if is_postgres else sqlite.dialect()
    made = str(chosen.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    verb = "EXPLAIN (ANALYZE)" if is_postgres else "EXPLAIN QUERY PLAN"
    return list(db.session.connection().exec_driver_sql(f"{verb} {made}"))


if __name__ == "__main__":
    main()
