"""The way of one year's cohorts of a level, by year, by cohort and by unit with all below it.

Of a unit: members with a post as staff there or below, on the first day of the exam; where it lies
ahead or is not announced, today. Somebody with posts at two units counts at each, and once above
them. The whole is the members of all cohorts of that exam, each person once.

Who sees no small cells is shown the units only where none of them, taken by itself, and no cohort
has a step, or persons between two steps, of one to four: then no sum or difference of what is
shown tells of few. Otherwise none of the units is shown.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from college.core import clock
from college.core.access import visible
from college.core.db import db
from college.core.roles import Actor, Can
from college.exams.cohorts.models import ExamCohort
from college.exams.cycles.models import ExamCycle
from college.people.employment.models import STAFF, Employment
from college.people.persons.models import Person
from college.people.qualifications.models import Level
from college.reports.figures.cohorts import CohortLine, lines_of
from college.reports.figures.queries import reads_all, within_reach
from college.reports.figures.seen import sees_small_cells
from college.reports.figures.small_cells import Count, Hidden, add_up, without_small_steps
from college.reports.figures.steps import Pairs, Step, reached, steps_in
from college.stations.units.models import Unit, UnitPhase

Persons = frozenset[int]
Counts = Mapping[Step, Count]


@dataclass(frozen=True, slots=True)
class Prepared:
    """One level of one cycle for which there are cohorts."""

    cycle: ExamCycle
    level: Level

    @property
    def key(self) -> str:
        return f"{self.cycle.id}-{self.level.value}"

    @property
    def day(self) -> date:
        """On which the posts count."""
        begins_on, today = self.cycle.exam_from_on, clock.today()
        return min(begins_on, today) if begins_on else today

    @property
    def steps(self) -> list[Step]:
        return steps_in(self.level, self.cycle.year)


@dataclass(frozen=True, slots=True)
class UnitLine:
    unit: Unit
    counts: Counts
    has_below: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """`whole` is of the year, or of the reader's own units; `units` None: may not be shown."""

    exam: Prepared
    whole: Counts | None
    cohorts: Sequence[CohortLine]
    units: Sequence[UnitLine] | None
    at: Unit | None

    @property
    def is_whole(self) -> bool:
        counts = [line.counts for line in self.cohorts] + ([self.whole] if self.whole else [])
        return not any(isinstance(n, Hidden) for each in counts for n in each.values())


def exams_prepared() -> list[Prepared]:
    """The latest first, the lowest level first."""
    held = sa.select(ExamCohort.cycle_id, ExamCohort.level).distinct().subquery()
    chosen = sa.select(ExamCycle, held.c.level).join(held, held.c.cycle_id == ExamCycle.id)
    found = [Prepared(cycle, Level(level)) for cycle, level in db.session.execute(chosen)]
    return sorted(found, key=lambda e: (-e.cycle.year, e.cycle.province, e.level.rank))


def exam_funnel(actor: Actor, exam: Prepared, at: Unit | None = None) -> Shown:
    """How far the cohorts of an exam came; `at`: the unit of which the parts are shown."""
    cohorts, steps = _cohorts(exam), exam.steps
    pairs = reached([cohort.id for cohort in cohorts], steps)
    persons = {step: _persons(found) for step, found in pairs.items()}
    posts = _posts(actor, exam, persons[Step.MEMBERS])
    lines = lines_of(actor, cohorts) if reads_all(actor) else []
    parts = _parts(actor, exam, at, posts, persons)
    if sees_small_cells(actor):
        known = persons if reads_all(actor) else _those(persons, frozenset().union(*posts.values()))
        return Shown(exam, _sizes(known), lines, parts, at)
    return Shown(exam, _sum(lines, persons), lines, _quiet(lines, posts, persons, parts), at)


def behind(
    actor: Actor, exam: Prepared, step: Step, *, cohort_id: int | None, unit: Unit | None
) -> sa.Select[Person]:
    """Select the persons behind a number, as far as the reader may see them, by name."""
    cohorts = [one.id for one in _cohorts(exam) if cohort_id in (None, one.id)]
    ids = _persons(reached(cohorts, [step])[step])
    if unit is not None:
        posts = _posts(actor, exam, ids)
        ids &= _at(_Tree(exam.day).below(unit.id), posts)
    chosen = sa.select(Person).where(Person.id.in_(ids), visible(Person, actor, Can.PERSONS_SEE))
    return chosen.order_by(Person.sort_key, Person.id)


