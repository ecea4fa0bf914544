"""Which column of an official list holds what, and which of them each kind of list needs."""

from collections.abc import Mapping
from enum import StrEnum

from college.core.columns import Headings
from college.core.text import say
from college.exams.official_lists.models import ListKind
from college.people.persons.cells import ID_HEADINGS

Columns = Mapping["Field", str]  # the heading of each field that the sheet has


class Field(StrEnum):
    NAME = "name"
    ID_NUMBER = "id_number"
    ID_TYPE = "id_type"
    LEVEL = "level"
    YEAR = "year"
    REGISTRATION_NO = "registration_no"
    REGION = "region"
    PAYMENT = "payment"
    TICKET_NO = "ticket_no"
    PAPER = "paper"
    PLACE = "place"
    ROOM = "room"
    SEAT = "seat"
    ATTENDANCE = "attendance"
    OUTCOME = "outcome"

    @property
    def label(self) -> str:
        return {
            "name": say("Name"),
            "id_number": say("ID number"),
            "id_type": say("ID type"),
            "level": say("Level"),
            "year": say("Exam year"),
            "registration_no": say("Registration number"),
            "region": say("Place of registration"),
            "payment": say("Payment"),
            "ticket_no": say("Ticket number"),
            "paper": say("Exam paper"),
            "place": say("Exam place"),
            "room": say("Exam room"),
            "seat": say("Seat"),
            "attendance": say("Sat or absent"),
            "outcome": say("Outcome of the check"),
        }[self]


WORDS: Mapping[Field, tuple[str, ...]] = {
    Field.NAME: ("姓名", "考生姓名", "报考人员姓名", "name", "full name"),
    Field.ID_NUMBER: ID_HEADINGS,
    Field.ID_TYPE: ("证件类型", "证件种类", "id type"),
    Field.LEVEL: ("级别", "报考级别", "考试级别", "专业级别", "级别名称", "level"),
    Field.YEAR: ("考试年度", "年度", "考试年份", "exam year", "year"),
    Field.REGISTRATION_NO: (
        "报名序号", "报名号", "档案号", "报名档案号", "registration number", "registration no",
        "file number",
    ),
    Field.REGION: (
        "报考地", "报名地", "报考地区", "报名地区", "报名地市", "place of registration",
        "registered at", "region",
    ),
    Field.PAYMENT: ("缴费状态", "缴费情况", "是否缴费", "交费状态", "payment", "paid"),
    Field.TICKET_NO: ("准考证号", "准考证号码", "考号", "ticket number", "ticket no"),
    Field.PAPER: ("科目", "科目名称", "考试科目", "报考科目", "paper", "subject"),
    Field.PLACE: ("考点", "考点名称", "考试地点", "考点地址", "exam place", "place"),
    Field.ROOM: ("考场", "考场号", "考场名称", "试室", "exam room", "room"),
    Field.SEAT: ("座位号", "座号", "座位", "seat"),
    Field.ATTENDANCE: (
        "到考情况", "考试情况", "是否缺考", "缺考标志", "到考状态", "考试状态", "sat or absent",
        "attendance",
    ),
    Field.OUTCOME: (
        "审核结果", "核查结果", "资格核查结果", "资格审核结果", "复审结果", "审核状态", "核查情况",
        "outcome of the check", "outcome", "result of the check",
    ),
}  # fmt: skip
WHO = (Field.NAME, Field.ID_NUMBER)
NEEDED: Mapping[ListKind, tuple[Field, ...]] = {
    ListKind.REGISTERED: WHO,
    ListKind.TICKETED: (*WHO, Field.TICKET_NO),
    ListKind.SAT: (*WHO, Field.ATTENDANCE),
    ListKind.CHECKED: (*WHO, Field.OUTCOME),
    ListKind.PASSED: WHO,
}
# for the template, in this order: what the list needs, and what it may have
COMMON = (Field.NAME, Field.ID_TYPE, Field.ID_NUMBER, Field.LEVEL, Field.YEAR)
TEMPLATE: Mapping[ListKind, tuple[Field, ...]] = {
    ListKind.REGISTERED: (*COMMON, Field.REGISTRATION_NO, Field.REGION, Field.PAYMENT),
    ListKind.TICKETED: (
        *COMMON, Field.REGISTRATION_NO, Field.TICKET_NO, Field.PAPER, Field.PLACE, Field.ROOM,
        Field.SEAT,
    ),
    ListKind.SAT: (*COMMON, Field.TICKET_NO, Field.PAPER, Field.ATTENDANCE),
    ListKind.CHECKED: (*COMMON, Field.REGISTRATION_NO, Field.OUTCOME),
    ListKind.PASSED: (*COMMON, Field.REGISTRATION_NO, Field.REGION),
}  # fmt: skip
HEADINGS: Mapping[ListKind, Headings[Field]] = {
    kind: Headings("official_list", Field, WORDS, NEEDED[kind]) for kind in ListKind
}
