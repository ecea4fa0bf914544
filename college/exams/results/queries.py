from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm import joinedload, selectinload

from college.core.db import db
from college.core.imports import Headway, titles
from college.core.jobs import Job, JobState, Titled
from college.exams.cycles.models import ExamCycle
from college.exams.cycles.queries import next_year
from college.exams.pass_rules.models import Extension, PassLine, PassRule, Subject
from college.exams.pass_rules.queries import all_rules, extensions_of, lines_of, rule_of
from college.exams.results.models import Result, ResultImport, Verdict
from college.exams.results.passing import (
    Judged,
    Lines,
    Paper,
    Pass,
    counts_in,
    counts_until,
    judge,
    passes,
)
from college.people.qualifications.models import Level, Qualification
from college.people.qualifications.queries import best_of

T = TypeVar("T")
Key = tuple[int, Level, Subject]  # person, level, paper
CURRENT = Result.known()
CHUNK = 1_000
# what the pass engine takes of a result; making a whole Result of each row takes far longer
FACTS = (
    Result.person_id,
    Result.level,
    Result.subject,
    Result.status,
    Result.score,
    Result.region,
    Result.published_verdict,
    ResultImport.published_on,
)
CHECK, RECORD = "exams.check", "exams.record"  # kinds of jobs


@dataclass(frozen=True, slots=True)
class ValidPaper:
    """A passed paper, and the last exam year for whose certificate it still counts."""

    subject: Subject
    year: int
    until_year: int
    region: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person is with one level: held, or what counts in the sitting of `year`, and not."""

    level: Level
    year: int
    held: Qualification | None
    valid: tuple[ValidPaper, ...]
    missing: tuple[Subject, ...]
    lapsed: tuple[Subject, ...]  # passed once, too long ago
    statement_year: int | None  # the pass of a level that earns no qualification by itself


def headway(made: ResultImport) -> Headway:
    return Headway.of(made, check=CHECK, record=RECORD)


def imports_of() -> sa.Select[ResultImport]:
    """All imports, latest first, to be paged."""
    return sa.select(ResultImport).order_by(ResultImport.uploaded_at.desc(), ResultImport.id.desc())


def subjects(import_ids: Collection[int]) -> dict[int, Titled]:
    """The file of each import, for the list of jobs."""
    return titles(ResultImport, import_ids)


def stopped_among(imports: Sequence[ResultImport]) -> set[int]:
    """Which of these imports the worker could not bring to their end, by id."""
    mine = Job.kind.in_({CHECK, RECORD}) & Job.row_id.in_({made.id for made in imports})
    last = sa.select(sa.func.max(Job.id)).where(mine).group_by(Job.row_id)
    chosen = sa.select(Job.row_id).where(Job.id.in_(last), Job.state == JobState.FAILED)
    return set(db.session.scalars(chosen))


def unearned_by(made: ResultImport) -> list[Qualification]:
    """Qualifications of the cycle or a later one that, after an import, are earned no more.

    A pass may be cancelled after the eligibility check; the office decides what becomes of them.
    """
    old = orm.aliased(Result)
    corrected = sa.exists().where(old.superseded_by_id == Result.id, old.id != Result.id)
    touched = sa.select(Result.person_id).where(Result.import_id == made.id, corrected)
    return unearned_among(touched, made.cycle.year)


def unearned_among(person_ids: sa.Select[int], year: int) -> list[Qualification]:
    """Qualifications of some persons, of a year or a later one, that their results earn no more."""
    chosen = (
        sa.select(Qualification)
        .where(Qualification.person_id.in_(person_ids), Qualification.exam_year >= year)
        .where(Qualification.known())
        .options(joinedload(Qualification.person))
        .order_by(Qualification.id)
    )
    held = db.session.scalars(chosen).all()
    earned = passes_of(papers_of({q.person_id for q in held}))
    return [q for q in held if not any(_earns(p, q) for p in earned[q.person_id])]


def _earns(won: Pass, held: Qualification) -> bool:
    """Whether a pass is enough for what is held: a regional one is not for a national one."""
    return won.level is held.level and won.basis.rank >= held.basis.rank


def results_of(person_id: int) -> Sequence[Result]:
    """A person's current results with their cycles, latest year first."""
    chosen = (
        sa.select(Result)
        .join(ExamCycle)
        .where(Result.person_id == person_id, CURRENT)
        .options(joinedload(Result.cycle), joinedload(Result.pass_line))
        .order_by(ExamCycle.year.desc(), Result.level, Result.subject, Result.id)
    )
    return db.session.scalars(chosen).all()


def standing(person_id: int, *, year: int | None = None) -> list[Standing]:
    """What counts for a person in the sitting of `year`, the next one unless told; by level.

    Only levels that the person sat or holds.
    """
    papers = papers_of([person_id])[person_id]
    held = {level: q for (_, level), q in best_of(_qualifications(person_id)).items()}
    years = {p.year for p in papers}
    lines, notices = lines_of(years), extensions_of(years)
    passed = [j for j in (judge(p, lines) for p in papers) if j.is_passed]
    levels = {p.level for p in papers} | held.keys()
    rules = all_rules()
    sitting = year or next_year()
    return [
        _standing(
            rule, sitting, held.get(level), [j for j in passed if j.paper.level is level], notices
        )
        for level in sorted(levels, key=lambda level: level.rank)
        if (rule := rule_of(level, sitting, rules)) is not None
    ]


