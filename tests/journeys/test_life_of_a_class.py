"""Any order of what can happen to a class, from the first enrolment to a certificate taken back.

A model of a few lines says what must be so after each step. COLLEGE_TEST_THOROUGH=1 walks 300
lives of up to 40 steps.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from college.certs.batches.operations import NobodyToIssue
from college.certs.certificates.models import Certificate, CertificateState, RevocationReason
from college.certs.certificates.operations import revoke_certificate
from college.core import clock
from college.core.db import db
from college.core.errors import Conflict, RuleBroken
from college.core.journal import JournalEntry
from college.core.roles import SYSTEM
from college.courses.attendance.models import AttendanceStatus
from college.courses.attendance.operations import mark_attendance
from college.courses.completion.operations import close_run
from college.courses.enrolments.models import IN_CLASS, SEATED, Enrolment, EnrolmentState
from college.courses.enrolments.operations import enrol, withdraw
from college.courses.grades.operations import enter_mark
from college.courses.runs.models import CourseRun, Lesson
from tests.factories import make_id_number, make_person
from tests.factories.certs import adopted, certificates_of, make_issued
from tests.factories.courses import make_assessment, make_run, morning
from tests.switches import IS_THOROUGH

SEATS, PEOPLE = 2, 5
PERSON = st.integers(0, PEOPLE - 1)
LIVES, STEPS = (300, 40) if IS_THOROUGH else (15, 40)
S = CertificateState


class LifeOfAClass(RuleBasedStateMachine):
    """`seated` and `waiting` are persons by number; `lapsed` the numbers of revoked papers."""

    @initialize(stage=st.sampled_from(["open", "full", "taught", "closed"]))
    def plan(self, stage: str) -> None:
        """A class that somebody looks at early or late: what comes first is a life like any."""
        adopted()
        self.now = clock.now()
        self.over = morning(12)  # the second lesson is on the day before
        run = make_run(seats=SEATS)
        self.run_id = run.id
        self.lessons = list(db.session.scalars(sa.select(Lesson.id).where(Lesson.run_id == run.id)))
        self.exam = make_assessment(run)
        self.persons = [make_person(id_number=make_id_number()) for _ in range(PEOPLE)]
        self.seated: set[int] = set()
        self.waiting: list[int] = []
        self.lapsed: set[str] = set()
        self.journalled = 0
        self.is_closed = False
        for n in range({"open": 0, "full": PEOPLE}.get(stage, SEATS + 1)):
            self.enrols(n)
        if stage == "full":
            self.withdraws(0)
        if stage in {"taught", "closed"}:
            self.lessons_are_held()
        if stage == "closed":
            for n in range(SEATS):
                self.does_all_that_is_asked(n)
            self.is_closed_for_good()

    # --- what people do ---------------------------------------------------------------------------

    @rule(n=PERSON)
    def enrols(self, n: int) -> None:
        is_new = n not in self.seated and n not in self.waiting
        with self.step(allowed=is_new and not self.has_begun) as done:
            enrol(SYSTEM, self.run, self.persons[n])
        if done:
            (self.waiting.append if len(self.seated) >= SEATS else self.seated.add)(n)

    @rule(n=PERSON)
    def withdraws(self, n: int) -> None:
        enrolment = self.enrolment(n)
        if enrolment is None:
            return
        is_free = n in self.waiting or (n in self.seated and not self.has_begun)
        with self.step(allowed=is_free) as done:
            withdraw(SYSTEM, enrolment)
        if not done:
            return
        if n in self.waiting:
            self.waiting.remove(n)
            return
        self.seated.remove(n)
        if self.waiting:  # the first in the list moves up
            self.seated.add(self.waiting.pop(0))

    @precondition(lambda self: not self.has_begun and self.seated)
    @rule()
    def lessons_are_held(self) -> None:
        self.now = self.over

    @precondition(lambda self: self.has_begun or not self.waiting)
    @rule(n=PERSON, status=st.sampled_from(AttendanceStatus), lesson=st.integers(0, 1))
    def attends(self, n: int, status: AttendanceStatus, lesson: int) -> None:
        enrolment = self.enrolment(n)
        if enrolment is None:
            return
        with self.step(allowed=n in self.seated and self.has_begun and not self.is_closed):
            held = db.session.get_one(Lesson, self.lessons[lesson])
            late = 10 if status is AttendanceStatus.LATE else None
            mark_attendance(SYSTEM, held, enrolment, status=status, minutes_late=late)

    @rule(n=PERSON, value=st.integers(0, 100))
    def is_graded(self, n: int, value: int) -> None:
        enrolment = self.enrolment(n)
        if enrolment is None:
            return
        with self.step(allowed=n in self.seated and not self.is_closed):
            enter_mark(SYSTEM, self.exam, enrolment, value=Decimal(value))

    @precondition(lambda self: self.has_begun and self.seated and not self.is_closed)
    @rule(pick=PERSON)
    def does_all_that_is_asked(self, pick: int) -> None:
        """Chance alone would hardly ever let somebody complete."""
        n = sorted(self.seated)[pick % len(self.seated)]
        self.attends(n, AttendanceStatus.PRESENT, 0)
        self.attends(n, AttendanceStatus.PRESENT, 1)
        self.is_graded(n, 90)

    @precondition(lambda self: self.has_begun or self.seated)
    @rule()
    def is_closed_for_good(self) -> None:
        with self.step(allowed=self.has_begun and not self.is_closed) as done:
            close_run(SYSTEM, self.run, accept_missing=True)
        if done:
            self.is_closed, self.waiting = True, []

    @precondition(lambda self: self.is_closed)
    @rule()
    def certificates_are_issued(self) -> None:
        held = self.in_force()
        due = [e for e in self.completed() if e.id not in held]
        with clock.put_at(self.now):
            if not due:
                with pytest.raises(NobodyToIssue):
                    make_issued(self.run)
                db.session.rollback()
                return
            issued = certificates_of(make_issued(self.run))
        assert {each.enrolment_id for each in issued} == {each.id for each in due}

    @precondition(lambda self: self.is_closed)
    @rule(n=PERSON)
    def paper_is_revoked(self, n: int) -> None:
        mine = sa.select(Certificate).where(Certificate.person_id == self.persons[n].id)
        for certificate in db.session.scalars(mine.order_by(Certificate.id)).all():
            with self.step(allowed=certificate.state is S.ISSUED) as done:
                revoke_certificate(SYSTEM, certificate, reason=RevocationReason.WRONG_FACTS)
            if done:
                self.lapsed.add(certificate.number)

    # --- what must be so --------------------------------------------------------------------------

    @invariant()
    def seats_are_those_of_the_model(self) -> None:
        there = self.those(Enrolment.state.in_(SEATED if not self.is_closed else IN_CLASS))
        assert there == {self.persons[n].id for n in self.seated}
        assert len(there) <= SEATS

    @invariant()
    def who_waits_longest_is_first(self) -> None:
        chosen = sa.select(Enrolment.person_id).where(
            Enrolment.run_id == self.run_id, Enrolment.state == EnrolmentState.WAITING
        )
        in_order = list(db.session.scalars(chosen.order_by(Enrolment.queue_no)))
        assert in_order == [self.persons[n].id for n in self.waiting]

    @invariant()
    def no_number_is_used_twice_or_left_out(self) -> None:
        numbers = list(db.session.scalars(sa.select(Certificate.number)))
        assert sorted(int(each.split("-")[3]) for each in numbers) == [
            n + 1 for n in range(len(numbers))
        ]

    @invariant()
    def a_revoked_paper_stays_revoked(self) -> None:
        chosen = sa.select(Certificate.number).where(Certificate.state == S.REVOKED)
        assert self.lapsed <= set(db.session.scalars(chosen))
        held = list(self.in_force())
        assert len(held) == len(set(held))  # one in force for a person and class

    @invariant()
    def the_journal_only_grows(self) -> None:
        count = db.session.scalar(sa.select(sa.func.count(JournalEntry.id))) or 0
        assert count >= self.journalled
        self.journalled = count

    # --- how a step is taken ----------------------------------------------------------------------

    @property
    def run(self) -> CourseRun:
        return db.session.get_one(CourseRun, self.run_id)

    @property
    def has_begun(self) -> bool:
        return self.now == self.over

    @contextmanager
    def step(self, *, allowed: bool) -> Iterator[list[bool]]:
        """One operation at the model's time: it is done exactly when the model allows it."""
        done: list[bool] = []
        with clock.put_at(self.now), suppress(RuleBroken, Conflict):
            yield done
            done.append(True)
        db.session.commit() if done else db.session.rollback()
        assert bool(done) == allowed

    def enrolment(self, n: int) -> Enrolment | None:
        mine = Enrolment.person_id == self.persons[n].id
        return db.session.scalar(sa.select(Enrolment).where(mine))

    def those(self, state: sa.ColumnElement[bool]) -> set[int]:
        chosen = sa.select(Enrolment.person_id).where(Enrolment.run_id == self.run_id, state)
        return set(db.session.scalars(chosen))

    def completed(self) -> list[Enrolment]:
        chosen = sa.select(Enrolment).where(
            Enrolment.run_id == self.run_id, Enrolment.state == EnrolmentState.COMPLETED
        )
        return list(db.session.scalars(chosen))

    def in_force(self) -> list[int]:
        held = Certificate.state.in_([S.NUMBERED, S.ISSUED])
        return [
            each or 0
            for each in db.session.scalars(sa.select(Certificate.enrolment_id).where(held))
        ]


TestLifeOfAClass = LifeOfAClass.TestCase
TestLifeOfAClass.settings = settings(
    max_examples=LIVES,
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
