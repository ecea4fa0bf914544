"""Reviews as of a day, as known on another: from the steps, not from what is now."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from college.core import kept
from college.core.access import visible
from college.core.db import db
from college.core.kept import Figure
from college.core.roles import OWN_ROWS, Actor, Can, Scope
from college.exams.cycles.models import ExamCycle
from college.exams.results.advice import Statement, counting_since, statements_of
from college.exams.results.models import ResultImport
from college.people.persons.models import Person
from college.people.persons.queries import named
from college.people.qualifications.models import Level, Qualification
from college.register.reviews.models import Review, ReviewState, ReviewStep
from college.register.reviews.stages import ISSUED_ON, Stage, is_at
from college.register.reviews.verdicts import Verdict, verdict


@dataclass(slots=True)
class Course:
    """One review as it stood: its steps in their order."""

    review: Review
    steps: list[ReviewStep] = field(default_factory=list)

    @property
    def state(self) -> ReviewState:
        return self.steps[-1].state


@dataclass(frozen=True, slots=True)
class Way:
    """How far one person is: the newest statement, the reviews, the newest first, and the title."""

    person: Person
    statement: Statement | None
    courses: Sequence[Course]
    title: Qualification | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Wanted:
    day: date
    known_at: datetime | None = None
    words: str = ""
    stage: Stage | None = None


def listed(actor: Actor, wanted: Wanted) -> sa.Select[Person]:
    """Who passed the written exam or holds the title, in the order of names, to be paged."""
    stages = [wanted.stage] if wanted.stage else [Stage.PASSED, Stage.TITLED]
    chosen = sa.select(Person).where(
        sa.or_(*(_is(stage, wanted) for stage in stages)),
        visible(Person, actor, Can.REVIEWS_SEE),
    )
    if wanted.words.strip():
        chosen = chosen.where(named(wanted.words))
    return chosen.order_by(Person.sort_key, Person.id)


def counted(actor: Actor, wanted: Wanted) -> dict[Stage, int]:
    """Persons at each stage; passing and holding the title are never added together."""
    counts = [sa.func.count().filter(_is(stage, wanted)) for stage in Stage]
    mine = visible(Person, actor, Can.REVIEWS_SEE)
    chosen = sa.select(*counts).select_from(Person).where(mine)
    reads_all = any(reach.scope is Scope.ALL for reach in actor.reach(Can.REVIEWS_SEE))
    figure = Figure("stages", 0, [wanted.day])
    rows = kept.rows(figure, chosen, {}, is_whole=reads_all, known_at=wanted.known_at)
    return dict(zip(Stage, rows[0] if rows else [0] * len(Stage), strict=True))


def ways(people: Sequence[Person], day: date, *, known_at: datetime | None = None) -> list[Way]:
    """How far each of these people is, in as many statements for one as for fifty."""
    ids = [person.id for person in people]
    statements = statements_of(ids, day, known_at=known_at)
    courses, titles = courses_of(ids, day, known_at=known_at), _titles(ids, day, known_at)
    found = []
    for person in people:
        mine = courses.get(person.id, [])
        last = mine[0].state if mine else None
        title, statement = titles.get(person.id), as_printed(statements.get(person.id), mine)
        said = verdict(statement, title, last, day)
        found.append(Way(person, statement, mine, title, said))
    return found


def way_of(person: Person, day: date, *, known_at: datetime | None = None) -> Way:
    return ways([person], day, known_at=known_at)[0]


def as_printed(statement: Statement | None, courses: Sequence[Course]) -> Statement | None:
    """A statement with the last day that was printed on it, where a review named its ground."""
    for course in courses:
        review = course.review
        if statement is not None and review.exam_year == statement.year and review.ground:
            return replace(statement, until_on=review.until_on)
    return statement


def courses_of(
    person_ids: Collection[int], day: date, *, known_at: datetime | None = None
) -> dict[int, list[Course]]:
    """The reviews of some people, the newest first."""
    so_far = ReviewStep.known(known_at) & (ReviewStep.on <= day)
    chosen = (
        sa.select(ReviewStep)
        .join(ReviewStep.review)
        .where(so_far, Review.person_id.in_(person_ids))
        .options(contains_eager(ReviewStep.review), joinedload(ReviewStep.by))
        .order_by(ReviewStep.review_id.desc(), ReviewStep.position)
    )
    courses: dict[int, Course] = {}
    for step in db.session.scalars(chosen):
        courses.setdefault(step.review_id, Course(step.review)).steps.append(step)
    found: dict[int, list[Course]] = {}
    for course in courses.values():
        found.setdefault(course.review.person_id, []).append(course)
    for several in found.values():
        several.sort(key=lambda course: course.steps[0].on, reverse=True)
    return found


def issue_days() -> dict[int, set[date]]:
    """The days on which the statements of each exam were or will be issued, by the cycle's id.

    More than one where the province announced none and its lists came on several.
    """
    sheets = sa.select(ExamCycle.id, ISSUED_ON).outerjoin(
        ResultImport, ResultImport.cycle_id == ExamCycle.id
    )
    without = sa.func.coalesce(ExamCycle.approved_on, ExamCycle.scores_on, ExamCycle.exam_to_on)
    found: dict[int, set[date]] = {}
    for cycle_id, day in db.session.execute(sheets.union(sa.select(ExamCycle.id, without))):
        if day is not None:
            found.setdefault(cycle_id, set()).add(day)
    return found


def title_of(person_id: int, day: date | None = None) -> Qualification | None:
    """The senior qualification of one person, as it is believed now."""
    return _titles([person_id], day or date.max, None).get(person_id)


def sees_others(actor: Actor) -> bool:
    """Whether the list is of more than the reader's own rows."""
    return any(reach.scope not in OWN_ROWS for reach in actor.reach(Can.REVIEWS_SEE))


def count_untitled(actor: Actor, day: date, known_at: datetime | None) -> int:
    """Persons within reach who passed the written exam and hold no title: no holders for that."""
    found = counted(actor, Wanted(day, known_at))
    return found[Stage.VALID] + found[Stage.GONE]


def _is(stage: Stage, wanted: Wanted) -> sa.ColumnElement[bool]:
    since = counting_since(wanted.day)
    return is_at(Person.id.expression, stage, wanted.day, since, wanted.known_at)


def _titles(
    person_ids: Collection[int], day: date, known_at: datetime | None
) -> dict[int, Qualification]:
    held = Qualification.known(known_at) & (Qualification.approved_on <= day)
    mine = held & Qualification.person_id.in_(person_ids) & (Qualification.level == Level.SENIOR)
    chosen = sa.select(Qualification).where(mine).options(joinedload(Qualification.checked_by))
    rows = db.session.scalars(chosen.order_by(Qualification.approved_on.desc(), Qualification.id))
    return {row.person_id: row for row in rows}
