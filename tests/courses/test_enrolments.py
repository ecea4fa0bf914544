"""Taking a seat, waiting for one, leaving."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from college.core import clock, journal
from college.core.db import db
from college.core.errors import Conflict, NotAllowed
from college.core.roles import SYSTEM, Actor, Grant, Role
from college.courses.enrolments.operations import (
    EnrolledAlready,
    EnrolmentClosed,
    EnrolmentNotOpen,
    RunBegun,
    RunNotPublished,
    WaitingAlready,
    WithdrawnAlready,
    enrol,
    enrol_many,
    withdraw,
)
from college.courses.enrolments.queries import roster
from college.courses.runs.models import RunState
from tests.conftest import actor_of
from tests.courses.enrolling import ENROLLED, WAITING, WITHDRAWN, joined, states_of
from tests.factories import hired, make_person, make_unit
from tests.factories.courses import make_enrolment, make_run, morning


def test_last_seat_is_taken_then_the_next_people_wait_in_order():
    run = make_run(seats=1)
    rows = [joined(run) for _ in range(3)]
    assert [(row.state, row.queue_no) for row in rows] == [
        (ENROLLED, None),
        (WAITING, 1),
        (WAITING, 2),
    ]


def test_enrolling_twice_says_so_and_leaves_one_row():
    run, person = make_run(), make_person(full_name="李雷")
    joined(run, person)
    with pytest.raises(EnrolledAlready) as refusal:
        joined(run, person)
    assert isinstance(refusal.value, Conflict)
    assert refusal.value.facts == {"name": "李雷"}
    assert states_of(run) == [ENROLLED]


def test_waiting_twice_keeps_the_place():
    run, person = make_run(seats=1), make_person()
    joined(run)
    joined(run, person)
    with pytest.raises(WaitingAlready):
        joined(run, person)
    assert states_of(run) == [ENROLLED, WAITING]


def test_closed_enrolment_refuses():
    with pytest.raises(EnrolmentClosed):
        joined(make_run(enrolment_closes_at=clock.now()))


def test_closed_run_refuses_although_the_window_is_open():
    with pytest.raises(EnrolmentClosed):
        joined(make_run(state=RunState.CLOSED, closed_at=clock.now()))


def test_enrolment_that_has_not_opened_names_the_date():
    opens = clock.now() + timedelta(days=3)
    with pytest.raises(EnrolmentNotOpen) as refusal:
        joined(make_run(enrolment_opens_at=opens))
    assert refusal.value.facts == {"at": opens}


def test_window_opens_and_closes_to_the_second():
    run = make_run()
    early = run.enrolment_opens_at - timedelta(seconds=1)
    with time_machine.travel(early, tick=False), pytest.raises(EnrolmentNotOpen):
        joined(run)
    with time_machine.travel(run.enrolment_opens_at, tick=False):
        assert joined(run).state is ENROLLED
    with time_machine.travel(run.enrolment_closes_at, tick=False), pytest.raises(EnrolmentClosed):
        joined(run)


def test_a_draft_takes_nobody():
    run = make_run(state=RunState.DRAFT)
    with pytest.raises(RunNotPublished):
        enrol(SYSTEM, run, make_person())


def test_nobody_enrols_someone_else():
    run, other = make_run(), make_person()
    with pytest.raises(NotAllowed):
        enrol(actor_of(make_person()), run, other)


@pytest.mark.parametrize("role", [Role.INSTRUCTOR, Role.SUPERVISOR, Role.OBSERVER, None])
def test_who_is_no_trainee_does_not_enrol(role):
    person = make_person(role)
    with pytest.raises(NotAllowed):
        enrol(actor_of(person), make_run(), person)


def test_a_manager_enrols_staff_of_the_own_station_only():
    run, here, there = make_run(), make_unit(), make_unit()
    manager = make_person(Role.STATION_MANAGER, unit=here)
    assert enrol(actor_of(manager), run, make_person(unit=here))
    with pytest.raises(NotAllowed):
        enrol(actor_of(manager), run, make_person(unit=there))


def test_rights_at_one_station_do_not_leak_to_another():
    here, there = make_unit(), make_unit()
    grants = {Grant(Role.STATION_MANAGER, here.id), Grant(Role.TRAINEE, there.id)}
    with pytest.raises(NotAllowed):
        enrol(Actor(None, frozenset(grants)), make_run(), make_person(unit=there))


def test_many_are_enrolled_in_their_order():
    run, people = make_run(seats=2), [make_person() for _ in range(4)]
    rows = enrol_many(SYSTEM, run, people)
    assert [(row.person_id, row.queue_no) for row in rows] == [
        (people[0].id, None),
        (people[1].id, None),
        (people[2].id, 1),
        (people[3].id, 2),
    ]


def test_many_are_enrolled_all_or_none():
    run, known, new = make_run(), make_person(), make_person()
    joined(run, known)
    with pytest.raises(EnrolledAlready):
        enrol_many(SYSTEM, run, [new, known])
    assert states_of(run) == [ENROLLED]


def test_many_need_the_right_for_each():
    run, here = make_run(), make_unit()
    manager = make_person(Role.STATION_MANAGER, unit=here)
    with pytest.raises(NotAllowed):
        enrol_many(actor_of(manager), run, [make_person(unit=here), make_person()])
    assert states_of(run) == []


@pytest.fixture
def statements():
    """The statements sent since the test began, without savepoints."""
    seen = []

    def note(_c, _cursor, statement, *_):
        if not statement.startswith(("SAVEPOINT", "RELEASE")):
            seen.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(sa.Engine, "before_cursor_execute", note)


def test_many_are_looked_up_at_once(statements):
    looked_up = []
    for count in (2, 20):
        run, people = make_run(), [make_person() for _ in range(count)]
        statements.clear()
        enrol_many(SYSTEM, run, people)
        looked_up.append(len([s for s in statements if s.startswith("SELECT")]))
    assert looked_up[0] == looked_up[1]


@pytest.mark.parametrize("seats", [0, 30])
def test_at_most_five_statements_follow_the_lock_until_the_commit(sign_in, statements, seats):
    run, client = make_run(seats=max(seats, 1)), sign_in(make_person())
    if not seats:
        joined(run)
    statements.clear()
    answer = client.post(f"/courses/runs/{run.id}/enrolments/new")
    assert answer.status_code == 302
    lock = max(n for n, s in enumerate(statements) if "FROM course_run" in s)
    assert 0 < len(statements[lock + 1 :]) <= 5, statements


def test_enrolling_is_journalled_about_the_person():
    person = make_person()
    row = joined(make_run(code="GA-4"), person)
    db.session.commit()
    chosen = sa.select(journal.JournalEntry).where(
        journal.JournalEntry.deed == "enrol", journal.JournalEntry.row_id == row.id
    )
    entry = db.session.scalars(chosen).one()
    assert (entry.actor_id, entry.about_id) == (person.id, person.id)
    assert journal.details_of(entry) == {"run": "GA-4", "state": "enrolled", "queue_no": None}


def test_who_leaves_frees_the_seat_for_the_first_in_line():
    run = make_run(seats=1)
    rows = [joined(run) for _ in range(3)]
    withdraw(SYSTEM, rows[0])
    db.session.commit()
    assert states_of(run) == [WITHDRAWN, ENROLLED, WAITING]


def test_who_leaves_the_waiting_list_moves_nobody_up():
    run = make_run(seats=1)
    rows = [joined(run) for _ in range(3)]
    withdraw(SYSTEM, rows[1])
    db.session.commit()
    assert states_of(run) == [ENROLLED, WITHDRAWN, WAITING]


def test_who_left_may_come_back_and_waits_behind_the_others():
    run, person = make_run(seats=1), make_person()
    first = joined(run, person)
    joined(run)
    withdraw(actor_of(person), first)
    joined(run)
    back = joined(run, person)
    assert (back.id, back.state, back.queue_no) == (first.id, WAITING, 3)


def test_who_left_and_comes_back_to_a_free_seat_is_enrolled():
    run, person = make_run(), make_person()
    withdraw(actor_of(person), joined(run, person))
    assert joined(run, person).state is ENROLLED


def test_nobody_leaves_once_the_class_has_begun():
    run = make_run(begins=morning(1))
    row = joined(run)
    with time_machine.travel(morning(1)), pytest.raises(RunBegun):
        withdraw(SYSTEM, row)


def test_the_waiting_list_may_be_left_after_the_beginning():
    run = make_run(begins=morning(1), seats=1)
    joined(run)
    row = joined(run)
    with time_machine.travel(morning(1)):
        assert withdraw(SYSTEM, row).state is WITHDRAWN


def test_leaving_twice_says_so():
    row = joined(make_run())
    withdraw(SYSTEM, row)
    with pytest.raises(WithdrawnAlready):
        withdraw(SYSTEM, row)


def test_nobody_withdraws_someone_else():
    row = joined(make_run())
    with pytest.raises(NotAllowed):
        withdraw(actor_of(make_person()), row)


def test_roster_lists_who_is_in_class_by_pinyin_with_their_unit():
    run, station = make_run(), make_unit(name="科尔沁区社工站")
    wu = make_person(full_name="乌云", unit=station)
    hired(wu, make_unit(), to_on=clock.today() - timedelta(days=1))
    hired(wu, make_unit(name="另一个站"))
    for person in (wu, make_person(full_name="阿木古楞")):
        make_enrolment(run, person)
    make_enrolment(run, make_person(full_name="白云"), state="withdrawn")
    lines = roster(run)
    assert [line.enrolment.person.full_name for line in lines] == ["阿木古楞", "乌云"]
    assert [line.unit.name if line.unit else None for line in lines] == [None, "科尔沁区社工站"]
