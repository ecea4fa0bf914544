"""The list of admission tickets of 2026, imported as the office does it."""

from datetime import date, timedelta

import sqlalchemy as sa

from college.core import clock, jobs
from college.core.db import db
from college.core.imports import ImportState
from college.core.sheets import Cell, write_xlsx
from college.demo import cast
from college.demo.candidacies import TICKETED_ON, ticketed
from college.demo.courses import MORNING, at
from college.demo.exams import cycle
from college.demo.result_sheets import number_of, work
from college.exams.official_lists.layout import HEADINGS, TEMPLATE, Field
from college.exams.official_lists.models import ListKind, OfficialList
from college.exams.official_lists.operations import import_list
from college.exams.official_lists.queries import CHECK, RECORD
from college.exams.official_lists.uploading import About, take_in
from college.people.persons.models import Person

KIND = ListKind.TICKETED
FIELDS = [field for field in TEMPLATE[KIND] if field not in {Field.ID_TYPE, Field.PAPER}]
SOURCE = "示例：通辽考区准考证发放名单"
PLACE, SEATS = "通辽考区第一考点（示例）", 30  # in one room
IMPORTED_ON = TICKETED_ON + timedelta(days=1)


def are_there() -> bool:
    done = OfficialList.state == ImportState.IMPORTED
    return bool(db.session.scalar(sa.select(sa.exists().where(done))))


def build() -> None:
    """The worker's steps are transactions of their own; interrupted, it goes on where it stands."""
    with clock.put_at(at(IMPORTED_ON, MORNING.begins)):
        list_id = db.session.scalar(sa.select(OfficialList.id)) or _taken_in(TICKETED_ON)
        work(CHECK, list_id)
        with jobs.transaction():
            import_list(cast.actor("chen"), db.session.get_one(OfficialList, list_id))
        work(RECORD, list_id)


def _taken_in(on: date) -> int:
    known = HEADINGS[KIND]
    rows = [_row(person, place) for place, person in enumerate(ticketed(), start=1)]
    content = write_xlsx("准考证", [known.heading(field) for field in FIELDS], rows)
    with jobs.transaction():
        about = About(kind=KIND, on=on, source=SOURCE)
        return take_in(cast.actor("chen"), cycle(2026), content, "2026年准考证名单.xlsx", about).id


def _row(person: Person, place: int) -> list[Cell]:
    cells: dict[Field, Cell] = {
        Field.NAME: person.full_name,
        Field.ID_NUMBER: number_of(person),
        Field.LEVEL: "中级",
        Field.YEAR: "2026",
        Field.REGISTRATION_NO: f"示例{place:06}",
        Field.TICKET_NO: f"DEMO2026{place:04}",
        Field.PLACE: PLACE,
        Field.ROOM: f"第{1 + place // SEATS}考场",
        Field.SEAT: f"{place % SEATS:02}",
    }
    return [cells[field] for field in FIELDS]
