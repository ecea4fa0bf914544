"""Which column of a result sheet is which: headings in Chinese and English, long or wide."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from college.core.columns import IN_BRACKETS, Headings
from college.core.text import say
from college.exams.pass_rules.models import Subject
from college.people.persons.cells import ID_HEADINGS, plain

Columns = Mapping["Field", str]  # the heading of each field that the sheet has


class Field(StrEnum):
    NAME = "name"
    ID_NUMBER = "id_number"
    ID_TYPE = "id_type"
    LEVEL = "level"
    YEAR = "year"
    SUBJECT = "subject"
    SCORE = "score"
    # of a wide sheet: the marks of one paper
    COMPREHENSIVE = "comprehensive"
    PRACTICE = "practice"
    LAW_AND_POLICY = "law_and_policy"
    COMPREHENSIVE_VERDICT = "comprehensive_verdict"
    PRACTICE_VERDICT = "practice_verdict"
    LAW_AND_POLICY_VERDICT = "law_and_policy_verdict"
    VERDICT = "verdict"
    REGION = "region"

    @property
    def label(self) -> str:
        return {
            "name": say("Name"),
            "id_number": say("ID number"),
            "id_type": say("ID type"),
            "level": say("Level"),
            "year": say("Exam year"),
            "subject": say("Paper"),
            "score": say("Mark"),
            "comprehensive": say("Marks of Comprehensive Ability"),
            "practice": say("Marks of Practice"),
            "law_and_policy": say("Marks of Law and Policy"),
            "comprehensive_verdict": say("Verdict of Comprehensive Ability"),
            "practice_verdict": say("Verdict of Practice"),
            "law_and_policy_verdict": say("Verdict of Law and Policy"),
            "verdict": say("Published verdict"),
            "region": say("Place of registration"),
        }[self]


SUBJECTS = {
    "综合能力": Subject.COMPREHENSIVE,
    "comprehensiveability": Subject.COMPREHENSIVE,
    "comprehensive": Subject.COMPREHENSIVE,
    "实务": Subject.PRACTICE,
    "practice": Subject.PRACTICE,
    "法规与政策": Subject.LAW_AND_POLICY,
    "政策与法规": Subject.LAW_AND_POLICY,
    "法规": Subject.LAW_AND_POLICY,
    "lawandpolicy": Subject.LAW_AND_POLICY,
}
MARKS = ("", "成绩", "分数")  # what stands behind a paper's name
VERDICTS = ("合格标志", "是否合格", "合格与否", "合格", "结论", "verdict")
PAPERS = {
    Field.COMPREHENSIVE: Subject.COMPREHENSIVE,
    Field.PRACTICE: Subject.PRACTICE,
    Field.LAW_AND_POLICY: Subject.LAW_AND_POLICY,
}
PAPER_VERDICTS = {
    Field.COMPREHENSIVE_VERDICT: Subject.COMPREHENSIVE,
    Field.PRACTICE_VERDICT: Subject.PRACTICE,
    Field.LAW_AND_POLICY_VERDICT: Subject.LAW_AND_POLICY,
}


def _headings_of(subject: Subject, endings: Sequence[str]) -> tuple[str, ...]:
    words = [word for word, meant in SUBJECTS.items() if meant is subject]
    return tuple(
        f"{before}{word}{after}"
        for before in ("", "社会工作")
        for after in endings
        for word in words
    )


WORDS: Mapping[Field, tuple[str, ...]] = {
    Field.NAME: ("姓名", "考生姓名", "name", "full name"),
    Field.ID_NUMBER: ID_HEADINGS,
    Field.LEVEL: ("级别", "报考级别", "考试级别", "专业级别", "level"),
    Field.YEAR: ("考试年度", "年度", "考试年份", "exam year", "year"),
    Field.SUBJECT: ("科目", "科目名称", "考试科目", "paper", "subject"),
    Field.SCORE: ("成绩", "分数", "考试成绩", "得分", "mark", "score"),
    Field.VERDICT: ("合格标志", "是否合格", "合格与否", "published verdict", "passed", "verdict"),
    Field.REGION: (
        "报考地", "报名地", "报考地区", "报名地区", "报名地市", "place of registration",
        "registered at", "region",
    ),
    Field.ID_TYPE: ("证件类型", "证件种类", "id type"),
    **{field: _headings_of(subject, MARKS) for field, subject in PAPERS.items()},
    **{field: _headings_of(subject, VERDICTS) for field, subject in PAPER_VERDICTS.items()},
}  # fmt: skip


class ResultHeadings(Headings[Field]):
    """A sheet is long, with a paper and its mark or verdict, or wide, with a column for a paper."""

    def missing(self, columns: Columns) -> list[Field]:
        missing = super().missing(columns)
        if any(columns.get(field) for field in (*PAPERS, *PAPER_VERDICTS)):
            return missing
        if not columns.get(Field.SUBJECT):
            missing.append(Field.SUBJECT)
        if not columns.get(Field.SCORE) and not columns.get(Field.VERDICT):
            missing.append(Field.SCORE)
        return missing


HEADINGS = ResultHeadings(
    "results", Field, WORDS, (Field.NAME, Field.ID_NUMBER, Field.LEVEL, Field.YEAR)
)


@dataclass(frozen=True, slots=True)
class Layout:
    """The heading of each field; of a wide sheet the columns of each paper, of a long one none."""

    fields: Columns
    papers: Mapping[Subject, str]
    verdicts: Mapping[Subject, str]

    @classmethod
    def of(cls, columns: Columns) -> Self:
        """A sheet that has both shapes is read as a long one."""
        is_long = bool(columns.get(Field.SUBJECT) and columns.get(Field.SCORE))
        of_papers = {} if is_long else columns
        papers, verdicts = (
            {known[field]: of_papers[field] for field in known if of_papers.get(field)}
            for known in (PAPERS, PAPER_VERDICTS)
        )
        wide = PAPERS.keys() | PAPER_VERDICTS.keys()
        fields = {field: heading for field, heading in columns.items() if field not in wide}
        return cls(fields, papers, verdicts)

    @property
    def is_wide(self) -> bool:
        return bool(self.papers or self.verdicts)

    @property
    def headings(self) -> list[str]:
        """All columns that are read."""
        return [*self.fields.values(), *self.papers.values(), *self.verdicts.values()]

    def of_paper(self, subject: Subject) -> str:
        """Where a sheet says most of a paper."""
        return self.papers.get(subject) or self.verdicts.get(subject) or self.heading(Field.SCORE)

    def heading(self, field: Field) -> str:
        """The sheet's own; the template's, where the sheet has none."""
        return self.fields.get(field) or HEADINGS.heading(field)


def subject_of(text: str) -> Subject | None:
    """The paper of a heading or a cell: 社会工作实务（中级）, 实务成绩 and Practice are one."""
    word = IN_BRACKETS.sub("", plain(text))
    word = word.removeprefix("社会工作").removesuffix("成绩").removesuffix("分数")
    return SUBJECTS.get(word)
