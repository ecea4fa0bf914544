"""Reach per unit: rights never leak, neither between units nor after their time."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa

from college.core import clock
from college.core.access import allowed, fetch, require, visible
from college.core.db import db
from college.core.errors import NotAllowed, NotFound
from college.core.roles import GRANTS, NOBODY, Actor, Can, Grant, Role
from college.people.persons.models import Person
from tests.conftest import actor_of
from tests.factories import grant, make_person, make_unit


def test_a_manager_reaches_the_unit_and_what_is_below():
    general = make_unit()
    station = make_unit(general)
    manager = Actor(None, frozenset({Grant(Role.STATION_MANAGER, general.id)}))
    assert allowed(manager, Can.PERSONS_SEE, make_person(unit=station))


def test_a_manager_does_not_reach_upwards_or_sideways():
    general = make_unit()
    station, other = make_unit(general), make_unit(general)
    manager = Actor(None, frozenset({Grant(Role.STATION_MANAGER, station.id)}))
    for person in (make_person(unit=general), make_person(unit=other)):
        with pytest.raises(NotAllowed):
            require(manager, Can.PERSONS_SEE, person)
        with pytest.raises(NotFound):
            fetch(Person, person.id, manager, Can.PERSONS_SEE)


def test_two_grants_at_two_units_do_not_mix():
    one, two = make_unit(), make_unit()
    held = {Grant(Role.STATION_MANAGER, one.id), Grant(Role.TRAINEE, two.id)}
    assert not allowed(Actor(None, frozenset(held)), Can.PERSONS_SEE, make_person(unit=two))


def test_a_list_and_a_single_row_agree():
    one, two = make_unit(), make_unit()
    here, there = make_person(unit=one), make_person(unit=two)
    manager = Actor(None, frozenset({Grant(Role.STATION_MANAGER, one.id)}))
    clause = visible(Person, manager, Can.PERSONS_SEE)
    seen = db.session.scalars(db.select(Person).where(clause)).all()
    assert here in seen
    assert there not in seen


def test_a_grant_ends_by_itself():
    person, unit = make_person(None), make_unit()
    held = grant(person, Role.STATION_MANAGER, unit)
    assert actor_of(person).reach(Can.PERSONS_SEE)
    held.to_on = clock.today() - timedelta(days=1)
    db.session.commit()
    assert not actor_of(person).reach(Can.PERSONS_SEE)


def test_a_stranger_may_only_what_anyone_may():
    assert {can for can in Can if NOBODY.reach(can)} == set(GRANTS[Role.ANYONE])


def test_every_deed_is_granted_to_somebody_besides_the_system():
    granted = {can for role, cans in GRANTS.items() if role is not Role.SYSTEM for can in cans}
    assert set(Can) - granted == set()


def test_the_administrator_neither_confirms_nor_logs_supervision_for_others():
    assert not {Can.SUPERVISION_CONFIRM, Can.SUPERVISION_LOG} & set(GRANTS[Role.ADMIN])


def test_whether_a_row_is_mine_needs_no_statement():
    mine, other = make_person(), make_person()
    me = Actor(mine.id, frozenset({Grant(Role.TRAINEE, None)}))
    with no_statements():
        assert allowed(me, Can.ENROLMENTS_ENROL, mine)
    assert not allowed(me, Can.ENROLMENTS_ENROL, other)


@contextmanager
def no_statements():
    def refuse(_c, _cursor, statement, *_):
        raise AssertionError(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", refuse)
    yield
    sa.event.remove(sa.Engine, "before_cursor_execute", refuse)
