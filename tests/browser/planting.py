"""Writes the payloads into every text of a demo college: `plant(instance's app)`, in its process.

The columns come from the models, so that one added tomorrow is planted too. What a person cannot
fill stands in `NOBODYS`, with the reason.
"""

import itertools
import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import sqlalchemy as sa

from college.core import clock, crypto, jobs
from college.core.db import Base, FileHash, db
from college.core.sheets import write_xlsx
from college.demo import cast
from college.demo.exams import cycle
from college.demo.result_sheets import HEADINGS
from college.exams.results.uploading import take_in
from college.people.persons.identity import masked_id_number, masked_phone
from college.people.persons.models import Person
from college.supervision.sessions.models import SupervisionAttendance, SupervisionSession
from college.supervision.sessions.operations import decline
from tests.browser.payloads import TEXTS, tag

NOBODYS = {
    "account.locale": "chosen from a list",
    "account.login": "the readers of this test sign in with it",
    "account.password_hash": "a hash",
    "certificate.code": "drawn; stands in addresses",
    "design.css": "a file of the college's own",
    "design.html": "a file of the college's own",
    "design.name": "a file of the college's own",
    "design.sha256": "a hash",
    "given_answer.body": "what a page answered",
    "given_answer.key": "a hash",
    "given_answer.location": "an address of ours",
    "indicator_value.code": "the college's own word for a figure",
    "job.kind": "the program's own word",
    "job.owner": "a worker's own name",
    "journal_entry.deed": "the program's own word, kept from change by triggers",
    "journal_entry.noun": "the program's own word, kept from change by triggers",
    "passkey.credential_id": "what a device calls its key",
    "person.id_number_key": "a hash",
    "person.phone_key": "a hash",
    "security_event.login_hash": "a hash",
    "serial.series": "first letters of numbers",
    "sign_in.key_hash": "a hash",
    "spent_challenge.challenge_hash": "a hash",
    "unit.path": "the unit's place in the tree, in numbers",
}
_turns: dict[int, Iterator[int]] = {}


def plant() -> None:
    """Call it in the college's own process, with nobody else at work there."""
    _speak()
    for place, column in enumerate(planted().values(), start=1):
        if isinstance(column.type, sa.JSON):
            _fill_within(column, place)
        else:
            _fill(column, place)
    _seal_numbers()
    db.session.commit()


def planted() -> dict[str, sa.Column[Any]]:
    """Every column with texts that people write, by its name."""
    texts = {
        str(column): column
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, sa.String | sa.JSON)
        and not isinstance(column.type, sa.Enum | FileHash)
    }
    assert set(NOBODYS) - set(texts) == set(), "these columns are gone"
    return {name: column for name, column in texts.items() if name not in NOBODYS}


def payload(length: int | None, place: int = 0, *, ends: str = "") -> str:
    """The next one in turn of those that fit into so many characters."""
    most = (length or 1000) - len(tag(0) + ends)
    fitting = [n for n, text in enumerate(TEXTS) if len(text) <= most]
    number = fitting[next(_turns.setdefault(len(fitting), itertools.count())) % len(fitting)]
    text = "W" * most if TEXTS[number] == "LONG" else TEXTS[number]
    return f"{text}{tag(number, place)}{ends}"


def _fill(column: sa.Column[Any], place: int) -> None:
    table = column.table
    for (row_id,) in db.session.execute(sa.select(table.c.id).order_by(table.c.id)).all():
        ends = str(row_id) if _is_unique(column) else ""
        text = payload(getattr(column.type, "length", None), place, ends=ends)
        with suppress(sa.exc.IntegrityError), db.session.begin_nested():  # a CHECK wants it empty
            db.session.execute(sa.update(table).where(table.c.id == row_id).values({column: text}))


def _is_unique(column: sa.Column[Any]) -> bool:
    keys = [k for k in column.table.constraints if isinstance(k, sa.UniqueConstraint)]
    return bool(column.unique) or any(column.name in key.columns for key in keys)


def _fill_within(column: sa.Column[Any], place: int) -> None:
    """Every text that a person wrote, in what is kept as JSON: other than codes and numbers."""
    table = column.table

    def replaced(facts: dict[str, Any]) -> dict[str, Any]:
        return {n: payload(120, place) if is_written(n, v) else v for n, v in facts.items()}

    def is_written(name: str, value: Any) -> bool:
        return isinstance(value, str) and (not value.isascii() or name.endswith("_en"))

    for row_id, kept in db.session.execute(sa.select(table.c.id, column)).all():
        value = json.loads(json.dumps(kept), object_hook=replaced)
        db.session.execute(sa.update(table).where(table.c.id == row_id).values({column: value}))


def _seal_numbers() -> None:
    """What is encrypted, and its mask, as the operations write them."""
    for person in db.session.scalars(sa.select(Person).order_by(Person.id)):
        number, phone = payload(200), payload(200)
        person.id_number_sealed, person.phone_sealed = crypto.seal(number), crypto.seal(phone)
        person.id_number_masked, person.phone_masked = masked_id_number(number), masked_phone(phone)


def _speak() -> None:
    """What is said through operations: an objection, which the journal keeps, and a sheet."""
    mine = SupervisionAttendance.supervisee_id == cast.person("lilei").id
    open_ones = sa.select(SupervisionAttendance).join(SupervisionSession).where(mine)
    with jobs.transaction():
        for said in db.session.scalars(open_ones.where(SupervisionSession.locked_at.is_(None))):
            decline(cast.actor("lilei"), said, note=payload(300))
    rows = [
        [
            payload(100),
            payload(40),
            payload(40),
            payload(40),
            "2026",
            *([payload(40)] * 3),
            payload(60),
        ]
        for _ in TEXTS
    ]
    with jobs.transaction():
        chen, content = cast.actor("chen"), write_xlsx("x", HEADINGS, rows)
        take_in(chen, cycle(2026), content, "成绩.xlsx", published_on=clock.today())
    jobs.wake_after_commit()
