"""Which column of a result sheet is which: headings in Chinese and English, long or wide."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from college.core.sheets import heading_key
from college.core.text import say
from college.exams.pass_rules.models import Subject
from college.exams.results.refusals import ColumnsMissing, ColumnTwice
from college.people.persons.cells import ID_HEADINGS, plain


class Field(StrEnum):
    """What a column holds. The values are the headings of the template."""

    NAME = "姓名"
    ID_NUMBER = "证件号码"
    LEVEL = "级别"
    YEAR = "考试年度"
    SUBJECT = "科目"
    SCORE = "成绩"
    VERDICT = "合格标志"
    REGION = "报考地"
    ID_TYPE = "证件类型"

    @property
    def label(self) -> str:
        return {
            "姓名": say("Name"),
            "证件号码": say("ID number"),
            "级别": say("Level"),
            "考试年度": say("Exam year"),
            "科目": say("Paper"),
            "成绩": say("Mark"),
            "合格标志": say("Passed"),
            "报考地": say("Place of registration"),
            "证件类型": say("ID type"),
        }[self]


REQUIRED = (Field.NAME, Field.ID_NUMBER, Field.LEVEL, Field.YEAR)
WORDS: Mapping[Field, tuple[str, ...]] = {
    Field.NAME: ("姓名", "考生姓名", "name", "full name"),
    Field.ID_NUMBER: ID_HEADINGS,
    Field.LEVEL: ("级别", "报考级别", "考试级别", "专业级别", "level"),
    Field.YEAR: ("考试年度", "年度", "考试年份", "exam year", "year"),
    Field.SUBJECT: ("科目", "科目名称", "考试科目", "paper", "subject"),
    Field.SCORE: ("成绩", "分数", "考试成绩", "得分", "mark", "score"),
    Field.VERDICT: ("合格标志", "是否合格", "合格与否", "passed", "verdict"),
    Field.REGION: (
        "报考地", "报名地", "报考地区", "报名地区", "报名地市", "place of registration",
        "registered at", "region",
    ),
    Field.ID_TYPE: ("证件类型", "证件种类", "id type"),
}  # fmt: skip
FIELDS = {heading_key(word): field for field, words in WORDS.items() for word in words}
SUBJECTS = {
    "综合能力": Subject.COMPREHENSIVE,
    "实务": Subject.PRACTICE,
    "法规与政策": Subject.LAW_AND_POLICY,
    "政策与法规": Subject.LAW_AND_POLICY,
    "法规": Subject.LAW_AND_POLICY,
    "comprehensiveability": Subject.COMPREHENSIVE,
    "comprehensive": Subject.COMPREHENSIVE,
    "practice": Subject.PRACTICE,
    "lawandpolicy": Subject.LAW_AND_POLICY,
}
IN_BRACKETS = re.compile(r"\([^)]*\)")
KNOWN_HEADINGS = frozenset(FIELDS) | {
    f"{before}{word}{after}"
    for word in SUBJECTS
    for before in ("", "社会工作")
    for after in ("", "成绩", "分数")
}


@dataclass(frozen=True, slots=True)
class Layout:
    """The heading of each field; `papers` holds the columns of a wide sheet, none if it is long."""

    fields: Mapping[Field, str]
    papers: Mapping[Subject, str]

    @property
    def is_wide(self) -> bool:
        return bool(self.papers)


def subject_of(text: str) -> Subject | None:
    """The paper of a heading or a cell: 社会工作实务（中级）, 实务成绩 and Practice are one."""
    word = IN_BRACKETS.sub("", plain(text))
    word = word.removeprefix("社会工作").removesuffix("成绩").removesuffix("分数")
    return SUBJECTS.get(word)


def layout_of(headings: Sequence[str]) -> Layout:
    """Recognise the columns; others are passed over. Raises ColumnsMissing, ColumnTwice."""
    fields: dict[Field, str] = {}
    papers: dict[Subject, str] = {}
    for heading in headings:
        field = FIELDS.get(IN_BRACKETS.sub("", plain(heading)))
        subject = subject_of(heading)
        if field in fields or (field is None and subject in papers):
            raise ColumnTwice(column=heading)
        if field is not None:
            fields[field] = heading
        elif subject is not None:
            papers[subject] = heading
    needed = REQUIRED if papers else (*REQUIRED, Field.SUBJECT, Field.SCORE)
    missing = [field.value for field in needed if field not in fields]
    if missing:
        raise ColumnsMissing(columns="、".join(missing))
    return Layout(fields, {} if {Field.SUBJECT, Field.SCORE} <= fields.keys() else papers)
