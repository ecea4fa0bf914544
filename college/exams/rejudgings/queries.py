"""What judging anew would change, before it is done; and what it changed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload, selectinload

from college.core.db import db
from college.core.jobs import Job, JobState, Titled, latest
from college.exams.cycles.models import ExamCycle
from college.exams.pass_rules.models import PassLine, Subject
from college.exams.pass_rules.queries import lines_of
from college.exams.rejudgings.models import Rejudging, RejudgingChange
from college.exams.results.awards import awards
from college.exams.results.models import Result, Verdict
from college.exams.results.passing import Judged, judge
from college.exams.results.queries import (
    CURRENT,
    chunks,
    paper_of,
    papers_of,
    passes_of,
    unearned_among,
)
from college.people.persons.models import Person
from college.people.qualifications.earning import still_to_record
from college.people.qualifications.models import Level, Qualification

REJUDGE = "exams.rejudge"  # the kind of its jobs


@dataclass(frozen=True, slots=True)
class Turn:
    """One paper judged otherwise: the verdict before and after, and where a pass holds now."""

    person: Person
    level: Level
    subject: Subject
    score: str
    before: Verdict
    after: Verdict
    region: str


@dataclass(frozen=True, slots=True)
class Award:
    """A qualification that somebody has by it, and where it holds; "": everywhere."""

    person: Person
    level: Level
    year: int | None
    region: str


@dataclass(frozen=True, slots=True)
class Outcome:
    turns: Sequence[Turn]
    awards: Sequence[Award]

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome([*self.turns, *other.turns], [*self.awards, *other.awards])

    @property
    def persons(self) -> int:
        turned = {turn.person.id for turn in self.turns}
        return len(turned | {award.person.id for award in self.awards})


@dataclass(frozen=True, slots=True)
class Round:
    """A rejudging and how far the worker is with it."""

    row: Rejudging
    job: Job | None

    @property
    def is_going(self) -> bool:
        return self.job is not None and not self.job.is_over

    @property
    def has_failed(self) -> bool:
        return self.job is not None and self.job.state is JobState.FAILED


def round_of(row: Rejudging) -> Round:
    return Round(row, latest(REJUDGE, row.id))


def rounds() -> sa.Select[Rejudging]:
    """All rounds, latest first, to be paged."""
    return sa.select(Rejudging).order_by(Rejudging.id.desc())


def subjects(ids: Collection[int]) -> dict[int, Titled]:
    """The exam year of each round, for the list of jobs."""
    chosen = sa.select(Rejudging.id, ExamCycle.name, ExamCycle.name_en).join(Rejudging.cycle)
    found = db.session.execute(chosen.where(Rejudging.id.in_(ids)))
    return {row_id: Titled(name, name_en) for row_id, name, name_en in found}


def persons_judged(cycle: ExamCycle, line: PassLine | None) -> sa.Select[int]:
    """Whose results a round goes through, by id: of a line those who may be of its region."""
    chosen = sa.select(Result.person_id).where(Result.cycle_id == cycle.id, CURRENT).distinct()
    if line is not None:
        chosen = chosen.where(Result.level == line.level)
        # more than are in it, as of 南县 those of 商南县: `judge` knows better
        chosen = chosen.where(Result.region.contains(line.region, autoescape=True))
    return chosen.order_by(Result.person_id)


def cycles_of_year(year: int) -> Sequence[ExamCycle]:
    """The exams of a year, one a province."""
    chosen = sa.select(ExamCycle).where(ExamCycle.year == year).order_by(ExamCycle.id)
    return db.session.scalars(chosen).all()


def line_in(year: int, level: Level, subject: Subject | None, region: str) -> PassLine | None:
    """The line that stands for a region, if one does."""
    same = (PassLine.year == year) & (PassLine.level == level) & (PassLine.region == region)
    same &= PassLine.subject.is_not_distinct_from(subject) & PassLine.known()
    return db.session.scalar(sa.select(PassLine).where(same))


def foreseen(line: PassLine) -> Outcome:
    """Who would change from what to what if a line stood that is not on record.

    Without a region it is one of the whole country. Where one is on record for the same, it is
    taken in its place.
    """
    found = Outcome([], [])
    for cycle in cycles_of_year(line.year):
        found += _foreseen(cycle, persons_judged(cycle, line), [line])
    return found


def foreseen_anew(cycle: ExamCycle) -> Outcome:
    """Who would change if a year were judged by the rules, lines and notices that stand now."""
    return _foreseen(cycle, persons_judged(cycle, None), [])


def outcome_of(row: Rejudging, *, most: int) -> Outcome:
    """What a round changed, at most so many of each kind, in pinyin order."""
    old = aliased(Result)
    mine = (RejudgingChange.rejudging_id == row.id, Person.id == Result.person_id)
    turned = (
        sa.select(Result, old.verdict, Person)
        .join(RejudgingChange, RejudgingChange.result_id == Result.id)
        .join(old, (old.superseded_by_id == Result.id) & (old.id != Result.id))
        .join(Person, Person.id == Result.person_id)
        .where(mine[0])
        .order_by(Person.sort_key, Person.id, Result.id)
        .limit(most)
    )
    turns = [
        Turn(person, new.level, new.subject, _score(new), before, new.verdict, _region(new))
        for new, before, person in db.session.execute(turned.options(joinedload(Result.pass_line)))
    ]
    return Outcome(turns, _awards_of(row, most))


def unearned_by(row: Rejudging) -> list[Qualification]:
    """Qualifications that the results which a round changed earn no more."""
    changed = sa.select(Result.person_id).join(
        RejudgingChange, RejudgingChange.result_id == Result.id
    )
    mine = changed.where(RejudgingChange.rejudging_id == row.id)
    return unearned_among(mine, row.cycle.year)


def _foreseen(cycle: ExamCycle, who: sa.Select[int], also: Sequence[PassLine]) -> Outcome:
    """In portions, so that a whole province does not stand in memory at once."""
    turns: list[Turn] = []
    awards: list[Award] = []
    lines = [*also, *lines_of([cycle.year])]  # of two lines for the same the first counts
    for part in chunks(db.session.scalars(who).all()):
        persons: dict[int, Person] = {}
        chosen = sa.select(Result, Person).join(Person, Person.id == Result.person_id)
        mine = chosen.where(Result.cycle_id == cycle.id, Result.person_id.in_(part), CURRENT)
        loaded = joinedload(Result.pass_line), selectinload(Result.sheet)
        mine = mine.options(*loaded).order_by(Result.id)
        for old, person in db.session.execute(mine):
            persons[person.id] = person
            judged = judge(paper_of(old, cycle.year, cycle.province), lines)
            if judged.verdict is not old.verdict or _holds_elsewhere(old, judged, also):
                turns.append(_turn(person, old, judged))
        awards += _awards_foreseen(persons, also)
    return Outcome(sorted(turns, key=_by_name), sorted(awards, key=_by_name))


def _holds_elsewhere(old: Result, judged: Judged, also: Sequence[PassLine]) -> bool:
    """Whether a verdict that stays is bound to another region, or was won on another line.

    Of a line that is only tried the region alone tells: a pass on it is the same pass.
    """
    if also:
        return judged.region != _region(old)
    return (judged.line.id if judged.line is not None else None) != old.pass_line_id


def _by_name(one: Turn | Award) -> tuple[str, int]:
    return one.person.sort_key, one.person.id


def _turn(person: Person, old: Result, judged: Judged) -> Turn:
    paper = judged.paper
    told = (person, paper.level, paper.subject, _score(old))
    return Turn(*told, old.verdict, judged.verdict, judged.region)


def _score(result: Result) -> str:
    return "" if result.score is None else f"{result.score.normalize():f}"


def _region(result: Result) -> str:
    line = result.pass_line
    return line.region if line is not None and result.verdict is Verdict.PASSED else ""


def _awards_foreseen(persons: dict[int, Person], also: Sequence[PassLine]) -> list[Award]:
    return [
        Award(persons[each.person_id], each.level, each.exam_year, each.region)
        for part in chunks(list(persons))
        for each in still_to_record(awards(passes_of(papers_of(part), also=also)))
    ]


def _awards_of(row: Rejudging, most: int) -> list[Award]:
    chosen = (
        sa.select(Qualification, Person)
        .join(RejudgingChange, RejudgingChange.qualification_id == Qualification.id)
        .join(Person, Person.id == Qualification.person_id)
        .where(RejudgingChange.rejudging_id == row.id)
        .order_by(Person.sort_key, Person.id, Qualification.id)
        .limit(most)
    )
    return [Award(p, q.level, q.exam_year, q.region) for q, p in db.session.execute(chosen)]
