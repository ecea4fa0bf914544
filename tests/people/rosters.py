"""Sheets of staff for the tests of their import."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from college.core import jobs
from college.core.db import db
from college.core.roles import SYSTEM, Actor
from college.core.sheets import write_csv
from college.people.employment.models import Capacity, Employment
from college.people.persons.models import Person
from college.people.roster.models import RosterImport
from college.people.roster.operations import import_roster
from college.people.roster.queries import CHECK, RECORD
from college.people.roster.uploading import take_in
from tests.factories import make_id_number

HEADINGS = ("姓名", "证件号码", "手机号", "单位", "人员类别", "到岗日期", "离岗日期")
STATION, WORKER = "明仁街道社工站", "驻站社工"


def sheet(*rows: Sequence[Any], headings: Sequence[str] = HEADINGS) -> bytes:
    """A sheet as text, cell by cell as it is written here."""
    filled = [[*row, *([""] * (len(headings) - len(row)))] for row in rows]
    return write_csv(headings, filled)


def checked(content: bytes, *, actor: Actor = SYSTEM, name: str = "名册.csv", **usual: Any):
    made = take_in(actor, content, name, **usual)
    work_off(CHECK, made.id)
    return db.session.get_one(RosterImport, made.id)


def imported(content: bytes, *, actor: Actor = SYSTEM, name: str = "名册.csv", **usual: Any):
    made = checked(content, actor=actor, name=name, **usual)
    import_roster(actor, made)
    work_off(RECORD, made.id)
    return db.session.get_one(RosterImport, made.id)


def work_off(kind: str, import_id: int) -> None:
    db.session.commit()
    job = jobs.latest(kind, import_id)
    assert job is not None
    jobs.work_on(job.id, "test")
    db.session.expire_all()


def tally(made: RosterImport) -> tuple[int, int, int, int]:
    """New, changed, unchanged, refused."""
    return made.rows_new, made.rows_changed, made.rows_unchanged, made.rows_refused


def line(number: int = 1, **over):
    usual = {
        "姓名": "苏日娜",
        "证件号码": make_id_number(number),
        "手机号": "13800000001",
        "单位": STATION,
        "人员类别": WORKER,
        "到岗日期": "2024-03-01",
        "离岗日期": "",
    }
    return list((usual | over).values())


def posts() -> list[tuple[str, Capacity, date, date | None]]:
    chosen = sa.select(Employment, Person.full_name).join(Employment.person)
    known = chosen.where(Employment.known()).order_by(Employment.from_on, Employment.id)
    return [(n, p.capacity, p.from_on, p.to_on) for p, n in db.session.execute(known)]
