"""Telling people that what they passed counts for the last time, while they can still register.

When the registration opens and in its last days; where its dates are not announced, once the year
begins. Nobody who holds the level, passed the paper again, or has registered.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from college.core import journal
from college.core.access import require
from college.core.db import db
from college.core.operation import operation
from college.core.roles import Actor, Can, Scope
from college.exams.candidacies.models import Candidacy
from college.exams.candidacies.models import CandidacyStep as S
from college.exams.cycles.models import ExamCycle
from college.exams.pass_rules.models import Extension, PassRule, Subject
from college.exams.pass_rules.queries import (
    all_extensions,
    all_rules,
    extensions_of,
    lines_of,
    rule_of,
)
from college.exams.results.models import LapseStage, LapseWarning, Result, Verdict
from college.exams.results.passing import Lines, Paper, counts_until, judge
from college.exams.results.queries import papers_of
from college.people.notices.models import NoticeKind
from college.people.notices.stages import AT_ONCE, can_be_told
from college.people.notices.telling import tell_all
from college.people.qualifications.models import Level, Qualification
from college.people.roles.queries import who_may

LAST_DAYS = 7  # of the registration, in which who has not registered is told again
NOT_REGISTERED = (S.INTENDS, S.ELIGIBLE, S.WITHDRAWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """An exam of one level in a province, and the stage it is at, which came on the day `on`.

    Passes from the exams `lasts` count in it for the last time, those from `longer` in later ones.
    """

    level: Level
    year: int
    stage: LapseStage
    on: date
    opens_on: date | None
    closes_on: date | None
    lasts: tuple[int, ...]
    longer: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Lapsing:
    """Somebody to be told: which passed papers lapse, and which are to be entered."""

    person_id: int
    papers: tuple[Subject, ...]
    missing: tuple[Subject, ...]


def stage_of(cycle: ExamCycle, today: date) -> tuple[LapseStage, date] | None:
    """What there is to tell of a registration today, and the day of it; None: nothing."""
    opens, closes = cycle.registration_from_on, cycle.registration_to_on
    if not cycle.begins_after(today) or (closes and today > closes) or (opens and today < opens):
        return None
    if closes and today >= closes - timedelta(days=LAST_DAYS):
        return LapseStage.REGISTRATION_CLOSES, closes
    if opens:
        return LapseStage.REGISTRATION_OPENS, opens
    year_begins = date(cycle.year, 1, 1)
    return (LapseStage.YEAR_BEGINS, year_begins) if today >= year_begins else None


def sittings(today: date) -> list[Sitting]:
    """The exams of which it is time to tell, by level, in which some pass may count at last."""
    order = (ExamCycle.year, ExamCycle.id)
    cycles = db.session.scalars(sa.select(ExamCycle).order_by(*order)).all()
    rules, notices = all_rules(), all_extensions()
    found = []
    for cycle in cycles:
        for level in Level:
            rule = rule_of(level, cycle.year, rules)
            if rule is not None and rule.earns_qualification:
                found.append(_sitting(cycle, rule, _until(rule, cycles, notices), today))
    return [sitting for sitting in found if sitting is not None]


def due_in(sitting: Sitting, behind: int = 0) -> list[Lapsing]:
    """The next to be told behind a person's id, with what lapses; none: everybody was."""
    while ids := _untold(sitting, behind):
        if found := _lapsing(sitting, ids):
            return found
        behind = ids[-1]
    return []


@operation
def warn_of_papers(actor: Actor, sitting: Sitting, due: Sequence[Lapsing]) -> int:
    """Tell these people and note that they were told; returns how many were.

    Raises Conflict where another worker was faster: the next look finds who is left.
    """
    require(actor, Can.RESULTS_IMPORT)
    facts = {"level": sitting.level, "year": sitting.year}
    rows = [
        LapseWarning(person_id=one.person_id, stage=sitting.stage, on=sitting.on, **facts)
        for one in due
    ]
    db.session.add_all(rows)
    db.session.flush()
    ids = [one.person_id for one in due]
    own = who_may(Can.RESULTS_SEE, ids, scopes={Scope.MINE, Scope.ALL})
    said = {
        **facts,
        "stage": sitting.stage.value,
        "opens": sitting.opens_on,
        "closes": sitting.closes_on,
    }
    values = {
        one.person_id: said
        | {"papers": one.papers, "missing": one.missing}
        | {"person_id": one.person_id if one.person_id in own else None}
        for one in due
    }
    tell_all(NoticeKind.PAPERS_LAPSE, values)
    journal.record_all(actor, "warn_of_papers", [(row, row.person_id, {}) for row in rows])
    return len(rows)


