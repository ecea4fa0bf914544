"""What decides who may sit, read for many people with as many statements as for one."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date

import sqlalchemy as sa

from college.core.access import visible
from college.core.db import db
from college.core.roles import Actor, Can
from college.exams.cycles.models import ExamCycle
from college.exams.cycles.queries import next_year
from college.exams.eligibility.models import EligibilityRule, PracticeRule
from college.exams.eligibility.practice import Stretch
from college.exams.eligibility.verdicts import Conditions, Known, Verdict, verdicts
from college.people.employment.finding import working
from college.people.employment.models import Capacity, Employment
from college.people.persons.models import Person
from college.people.qualifications.models import Level, Qualification
from college.people.schooling.queries import practice_of, schooling_of
from college.stations.units.models import Unit

YEARS_AHEAD = 6  # to choose from


def all_rules() -> Sequence[EligibilityRule]:
    """Every condition, in the order of the levels."""
    rules = db.session.scalars(sa.select(EligibilityRule).order_by(EligibilityRule.id)).all()
    return sorted(rules, key=lambda rule: (rule.level.rank, rule.from_year, rule.id))


def all_counting() -> Sequence[PracticeRule]:
    order = (PracticeRule.province, PracticeRule.from_year, PracticeRule.id)
    return db.session.scalars(sa.select(PracticeRule).order_by(*order)).all()


def conditions(province: str) -> Conditions:
    """The conditions of the exam in a province."""
    here = sa.select(ExamCycle.year, ExamCycle.registration_to_on).where(
        ExamCycle.province == province, ExamCycle.registration_to_on.is_not(None)
    )
    closes_on = {year: day for year, day in db.session.execute(here) if day is not None}
    return Conditions(all_rules(), all_counting(), closes_on, province)


def known_of(person_ids: Collection[int]) -> Mapping[int, Known]:
    """What is on record of each of them."""
    schooling, stated = schooling_of(person_ids), practice_of(person_ids)
    posts, held = _posts(person_ids), _held(person_ids)
    return {
        person_id: Known(
            schooling=schooling.get(person_id, ()),
            posts=posts.get(person_id, ()),
            stated=[_stretch(row.from_on, row.to_on) for row in stated.get(person_id, ())],
            held=held.get(person_id, {}),
        )
        for person_id in person_ids
    }


def verdicts_of(
    person_ids: Collection[int], year: int, province: str
) -> Mapping[int, Sequence[Verdict]]:
    """For each of them one verdict a level, by the exam of a year in a province."""
    known, rules = known_of(person_ids), conditions(province)
    return {person_id: verdicts(known[person_id], rules, year) for person_id in person_ids}


def people_of(actor: Actor, unit: Unit | None) -> sa.Select[Person]:
    """Select whom the reader may see the verdicts of, of a unit and below it, in pinyin order."""
    chosen = sa.select(Person).where(visible(Person, actor, Can.ELIGIBILITY_SEE), Person.stands())
    if unit is not None:
        there = Employment.unit_id.in_(Unit.at_or_below(unit.id))
        chosen = chosen.where(Person.id.in_(working(actor, there)))
    return chosen.order_by(Person.sort_key, Person.id)


def years() -> Sequence[int]:
    """The years that can be asked for, the next sitting first."""
    first = next_year()
    return range(first, first + YEARS_AHEAD)


def _posts(person_ids: Collection[int]) -> Mapping[int, list[tuple[Capacity, Stretch]]]:
    mine = Employment.person_id.in_(person_ids) & Employment.known()
    chosen = sa.select(
        Employment.person_id, Employment.capacity, Employment.from_on, Employment.to_on
    ).where(mine)
    found: defaultdict[int, list[tuple[Capacity, Stretch]]] = defaultdict(list)
    for person_id, capacity, from_on, to_on in db.session.execute(chosen):
        found[person_id].append((capacity, _stretch(from_on, to_on)))
    return found


def _held(person_ids: Collection[int]) -> Mapping[int, dict[Level, date]]:
    mine = Qualification.person_id.in_(person_ids) & Qualification.known()
    chosen = sa.select(
        Qualification.person_id, Qualification.level, Qualification.approved_on
    ).where(mine)
    found: defaultdict[int, dict[Level, date]] = defaultdict(dict)
    for person_id, level, approved_on in db.session.execute(chosen):
        first = found[person_id].get(level, approved_on)  # held by a regional line before, maybe
        found[person_id][level] = min(first, approved_on)
    return found


def _stretch(from_on: date, to_on: date | None) -> Stretch:
    return Stretch(from_on, to_on or date.max)
