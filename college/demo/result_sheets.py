"""Result sheets of the demo: written as the official ones are, imported as the office does it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from college.core import clock, crypto, jobs
from college.core.db import db
from college.core.imports import ImportState
from college.core.sheets import Cell, write_xlsx
from college.demo import cast
from college.demo.courses import MORNING, at
from college.exams.cycles.models import ExamCycle
from college.exams.results.models import ResultImport
from college.exams.results.operations import record_results
from college.exams.results.queries import CHECK, RECORD
from college.exams.results.uploading import take_in
from college.people.persons.identity import IdType
from college.people.persons.models import Person
from college.people.qualifications.models import Level

PAPERS = ("综合能力", "实务", "法规与政策")
HEADINGS = ("姓名", "证件类型", "证件号码", "级别", "考试年度", *PAPERS, "报考地")
WORDS = {Level.ASSISTANT: "初级", Level.SOCIAL_WORKER: "中级", Level.SENIOR: "高级"}
HOME, KULUN = "通辽市", "通辽市库伦旗"
ABSENT = "缺考"
# when each year's scores came out; of 2021, 2022 and 2026 a guess
PUBLISHED_ON = {
    2021: date(2021, 12, 22),
    2022: date(2022, 8, 19),
    2023: date(2023, 8, 11),
    2024: date(2024, 8, 8),
    2025: date(2025, 7, 31),
    2026: date(2026, 7, 24),
}
Marks = Sequence[float | str]


@dataclass(frozen=True, slots=True)
class Sat:
    """What one person got, paper by paper in the order of PAPERS; "" for a paper not taken."""

    marks: Marks
    region: str = HOME
    level: Level = Level.SOCIAL_WORKER


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of an exam and the day on which the office imports it."""

    cycle: ExamCycle
    filename: str
    on: date
    rows: Sequence[Sequence[Cell]]


def row(person: Person, year: int, sat: Sat) -> list[Cell]:
    return row_of(person.full_name, number_of(person), year, sat)


def row_of(name: str, number: Cell, year: int, sat: Sat) -> list[Cell]:
    kind = IdType.RESIDENT_ID if not str(number).startswith("DEMO") else IdType.PASSPORT
    document = {IdType.RESIDENT_ID: "居民身份证", IdType.PASSPORT: "护照"}[kind]
    return [name, document, number, WORDS[sat.level], str(year), *sat.marks, sat.region]


def number_of(person: Person) -> str:
    """The ID number in full, as the official list has it."""
    assert person.id_number_sealed is not None
    return crypto.unseal(person.id_number_sealed)


def are_in(filenames: Sequence[str]) -> bool:
    """Whether the office has imported all of these."""
    done = _of_office() & (ResultImport.state == ImportState.IMPORTED)
    chosen = sa.select(ResultImport.filename).where(done)
    return set(filenames) <= set(db.session.scalars(chosen))


def bring_in(sheet: Sheet) -> None:
    """Import a sheet, unless it is in.

    The worker's steps are transactions of their own; interrupted, it goes on where it stands.
    """
    if are_in([sheet.filename]):
        return
    with clock.put_at(at(sheet.on, MORNING.begins)):
        import_id = _begun(sheet.filename) or _taken_in(sheet)
        work(CHECK, import_id)
        with jobs.transaction():
            record_results(cast.actor("chen"), db.session.get_one(ResultImport, import_id))
        work(RECORD, import_id)


def work(kind: str, row_id: int) -> None:
    """Do the job to its end; the lease of a load that was killed has run out by then."""
    job = jobs.latest(kind, row_id)
    assert job is not None
    with clock.put_at(max(clock.now(), job.leased_until or clock.now()) + timedelta(seconds=1)):
        jobs.work_on(job.id, "demo")


def _taken_in(sheet: Sheet) -> int:
    content = write_xlsx(sheet.filename.removesuffix(".xlsx"), HEADINGS, sheet.rows)
    chen, published_on = cast.actor("chen"), PUBLISHED_ON[sheet.cycle.year]
    with jobs.transaction():
        taken = take_in(chen, sheet.cycle, content, sheet.filename, published_on=published_on)
        return taken.id


def _begun(filename: str) -> int | None:
    mine = _of_office() & (ResultImport.filename == filename)
    return db.session.scalar(sa.select(ResultImport.id).where(mine).order_by(ResultImport.id))


def _of_office() -> sa.ColumnElement[bool]:
    return ResultImport.uploaded_by_id == cast.person("chen").id
