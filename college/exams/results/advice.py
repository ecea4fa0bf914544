"""What one person's results are good for: what counts, what lapses when, what to enter next."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.roles import Actor, Can
from college.exams.cycles.models import ExamCycle
from college.exams.cycles.queries import next_year
from college.exams.pass_rules.models import Extension, PassRule, Subject
from college.exams.pass_rules.queries import all_rules, extensions_of, lines_of, rule_of
from college.exams.results.models import Result, ResultImport, ResultStatus
from college.exams.results.passing import (
    Judged,
    Paper,
    counts_in,
    counts_until,
    extension_of,
    judge,
)
from college.exams.results.queries import CURRENT, papers_of
from college.people.qualifications.models import Level, Qualification
from college.people.qualifications.queries import best_of

STATEMENT_YEARS = 3  # of review, from the day of issue; Source: 人社部规〔2018〕2号
LEAP_DAY = 29


@dataclass(frozen=True, slots=True)
class Attempt:
    """A paper sat, or not, in one exam year."""

    year: int
    status: ResultStatus
    score: Decimal | None
    is_passed: bool
    region: str  # to which the pass is bound


@dataclass(frozen=True, slots=True)
class PaperAdvice:
    """One paper of a level: its attempts, and the last pass with the year through which it counts.

    `extension` is the notice that lengthens the window, where one does.
    """

    subject: Subject
    attempts: tuple[Attempt, ...]
    passed: Attempt | None
    until_year: int | None
    extension: Extension | None
    counts: bool  # in the sitting advised on

    @property
    def has_lapsed(self) -> bool:
        return self.passed is not None and not self.counts


@dataclass(frozen=True, slots=True)
class Statement:
    """The senior level's proof of a passed exam: good for review until a day, and no title."""

    year: int
    issued_on: date
    until_on: date
    is_valid: bool


@dataclass(frozen=True, slots=True)
class Advice:
    """Where a person is with one level, towards the sitting of `year`."""

    level: Level
    year: int
    papers: tuple[PaperAdvice, ...]
    held: Qualification | None
    statement: Statement | None

    @property
    def satisfied(self) -> tuple[PaperAdvice, ...]:
        return tuple(paper for paper in self.papers if paper.counts)

    @property
    def missing(self) -> tuple[Subject, ...]:
        """The papers to enter in `year`: all of them passed, the level is done soonest."""
        if self.is_done:
            return ()
        return tuple(paper.subject for paper in self.papers if not paper.counts)

    @property
    def is_done(self) -> bool:
        return self.held is not None or (self.statement is not None and self.statement.is_valid)

    @property
    def lapsing(self) -> tuple[PaperAdvice, ...]:
        """What counts in `year` for the last time."""
        if self.is_done:
            return ()
        return tuple(paper for paper in self.satisfied if paper.until_year == self.year)

    @property
    def lapsed(self) -> tuple[PaperAdvice, ...]:
        return () if self.is_done else tuple(paper for paper in self.papers if paper.has_lapsed)

    @property
    def bound_to(self) -> str:
        """The region to which the certificate would be bound by a paper that counts already."""
        bound = (p.passed.region for p in self.satisfied if p.passed and p.passed.region)
        return "" if self.is_done else next(bound, "")

    @property
    def years(self) -> range:
        """The exam years that its picture shows: from the first attempt through the last window."""
        first = min((a.year for p in self.papers for a in p.attempts), default=self.year)
        last = max((p.until_year or 0 for p in self.papers), default=0)
        if self.statement is not None:
            last = max(last, self.statement.until_on.year)
        return range(first, max(last, first if self.is_done else self.year) + 1)


def advice(person_id: int, *, year: int | None = None) -> list[Advice]:
    """Advise a person on each level that they sat or hold, for the next sitting unless told.

    Of a level below one that is held nothing is said, unless it is held too.
    """
    return _advice(person_id, papers_of([person_id])[person_id], year)


def own_advice(actor: Actor) -> list[Advice]:
    """What the reader's own results are good for, as far as they may see them."""
    if actor.person_id is None or not actor.reach(Can.RESULTS_SEE):
        return []
    papers = papers_of([actor.person_id])[actor.person_id]
    # most readers of a day page never sat: they shall not wait for rules and lines
    found = _advice(actor.person_id, papers, None) if papers else []
    return [each for each in found if each.held is None]


