from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from college.core import clock, journal
from college.core.db import db
from college.core.errors import Conflict, NotAllowed
from college.core.roles import SYSTEM, Actor, Grant, Role
from college.courses.enrolments.models import Enrolment, EnrolmentState
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
from tests.factories import hired, make_person, make_unit
from tests.factories.courses import make_enrolment, make_run, morning

ENROLLED, WAITING, WITHDRAWN = (
    EnrolmentState.ENROLLED,
    EnrolmentState.WAITING,
    EnrolmentState.WITHDRAWN,
)


def joined(run, person=None):
    person = person or make_person()
    return enrol(actor_of(person), run, person)


def states_of(run):
    chosen = sa.select(Enrolment.state).where(Enrolment.run_id == run.id).order_by(Enrolment.id)
    return db.session.scalars(chosen).all()


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


def test_page_enrols_and_says_when_and_where(sign_in):
    run, person = make_run(begins=morning(10)), make_person()
    client = sign_in(person)
    assert "Enrol in this class" in client.get(f"/courses/runs/{run.id}").text
    page = client.post(f"/courses/runs/{run.id}/enrolments/new", follow_redirects=True)
    assert page.status_code == 200
    assert "Enrolled. See you on" in page.text
    assert "9:00, Room 302" in page.text
    assert "Leave this class" in page.text
    assert states_of(run) == [ENROLLED]


def test_page_says_it_in_chinese(sign_in):
    run = make_run()
    page = sign_in(make_person(), language="zh").post(
        f"/courses/runs/{run.id}/enrolments/new", follow_redirects=True
    )
    assert "已报名。" in page.text
    assert "在302教室见" in page.text


def test_second_click_is_a_calm_page_with_one_row(sign_in):
    run, person = make_run(), make_person(full_name="李雷")
    client = sign_in(person)
    client.post(f"/courses/runs/{run.id}/enrolments/new")
    page = client.post(f"/courses/runs/{run.id}/enrolments/new")
    assert page.status_code == 409
    assert "李雷 is in this class already" in page.text
    assert "You are enrolled" in page.text
    assert states_of(run) == [ENROLLED]


def test_page_of_a_full_class_offers_the_next_place(sign_in):
    run = make_run(seats=1)
    joined(run)
    joined(run)
    client = sign_in(make_person())
    assert "Join the waiting list as number 2" in client.get(f"/courses/runs/{run.id}").text
    page = client.post(f"/courses/runs/{run.id}/enrolments/new", follow_redirects=True)
    assert "You are number 2 on the waiting list" in page.text
    assert "Leave the waiting list" in page.text


def test_page_of_a_closed_class_refuses(sign_in):
    run = make_run(enrolment_closes_at=clock.now() - timedelta(minutes=1))
    client = sign_in(make_person())
    text = client.get(f"/courses/runs/{run.id}").text
    assert "Enrolment closed" in text
    assert "Enrol in this class" not in text
    page = client.post(f"/courses/runs/{run.id}/enrolments/new")
    assert page.status_code == 422
    assert "Enrolment closed on" in page.text
    assert states_of(run) == []


def test_page_before_the_opening_names_the_date(sign_in):
    run = make_run(enrolment_opens_at=morning(3))
    client = sign_in(make_person())
    assert "Enrolment opens" in client.get(f"/courses/runs/{run.id}").text
    page = client.post(f"/courses/runs/{run.id}/enrolments/new")
    assert page.status_code == 422
    assert "9:00. Come back then." in page.text


def test_page_signed_out_leads_to_sign_in_and_back(sign_in):
    run = make_run()
    text = sign_in(None).get(f"/courses/runs/{run.id}").text
    assert "Sign in to enrol" in text
    assert f"/sign-in?next=/courses/runs/{run.id}" in text.replace("%2F", "/")
    assert sign_in(None).post(f"/courses/runs/{run.id}/enrolments/new").status_code == 401


def test_an_instructor_is_told_why_there_is_no_button(sign_in):
    run = make_run()
    client = sign_in(make_person(Role.INSTRUCTOR))
    text = client.get(f"/courses/runs/{run.id}").text
    assert "enrolling takes a trainee" in text
    assert "Enrol in this class" not in text
    assert client.post(f"/courses/runs/{run.id}/enrolments/new").status_code == 403