def _cohorts(exam: Prepared) -> Sequence[ExamCohort]:
    mine = (ExamCohort.cycle_id == exam.cycle.id) & (ExamCohort.level == exam.level)
    return db.session.scalars(sa.select(ExamCohort).where(mine).order_by(ExamCohort.id)).all()


def _persons(pairs: Pairs) -> Persons:
    return frozenset(person_id for _, person_id in pairs)


def _those(persons: Mapping[Step, Persons], some: Persons) -> dict[Step, Persons]:
    return {step: ids & some for step, ids in persons.items()}


def _sizes(persons: Mapping[Step, Persons]) -> dict[Step, int]:
    return {step: len(ids) for step, ids in persons.items()}


def _posts(actor: Actor, exam: Prepared, members: Persons) -> dict[int, Persons]:
    """Which members have a post at each unit that the reader reads figures of."""
    chosen = sa.select(Employment.unit_id, Employment.person_id).where(
        within_reach(actor),
        Employment.covers(exam.day, None),
        Employment.capacity.in_(STAFF),
        Employment.person_id.in_(members),
    )
    found: dict[int, set[int]] = defaultdict(set)
    for unit_id, person_id in db.session.execute(chosen):
        found[unit_id].add(person_id)
    return {unit_id: frozenset(ids) for unit_id, ids in found.items()}


class _Tree:
    """Which unit stood below which on a day."""

    def __init__(self, day: date) -> None:
        chosen = sa.select(UnitPhase.unit_id, UnitPhase.parent_id).where(UnitPhase.covers(day))
        self.parents: dict[int, int | None] = {}
        self.children: dict[int | None, list[int]] = defaultdict(list)
        for unit_id, parent_id in db.session.execute(chosen):
            self.parents[unit_id] = parent_id
            self.children[parent_id].append(unit_id)

    def below(self, unit_id: int) -> set[int]:
        found, waiting = {unit_id}, [unit_id]
        while waiting:
            new = set(self.children[waiting.pop()]) - found
            found |= new
            waiting.extend(new)
        return found


def _at(units: Collection[int], posts: Mapping[int, Persons]) -> Persons:
    return frozenset().union(*(ids for unit_id, ids in posts.items() if unit_id in units))


def _parts(
    actor: Actor,
    exam: Prepared,
    at: Unit | None,
    posts: Mapping[int, Persons],
    persons: Mapping[Step, Persons],
) -> list[UnitLine]:
    """The unit and those right below it, or the highest that the reader reads figures of."""
    tree = _Tree(exam.day)
    mine = visible(Unit, actor, Can.FIGURES_SEE)
    readable = set(db.session.scalars(sa.select(Unit.id).where(mine)))
    if at is None:
        tops = [n for n in readable if tree.parents.get(n) not in readable]
        at_ids = [tops[0], *tree.children[tops[0]]] if len(tops) == 1 else tops
    else:
        at_ids = [at.id, *tree.children[at.id]]
    chosen = sa.select(Unit).where(Unit.id.in_(set(at_ids) & readable))
    lines = []
    for unit in db.session.scalars(chosen.order_by(Unit.path, Unit.id)):
        counts = _sizes(_those(persons, _at(tree.below(unit.id), posts)))
        if counts[Step.MEMBERS]:
            lines.append(UnitLine(unit, counts, bool(tree.children[unit.id])))
    return lines


def _sum(lines: Sequence[CohortLine], persons: Mapping[Step, Persons]) -> Counts | None:
    """What follows from the cohorts as they are shown; None where somebody is in two of them."""
    exact = {step: add_up([line.counts[step] for line in lines]) for step in persons}
    is_sum = all(isinstance(n, Hidden) or n == len(persons[s]) for s, n in exact.items())
    return exact if lines and is_sum else None


def _quiet(
    lines: Sequence[CohortLine],
    posts: Mapping[int, Persons],
    persons: Mapping[Step, Persons],
    parts: list[UnitLine],
) -> list[UnitLine] | None:
    """The units, where each by itself, and those of no unit, tell of nobody or of five and more."""
    cells = [*posts.values(), persons[Step.MEMBERS] - frozenset().union(*posts.values())]
    several = sum(len(cell) for cell in cells) != len(persons[Step.MEMBERS])
    sizes = [list(_sizes(_those(persons, cell)).values()) for cell in cells]
    hides = any(without_small_steps(counts) != counts for counts in sizes)
    is_whole = all(line.is_whole for line in lines)
    return None if several or hides or not is_whole else parts
