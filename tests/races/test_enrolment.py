"""Four hundred people in sixteen processes press the button for thirty seats.

COLLEGE_TEST_THOROUGH=1 repeats it ten times and holds the slowest hundredth below a second.
"""

import time
from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from college.core.db import db
from college.core.journal import JournalEntry
from college.core.roles import SYSTEM, Role
from college.courses.enrolments.models import Enrolment, EnrolmentState
from college.courses.enrolments.operations import enrol
from college.courses.runs.models import CourseRun
from college.people.persons.models import Person
from college.people.persons.operations import NewPerson, record_persons
from config import Settings
from tests.databases import IS_POSTGRES
from tests.factories import actor
from tests.factories.courses import make_enrolment, make_run
from tests.races.together import (
    ALONE,
    FORK,
    apart,
    at_once,
    college_of,
    hold_after,
    outcome_of,
    ready_to_fork,
    take_locks_away,
)
from tests.switches import IS_THOROUGH, ROUNDS

PROCESSES, PEOPLE, SEATS = 16, 400, 30
NO_BEGIN = "BEGIN" if IS_POSTGRES else ALONE
READ = "max(enrolment.queue_no)"  # how many seats are taken and who is last in the list
LOOK = "count(enrolment.id) AS count_1"  # how many seats are taken: what people are told by
WAITING = Enrolment.state == EnrolmentState.WAITING

# nothing here touches the database of the other tests
pytestmark = pytest.mark.real_commits


@dataclass(frozen=True)
class Attempt:
    person_id: int
    said: str
    ticket: int  # drawn under the lock, as the last thing before the commit
    seconds: float
    saw: tuple[int, int]  # right after the commit: how many wait, and the last number among them


@dataclass(frozen=True)
class Outcome:
    attempts: list[Attempt]
    enrolled: list[int]
    waiting: list[tuple[int, int]]  # (number, person), by number
    journal: list[int]  # the people, in the order of their entries

    @property
    def said(self) -> dict[str, int]:
        return Counter(one.said for one in self.attempts)

    @property
    def committed(self) -> list[int]:
        return [one.person_id for one in sorted(self.attempts, key=lambda one: one.ticket)]

    @property
    def stands_in_order(self) -> bool:
        """Whether the numbers count from 1 without a gap, in the order of the commits."""
        numbers = list(enumerate(self.committed[len(self.enrolled) :], start=1))
        return self.waiting == numbers


def test_thirty_seats_go_to_thirty_people_and_the_others_wait_in_order(own, record_property):
    outcomes = apart(lambda: rounds(own))
    assert len(outcomes) == ROUNDS
    for outcome in outcomes:
        assert outcome.said == {"enrolled": SEATS, "waiting": PEOPLE - SEATS}
        assert set(outcome.enrolled) == set(outcome.committed[:SEATS])
        assert outcome.stands_in_order
        assert outcome.journal == outcome.committed
        assert all(count == last for count, last in (one.saw for one in outcome.attempts))
    seconds = sorted(one.seconds for outcome in outcomes for one in outcome.attempts)
    p50, p99 = (seconds[int(len(seconds) * share)] for share in (0.5, 0.99))
    record_property("p50_ms", round(p50 * 1000, 1))
    record_property("p99_ms", round(p99 * 1000, 1))
    print(f"p50 {p50 * 1000:.1f} ms, p99 {p99 * 1000:.1f} ms")  # noqa: T201 - shown by -rP
    assert p99 < 1 or not IS_THOROUGH  # in a short run beside others it says little


