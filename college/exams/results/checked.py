"""What a dry run found: the results that can be recorded, the cells that stop others, the count."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Self

import sqlalchemy as sa

from college.core.imports import Refused
from college.exams.cycles.models import ExamCycle
from college.exams.pass_rules.models import Subject
from college.exams.results.models import Result, ResultStatus, Verdict
from college.exams.results.passing import Paper
from college.exams.results.queries import Key
from college.people.qualifications.models import Level

Said = Result | sa.Row[*tuple[Any, ...]]  # a result that stands, or the FACTS of one


@dataclass(frozen=True, slots=True, kw_only=True)
class NewResult:
    """One paper of one known person, as published, and the line of the sheet that says so."""

    line: int
    person_id: int
    level: Level
    subject: Subject
    status: ResultStatus
    score: Decimal | None
    region: str = ""
    published_verdict: Verdict | None = None

    @property
    def key(self) -> Key:
        return self.person_id, self.level, self.subject

    @property
    def says(self) -> tuple[object, ...]:
        return self.status, self.score, self.region, self.published_verdict

    def beside(self, old: Said | None) -> Self:
        """With what this sheet leaves unsaid as it stands: silence denies nothing.

        A sheet without places takes nobody out of their region, one of 合格 alone takes no mark
        away, and a verdict stands until another mark or status is said: the first mark of a paper
        is the one that its verdict was of.
        """
        if old is None:
            return self
        is_bare = self.status is ResultStatus.SAT and self.score is None
        score = old.score if is_bare and old.status is self.status else self.score
        is_same = self.status is old.status and old.score in {None, score}
        kept = old.published_verdict if is_same else None
        return replace(
            self,
            score=score,
            region=self.region or old.region,
            published_verdict=self.published_verdict or kept,
        )

    def is_like(self, result: Said) -> bool:
        stands = (result.status, result.score, result.region, result.published_verdict)
        return self.beside(result).says == stands

    def is_news(self, old: Said | None, published_on: date) -> bool:
        """Whether a list of this day says something new of the paper.

        A fail that a later list says again is new where a region has lines of its own: it answers
        for those drawn in between, as after a check that cancelled a pass.
        """
        if old is None:
            return True
        if not self.is_like(old):
            return not is_newer(old, published_on)
        if self.published_verdict is not Verdict.NOT_PASSED or not (self.region or old.region):
            return False
        return old.published_on is not None and old.published_on < published_on

    def keeps_verdict(self, old: Said | None) -> bool:
        """Whether the verdict is the one that stands, and so still that of the older list."""
        return self.beside(old).published_verdict is not self.published_verdict

    def paper(self, cycle: ExamCycle, published_on: date, old: Said | None = None) -> Paper:
        """The paper as it is once a list of this day has its say beside what stands."""
        said = self.beside(old)
        is_older = old is not None and self.keeps_verdict(old)
        return Paper(
            level=said.level,
            subject=said.subject,
            year=cycle.year,
            province=cycle.province,
            status=said.status,
            score=said.score,
            region=said.region,
            published_verdict=said.published_verdict,
            published_on=old.published_on if old is not None and is_older else published_on,
        )


def is_newer(result: Said, published_on: date) -> bool:
    """Whether a result stands on a list that is newer than one of this day."""
    return result.published_on is not None and published_on < result.published_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Rows of a sheet by what becomes of them; `corrected` ones are among the `new`."""

    new: int = 0
    corrected: int = 0
    unchanged: int = 0
    refused: int = 0
    passing: int = 0  # persons whom the new rows let earn the level
    losing: tuple[int, ...] = ()  # persons who earned a certificate without the new rows

    @property
    def total(self) -> int:
        return self.new + self.unchanged + self.refused


@dataclass(frozen=True, slots=True)
class Check:
    """The rows that can be imported, the cells that stop others, and the count of both.

    `passed_over` are the headings of columns that are not read.
    """

    accepted: Sequence[NewResult]
    refused: Sequence[Refused]
    tally: Tally
    passed_over: Sequence[str] = ()
