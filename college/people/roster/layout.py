"""Which column of a roster holds what: known by its heading in Chinese or English, or by choice."""

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from college.core.errors import RuleBroken
from college.core.sheets import heading_key
from college.core.text import say
from college.people.persons.cells import ID_HEADINGS, plain

Columns = Mapping["Field", str]  # the heading of each field that the sheet has
IN_BRACKETS = re.compile(r"\([^)]*\)")


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

    @property
    def heading(self) -> str:
        """As the template writes it."""
        return WORDS[self][0]


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
FIELDS = {heading_key(word): field for field, words in WORDS.items() for word in words}
KNOWN_HEADINGS = frozenset(FIELDS)


class ColumnsMissing(RuleBroken):
    code, field = "roster_columns_missing", "file"
    message = say(
        "The sheet has no column for %(columns)s. Say which one it is, or copy your rows into the "
        "template."
    )


class ColumnTwice(RuleBroken):
    code, field = "roster_column_twice", "file"
    message = say("Two columns are said to hold the same: %(column)s. Choose one of them.")


def key_of(heading: str) -> str:
    """A heading as it is recognised and remembered: without brackets, spaces and stars."""
    return IN_BRACKETS.sub("", plain(heading))[:120]


def recognised(headings: Sequence[str], remembered: Mapping[str, str]) -> dict[Field, str]:
    """The heading of each field; what was chosen for a heading before goes first.

    Where two headings mean the same, the first counts.
    """
    found: dict[Field, str] = {}
    for heading in headings:
        key = key_of(heading)
        chosen = remembered.get(key)
        field = FIELDS.get(key) if chosen is None else next((f for f in Field if f == chosen), None)
        if field is not None:
            found.setdefault(field, heading)
    return found


def is_enough(columns: Columns) -> bool:
    """Whether rows can be read by these columns."""
    return all(columns.get(field) for field in REQUIRED)


def checked(columns: Mapping[Field, str]) -> dict[Field, str]:
    """The columns, if rows can be read by them. Raises ColumnsMissing, ColumnTwice."""
    missing = [field.heading for field in REQUIRED if not columns.get(field)]
    if missing:
        raise ColumnsMissing(columns="、".join(missing))
    taken = [heading for heading in columns.values() if heading]
    for heading in taken:
        if taken.count(heading) > 1:
            raise ColumnTwice(column=heading)
    return {field: heading for field, heading in columns.items() if heading}


def stored(columns: Mapping[Field, str]) -> dict[str, str]:
    return {field.value: heading for field, heading in columns.items()}


def read_stored(kept: Mapping[str, str]) -> dict[Field, str]:
    return {Field(name): heading for name, heading in kept.items()}


def to_remember(headings: Iterable[str], columns: Columns) -> dict[str, str]:
    """What to keep of a choice: each heading's field, "" for those that hold nothing of ours."""
    by_heading = {heading: field.value for field, heading in columns.items()}
    return {key_of(heading): by_heading.get(heading, "") for heading in headings if key_of(heading)}