def _sitting(
    cycle: ExamCycle, rule: PassRule, until: Mapping[ExamCycle, int], today: date
) -> Sitting | None:
    """`until`: through which year passes from each exam count."""
    reached = stage_of(cycle, today)
    before = {each: year for each, year in until.items() if each.year < cycle.year}
    lasts = [
        each.id
        for each, year in before.items()
        if year == cycle.year and each.province == cycle.province
    ]
    if reached is None or not lasts:
        return None
    return Sitting(
        level=rule.level,
        year=cycle.year,
        stage=reached[0],
        on=reached[1],
        opens_on=cycle.registration_from_on,
        closes_on=cycle.registration_to_on,
        lasts=tuple(lasts),
        longer=tuple(each.id for each, year in before.items() if year > cycle.year),
    )


def _until(
    rule: PassRule, cycles: Sequence[ExamCycle], notices: Sequence[Extension]
) -> dict[ExamCycle, int]:
    """All papers of a level that were passed in one exam count equally long."""
    return {
        each: counts_until(
            rule,
            Paper(level=rule.level, subject=rule.papers[0], year=each.year, province=each.province),
            notices,
        )
        for each in cycles
    }


def _untold(sitting: Sitting, behind: int) -> Sequence[int]:
    """The next persons of whom a pass seems to lapse, in the order of their ids."""
    passed = _passed(Result, sitting, sitting.lasts)
    again = aliased(Result)
    is_passed_again = sa.exists().where(
        _passed(again, sitting, sitting.longer),
        again.person_id == Result.person_id,
        again.subject == Result.subject,
    )
    chosen = (
        sa.select(Result.person_id)
        .where(passed, Result.person_id > behind, ~is_passed_again)
        .where(~_holds(sitting), ~_registered(sitting), ~_told(sitting))
        .where(can_be_told(Result.person_id))
    )
    return db.session.scalars(chosen.distinct().order_by(Result.person_id).limit(AT_ONCE)).all()


def _passed(
    result: type[Result], sitting: Sitting, cycle_ids: Sequence[int]
) -> sa.ColumnElement[bool]:
    is_passed = (result.verdict == Verdict.PASSED) & result.superseded_by_id.is_(None)
    return is_passed & (result.level == sitting.level) & result.cycle_id.in_(cycle_ids)


def _holds(sitting: Sitting) -> sa.ColumnElement[bool]:
    enough = [level for level in Level if level.rank >= sitting.level.rank]
    return sa.exists().where(
        Qualification.person_id == Result.person_id,
        Qualification.level.in_(enough),
        Qualification.known(),
    )


def _registered(sitting: Sitting) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        Candidacy.person_id == Result.person_id,
        Candidacy.level == sitting.level,
        Candidacy.state.not_in(NOT_REGISTERED),
        Candidacy.cycle_id == ExamCycle.id,
        ExamCycle.year == sitting.year,
    )


def _told(sitting: Sitting) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        LapseWarning.person_id == Result.person_id,
        LapseWarning.level == sitting.level,
        LapseWarning.year == sitting.year,
        LapseWarning.stage == sitting.stage,
        LapseWarning.on == sitting.on,
    )


def _lapsing(sitting: Sitting, person_ids: Sequence[int]) -> list[Lapsing]:
    """What lapses of each, by the lines and notices that stand now."""
    rule = rule_of(sitting.level, sitting.year, all_rules())
    assert rule is not None  # the sitting was found by it
    papers = papers_of(person_ids)
    years = {paper.year for of_one in papers.values() for paper in of_one}
    lines, notices = Lines(lines_of(years)), extensions_of(years)
    found = []
    for person_id in person_ids:
        until = dict.fromkeys(rule.papers, 0)
        of_level = [p for p in papers[person_id] if p.level is rule.level and p.subject in until]
        for paper in of_level:
            if paper.year < sitting.year and judge(paper, lines).is_passed:
                last = counts_until(rule, paper, notices)
                until[paper.subject] = max(until[paper.subject], last)
        lapsing = tuple(paper for paper, year in until.items() if year == sitting.year)
        missing = tuple(paper for paper, year in until.items() if year < sitting.year)
        if lapsing and missing:
            found.append(Lapsing(person_id, lapsing, missing))
    return found
