"""Which column of a roster holds what: known by its heading in Chinese or English, or by choice."""

from collections.abc import Mapping
from enum import StrEnum

from college.core.columns import Headings
from college.core.text import say
from college.people.persons.cells import ID_HEADINGS

Columns = Mapping["Field", str]  # the heading of each field that the sheet has


class Field(StrEnum):
    NAME = "name"
    ID_NUMBER = "id_number"
    ID_TYPE = "id_type"
    PHONE = "phone"
    EMAIL = "email"
    UNIT = "unit"
    CAPACITY = "capacity"
    SINCE = "since"
    UNTIL = "until"

    @property
    def label(self) -> str:
        return {
            "name": say("Name"),
            "id_number": say("ID number"),
            "id_type": say("ID type"),
            "phone": say("Phone"),
            "email": say("E-mail"),
            "unit": say("Unit"),
            "capacity": say("Works as"),
            "since": say("In post since"),
            "until": say("Last day in post"),
        }[self]


REQUIRED = (Field.NAME, Field.ID_NUMBER)
WORDS: Mapping[Field, tuple[str, ...]] = {
    Field.NAME: ("姓名", "人员姓名", "员工姓名", "社工姓名", "name", "full name"),
    Field.ID_NUMBER: ID_HEADINGS,
    Field.ID_TYPE: ("证件类型", "证件种类", "id type"),
    Field.PHONE: (
        "手机号", "手机", "手机号码", "联系电话", "电话", "联系方式",
        "phone", "mobile", "phone number",
    ),
    Field.EMAIL: ("邮箱", "电子邮箱", "电子邮件", "e-mail", "email", "mail"),
    Field.UNIT: (
        "单位", "所在单位", "工作单位", "社工站", "所属社工站", "所在社工站", "站点", "机构",
        "unit", "station", "works at",
    ),
    Field.CAPACITY: (
        "人员类别", "身份", "岗位", "岗位类别", "人员身份", "职务",
        "capacity", "works as", "position",
    ),
    Field.SINCE: (
        "到岗日期", "入职日期", "入职时间", "到岗时间", "任职时间", "任职日期", "上岗时间",
        "in post since", "since", "from", "start date",
    ),
    Field.UNTIL: (
        "离岗日期", "离职日期", "离职时间", "离岗时间", "last day in post", "until", "end date",
    ),
}  # fmt: skip
HEADINGS = Headings("roster", Field, WORDS, REQUIRED)
