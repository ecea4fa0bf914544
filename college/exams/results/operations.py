"""Recording results: the only code that makes or changes a ResultImport or a Result."""

from collections.abc import Collection, Sequence
from datetime import date

import sqlalchemy as sa

from college.core import clock, journal
from college.core.access import require
from college.core.db import db
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.core.states import move
from college.exams.cycles.models import ExamCycle
from college.exams.pass_rules.queries import lines_of
from college.exams.results.checking import Check, NewResult, Tally, tally_of
from college.exams.results.models import IMPORT_MOVES, ImportState, Result, ResultImport
from college.exams.results.passing import Judged, Pass, judge
from college.exams.results.queries import (
    CURRENT,
    chunks,
    current_in,
    paper_of,
    papers_of,
    passes_of,
)
from college.exams.results.reading import checked_score
from college.people.qualifications.models import Level, Qualification
from college.people.qualifications.operations import Earned, record_qualifications

Change = tuple[Result | None, Result]  # the row that stood, if one did, and the one to come


@operation
def upload_results(
    actor: Actor, cycle: ExamCycle, *, filename: str, file_sha256: str, tally: Tally
) -> ResultImport:
    """Keep an uploaded and checked sheet; no result is written yet."""
    require(actor, Can.RESULTS_IMPORT)
    row = ResultImport(
        cycle_id=cycle.id,
        filename=filename[-200:],
        file_sha256=file_sha256,
        uploaded_by_id=actor.person_id,
    )
    _count(row, tally)
    db.session.add(row)
    journal.record(actor, "upload_results", row, filename=row.filename, cycle=cycle.year)
    return row


@operation
def record_results(actor: Actor, result_import: ResultImport, check: Check) -> ResultImport:
    """Import the accepted rows of a checked sheet, all or none, and award what they earn.

    A different mark supersedes the one that stood. An import that was made already is returned
    as it is. Raises NotAllowed, ScoreNotHalf, ScoreOutOfRange.
    """
    require(actor, Can.RESULTS_IMPORT)
    locked = _locked(result_import)
    if locked.state is ImportState.IMPORTED:
        return locked
    for row in check.accepted:
        if row.score is not None:
            checked_score(row.score)
    tally = check.tally.at_import(tally_of(check.accepted, locked.cycle))
    _count(locked, tally)
    written = _write(actor, locked, check.accepted)
    awarded = _award(actor, {r.person_id for r in written}, f"{locked.filename} #{locked.id}")
    locked.qualifications_new = len(awarded)
    move(locked, ImportState.IMPORTED, IMPORT_MOVES)
    locked.imported_at = clock.now()
    journal.record(actor, "record_results", locked, new=tally.new, awarded=len(awarded))
    return locked


@operation
def hand_back(actor: Actor, result_import: ResultImport, *, count: int) -> ResultImport:
    """Note that somebody takes the refused rows home, with their ID numbers in full."""
    require(actor, Can.RESULTS_IMPORT)
    journal.record(actor, "hand_back_rows", result_import, count=count)
    return result_import


@operation
def judge_anew(actor: Actor, cycle: ExamCycle) -> list[Result]:
    """Judge a cycle's results by the lines that stand now, and award what they earn.

    Where the verdict or its line changes, a new row supersedes the old one: both are kept. Returns
    the new rows.
    """
    require(actor, Can.RESULTS_IMPORT)
    lines = lines_of([cycle.year])
    chosen = sa.select(Result).where(Result.cycle_id == cycle.id, CURRENT).order_by(Result.id)
    changes: list[Change] = []
    for old in db.session.scalars(chosen):
        judged = judge(paper_of(old, cycle.year), lines)
        if (old.verdict, old.pass_line_id) != (judged.verdict, _line_id(judged)):
            changes.append((old, _result(old.person_id, cycle, judged, old.import_id)))
    _replace(actor, "judge_anew", changes)
    _award(actor, {new.person_id for _, new in changes}, cycle.name)
    return [new for _, new in changes]


def _locked(result_import: ResultImport) -> ResultImport:
    """Lock the import, so that two who press the button at once write it once."""
    mine = sa.select(ResultImport).where(ResultImport.id == result_import.id)
    fresh = mine.with_for_update(of=ResultImport).execution_options(populate_existing=True)
    return db.session.scalars(fresh).one()


def _count(row: ResultImport, tally: Tally) -> None:
    row.rows_new, row.rows_corrected = tally.new, tally.corrected
    row.rows_unchanged, row.rows_refused = tally.unchanged, tally.refused
    row.persons_passing = tally.passing


def _write(actor: Actor, made: ResultImport, rows: Sequence[NewResult]) -> list[Result]:
    """Write the rows that say something new; returns them."""
    cycle = made.cycle
    lines = lines_of([cycle.year])
    stands = current_in(cycle, {row.person_id for row in rows})
    changes: list[Change] = []
    for row in rows:
        old = stands.get(row.key)
        if old is None or not row.is_like(old):
            judged = judge(row.paper(cycle.year), lines)
            changes.append((old, _result(row.person_id, cycle, judged, made.id)))
    _replace(actor, "record_result", changes)
    return [new for _, new in changes]


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


def _award(actor: Actor, person_ids: Collection[int], evidence: str) -> list[Qualification]:
    """Record what these persons' results earn, with the first certificate of each level."""
    first: dict[tuple[int, Level], Pass] = {}
    for person_id, earned in passes_of(papers_of(person_ids)).items():
        for certificate in earned:  # by level and year, so that the first one is the earliest
            if certificate.rule.earns_qualification:
                first.setdefault((person_id, certificate.level), certificate)
    dates = _approval_dates(person_ids)
    return record_qualifications(
        actor,
        [
            Earned(
                person_id=person_id,
                level=level,
                approved_on=dates[person_id, certificate.year],
                exam_year=certificate.year,
                basis=certificate.basis,
                region=certificate.region,
                evidence=evidence[:200],
            )
            for (person_id, level), certificate in first.items()
        ],
    )


def _approval_dates(person_ids: Collection[int]) -> dict[tuple[int, int], date]:
    """The date on each person's certificate of a year: approved, else scores, else exam."""
    dates: dict[tuple[int, int], date] = {}
    for part in chunks(sorted(person_ids)):
        chosen = sa.select(Result.person_id, ExamCycle).join(ExamCycle).distinct()
        mine = chosen.where(Result.person_id.in_(part), CURRENT).order_by(ExamCycle.id)
        for person_id, cycle in db.session.execute(mine):
            day = cycle.approved_on or cycle.scores_on or cycle.exam_to_on
            dates[person_id, cycle.year] = day
    return dates


def _line_id(judged: Judged) -> int | None:
    return judged.line.id if judged.line is not None else None
