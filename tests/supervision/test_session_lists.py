"""Who sees which supervision, and what a month lists."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.errors import NotFound
from college.core.roles import Role
from college.supervision.sessions.models import SupervisionAttendance
from college.supervision.sessions.operations import confirm
from college.supervision.sessions.queries import (
    MonthCount,
    attendances_of,
    choices,
    listed,
    mine_in,
    month_bounds,
    one,
    waiting_for,
)
from tests.conftest import actor_of
from tests.factories import grant, make_person
from tests.factories.supervision import LAST_YEAR, make_session
from tests.supervision.shared import make_supervisor


def test_supervisor_and_supervisees_see_a_session_and_nobody_else():
    wang, lilei = make_supervisor(), make_person()
    logged = make_session(lilei, supervisor=wang)
    for reader in (wang, lilei):
        assert one(actor_of(reader), logged.id).supervision_session is logged
    strangers = [make_supervisor(), make_person(), make_person(Role.ADMIN)]
    strangers.append(make_person(Role.STATION_MANAGER))
    for reader in strangers:
        with pytest.raises(NotFound):
            one(actor_of(reader), logged.id)
    with pytest.raises(NotFound):
        mine_in(actor_of(make_person()), logged.id)


def test_what_waits_for_a_trainee_is_only_their_own_open_minutes():
    lilei, other = make_person(), make_person()
    waiting = make_session(lilei)
    make_session(lilei, is_locked=True)
    half = make_session(lilei, other)
    confirm(actor_of(lilei), attendances_of(half)[0])

    assert [row.supervision_session for row in waiting_for(actor_of(lilei))] == [waiting]
    assert [row.supervision_session for row in waiting_for(actor_of(other))] == [half]


def test_a_month_is_that_of_the_colleges_wall_clock():
    wang = make_supervisor()
    january, february = month_bounds(LAST_YEAR.date())
    first = make_session(supervisor=wang, starts_at=january)
    last = make_session(supervisor=wang, starts_at=february - timedelta(minutes=60))
    make_session(supervisor=wang, starts_at=february)
    make_session(supervisor=wang, starts_at=january - timedelta(minutes=61))

    page, year = listed(actor_of(wang), LAST_YEAR.date()), LAST_YEAR.year
    assert [row.supervision_session for row in page.rows] == [last, first]
    assert (page.previous, page.following) == (date(year - 1, 12, 1), date(year, 2, 1))


def test_an_empty_month_names_the_last_one_with_records():
    wang = make_supervisor()
    for day in range(2):
        make_session(supervisor=wang, starts_at=LAST_YEAR + timedelta(days=day))
    earlier = listed(actor_of(wang), clock.today()).earlier
    assert earlier == MonthCount(LAST_YEAR.date(), 2)
    assert listed(actor_of(make_supervisor()), clock.today()).earlier is None


def test_choices_are_todays_trainees_known_ones_first_and_never_oneself():
    wang = make_supervisor()
    grant(wang, Role.TRAINEE)
    stranger, known = make_person(full_name="白晓燕"), make_person(full_name="周敏")
    make_person(Role.INSTRUCTOR)
    make_session(known, supervisor=wang)

    found = choices(actor_of(wang))
    assert [(c.name, c.is_known) for c in found] == [("周敏", True), ("白晓燕", False)]
    assert stranger.id == found[1].person_id


def test_two_attendances_of_one_person_cannot_be_stored():
    logged = make_session()
    (attendance,) = attendances_of(logged)
    double = SupervisionAttendance(
        supervision_session_id=logged.id, supervisee_id=attendance.supervisee_id, minutes=5
    )
    db.session.add(double)
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()
