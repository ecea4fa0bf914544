"""Deeds of every kind that change what figures count, as they come: some the rules refuse."""

from datetime import date, timedelta
from itertools import count
from random import Random

import sqlalchemy as sa

from college.core.db import db
from college.core.errors import DomainError
from college.core.kept import FEWEST
from college.core.roles import SYSTEM
from college.exams.cohorts.models import CohortMember
from college.exams.cycles.models import ExamCycle
from college.exams.results.models import Result, ResultStatus, Verdict
from college.people.employment.models import Capacity, Employment
from college.people.employment.operations import correct_post, leave, transfer, withdraw_post
from college.people.persons.models import Person
from college.people.qualifications.models import Level, PassBasis, Qualification
from college.people.qualifications.operations import withdraw_qualification
from college.reports import keeping
from college.reports.personal_data.deletion import erase, refuse_unready
from college.reports.twins.models import PersonMerge
from college.reports.twins.operations import merge_persons, undo_merge
from college.stations.units.models import Unit
from tests.factories import qualified
from tests.factories.exams import make_cycle, make_result

PLACES = FEWEST + 5
_numbers = count(1)


def kept() -> None:
    """As the worker leaves it once it has caught up."""
    while keeping.keep_due():
        pass


class Deeds:
    """One deed after the other, some of which the rules refuse."""

    def __init__(self, chance: Random, people: list[Person]) -> None:
        self.chance, self.people, self.done = chance, people, 0
        self.units = list(db.session.scalars(sa.select(Unit)))
        self.merges: list[PersonMerge] = []

    def one(self) -> None:
        deed = self.chance.choice(
            [self.move, self.end, self.correct, self.withdraw, self.earn, self.lose, self.sit,
             self.mend, self.join, self.merge, self.part, self.delete]
        )  # fmt: skip
        try:
            deed()
            db.session.commit()
            self.done += 1
        except (DomainError, IndexError):
            db.session.rollback()

    def day(self) -> date:
        return date(2020, 1, 1) + timedelta(days=self.chance.randrange(2500))

    def person(self) -> Person:
        stand = sa.select(Person).where(Person.id.in_([p.id for p in self.people]), Person.stands())
        return self.chance.choice(list(db.session.scalars(stand)))

    def post(self) -> Employment:
        return self.chance.choice(
            list(db.session.scalars(sa.select(Employment).where(Employment.known())))
        )

    def move(self) -> None:
        transfer(SYSTEM, self.post(), to=self.chance.choice(self.units), on=self.day())

    def end(self) -> None:
        leave(SYSTEM, self.post(), last_day=self.day())

    def correct(self) -> None:
        post, unit = self.post(), self.chance.choice(self.units)
        capacity = self.chance.choice(list(Capacity))
        correct_post(SYSTEM, post, unit=unit, capacity=capacity, from_on=self.day(), to_on=None)

    def withdraw(self) -> None:
        withdraw_post(SYSTEM, self.post())

    def earn(self) -> None:
        level, basis = self.chance.choice(list(Level)), self.chance.choice(list(PassBasis))
        region = "库伦旗" if basis is PassBasis.REGIONAL else ""
        person, day = self.person(), self.day()
        held = sa.select(Qualification.id).where(
            Qualification.person_id == person.id,
            Qualification.level == level,
            Qualification.known(),
        )
        if db.session.scalar(held) is None:
            qualified(person, level, day, basis=basis, region=region, exam_year=day.year)

    def lose(self) -> None:
        held = sa.select(Qualification).where(Qualification.known())
        withdraw_qualification(SYSTEM, self.chance.choice(list(db.session.scalars(held))))

    def sit(self) -> None:
        cycles = list(db.session.scalars(sa.select(ExamCycle)))
        sat(self.person(), make_cycle(1960 + next(_numbers)) if len(cycles) < 8 else cycles[-1],
            has_passed=False)  # fmt: skip

    def mend(self) -> None:
        """A result that turns out to be another: who came had been absent."""
        old = self.chance.choice(list(db.session.scalars(sa.select(Result).where(Result.known()))))
        facts = {c.key: getattr(old, c.key) for c in sa.inspect(Result).column_attrs}
        del facts["id"], facts["recorded_at"]
        old.superseded_by_id = old.id
        db.session.flush()
        new = Result(
            **facts | {"status": ResultStatus.ABSENT, "score": None, "superseded_by_id": None}
        )
        db.session.add(new)
        db.session.flush()
        old.superseded_by_id = new.id

    def join(self) -> None:
        member = self.chance.choice(list(db.session.scalars(sa.select(CohortMember))))
        member.joined_on = self.day()

    def merge(self) -> None:
        one, other = self.person(), self.person()
        if one is not other:
            self.merges.append(merge_persons(SYSTEM, one, other))

    def part(self) -> None:
        undo_merge(SYSTEM, self.merges.pop())

    def delete(self) -> None:
        person = self.person()
        refuse_unready(person)
        erase(person)


def sat(person: Person, cycle: ExamCycle, *, has_passed: bool) -> None:
    score = 70 if has_passed else 50
    verdict = Verdict.PASSED if has_passed else Verdict.NOT_PASSED
    make_result(person, cycle, level=Level.ASSISTANT, score=score, verdict=verdict)
    if has_passed:
        qualified(person, Level.ASSISTANT, cycle.exam_to_on, exam_year=cycle.year)