def test_a_draft_cannot_be_enrolled_in_by_page(sign_in):
    run = make_run(state=RunState.DRAFT)
    assert sign_in(make_person()).post(f"/courses/runs/{run.id}/enrolments/new").status_code == 404


def test_page_withdraws_once(sign_in):
    run, person = make_run(), make_person()
    row = make_enrolment(run, person)
    client = sign_in(person)
    url = f"/courses/runs/{run.id}/enrolments/{row.id}/withdraw"
    page = client.post(url, follow_redirects=True)
    assert "You have left" in page.text
    assert "Enrol in this class" in page.text
    again = client.post(url)
    assert again.status_code == 409
    assert "withdrawn already" in again.text
    assert states_of(run) == [WITHDRAWN]


def test_page_of_a_class_that_has_begun_offers_no_way_out(sign_in):
    person = make_person()
    run = make_run(begins=morning(-1), lessons=3)
    row = make_enrolment(run, person)
    client = sign_in(person)
    text = client.get(f"/courses/runs/{run.id}").text
    assert "The class has begun" in text
    assert "Leave this class" not in text
    url = f"/courses/runs/{run.id}/enrolments/{row.id}/withdraw"
    assert client.post(url).status_code == 422


def test_an_enrolment_of_somebody_else_is_not_found(sign_in):
    run = make_run()
    row = make_enrolment(run)
    url = f"/courses/runs/{run.id}/enrolments/{row.id}/withdraw"
    assert sign_in(make_person()).post(url).status_code == 404
    assert states_of(run) == [ENROLLED]


def test_a_manager_puts_own_staff_forward_by_page(sign_in):
    run, here = make_run(), make_unit()
    worker = make_person(unit=here, full_name="苏和")
    make_person(full_name="路人")
    client = sign_in(make_person(Role.STATION_MANAGER, unit=here, full_name="乌云"))
    assert "Enrol your people" in client.get(f"/courses/runs/{run.id}").text
    page = client.get(f"/courses/runs/{run.id}/enrolments/new")
    assert "苏和" in page.text
    assert "路人" not in page.text
    page = client.post(f"/courses/runs/{run.id}/enrolments/new/{worker.id}", follow_redirects=True)
    assert "苏和 is enrolled" in page.text
    assert states_of(run) == [ENROLLED]
    again = client.post(f"/courses/runs/{run.id}/enrolments/new/{worker.id}")
    assert again.status_code == 409


def test_a_manager_takes_her_own_seat_on_the_page_of_the_class(sign_in):
    run, here = make_run(), make_unit()
    client = sign_in(make_person(Role.STATION_MANAGER, unit=here, full_name="乌云"))
    offered = client.get(f"/courses/runs/{run.id}/enrolments/new").text
    assert "/enrolments/new/" not in offered
    assert "All your people are in this class" in offered
    assert (
        f'action="/courses/runs/{run.id}/enrolments/new"'
        in client.get(f"/courses/runs/{run.id}").text
    )


@pytest.mark.parametrize("words", ["suhe", "su he", "苏", "sh"])
def test_people_are_found_by_name_pinyin_and_initials(sign_in, words):
    run, here = make_run(), make_unit()
    make_person(unit=here, full_name="苏和")
    make_person(unit=here, full_name="白云")
    client = sign_in(make_person(Role.STATION_MANAGER, unit=here, full_name="乌云"))
    text = client.get(f"/courses/runs/{run.id}/enrolments/new?q={words}").text
    assert "苏和" in text
    assert "白云" not in text


def test_nobody_left_to_enrol_is_said(sign_in):
    run, here = make_run(), make_unit()
    client = sign_in(make_person(Role.STATION_MANAGER, unit=here))
    url = f"/courses/runs/{run.id}/enrolments/new"
    assert "Nobody of this name" in client.get(f"{url}?q=zzz").text


def test_a_manager_cannot_put_a_stranger_forward(sign_in):
    run, stranger = make_run(), make_person()
    client = sign_in(make_person(Role.STATION_MANAGER, unit=make_unit()))
    url = f"/courses/runs/{run.id}/enrolments/new/{stranger.id}"
    assert client.post(url).status_code == 404
    assert states_of(run) == []
