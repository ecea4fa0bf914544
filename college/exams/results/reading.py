"""One row of a result sheet as typed facts, or the reasons why not. It reads no database."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import TypeVar

from college.core.columns import IN_BRACKETS
from college.core.imports import CellReader, Refused
from college.core.sheets import Row, is_number_lost
from college.exams.pass_rules.models import Subject
from college.exams.results import refusals as no
from college.exams.results.layout import Field, Layout, subject_of
from college.exams.results.models import ResultStatus, Verdict
from college.people.persons.cells import (
    id_number_in,
    id_type_in,
    name_in,
    plain,
    shown_id_number,
)
from college.people.persons.identity import IdType
from college.people.qualifications.models import Level

LEVELS = {
    "初级": Level.ASSISTANT,
    "助理社会工作师": Level.ASSISTANT,
    "助理社工师": Level.ASSISTANT,
    "assistant": Level.ASSISTANT,
    "assistantsocialworker": Level.ASSISTANT,
    "中级": Level.SOCIAL_WORKER,
    "初级社会工作师": Level.ASSISTANT,
    "初级社工师": Level.ASSISTANT,
    "社会工作师": Level.SOCIAL_WORKER,
    "社工师": Level.SOCIAL_WORKER,
    "中级社会工作师": Level.SOCIAL_WORKER,
    "中级社工师": Level.SOCIAL_WORKER,
    "intermediate": Level.SOCIAL_WORKER,
    "socialworker": Level.SOCIAL_WORKER,
    "高级": Level.SENIOR,
    "高级社会工作师": Level.SENIOR,
    "senior": Level.SENIOR,
    "seniorsocialworker": Level.SENIOR,
}
STATUSES = {
    "缺考": ResultStatus.ABSENT,
    "缺席": ResultStatus.ABSENT,
    "absent": ResultStatus.ABSENT,
    "-1": ResultStatus.ABSENT,
    "违纪": ResultStatus.DISCIPLINE,
    **dict.fromkeys(("违规", "作弊", "取消成绩", "成绩无效"), ResultStatus.DISCIPLINE),
    "discipline": ResultStatus.DISCIPLINE,
    "-2": ResultStatus.DISCIPLINE,
}
VERDICTS = {
    **dict.fromkeys(("合格", "是", "通过", "yes", "passed", "pass", "true"), Verdict.PASSED),
    **dict.fromkeys(
        ("不合格", "否", "未合格", "未通过", "no", "notpassed", "failed", "false"),
        Verdict.NOT_PASSED,
    ),
}
MAX_SCORE = 100
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
MINUS = str.maketrans("−–—", "---")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Score:
    """What a sheet says of one paper; without a mark the verdict alone is known."""

    status: ResultStatus = ResultStatus.SAT
    points: Decimal | None = None
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class ReadRow:
    """What a row says, its ID number cleaned; nothing is known yet about whose it is."""

    line: int
    name: str
    id_type: IdType
    id_number: str
    level: Level
    scores: Mapping[Subject, Score]
    region: str


Papers = Mapping[Level, Collection[str]]  # which papers each level has


def read_row(row: Row, layout: Layout, *, year: int, papers: Papers) -> ReadRow | list[Refused]:
    """Read a row for the cycle of `year`; every cell that is wrong gets its own reason."""
    reader = _Reader(row, layout)
    reader.refuse_formulas(layout.headings)
    name = reader.take(Field.NAME, name_in)
    id_type = reader.take(Field.ID_TYPE, id_type_in)
    is_lost = is_number_lost(row.cells.get(layout.fields[Field.ID_NUMBER], ""))
    number = reader.take(Field.ID_NUMBER, lambda text: id_number_in(text, id_type, is_lost=is_lost))
    level = reader.take(Field.LEVEL, level_in)
    reader.take(Field.YEAR, lambda text: year_in(text, year))
    scores = reader.scores(reader.take(Field.VERDICT, _verdict))
    if level is not None:
        reader.refuse_foreign(scores, level, papers.get(level, ()))
    if reader.refused or name is None or id_type is None or number is None or level is None:
        return reader.refused
    return ReadRow(
        line=row.line,
        name=name,
        id_type=id_type,
        id_number=number,
        level=level,
        scores=scores,
        region=reader.text(Field.REGION)[:60],
    )


def checked_score(score: Decimal) -> Decimal:
    """The mark, if it is one: official marks go from 0 to 100 in halves.

    Raises ScoreOutOfRange, ScoreNotHalf.
    """
    if not 0 <= score <= MAX_SCORE:
        raise no.ScoreOutOfRange
    below = Decimal(int(score * 2)) / 2
    if below != score:
        above = below + Decimal("0.5")
        raise no.ScoreNotHalf(below=f"{below.normalize():f}", above=f"{above.normalize():f}")
    return score


class _Reader(CellReader):
    def __init__(self, row: Row, layout: Layout) -> None:
        super().__init__(row, {layout.fields[Field.ID_NUMBER]}, shown_id_number)
        self.layout = layout

    def text(self, field: Field) -> str:
        return self.row.text(self.layout.fields.get(field, ""))

    def take(self, field: Field, read: Callable[[str], T]) -> T | None:
        return self.take_cell(self.layout.heading(field), read)

    def scores(self, verdict: Verdict | None) -> dict[Subject, Score]:
        """What the row says by paper, `verdict` being what it says as a whole.

        In a wide sheet an empty cell is a paper not taken. One verdict for a row of several papers:
        a pass holds for each, a fail does not say for which.
        """
        if not self.layout.is_wide:
            subject = self.take(Field.SUBJECT, _subject)
            score = self._mark(verdict, self.layout.heading(Field.SCORE))
            return {subject: score} if subject and score else {}
        layout, row = self.layout, self.row
        own = {s: self.take_cell(h, _verdict) for s, h in layout.verdicts.items() if row.text(h)}
        marked = [subject for subject, heading in layout.papers.items() if row.text(heading)]
        if not marked and not own:
            self.take_cell(next(iter(layout.papers.values()), layout.headings[-1]), score_in)
        taken = dict.fromkeys([*marked, *(subject for subject, said in own.items() if said)])
        read = {s: self._mark(own.get(s), layout.papers.get(s, "")) for s in taken}
        is_vague = len(taken) > 1 and verdict is Verdict.NOT_PASSED
        return {
            subject: score if score.verdict or is_vague else replace(score, verdict=verdict)
            for subject, score in read.items()
            if score
        }

    def _mark(self, verdict: Verdict | None, heading: str) -> Score | None:
        """Of one paper: a mark, a word, or the verdict alone."""
        if verdict is not None and not self.row.text(heading):
            return Score(verdict=verdict)
        score = self.take_cell(heading, score_in)
        if score is None or verdict is None:
            return score
        if score.verdict not in {None, verdict}:
            self.refuse(heading, no.VerdictsDiffer())
        return replace(score, verdict=verdict)

    def refuse_foreign(
        self, taken: Iterable[Subject], level: Level, known: Collection[str]
    ) -> None:
        for subject in [subject for subject in taken if subject not in known]:
            heading = self.layout.fields.get(Field.SUBJECT) or self.layout.of_paper(subject)
            self.refuse(heading, no.SubjectNotOfLevel(level=level))


def level_in(text: str) -> Level:
    word = plain(text)
    said = [IN_BRACKETS.sub("", word), *IN_BRACKETS.findall(word)]  # 社会工作师(中级), 考试(中级)
    found = {LEVELS[part] for part in (each.strip("()") for each in said) if part in LEVELS}
    if len(found) != 1:
        raise no.LevelUnknown
    return found.pop()


def year_in(text: str, year: int) -> int:
    if plain(text).removesuffix("度").removesuffix("年") != str(year):
        raise no.YearUnlike(year=year)
    return year


def _subject(text: str) -> Subject:
    found = subject_of(text)
    if found is None:
        raise no.SubjectUnknown
    return found


@lru_cache(maxsize=512)  # a sheet of a province has the same few hundred scores all over
def score_in(text: str) -> Score:
    """A mark, a status, or 合格 where no marks are published.

    Raises ScoreMissing, StatusUnknown, ScoreOutOfRange, ScoreNotHalf.
    """
    word = plain(text).translate(MINUS)
    if not word:
        raise no.ScoreMissing
    if word in STATUSES:
        return Score(STATUSES[word])
    if word in VERDICTS:
        return Score(verdict=VERDICTS[word])
    number = word.removesuffix("分")
    if not NUMBER.fullmatch(number):
        raise no.StatusUnknown
    return Score(points=checked_score(Decimal(number)))


def _verdict(text: str) -> Verdict | None:
    if not text:
        return None
    found = VERDICTS.get(plain(text))
    if found is None:
        raise no.VerdictUnknown
    return found