def _advice(person_id: int, papers: Sequence[Paper], year: int | None) -> list[Advice]:
    sitting = year or next_year()
    held = {level: q for (_, level), q in best_of(_qualifications(person_id)).items()}
    highest = max((level.rank for level in held), default=-1)
    years = {p.year for p in papers}
    lines, rules, notices = lines_of(years), all_rules(), extensions_of(years)
    judged = [judge(paper, lines) for paper in papers]
    issued = _issue_dates(person_id)
    found = []
    for level in Level:
        mine = [j for j in judged if j.paper.level is level]
        rule = rule_of(level, sitting, rules)
        if rule is None or not (level in held or (mine and level.rank > highest)):
            continue
        of_papers = tuple(_paper(Subject(s), mine, rule, sitting, notices) for s in rule.subjects)
        statement = None if rule.earns_qualification else _statement(level, of_papers, issued)
        found.append(Advice(level, sitting, of_papers, held.get(level), statement))
    return found


def _paper(
    subject: Subject,
    judged: Sequence[Judged],
    rule: PassRule,
    sitting: int,
    notices: Sequence[Extension],
) -> PaperAdvice:
    mine = sorted((j for j in judged if j.paper.subject is subject), key=lambda j: j.paper.year)
    passed = [j for j in mine if j.is_passed]
    # who passed twice keeps the one that counts longest; a national one of those that count
    best = max(
        passed,
        key=lambda j: (
            counts_in(rule, j.paper, sitting, notices),
            not j.region,
            counts_until(rule, j.paper, notices),
        ),
        default=None,
    )
    return PaperAdvice(
        subject,
        tuple(map(_attempt, mine)),
        _attempt(best) if best else None,
        counts_until(rule, best.paper, notices) if best else None,
        extension_of(rule, best.paper, notices) if best else None,
        best is not None and counts_in(rule, best.paper, sitting, notices),
    )


def _attempt(judged: Judged) -> Attempt:
    paper = judged.paper
    return Attempt(paper.year, paper.status, paper.score, judged.is_passed, judged.region)


def _statement(
    level: Level, papers: Sequence[PaperAdvice], issued: Mapping[tuple[Level, int], date]
) -> Statement | None:
    passed = [paper.passed for paper in papers if paper.passed is not None]
    if len(passed) < len(papers):
        return None
    year = max(attempt.year for attempt in passed)
    return statement_of(year, issued[level, year], clock.today())


def statement_of(year: int, issued_on: date, day: date) -> Statement:
    """The statement of an exam year, and whether it counts for a review on a day."""
    until = _years_on(issued_on, STATEMENT_YEARS)
    return Statement(year, issued_on, until, day <= until)


def statements_of(
    person_ids: Collection[int], day: date, *, known_at: datetime | None = None
) -> dict[int, Statement]:
    """The newest senior statement of each of these people that was issued by a day."""
    chosen = (
        sa.select(Result.person_id, ExamCycle, ResultImport.published_on)
        .join(ExamCycle, ExamCycle.id == Result.cycle_id)
        .outerjoin(Result.sheet)
        .where(Result.person_id.in_(person_ids), Result.known(known_at), Result.is_senior_pass())
        .order_by(ExamCycle.year)
    )
    found: dict[int, Statement] = {}
    for person_id, cycle, listed_on in db.session.execute(chosen):
        issued_on = cycle.certified_on(listed_on)
        if issued_on <= day:
            found[person_id] = statement_of(cycle.year, issued_on, day)
    return found


def counting_since(day: date) -> date:
    """Statements issued from this day on still count for a review on `day`, the others do not."""
    if (day.month, day.day) == (2, LEAP_DAY):
        return date(day.year - STATEMENT_YEARS, 3, 1)
    return day.replace(year=day.year - STATEMENT_YEARS)


def _years_on(day: date, years: int) -> date:
    """The same day some years on; 28 February for one that such a year lacks."""
    is_leap_day = (day.month, day.day) == (2, LEAP_DAY)
    return day.replace(year=day.year + years, day=28 if is_leap_day else day.day)


def _issue_dates(person_id: int) -> dict[tuple[Level, int], date]:
    """When the passes of each level and year were approved, else published, else listed or sat."""
    chosen = (
        sa.select(Result.level, ExamCycle, ResultImport.published_on)
        .join(ExamCycle, ExamCycle.id == Result.cycle_id)
        .outerjoin(Result.sheet)
        .where(Result.person_id == person_id, CURRENT)
    )
    issued: dict[tuple[Level, int], date] = {}
    for level, cycle, listed_on in db.session.execute(chosen):
        on = cycle.certified_on(listed_on)
        issued[level, cycle.year] = max(on, issued.get((level, cycle.year), on))
    return issued


def _qualifications(person_id: int) -> Sequence[Qualification]:
    mine = (Qualification.person_id == person_id) & Qualification.known()
    return db.session.scalars(sa.select(Qualification).where(mine).order_by(Qualification.id)).all()
