"""The way of one year's cohorts of a level, by year, by cohort and by unit with all below it.

Who came how far by a day, as `steps.py` defines each step, as known now or at a moment. Of a unit:
members with a post as staff there or below, on the first day of the exam; where it lies ahead, on
the day that is asked for. Somebody with posts at two units counts at each, and once above them.
The whole is the members of all cohorts of that exam, each person once.

Who sees no small cells is shown the units only where none of them, taken by itself, and no cohort
has a step, or persons between two steps, of one to four: then no sum or difference of what is
shown tells of few. Otherwise none of the units is shown.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

import sqlalchemy as sa

from college.core.access import visible
from college.core.db import db
from college.core.roles import Actor, Can
from college.exams.cohorts.models import CohortMember, ExamCohort
from college.exams.cohorts.progress import asked
from college.exams.cycles.models import ExamCycle
from college.people.employment.models import STAFF, Employment
from college.people.persons.models import Person
from college.people.qualifications.models import Level
from college.reports.figures.cohorts import CohortLine, lines_of
from college.reports.figures.exams import Exam
from college.reports.figures.queries import reads_all, within_reach
from college.reports.figures.seen import sees_small_cells
from college.reports.figures.small_cells import Count, Hidden, add_up, without_small_steps
from college.reports.figures.steps import Pairs, Step, persons_at, reached
from college.stations.units.models import Unit, UnitPhase
from college.stations.units.queries import below

Persons = frozenset[int]
Counts = Mapping[Step, Count]
_Reached = Mapping[Step, Persons]
AT_ONCE = 500  # units named in one statement


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit under the name it had on the day that its posts count."""

    unit: Unit
    name: str
    name_en: str
    counts: Counts
    has_below: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """`whole` is of the year, or of the reader's own units; `units` None: may not be shown."""

    exam: Exam
    as_of: date
    whole: Counts | None
    cohorts: Sequence[CohortLine]
    units: Sequence[UnitLine] | None
    at: Unit | None

    @property
    def posts_on(self) -> date:
        return self.exam.posts_on(self.as_of)

    @property
    def has_members(self) -> bool:
        """Whether the reader is shown anything at all."""
        return bool(self.cohorts or self.units or (self.whole and self.whole[Step.MEMBERS]))

    @property
    def is_whole(self) -> bool:
        counts = [line.counts for line in self.cohorts] + ([self.whole] if self.whole else [])
        return not any(isinstance(n, Hidden) for each in counts for n in each.values())


def exams_prepared() -> list[Exam]:
    """For which there are cohorts: the latest first, the lowest level first."""
    held = sa.select(ExamCohort.cycle_id, ExamCohort.level).distinct().subquery()
    chosen = sa.select(ExamCycle, held.c.level).join(held, held.c.cycle_id == ExamCycle.id)
    found = [Exam(cycle, Level(level)) for cycle, level in db.session.execute(chosen)]
    return sorted(found, key=lambda e: (-e.cycle.year, e.cycle.province, e.level.rank))


def with_members(as_of: date, known_at: datetime | None = None) -> list[Exam]:
    """Those of them whose cohorts have members that day: those held by then first."""
    there = CohortMember.there(as_of, known_at)
    chosen = sa.select(ExamCohort.cycle_id, ExamCohort.level).join(ExamCohort.members).where(there)
    keys = {(cycle_id, Level(level)) for cycle_id, level in db.session.execute(chosen.distinct())}
    found = [exam for exam in exams_prepared() if (exam.cycle.id, exam.level) in keys]
    return sorted(found, key=lambda exam: exam.begins_on > as_of)


