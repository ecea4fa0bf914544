"""Writing results: the only code that makes or changes a Result, chunk by chunk of an import."""

from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from college.core import journal
from college.core.access import require
from college.core.db import db, locked
from college.core.imports import ImportState
from college.core.operation import operation
from college.core.roles import Actor, Can, Scope
from college.exams.cycles.models import ExamCycle
from college.exams.pass_rules.queries import lines_of
from college.exams.results.awards import awards
from college.exams.results.checked import NewResult
from college.exams.results.models import Result, ResultImport, Verdict
from college.exams.results.passing import Judged, Pass, judge
from college.exams.results.queries import (
    CURRENT,
    chunks,
    current_in,
    papers_of,
    passes_of,
    verdicts_in,
)
from college.exams.results.reading import checked_score
from college.people.notices.models import NoticeKind
from college.people.notices.telling import tell_all
from college.people.qualifications.models import Qualification
from college.people.qualifications.operations import record_qualifications
from college.people.roles.queries import who_may

Change = tuple[Result | None, Result]  # the row that stood, if one did, and the one to come


@operation
def record_chunk(
    actor: Actor, result_import: ResultImport, rows: Sequence[NewResult], *, start: int
) -> ResultImport:
    """Record the results of an import from number `start` on; a chunk that is in is left alone.

    A different mark supersedes the one that stood; the same one is counted as unchanged.
    Raises NotAllowed, ScoreNotHalf, ScoreOutOfRange.
    """
    require(actor, Can.RESULTS_IMPORT)
    made = locked(ResultImport, result_import.id)
    if made.state is not ImportState.IMPORTING or made.results_done != start:
        return made
    for row in rows:
        if row.score is not None:
            checked_score(row.score)
    changed = _changed(made, rows)
    _replace(actor, "record_result", [change for _, change in changed])
    lines = {row.line for row, _ in changed}
    made.rows_new += len(lines)
    made.rows_unchanged -= len(lines)  # all count so until they are found to be new
    made.rows_corrected += len({row.line for row, (old, _) in changed if old is not None})
    made.results_done += len(rows)
    journal.record(actor, "record_chunk", made, start=start, rows=len(rows), new=len(lines))
    return made


@operation
def award_chunk(
    actor: Actor, result_import: ResultImport, person_ids: Sequence[int], *, start: int
) -> ResultImport:
    """Award what the persons of an import earn, from number `start` on; once, as `record_chunk`.

    Raises NotAllowed.
    """
    require(actor, Can.RESULTS_IMPORT)
    made = locked(ResultImport, result_import.id)
    if made.state is not ImportState.IMPORTING or made.persons_done != start:
        return made
    earned = passes_of(papers_of(person_ids))
    awarded = record_qualifications(actor, awards(earned, f"{made.filename} #{made.id}"))
    made.qualifications_new += len(awarded)
    made.persons_passing += _count_passing(made, earned)
    made.persons_done += len(person_ids)
    _tell(made.cycle.year, _written(made.id, person_ids))
    journal.record(actor, "award_chunk", made, start=start, awarded=len(awarded))
    return made


@operation
def judge_persons(
    actor: Actor, cycle: ExamCycle, person_ids: Sequence[int]
) -> tuple[list[Result], list[Qualification]]:
    """Judge some persons' results of a cycle by the lines that stand now, and award what they earn.

    Where the verdict or its line changes, a new row supersedes the old one: both are kept. Returns
    the new rows and the new qualifications. Raises NotAllowed.
    """
    require(actor, Can.RESULTS_IMPORT)
    lines = lines_of([cycle.year])
    otherwise: dict[int, Judged] = {}
    for result_id, stands, paper in verdicts_in(cycle, person_ids):
        judged = judge(paper, lines)
        if stands != (judged.verdict, _line_id(judged)):
            otherwise[result_id] = judged
    changes: list[Change] = [
        (old, _result(old.person_id, cycle, otherwise[old.id], old.import_id))
        for part in chunks(list(otherwise))
        for old in db.session.scalars(sa.select(Result).where(Result.id.in_(part), CURRENT))
    ]
    _replace(actor, "judge_anew", changes)
    awarded = record_qualifications(actor, awards(passes_of(papers_of(person_ids)), cycle.name))
    told = {new.person_id for _, new in changes} | {row.person_id for row in awarded}
    _tell(cycle.year, told)
    return [new for _, new in changes], awarded


