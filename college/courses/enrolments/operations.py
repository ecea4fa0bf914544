"""Enrolling and withdrawing: the only code that makes or changes an Enrolment before its end."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value

from college.core import clock, journal
from college.core.access import require, visible
from college.core.db import Base, db, id_of, locked
from college.core.errors import Conflict, NotAllowed, RuleBroken
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.core.states import move
from college.core.text import say
from college.courses.enrolments.models import (
    ENROLMENT_MOVES,
    GONE,
    IN_CLASS,
    SEATED,
    Enrolment,
    EnrolmentState,
)
from college.courses.enrolments.queries import first_waiting, standing
from college.courses.enrolments.telling import foretell, put_right, tell_moved_up
from college.courses.runs.models import CourseRun, EnrolmentWindow, RunState
from college.people.persons.models import Person


class EnrolmentNotOpen(RuleBroken):
    code = "enrolment_not_open"
    message = say("Enrolment opens on %(at)s. Come back then.")


class EnrolmentClosed(RuleBroken):
    code = "enrolment_closed"
    message = say("Enrolment closed on %(at)s. Look for the next class in the list of classes.")


class RunNotPublished(RuleBroken):
    code = "run_not_published"
    message = say("This class is still being planned. Publish it first, then people can enrol.")


class RunBegun(RuleBroken):
    code = "run_begun"
    message = say("The class began on %(on)s, so its seat stays yours. Talk to your instructor.")


class EnrolledAlready(Conflict):
    code = "enrolled_already"
    message = say("%(name)s is in this class already. Nothing was changed.")


class WaitingAlready(Conflict):
    code = "waiting_already"
    message = say("%(name)s is on the waiting list already and keeps the same place.")


class WithdrawnAlready(Conflict):
    code = "withdrawn_already"
    message = say("This enrolment was withdrawn already. Nothing was changed.")


@operation
def enrol(actor: Actor, run: CourseRun, person: Person, *, note: str = "") -> Enrolment:
    """Give `person` a seat in `run`, or the next place on its waiting list when it is full.

    Who withdrew may come back. Raises NotAllowed, EnrolmentNotOpen, EnrolmentClosed,
    RunNotPublished, EnrolledAlready, WaitingAlready.
    """
    require(actor, Can.ENROLMENTS_ENROL, person)
    return _enrol(actor, run, [person], note)[0]


@operation
def enrol_many(actor: Actor, run: CourseRun, persons: Sequence[Person]) -> list[Enrolment]:
    """Enrol all of `persons`, in this order, or nobody. Raises as `enrol` does."""
    require(actor, Can.ENROLMENTS_ENROL)
    ids = {id_of(person) for person in persons}
    own = visible(Person, actor, Can.ENROLMENTS_ENROL)
    chosen = sa.select(Person).where(Person.id.in_(ids), own, Person.stands())
    if len(db.session.scalars(chosen).all()) != len(ids):
        raise NotAllowed
    return _enrol(actor, run, persons, "")


@operation
def withdraw(actor: Actor, enrolment: Enrolment) -> Enrolment:
    """Give up a seat before the run begins, or a place on the waiting list at any time.

    In this release the first person waiting gets the freed seat at once; offers that are kept
    for a time and then expire come later. Raises NotAllowed, RunBegun, WithdrawnAlready.
    """
    require(actor, Can.ENROLMENTS_ENROL, enrolment)
    run = locked(CourseRun, enrolment.run_id)
    db.session.refresh(enrolment)  # what the lock kept still
    if enrolment.state in GONE:
        raise WithdrawnAlready
    frees_seat = enrolment.state in SEATED
    if frees_seat and run.has_begun:
        raise RunBegun(on=run.starts_on)
    enrolment.gave_up_at = clock.now() if enrolment.state in IN_CLASS else None
    move(enrolment, EnrolmentState.WITHDRAWN, ENROLMENT_MOVES)
    enrolment.queue_no = None
    journal.record(actor, "withdraw", enrolment, about=enrolment.person_id, run=run.code)
    if frees_seat:
        _seat_next(actor, run)
    return enrolment


def _enrol(actor: Actor, run: CourseRun, persons: Sequence[Person], note: str) -> list[Enrolment]:
    keys = journal.subject_keys(
        {id_of(person) for person in persons}
    )  # before the lock, not under it
    foretold = foretell(run, persons)
    run = locked(CourseRun, id_of(run))  # two people must not take the last seat
    now = standing(run, persons)
    for person in persons:
        _refuse_twice(person, now.known.get(id_of(person)))
    _refuse_closed(run)
    enrolments, free = [], max(0, run.seats - now.taken)
    for n, person in enumerate(persons):
        enrolment = now.known.get(id_of(person)) or Enrolment(
            run_id=run.id, person_id=id_of(person)
        )
        behind = n - free + 1  # of those who ask now, from 1; below it there is a seat
        _place(enrolment, now.last + behind if behind > 0 else None)
        enrolment.note = note
        enrolments.append(enrolment)
    db.session.add_all(enrolments)
    facts: list[tuple[Base, int | None, dict[str, object]]] = [
        (e, e.person_id, {"run": run.code, "state": e.state, "queue_no": e.queue_no})
        for e in enrolments
    ]
    journal.record_all(actor, "enrol", facts, keys=keys)
    put_right(run, enrolments, foretold)
    for behind, enrolment in enumerate(enrolments[free:], start=1):
        set_committed_value(enrolment, "place", now.waiting + behind)  # the flush forgets it
    return enrolments


def _place(enrolment: Enrolment, queue_no: int | None) -> None:
    target = EnrolmentState.ENROLLED if queue_no is None else EnrolmentState.WAITING
    if enrolment.id is None:
        enrolment.state = target
    else:
        move(enrolment, target, ENROLMENT_MOVES)
    enrolment.queue_no = queue_no
    enrolment.enrolled_at, enrolment.gave_up_at = clock.now(), None


def _refuse_twice(person: Person, enrolment: Enrolment | None) -> None:
    if enrolment is None or enrolment.state in GONE:
        return
    if enrolment.state is EnrolmentState.WAITING:
        raise WaitingAlready(name=person.full_name)
    raise EnrolledAlready(name=person.full_name)


def _refuse_closed(run: CourseRun) -> None:
    if run.state is RunState.DRAFT:
        raise RunNotPublished
    window = run.enrolment_window()
    if window is EnrolmentWindow.NOT_YET:
        raise EnrolmentNotOpen(at=run.enrolment_opens_at)
    if window is EnrolmentWindow.CLOSED:
        raise EnrolmentClosed(at=run.closed_at or run.enrolment_closes_at)


def _seat_next(actor: Actor, run: CourseRun) -> None:
    enrolment = first_waiting(run)
    if enrolment is not None:
        move(enrolment, EnrolmentState.ENROLLED, ENROLMENT_MOVES)
        enrolment.enrolled_at = clock.now()
        journal.record(actor, "move_up", enrolment, about=enrolment.person_id, run=run.code)
        tell_moved_up(run, enrolment)
