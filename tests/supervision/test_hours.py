from collections import Counter
from datetime import date, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from college.core import clock
from college.core.db import db
from college.core.roles import Role
from college.supervision.hours.queries import (
    Period,
    given_to_each,
    of_year,
    received,
    uncounted,
    years,
)
from college.supervision.hours.queries import (
    given as given_minutes,
)
from college.supervision.sessions.models import (
    Form,
    SessionState,
    SupervisionAttendance,
    SupervisionSession,
    SupervisionType,
)
from college.supervision.sessions.operations import confirm
from college.supervision.sessions.queries import attendances_of
from tests.conftest import actor_of
from tests.factories import make_person
from tests.factories.supervision import LAST_YEAR, make_session

YEAR = Period.of_year(LAST_YEAR.year)


def test_unconfirmed_minutes_count_nowhere():
    wang, lilei, other = make_person(Role.SUPERVISOR), make_person(), make_person()
    half = make_session(lilei, other, supervisor=wang)
    confirm(actor_of(lilei), attendances_of(half)[0])

    assert received(lilei.id, YEAR).minutes == 0
    assert given_minutes(wang.id, YEAR).minutes == 0
    assert given_to_each(wang.id, YEAR) == []
    assert uncounted(actor_of(lilei), YEAR) == uncounted(actor_of(wang), YEAR) == 1

    confirm(actor_of(other), attendances_of(half)[1])
    assert received(lilei.id, YEAR).minutes == 60
    assert given_minutes(wang.id, YEAR).minutes == 60
    assert uncounted(actor_of(wang), YEAR) == 0


def test_group_minutes_count_once_for_the_supervisor_and_in_full_for_each():
    wang, people = make_person(Role.SUPERVISOR), [make_person() for _ in range(3)]
    make_session(*people, supervisor=wang, minutes=45, is_locked=True)

    assert given_minutes(wang.id, YEAR).minutes == 60
    assert [received(person.id, YEAR).minutes for person in people] == [45, 45, 45]
    assert [row.minutes for row in given_to_each(wang.id, YEAR)] == [45, 45, 45]


def test_the_year_ends_at_midnight_in_tongliao():
    lilei = make_person()
    new_year = datetime(LAST_YEAR.year, 1, 1, tzinfo=clock.SHANGHAI)
    make_session(lilei, starts_at=new_year - timedelta(hours=1), is_locked=True)
    make_session(lilei, starts_at=new_year, is_locked=True)

    assert received(lilei.id, YEAR).sessions == 1
    assert received(lilei.id, Period.of_year(YEAR.from_on.year - 1)).sessions == 1
    assert [row.first for row in received(lilei.id, YEAR).by_month] == [new_year.date()]


def test_years_go_back_to_the_first_session():
    lilei = make_person()
    make_session(lilei)
    this = clock.today().year
    assert years(actor_of(lilei)) == [this, this - 1]
    assert years(actor_of(make_person())) == [this]


def test_each_role_sees_its_own_side_only():
    wang, lilei = make_person(Role.SUPERVISOR), make_person()
    make_session(lilei, supervisor=wang, is_locked=True)

    taught = of_year(actor_of(wang), wang, LAST_YEAR.year)
    assert (taught.received, taught.given and taught.given.minutes) == (None, 60)
    learnt = of_year(actor_of(lilei), lilei, LAST_YEAR.year)
    assert (learnt.given, learnt.given_to_each) == (None, [])
    assert learnt.received is not None
    assert learnt.received.minutes == 60


SESSIONS = st.lists(
    st.tuples(
        st.integers(0, 1),  # which supervisor
        st.sampled_from(Form),
        st.dates(date(2024, 12, 25), date(2026, 1, 7)),
        st.integers(1, 180),  # its length
        st.dictionaries(st.integers(0, 2), st.integers(1, 180), min_size=1),  # who, and how long
        st.booleans(),  # is it locked
    ),
    max_size=8,
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(sessions=SESSIONS)
def test_hours_agree_with_a_tally_by_hand(sessions):
    supervisors = [make_person(Role.SUPERVISOR) for _ in range(2)]
    supervisees = [make_person() for _ in range(3)]
    gave: Counter[tuple[int, Form]] = Counter()
    took: Counter[tuple[int, Form]] = Counter()
    pairs: Counter[tuple[int, int]] = Counter()
    for who, form, day, length, there, is_locked in sessions:
        starts_at = datetime(day.year, day.month, day.day, 8, tzinfo=clock.SHANGHAI)
        store(supervisors[who], form, starts_at, length, is_locked, supervisees, there)
        if is_locked and day.year == 2025:
            gave[who, form] += length
            for index, minutes in there.items():
                took[index, form] += minutes
                pairs[who, index] += minutes
    db.session.flush()

    year = Period.of_year(2025)
    for who, person in enumerate(supervisors):
        hours = given_minutes(person.id, year)
        assert {row.form: row.minutes for row in hours.by_form} == of(gave, who)
        assert sum(row.minutes for row in hours.by_month) == hours.minutes
        each = {row.person.id: row.minutes for row in given_to_each(person.id, year)}
        assert each == {supervisees[i].id: n for i, n in of(pairs, who).items()}
    for index, person in enumerate(supervisees):
        hours = received(person.id, year)
        assert {row.form: row.minutes for row in hours.by_form} == of(took, index)


def of(tally, first):
    return {second: n for (one, second), n in tally.items() if one == first}


def store(supervisor, form, starts_at, length, is_locked, people, there) -> None:
    """Rows as they stand in the database; which of them the rules allow is not the matter here."""
    row = SupervisionSession(
        supervisor_id=supervisor.id,
        form=form,
        type=SupervisionType.TRAINING,
        functions=[],
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=length),
        topics="个案-07",
        state=SessionState.LOCKED if is_locked else SessionState.LOGGED,
    )
    db.session.add(row)
    db.session.flush()
    db.session.add_all(
        SupervisionAttendance(
            supervision_session_id=row.id, supervisee_id=people[index].id, minutes=minutes
        )
        for index, minutes in there.items()
    )