def exam_funnel(
    actor: Actor,
    exam: Exam,
    as_of: date,
    known_at: datetime | None = None,
    *,
    at: Unit | None = None,
    every_unit: bool = False,
) -> Shown:
    """How far the cohorts of an exam came; `at`: the unit of which the parts are shown.

    With `every_unit`, a line for each unit with members, at whatever depth.
    """
    cohorts, steps = _cohorts(exam), exam.steps
    pairs = reached([cohort.id for cohort in cohorts], steps, as_of, known_at)
    persons = {step: _persons(found) for step, found in pairs.items()}
    then = _Then(exam.posts_on(as_of), known_at)
    posts = then.posts(actor, asked([cohort.id for cohort in cohorts], as_of, known_at))
    numbers = _by_cohort(cohorts, pairs)
    lines = lines_of(actor, cohorts, numbers, as_of) if reads_all(actor) else []
    readable = _readable(actor)
    inside = then.with_below(posts)
    there = readable & inside.keys()
    chosen = there if every_unit else there & _tops_or_below(then, at, there)
    parts = _parts(then, {n: _sizes(_those(persons, inside[n])) for n in chosen})
    if sees_small_cells(actor):
        known = persons if reads_all(actor) else _those(persons, frozenset().union(*posts.values()))
        return Shown(exam, as_of, _sizes(known), lines, parts, at)
    quiet = _quiet(lines, posts, persons, parts)
    return Shown(exam, as_of, _sum(lines, persons), lines, quiet, at)


def behind(
    actor: Actor,
    exam: Exam,
    step: Step,
    as_of: date,
    known_at: datetime | None = None,
    *,
    cohort_id: int | None,
    unit: Unit | None,
) -> tuple[sa.Select[Person], dict[str, object]]:
    """Select the persons behind a number, as far as the reader may see them, by name.

    The second are the values of the statement.
    """
    cohorts = [one.id for one in _cohorts(exam) if cohort_id in (None, one.id)]
    found = persons_at(step, is_past=known_at is not None).subquery()
    ids = sa.select(found.c.person_id)
    chosen = sa.select(Person).where(Person.id.in_(ids), visible(Person, actor, Can.PERSONS_SEE))
    if unit is not None:
        day = exam.posts_on(as_of)
        at = Employment.unit_id.in_(below(unit.id, day, known_at)) & within_reach(actor)
        in_post = Employment.covers(day, known_at) & Employment.capacity.in_(STAFF)
        chosen = chosen.where(Person.id.in_(sa.select(Employment.person_id).where(at, in_post)))
    return chosen.order_by(Person.sort_key, Person.id), asked(cohorts, as_of, known_at)


def _cohorts(exam: Exam) -> Sequence[ExamCohort]:
    mine = (ExamCohort.cycle_id == exam.cycle.id) & (ExamCohort.level == exam.level)
    return db.session.scalars(sa.select(ExamCohort).where(mine).order_by(ExamCohort.id)).all()


def _by_cohort(
    cohorts: Sequence[ExamCohort], pairs: Mapping[Step, Pairs]
) -> dict[int, dict[Step, int]]:
    counted = {step: Counter(cohort_id for cohort_id, _ in found) for step, found in pairs.items()}
    return {one.id: {step: found[one.id] for step, found in counted.items()} for one in cohorts}


def _persons(pairs: Pairs) -> Persons:
    return frozenset(person_id for _, person_id in pairs)


def _those(persons: _Reached, some: Persons) -> dict[Step, Persons]:
    return {step: ids & some for step, ids in persons.items()}


def _sizes(persons: _Reached) -> dict[Step, int]:
    return {step: len(ids) for step, ids in persons.items()}


