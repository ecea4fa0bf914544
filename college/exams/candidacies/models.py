"""A person on the way to one level in one exam year: from wanting to sit to the certificate."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from college.core import clock
from college.core.db import Base, stored_as_text
from college.core.roles import Actor, Reach, Scope
from college.core.states import Moves
from college.core.text import say
from college.core.versions import Versioned
from college.exams.cycles.models import ExamCycle
from college.exams.pass_rules.models import Subject
from college.people.persons.models import Person
from college.people.qualifications.models import Level


class CandidacyStep(StrEnum):
    """In the order in which they come; the last three lead off the way."""

    INTENDS = "intends"
    ELIGIBLE = "eligible"
    REGISTERED = "registered"
    PAID = "paid"
    TICKETED = "ticketed"
    SAT = "sat"
    SCORED = "scored"
    CHECKED = "checked"
    LISTED = "listed"
    CERTIFIED = "certified"
    ABSENT = "absent"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return {
            "intends": say("Intends to sit"),
            "eligible": say("Papers checked by the unit"),
            "registered": say("Registered for the exam"),
            "paid": say("Fee paid"),
            "ticketed": say("Has the admission ticket"),
            "sat": say("Sat the exam"),
            "scored": say("Scores are out"),
            "checked": say("Eligibility checked after the exam"),
            "listed": say("On the list of who passed"),
            "certified": say("Has the certificate"),
            "absent": say("Did not sit"),
            "cancelled": say("Result cancelled"),
            "withdrawn": say("Does not sit after all"),
        }[self]

    @property
    def rank(self) -> int:
        return list(CandidacyStep).index(self)


C = CandidacyStep
MOVES: Moves[CandidacyStep] = {
    # the unit need not check; whoever registers commits to what they state (告知承诺制)
    C.INTENDS: frozenset({C.ELIGIBLE, C.REGISTERED, C.WITHDRAWN}),
    C.ELIGIBLE: frozenset({C.REGISTERED, C.WITHDRAWN}),
    C.REGISTERED: frozenset({C.PAID, C.WITHDRAWN}),
    C.PAID: frozenset({C.TICKETED, C.WITHDRAWN}),
    C.TICKETED: frozenset({C.SAT, C.ABSENT}),
    C.SAT: frozenset({C.SCORED}),
    # not every province checks again; who misses the check loses the result
    C.SCORED: frozenset({C.CHECKED, C.LISTED, C.CANCELLED}),
    C.CHECKED: frozenset({C.LISTED, C.CANCELLED}),
    C.LISTED: frozenset({C.CERTIFIED, C.CANCELLED}),
    C.WITHDRAWN: frozenset({C.INTENDS}),
}
# what an official list says is so, whatever was noted here before: who is on it jumps there
LISTS = (C.REGISTERED, C.TICKETED, C.SCORED, C.LISTED)
JUMPS: Mapping[CandidacyStep, frozenset[CandidacyStep]] = {
    step: frozenset(target for target in LISTS if target.rank > step.rank)
    for step in (*C,)
    if step.rank < C.LISTED.rank
}


class Candidacy(Versioned, Base):
    """`papers` are those entered this year; on `region`, where registered, a line may depend."""

    __tablename__ = "candidacy"
    __table_args__ = (sa.UniqueConstraint("person_id", "cycle_id", "level"),)

    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id))
    cycle_id: Mapped[int] = mapped_column(sa.ForeignKey(ExamCycle.id), index=True)
    level: Mapped[Level] = mapped_column(stored_as_text(Level))
    papers: Mapped[list[str]] = mapped_column(sa.JSON)
    region: Mapped[str] = mapped_column(sa.String(60), default="")
    state: Mapped[CandidacyStep] = mapped_column(
        stored_as_text(CandidacyStep), default=CandidacyStep.INTENDS
    )

    person: Mapped[Person] = relationship(lazy="raise_on_sql")
    cycle: Mapped[ExamCycle] = relationship(lazy="raise_on_sql")

    @property
    def entered(self) -> Sequence[Subject]:
        return [Subject(paper) for paper in self.papers]

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        if reach.scope is Scope.MINE:
            return cls.person_id == actor.person_id
        if reach.scope is Scope.UNIT:
            return cls.person_id.in_(sa.select(Person.id).where(Person.within(reach, actor)))
        return sa.false()


class StepTaken(Base):
    """One step of a candidacy: on which day, by whom, and what shows it. Never edited."""

    __tablename__ = "candidacy_step"
    unversioned = "never edited: a step is added"

    candidacy_id: Mapped[int] = mapped_column(sa.ForeignKey(Candidacy.id), index=True)
    step: Mapped[CandidacyStep] = mapped_column(stored_as_text(CandidacyStep))
    on: Mapped[date]
    evidence: Mapped[str] = mapped_column(sa.String(200), default="")
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Person.id))
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)

    by: Mapped[Person | None] = relationship(lazy="raise_on_sql")
