"""One row of an official list as typed facts, or the reasons why not. It reads no database."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from college.core.imports import CellReader, Refused, RowRefused
from college.core.sheets import Row, is_number_lost
from college.exams.candidacies.models import CandidacyStep as S
from college.exams.candidacies.recording import Seat
from college.exams.official_lists import refusals as no
from college.exams.official_lists.layout import HEADINGS, Columns, Field
from college.exams.official_lists.models import ListKind
from college.exams.pass_rules.models import Subject
from college.exams.results.layout import subject_of
from college.exams.results.reading import MINUS, level_in, year_in
from college.exams.results.refusals import SubjectUnknown
from college.people.persons.cells import (
    id_number_in,
    id_type_in,
    name_in,
    plain,
    shown_id_number,
)
from college.people.persons.identity import IdType
from college.people.persons.masked import FEWEST_SHOWN, MaskedNumber, masked_number
from college.people.persons.queries import Document
from college.people.qualifications.models import Level

PAID = ("已缴费", "已交费", "缴费成功", "已支付", "是", "yes", "paid", "true")
UNPAID = ("", "未缴费", "未交费", "待缴费", "否", "no", "notpaid", "unpaid", "false")
PAYMENTS = dict.fromkeys(PAID, S.PAID) | dict.fromkeys(UNPAID, S.REGISTERED)
ATTENDANCES = {
    **dict.fromkeys(
        ("到考", "参考", "实考", "正常", "已考", "参加", "参加考试", "否", "sat", "present", "no"),
        S.SAT,
    ),
    # who was withheld for discipline did sit; the score list says what became of it
    **dict.fromkeys(("违纪", "-2", "discipline"), S.SAT),
    **dict.fromkeys(("缺考", "未到考", "未参加", "是", "-1", "absent", "yes"), S.ABSENT),
}
OUTCOMES = {
    **dict.fromkeys(
        ("通过", "合格", "审核通过", "核查通过", "符合", "符合条件", "是", "passed", "yes", "met"),
        S.CHECKED,
    ),
    **dict.fromkeys(
        (
            "不通过", "未通过", "不合格", "审核不通过", "审核未通过", "核查未通过", "核查不通过",
            "不符合", "不符合条件", "逾期未核查", "未核查", "未参加", "取消", "否", "notpassed",
            "failed", "no", "missed",
        ),
        S.CANCELLED,
    ),
}  # fmt: skip
MOST = {Field.TICKET_NO: 32, Field.PLACE: 120, Field.ROOM: 40, Field.SEAT: 20, Field.REGION: 60,
        Field.REGISTRATION_NO: 32}  # fmt: skip
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The list that the row is of."""

    kind: ListKind
    year: int
    level: Level | None  # of rows that name none
    confirmed: Mapping[str, str] = field(default_factory=dict)  # see `OfficialList`


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRow:
    """What a row says, cleaned; nothing is known yet of whom it speaks."""

    line: int
    name: str
    document: Document | MaskedNumber
    level: Level
    step: S
    seat: Seat | None
    paper: Subject | None
    region: str
    registration_no: str


def read_row(row: Row, columns: Columns, wanted: Wanted) -> ReadRow | list[Refused]:
    """Read a row; every cell that is wrong gets its own reason."""
    reader = _Reader(row, columns, wanted)
    reader.refuse_formulas(list(columns.values()))
    name = reader.take(Field.NAME, name_in)
    document = reader.document()
    level = reader.take(Field.LEVEL, lambda text: _level(text, wanted.level))
    reader.take(Field.YEAR, lambda text: year_in(text, wanted.year) if text else None)
    step = reader.step()
    paper = reader.take(Field.PAPER, _paper)
    texts = {field: reader.text(field) for field in MOST}
    if reader.refused or name is None or document is None or level is None or step is None:
        return reader.refused
    seat = Seat(
        paper,
        texts[Field.TICKET_NO],
        texts[Field.PLACE],
        texts[Field.ROOM],
        texts[Field.SEAT],
    )
    return ReadRow(
        line=row.line,
        name=name,
        document=document,
        level=level,
        step=step,
        seat=seat if any(seat.says) else None,
        paper=paper,
        region=texts[Field.REGION],
        registration_no=texts[Field.REGISTRATION_NO],
    )


class _Reader(CellReader):
    def __init__(self, row: Row, columns: Columns, wanted: Wanted) -> None:
        super().__init__(row, {columns[Field.ID_NUMBER]}, shown_id_number)
        self.columns, self.wanted = columns, wanted

    def take(self, field: Field, read: Callable[[str], T]) -> T | None:
        known = HEADINGS[self.wanted.kind]
        return self.take_cell(self.columns.get(field, known.heading(field)), read)

    def document(self) -> Document | MaskedNumber | None:
        id_type = self.take(Field.ID_TYPE, id_type_in)
        masked = masked_number(self.row.text(self.columns[Field.ID_NUMBER]))
        if masked is not None and id_type is IdType.RESIDENT_ID:
            return self.take(Field.ID_NUMBER, lambda text: _shown_enough(masked))
        lost = is_number_lost(self.row.cells.get(self.columns[Field.ID_NUMBER], ""))
        number = self.take(Field.ID_NUMBER, lambda text: id_number_in(text, id_type, is_lost=lost))
        return (id_type, number) if id_type is not None and number is not None else None

    def text(self, field: Field) -> str:
        return self.take(field, lambda text: _short(text, MOST[field])) or ""

    def step(self) -> S | None:
        """What the row says became of the candidate."""
        kind = self.wanted.kind
        if kind is ListKind.REGISTERED:
            return self.take(Field.PAYMENT, lambda text: _word(text, PAYMENTS, no.PaymentUnknown))
        if kind is ListKind.SAT:
            read = lambda text: _word(text, ATTENDANCES, no.AttendanceUnknown)  # noqa: E731
            return self.take(Field.ATTENDANCE, read)
        if kind is ListKind.CHECKED:
            return self.take(Field.OUTCOME, lambda text: _word(text, OUTCOMES, no.OutcomeUnknown))
        if kind is ListKind.TICKETED:
            return self.take(Field.TICKET_NO, _ticketed)
        return S.LISTED


def _shown_enough(masked: MaskedNumber) -> MaskedNumber:
    if masked.shown < FEWEST_SHOWN:
        raise no.MaskTooWide
    return masked


def _level(text: str, usual: Level | None) -> Level:
    if text:
        return level_in(text)
    if usual is None:
        raise no.LevelMissing
    return usual


def _paper(text: str) -> Subject | None:
    found = subject_of(text) if text else None
    if text and found is None:
        raise SubjectUnknown
    return found


def _word(text: str, words: Mapping[str, S], unknown: type[RowRefused]) -> S:
    found = words.get(plain(text).translate(MINUS))
    if found is None:
        raise unknown
    return found


def _ticketed(text: str) -> S:
    if not text:
        raise no.TicketMissing
    return S.TICKETED


def _short(text: str, most: int) -> str:
    if len(text) > most:
        raise no.TextTooLong(most=most)
    return text