class _Then:
    """Which unit stood below which on a day, and who had a post where, as known now or then."""

    def __init__(self, day: date, known_at: datetime | None) -> None:
        self.day, self.known_at = day, known_at
        covers = UnitPhase.covers(day, known_at)
        chosen = sa.select(UnitPhase.unit_id, UnitPhase.parent_id).where(covers)
        self.parents: dict[int, int | None] = {}
        self.children: dict[int | None, list[int]] = defaultdict(list)
        for unit_id, parent_id in db.session.execute(chosen):
            self.parents[unit_id] = parent_id
            self.children[parent_id].append(unit_id)

    def with_below(self, posts: Mapping[int, Persons]) -> dict[int, Persons]:
        """Of each unit the persons there or anywhere below it; none without anybody."""
        found: dict[int, set[int]] = defaultdict(set)
        for unit_id, ids in posts.items():
            way: list[int] = []
            above: int | None = unit_id
            while above is not None and above not in way:
                way.append(above)
                above = self.parents.get(above)
            for each in way:
                found[each] |= ids
        return {each: frozenset(ids) for each, ids in found.items()}

    def posts(self, actor: Actor, values: Mapping[str, object]) -> dict[int, Persons]:
        """Which members have a post at each unit that the reader reads figures of.

        The members are asked of the database: of many no statement could name each.
        """
        ids = persons_at(Step.MEMBERS, is_past=self.known_at is not None).subquery()
        chosen = sa.select(Employment.unit_id, Employment.person_id).where(
            within_reach(actor),
            Employment.covers(self.day, self.known_at),
            Employment.capacity.in_(STAFF),
            Employment.person_id.in_(sa.select(ids.c.person_id)),
        )
        found: dict[int, set[int]] = defaultdict(set)
        for unit_id, person_id in db.session.execute(chosen, values):
            found[unit_id].add(person_id)
        return {unit_id: frozenset(ids) for unit_id, ids in found.items()}

    def named(self, ids: Collection[int]) -> Iterator[tuple[Unit, str, str]]:
        """These units in the order of the tree, each with the names that it had."""
        phase = (UnitPhase.unit_id == Unit.id) & UnitPhase.covers(self.day, self.known_at)
        found: list[tuple[Unit, str, str]] = []
        waiting = iter(sorted(ids))
        while some := list(islice(waiting, AT_ONCE)):
            chosen = sa.select(
                Unit,
                sa.func.coalesce(UnitPhase.name, Unit.name),
                sa.func.coalesce(UnitPhase.name_en, Unit.name_en),
            ).outerjoin(UnitPhase, phase)
            rows = db.session.execute(chosen.where(Unit.id.in_(some)))
            found += [(unit, name, name_en) for unit, name, name_en in rows]
        yield from sorted(found, key=lambda row: (row[0].path, row[0].id))


def _readable(actor: Actor) -> set[int]:
    mine = visible(Unit, actor, Can.FIGURES_SEE)
    return set(db.session.scalars(sa.select(Unit.id).where(mine)))


def _tops_or_below(then: _Then, at: Unit | None, there: Collection[int]) -> set[int]:
    """A unit and those right below it, or the highest of them; those below a single one too."""
    if at is not None:
        return {at.id, *then.children[at.id]}
    tops = {n for n in there if then.parents.get(n) not in there}
    return tops if len(tops) != 1 else tops.union(*(then.children[n] for n in tops))


def _parts(then: _Then, counted: Mapping[int, Counts]) -> list[UnitLine]:
    return [
        UnitLine(unit, name, name_en, counted[unit.id], bool(then.children[unit.id]))
        for unit, name, name_en in then.named(counted)
    ]


def _sum(lines: Sequence[CohortLine], persons: _Reached) -> Counts | None:
    """What follows from the cohorts as they are shown; None where somebody is in two of them."""
    exact = {step: add_up([line.counts[step] for line in lines]) for step in persons}
    is_sum = all(isinstance(n, Hidden) or n == len(persons[s]) for s, n in exact.items())
    return exact if lines and is_sum else None


def _quiet(
    lines: Sequence[CohortLine],
    posts: Mapping[int, Persons],
    persons: _Reached,
    parts: list[UnitLine],
) -> list[UnitLine] | None:
    """The units, where each by itself, and those of no unit, tell of nobody or of five and more."""
    cells = [*posts.values(), persons[Step.MEMBERS] - frozenset().union(*posts.values())]
    several = sum(len(cell) for cell in cells) != len(persons[Step.MEMBERS])
    sizes = [list(_sizes(_those(persons, cell)).values()) for cell in cells]
    hides = any(without_small_steps(counts) != counts for counts in sizes)
    is_whole = all(line.is_whole for line in lines)
    return None if several or hides or not is_whole else parts