def passes_of(
    papers: Mapping[int, Sequence[Paper]],
    *,
    known_on: date | None = None,
    known_at: datetime | None = None,
    also: Sequence[PassLine] = (),
) -> dict[int, list[Pass]]:
    """What the results of some persons earn by the rules, lines and notices on record, by person.

    Of lines and notices those believed at `known_at`, and only those published by `known_on`, if
    it is given. `also` are lines that are not on record yet.
    """
    rules = all_rules()
    years = {p.year for of_one in papers.values() for p in of_one}
    # of two lines for the same the first counts
    lines = Lines([*also, *lines_of(years, known_at=known_at, known_on=known_on)])
    notices = extensions_of(years, known_at=known_at, known_on=known_on)
    return {who: passes(of_one, rules, lines, notices) for who, of_one in papers.items()}


def papers_of(
    person_ids: Collection[int], *, known_at: datetime | None = None
) -> dict[int, list[Paper]]:
    """The results of some persons, current now or at a moment, as the pass engine takes them."""
    found: dict[int, list[Paper]] = {person_id: [] for person_id in person_ids}
    for part in chunks(sorted(person_ids)):
        chosen = sa.select(*FACTS, ExamCycle.year, ExamCycle.province).join(Result.cycle)
        chosen = chosen.outerjoin(Result.sheet)
        mine = chosen.where(Result.person_id.in_(part), Result.known(known_at)).order_by(Result.id)
        for row in db.session.execute(mine):
            found[row.person_id].append(paper_of(row, row.year, row.province))
    return found


def current_in(cycle: ExamCycle, person_ids: Collection[int]) -> dict[Key, Result]:
    """The current results of some persons in one cycle with their sheets, by person and paper."""
    found: dict[Key, Result] = {}
    for part in chunks(sorted(person_ids)):
        mine = (Result.cycle_id == cycle.id) & Result.person_id.in_(part) & CURRENT
        chosen = sa.select(Result).where(mine).options(selectinload(Result.sheet))
        for result in db.session.scalars(chosen):
            found[result.person_id, result.level, result.subject] = result
    return found


def said_in(cycle: ExamCycle, person_ids: Collection[int]) -> dict[Key, sa.Row[*tuple[Any, ...]]]:
    """As `current_in`, the FACTS alone: enough to compare a sheet with."""
    found: dict[Key, sa.Row[*tuple[Any, ...]]] = {}
    for part in chunks(sorted(person_ids)):
        mine = (Result.cycle_id == cycle.id) & Result.person_id.in_(part) & CURRENT
        for row in db.session.execute(sa.select(*FACTS).outerjoin(Result.sheet).where(mine)):
            found[row.person_id, row.level, row.subject] = row
    return found


def verdicts_in(
    cycle: ExamCycle, person_ids: Collection[int]
) -> Iterator[tuple[int, tuple[Verdict, int | None], Paper]]:
    """The current results of some persons in one cycle: its id, verdict and line, and the paper."""
    for part in chunks(sorted(person_ids)):
        mine = (Result.cycle_id == cycle.id) & Result.person_id.in_(part) & CURRENT
        chosen = sa.select(Result.id, Result.verdict, Result.pass_line_id, *FACTS)
        chosen = chosen.outerjoin(Result.sheet).where(mine).order_by(Result.id)
        for row in db.session.execute(chosen):
            paper = paper_of(row, cycle.year, cycle.province)
            yield row.id, (row.verdict, row.pass_line_id), paper


def paper_of(result: Result | sa.Row[*tuple[Any, ...]], year: int, province: str) -> Paper:
    """What the pass engine takes of a result, or of the FACTS of one."""
    return Paper(
        level=result.level,
        subject=result.subject,
        year=year,
        province=province,
        status=result.status,
        score=result.score,
        region=result.region,
        published_verdict=result.published_verdict,
        published_on=result.published_on,
    )


def chunks(ids: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """Parts small enough for the variables of one statement."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def _standing(
    rule: PassRule,
    year: int,
    held: Qualification | None,
    passed: Sequence[Judged],
    notices: Sequence[Extension],
) -> Standing:
    last = {j.paper.subject: j for j in sorted(passed, key=lambda j: j.paper.year)}
    valid = {s: j for s, j in last.items() if counts_in(rule, j.paper, year, notices)}
    open_papers = [] if held else [Subject(s) for s in rule.subjects if s not in valid]
    statement = None
    if not rule.earns_qualification and last.keys() >= set(rule.subjects):
        statement = max(j.paper.year for j in last.values())
    return Standing(
        level=rule.level,
        year=year,
        held=held,
        valid=tuple(
            ValidPaper(s, j.paper.year, counts_until(rule, j.paper, notices), j.region)
            for s, j in valid.items()
        ),
        missing=tuple(open_papers),
        lapsed=tuple(s for s in open_papers if s in last),
        statement_year=statement,
    )


def _qualifications(person_id: int) -> Sequence[Qualification]:
    mine = (Qualification.person_id == person_id) & Qualification.known()
    return db.session.scalars(sa.select(Qualification).where(mine).order_by(Qualification.id)).all()
