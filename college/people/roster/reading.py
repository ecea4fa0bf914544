"""One row of a roster as typed facts, or the reasons why not. It reads no database."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar
from unicodedata import normalize

from college.core import clock
from college.core.imports import CellReader, Refused, RowRefused
from college.core.sheets import Cell, Row, as_text, is_number_lost
from college.people.employment.models import AHEAD, NOBODY_BORN, Capacity
from college.people.persons.cells import (
    id_number_in,
    id_type_in,
    name_in,
    plain,
    shown_id_number,
)
from college.people.persons.identity import IdType, WrongPhone, clean_phone
from college.people.roster import refusals as no
from college.people.roster.layout import HEADINGS, Columns, Field

WORDS: Mapping[Capacity, tuple[str, ...]] = {
    Capacity.STATION_WORKER: (
        "驻站社工", "站点社工", "社工", "专职社工", "社会工作者", "社工员",
        "stationworker", "socialworker",
    ),
    Capacity.COMMUNITY_WORKER: ("社区工作者", "社区专职工作者", "网格员", "communityworker"),
    Capacity.CADRE: (
        "干部", "机关干部", "村干部", "社区干部", "村(社区)干部", "机关、村(社区)干部",
        "机关或村(社区)干部", "机关/村(社区)干部", "cadre",
    ),
    Capacity.VOLUNTEER: ("志愿者", "volunteer"),
    Capacity.LECTURER: ("教师", "授课教师", "讲师", "lecturer", "instructor"),
    Capacity.SUPERVISOR: ("督导", "督导者", "supervisor"),
    Capacity.OTHER: ("其他", "other"),
}  # fmt: skip
CAPACITIES = {word: capacity for capacity, words in WORDS.items() for word in words}
EMAIL = re.compile(r"[^@\s<>\"']+@[^@\s<>\"']+\.[^@\s<>\"']{2,}")
DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月?)(?: 0{1,2}:00(:00)?)?")
EIGHT_DIGITS = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
DAY_ZERO, DAYS = (
    date(1899, 12, 30),
    range(20_000, 80_000),
)  # a spreadsheet counts days: 1954 to 2119
LONGEST_CONTRACT = timedelta(days=3660)
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What holds for rows that do not say it."""

    has_unit: bool
    capacity: Capacity | None
    since_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRow:
    """What a row says, cleaned; nothing is known yet of whom and of which unit it speaks."""

    line: int
    name: str
    id_type: IdType
    id_number: str
    phone: str
    email: str
    unit: str  # as typed; "" for the usual one
    capacity: Capacity
    since: date | None
    until: date | None


def read_row(row: Row, columns: Columns, usual: Usual) -> ReadRow | list[Refused]:
    """Read a row; every cell that is wrong gets its own reason."""
    reader = _Reader(row, columns)
    reader.refuse_formulas(list(columns.values()))
    name = reader.take(Field.NAME, name_in)
    id_type = reader.take(Field.ID_TYPE, id_type_in)
    is_lost = is_number_lost(row.cells.get(columns[Field.ID_NUMBER], ""))
    number = reader.take(Field.ID_NUMBER, lambda text: id_number_in(text, id_type, is_lost=is_lost))
    phone, email = reader.take(Field.PHONE, _phone), reader.take(Field.EMAIL, _email)
    unit = reader.take(Field.UNIT, lambda text: _unit(text, usual))
    capacity = reader.take(Field.CAPACITY, lambda text: _capacity(text, usual))
    since = reader.take(
        Field.SINCE, lambda text: date_in(row.cells.get(columns.get(Field.SINCE, ""), text))
    )
    until = reader.take(
        Field.UNTIL, lambda text: end_in(row.cells.get(columns.get(Field.UNTIL, ""), text))
    )
    if until is not None and until < (since or usual.since_on) and since is not None:
        reader.refuse(columns[Field.UNTIL], no.EndsBefore())
    if reader.refused or name is None or id_type is None or number is None or capacity is None:
        return reader.refused
    return ReadRow(
        line=row.line,
        name=name,
        id_type=id_type,
        id_number=number,
        phone=phone or "",
        email=email or "",
        unit=unit or "",
        capacity=capacity,
        since=since,
        until=until,
    )


def date_in(cell: Cell) -> date | None:
    """The day that a cell says, however it is written; of a month alone its first.

    Raises DateWrong, DateToCome, BeforeBirth.
    """
    return _bounded(_date(cell), AHEAD, no.DateToCome)


def end_in(cell: Cell) -> date | None:
    """The last day that a cell says: a contract may run for years.

    Raises DateWrong, EndsTooLate, BeforeBirth.
    """
    return _bounded(_date(cell), LONGEST_CONTRACT, no.EndsTooLate)


def _bounded(found: date | None, ahead: timedelta, too_late: type[RowRefused]) -> date | None:
    if found is not None and found > clock.today() + ahead:
        raise too_late
    if found is not None and found <= NOBODY_BORN:
        raise no.BeforeBirth
    return found


def _date(cell: Cell) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = normalize("NFKC", as_text(cell)).strip().lstrip("'’")
    return _written_date(text) if text else None


def _written_date(text: str) -> date:
    if re.fullmatch(r"\d{5}", text) and int(text) in DAYS:
        return DAY_ZERO + timedelta(days=int(text))
    match = DATE.fullmatch(text) or EIGHT_DIGITS.fullmatch(text)
    if match is None:
        raise no.DateWrong
    try:
        return date(int(match[1]), int(match[2]), int(match[3] or 1))
    except ValueError as error:
        raise no.DateWrong from error


class _Reader(CellReader):
    def __init__(self, row: Row, columns: Columns) -> None:
        secret = {columns[f] for f in (Field.ID_NUMBER, Field.PHONE) if f in columns}
        super().__init__(row, secret, shown_id_number)
        self.columns = columns

    def take(self, field: Field, read: Callable[[str], T]) -> T | None:
        return self.take_cell(self.columns.get(field, HEADINGS.heading(field)), read)

    def take_date(self, field: Field) -> date | None:
        cell = self.row.cells.get(self.columns.get(field, ""), "")
        return self.take(field, lambda _: date_in(cell))


def _phone(text: str) -> str:
    typed = normalize("NFKC", text).lstrip("'’")
    if not typed:
        return ""
    try:
        return clean_phone(typed)
    except WrongPhone as error:
        raise no.PhoneWrong from error


def _email(text: str) -> str:
    plain_text = normalize("NFKC", text).strip().lower()
    if plain_text and (len(plain_text) > 254 or not EMAIL.fullmatch(plain_text)):
        raise no.EmailWrong
    return plain_text


def _unit(text: str, usual: Usual) -> str:
    if not text and not usual.has_unit:
        raise no.UnitMissing
    return text


def _capacity(text: str, usual: Usual) -> Capacity:
    word = plain(text)
    if not word:
        if usual.capacity is None:
            raise no.CapacityMissing
        return usual.capacity
    found = CAPACITIES.get(word)
    if found is None:
        raise no.CapacityUnknown(known="驻站社工、社区工作者、干部、志愿者、教师、督导、其他")
    return found