def test_without_the_locks_the_last_seats_are_sold_twice(own):
    """SQLite: where each statement commits by itself, as its driver does when nobody says BEGIN."""
    outcome = apart(lambda: unlocked(own, seats=PROCESSES // 2, begin=NO_BEGIN))
    assert (outcome.said, len(outcome.enrolled)) == ({"enrolled": PROCESSES}, PROCESSES)


def test_a_deferred_transaction_dies_when_it_turns_from_reader_to_writer(own):
    outcome = apart(lambda: unlocked(own, seats=PROCESSES // 2))
    assert IS_POSTGRES or outcome.said == {"enrolled": 1, "OperationalError": PROCESSES - 1}


def test_without_the_locks_everybody_is_first_in_the_list(own):
    outcome = apart(lambda: unlocked(own, seats=1, taken=1))
    assert not outcome.stands_in_order
    if IS_POSTGRES:
        assert {number for number, _ in outcome.waiting} == {1}
    else:
        assert outcome.said == {"waiting": 1, "OperationalError": PROCESSES - 1}


def test_one_newcomer_in_sixteen_tabs_gets_one_seat(own):
    outcome = apart(lambda: one_newcomer(own))
    assert outcome.said == {"enrolled": 1, "EnrolledAlready": PROCESSES - 1}
    assert len(outcome.enrolled) == len(outcome.journal) == 1


def rounds(settings: Settings) -> list[Outcome]:
    app = college_of(settings)
    people = newcomers(app, PEOPLE)
    warm_up(app)
    return [race(app, open_run(app, SEATS), people) for _ in range(ROUNDS)]


def warm_up(app: Flask) -> None:
    """Compile the statements once, before the fork: a server's processes have long done so."""
    [somebody] = newcomers(app, 1)
    run_id = open_run(app, 1)
    with app.app_context():
        attempt(run_id, somebody, FORK.Value("i", 0), [])
        db.session.commit()
        list_now(run_id)
        ready_to_fork()


def unlocked(settings: Settings, *, seats: int, taken: int = 0, begin: str = "BEGIN") -> Outcome:
    """One person a process; all have read before anybody writes."""
    app = college_of(settings)
    people = newcomers(app, PROCESSES, has_keys=True)  # making one would be the first to write
    run_id = open_run(app, seats, taken)
    with app.app_context():
        take_locks_away(db.engine, begin=begin)
        # a notice is written before READ: deferred transactions would not get there together
        hold_after(db.engine, LOOK if begin == "BEGIN" and not IS_POSTGRES else READ, PROCESSES)
        ready_to_fork()
    return race(app, run_id, people)


def one_newcomer(settings: Settings) -> Outcome:
    app = college_of(settings)
    return race(app, open_run(app, SEATS), newcomers(app, 1) * PROCESSES)


def newcomers(app: Flask, count: int, *, has_keys: bool = False) -> list[int]:
    """People of whom the journal has not spoken, unless `has_keys`: the race makes their keys."""
    with app.app_context():
        new = [NewPerson(full_name=f"学员{n}") for n in range(count)]
        ids = [person.id for person in record_persons(SYSTEM, new)]
        db.session.commit()
        if not has_keys:
            db.session.execute(sa.text("DELETE FROM subject_key"))
            db.session.commit()
        ready_to_fork()
        return ids


def open_run(app: Flask, seats: int, taken: int = 0) -> int:
    with app.app_context():
        run = make_run(seats=seats)
        for _ in range(taken):
            make_enrolment(run)
        run_id = run.id
        ready_to_fork()
        return run_id


def race(app: Flask, run_id: int, people: list[int]) -> Outcome:
    tickets = FORK.Value("i", 0)
    before = set(enrolled_in(app, run_id))
    works = [partial(press, app, run_id, people[n::PROCESSES], tickets) for n in range(PROCESSES)]
    attempts = [one for part in at_once(works) for one in part]
    with app.app_context():
        waiting = sa.select(Enrolment.queue_no, Enrolment.person_id).where(
            WAITING, Enrolment.run_id == run_id
        )
        mine = JournalEntry.row_id == Enrolment.id
        told = sa.select(JournalEntry.about_id).join(Enrolment, mine)
        told = told.where(JournalEntry.deed == "enrol", Enrolment.run_id == run_id)
        outcome = Outcome(
            attempts,
            [each for each in enrolled_in(app, run_id) if each not in before],
            [
                (no or 0, who)
                for no, who in db.session.execute(waiting.order_by(Enrolment.queue_no))
            ],
            list(db.session.scalars(told.order_by(JournalEntry.id))),
        )
        ready_to_fork()
    return outcome


def enrolled_in(app: Flask, run_id: int) -> list[int]:
    with app.app_context():
        there = sa.select(Enrolment.person_id).where(~WAITING, Enrolment.run_id == run_id)
        found = list(db.session.scalars(there))
        ready_to_fork()
        return found


def press(app: Flask, run_id: int, people: list[int], tickets: Any) -> list[Attempt]:
    """Enrol one after the other, each in a request's transaction; say what became of each."""
    attempts = []
    with app.app_context():
        for person_id in people:
            begun = time.monotonic()
            drawn: list[int] = []
            said = outcome_of(partial(attempt, run_id, person_id, tickets, drawn))
            seconds = time.monotonic() - begun
            attempts.append(Attempt(person_id, said, sum(drawn), seconds, list_now(run_id)))
    return attempts


def attempt(run_id: int, person_id: int, tickets: Any, drawn: list[int]) -> str:
    run, person = db.session.get_one(CourseRun, run_id), db.session.get_one(Person, person_id)
    said = str(enrol(actor(person, Role.TRAINEE), run, person).state)
    with tickets.get_lock():
        tickets.value += 1
        drawn.append(tickets.value)
    return said


def list_now(run_id: int) -> tuple[int, int]:
    """A number that is there while the one before it is not would show here."""
    count = sa.select(sa.func.count(Enrolment.id), sa.func.max(Enrolment.queue_no))
    found = db.session.execute(count.where(WAITING, Enrolment.run_id == run_id)).one()
    db.session.remove()
    return found[0], found[1] or 0
