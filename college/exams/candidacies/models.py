"""A person on the way to one level in one exam year: from wanting to sit to the certificate."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from college.core import clock, crypto
from college.core.dated import Recorded
from college.core.db import Base, stored_as_text
from college.core.roles import Actor, Reach, Scope
from college.core.states import Moves
from college.core.text import say
from college.core.versions import Versioned
from college.exams.cycles.models import ExamCycle
from college.exams.pass_rules.models import Subject
from college.people.persons.models import Person
from college.people.qualifications.models import Level, masked_number


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
LISTS = (C.REGISTERED, C.PAID, C.TICKETED, C.SAT, C.SCORED, C.CHECKED, C.LISTED)
BEFORE_THE_EXAM = (C.INTENDS, C.ELIGIBLE, C.REGISTERED, C.PAID, C.TICKETED)


def _jumps(step: CandidacyStep) -> frozenset[CandidacyStep]:
    ahead = {target for target in LISTS if target.rank > step.rank}
    # a list of who was absent, or of whom the check after the exam found not to qualify
    off = {C.ABSENT, C.CANCELLED} if step in BEFORE_THE_EXAM else {C.CANCELLED}
    return frozenset(ahead | off)


JUMPS: Mapping[CandidacyStep, frozenset[CandidacyStep]] = {
    step: _jumps(step) for step in C if step.rank < C.LISTED.rank
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
    registration_no: Mapped[str] = mapped_column(sa.String(32), default="")  # of the state's site
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
    """One step of a candidacy: on which day, by whom, and what shows it. Never edited.

    `evidence_sha256` is that of the official list as it was uploaded, long after the file is gone.
    """

    __tablename__ = "candidacy_step"
    unversioned = "never edited: a step is added"

    candidacy_id: Mapped[int] = mapped_column(sa.ForeignKey(Candidacy.id), index=True)
    step: Mapped[CandidacyStep] = mapped_column(stored_as_text(CandidacyStep))
    on: Mapped[date]
    evidence: Mapped[str] = mapped_column(sa.String(200), default="")
    evidence_sha256: Mapped[str] = mapped_column(sa.String(64), default="")
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Person.id))
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)

    by: Mapped[Person | None] = relationship(lazy="raise_on_sql")


class AdmissionTicket(Recorded, Base):
    """What an admission ticket says: its number, and where to sit. A correction is a new row.

    No paper: all papers of the level in one room. The number is sealed, since who knows it and the
    name reads the scores.
    """

    __tablename__ = "admission_ticket"
    unversioned = "never edited: a correction is a new row"
    __table_args__ = (sa.Index("ix_admission_ticket_candidacy_id", "candidacy_id"),)

    candidacy_id: Mapped[int] = mapped_column(sa.ForeignKey(Candidacy.id))
    paper: Mapped[Subject | None] = mapped_column(stored_as_text(Subject))
    number_sealed: Mapped[bytes | None]
    place: Mapped[str] = mapped_column(sa.String(120), default="")
    room: Mapped[str] = mapped_column(sa.String(40), default="")
    seat: Mapped[str] = mapped_column(sa.String(20), default="")
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Person.id))

    by: Mapped[Person | None] = relationship(lazy="raise_on_sql")

    @property
    def number(self) -> str:
        return crypto.unseal(self.number_sealed) if self.number_sealed else ""

    @property
    def number_masked(self) -> str:
        """As who only follows the candidate sees it."""
        return masked_number(self.number) if self.number else ""

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        mine = sa.select(Candidacy.id).where(Candidacy.within(reach, actor))
        return cls.candidacy_id.in_(mine)


class Milestone(StrEnum):
    """A date of an exam year of which those are told who have still to do what it is for."""

    REGISTRATION_OPENS = "registration_opens"
    REGISTRATION_CLOSES = "registration_closes"
    REGISTRATION_CHECK_CLOSES = "registration_check_closes"
    PAYMENT_CLOSES = "payment_closes"
    TICKETS_OPEN = "tickets_open"
    TICKETS_CLOSE = "tickets_close"
    EXAM_BEGINS = "exam_begins"
    SCORES_COME = "scores_come"
    CHECK_CLOSES = "check_closes"

    @property
    def label(self) -> str:
        return {
            "registration_opens": say("Registration opens"),
            "registration_closes": say("Registration closes"),
            "registration_check_closes": say("The check of the registration ends"),
            "payment_closes": say("Last day to pay"),
            "tickets_open": say("Tickets can be printed"),
            "tickets_close": say("Tickets can be printed no longer"),
            "exam_begins": say("The exam begins"),
            "scores_come": say("Scores come out"),
            "check_closes": say("The check after the exam ends"),
        }[self]

    def day_in(self, cycle: ExamCycle, level: Level) -> date | None:
        return {
            "registration_opens": cycle.registration_from_on,
            "registration_closes": cycle.registration_to_on,
            "registration_check_closes": cycle.registration_check_to_on,
            "payment_closes": cycle.payment_to_on,
            "tickets_open": cycle.tickets_from_on,
            "tickets_close": cycle.tickets_to_on,
            "exam_begins": cycle.begins_on(level),
            "scores_come": cycle.scores_on,
            "check_closes": cycle.check_to_on,
        }[self]


class Reminder(Base):
    """A candidate was told of a date, so many days ahead. Of a day that is put off anew."""

    __tablename__ = "candidacy_reminder"
    unversioned = "never edited: told once"
    __table_args__ = (sa.UniqueConstraint("candidacy_id", "milestone", "on", "days"),)

    candidacy_id: Mapped[int] = mapped_column(sa.ForeignKey(Candidacy.id))
    milestone: Mapped[Milestone] = mapped_column(stored_as_text(Milestone))
    on: Mapped[date]
    days: Mapped[int]
    told_at: Mapped[datetime] = mapped_column(default=clock.now)

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        mine = sa.select(Candidacy.id).where(Candidacy.within(reach, actor))
        return cls.candidacy_id.in_(mine)