@operation
def award_persons(actor: Actor, person_ids: Sequence[int]) -> list[Qualification]:
    """Award what the results of some persons earn as they stand, and tell who is awarded.

    For what makes results another person's: of two records made one, or two again. Returns the new
    qualifications. Raises NotAllowed.
    """
    require(actor, Can.RESULTS_IMPORT)
    awarded = record_qualifications(actor, awards(passes_of(papers_of(person_ids))))
    newest = {row.person_id: row.exam_year for row in sorted(awarded, key=_year)}
    for year in sorted({year for year in newest.values() if year is not None}):
        _tell(year, [person_id for person_id, last in newest.items() if last == year])
    return awarded


def _changed(made: ResultImport, rows: Sequence[NewResult]) -> list[tuple[NewResult, Change]]:
    """The rows that say something new, each with what it makes of the result that stands."""
    cycle = made.cycle
    lines = lines_of([cycle.year])
    stands = current_in(cycle, {row.person_id for row in rows})
    changed: list[tuple[NewResult, Change]] = []
    for row in rows:
        old = stands.get(row.key)
        if row.is_news(old, made.published_on):
            judged = judge(row.paper(cycle, made.published_on, old), lines)
            sheet = old.import_id if old is not None and row.keeps_verdict(old) else made.id
            changed.append((row, (old, _result(row.person_id, cycle, judged, sheet))))
    return changed


def _written(import_id: int, person_ids: Sequence[int]) -> set[int]:
    """The persons of these of whom an import wrote a result that was not known before.

    A fail that it only said again is none.
    """
    old = aliased(Result)
    is_repeated = sa.exists().where(
        old.superseded_by_id == Result.id,
        old.id != Result.id,
        old.published_verdict == Verdict.NOT_PASSED,
        *(
            getattr(old, name).is_not_distinct_from(getattr(Result, name))
            for name in ("status", "score", "region", "published_verdict", "verdict")
        ),
    )
    chosen = sa.select(Result.person_id).where(Result.import_id == import_id, ~is_repeated)
    return set(db.session.scalars(chosen.where(Result.person_id.in_(person_ids))))


def _tell(year: int, person_ids: Collection[int]) -> None:
    """The notice leads to the record of whoever may open their own, else to their data."""
    own = who_may(Can.PERSONS_SEE, person_ids, scopes={Scope.MINE, Scope.ALL})
    told = {i: {"year": year, "person_id": i if i in own else None} for i in person_ids}
    tell_all(NoticeKind.RESULTS_IN, told)


def _count_passing(made: ResultImport, earned: Mapping[int, Sequence[Pass]]) -> int:
    """How many of these persons earn in the cycle a level of which the import wrote a paper."""
    chosen = sa.select(Result.person_id, Result.level).where(Result.import_id == made.id)
    rows = db.session.execute(chosen.where(Result.person_id.in_(earned)).distinct())
    written = {(person_id, level) for person_id, level in rows}
    return sum(
        any(p.year == made.cycle.year and (person_id, p.level) in written for p in passes)
        for person_id, passes in earned.items()
    )


def _result(person_id: int, cycle: ExamCycle, judged: Judged, import_id: int | None) -> Result:
    paper = judged.paper
    return Result(
        person_id=person_id,
        cycle_id=cycle.id,
        level=paper.level,
        subject=paper.subject,
        status=paper.status,
        score=paper.score,
        region=paper.region,
        published_verdict=paper.published_verdict,
        verdict=judged.verdict,
        pass_line_id=_line_id(judged),
        import_id=import_id,
    )


def _replace(actor: Actor, deed: str, changes: Sequence[Change]) -> None:
    """Add the new rows, each in the place of its old one, if there was one."""
    for old, _ in changes:
        if old is not None:
            old.superseded_by_id = old.id  # only one row may be current, and the new has no id yet
    db.session.flush()
    db.session.add_all(new for _, new in changes)
    db.session.flush()
    for old, new in changes:
        if old is not None:
            old.superseded_by_id = new.id
    told = [(new, new.person_id, _facts(new)) for _, new in changes]
    journal.record_all(actor, deed, told)


def _facts(result: Result) -> dict[str, object]:
    return {
        "cycle": result.cycle_id,
        "level": result.level,
        "subject": result.subject,
        "score": result.score,
        "status": result.status,
        "verdict": result.verdict,
    }


def _year(row: Qualification) -> int:
    return row.exam_year or 0


def _line_id(judged: Judged) -> int | None:
    return judged.line.id if judged.line is not None else None
