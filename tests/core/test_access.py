"""Reach per unit: rights never leak, neither between units nor after their time."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from college.core import clock
from college.core.access import allowed, fetch, for_readers, require, visible
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


# statements that are made once for many readers


@for_readers
def _own(actor: Actor) -> sa.Select[Person]:
    return sa.select(Person).where(visible(Person, actor, Can.PERSONS_SEE)).order_by(Person.id)


def found(person: Person) -> list[Person]:
    actor = actor_of(person)
    return list(db.session.scalars(_own(actor), {"me": actor.person_id}))


def test_readers_of_the_same_roles_share_a_statement_and_see_each_their_own():
    one, other = make_person(Role.TRAINEE), make_person(Role.TRAINEE)
    assert _own(actor_of(one)) is _own(actor_of(other))
    assert (found(one), found(other)) == ([one], [other])


def test_managers_of_two_units_share_none():
    here, there = make_unit(), make_unit()
    one, other = (make_person(Role.STATION_MANAGER, unit=unit) for unit in (here, there))
    assert _own(actor_of(one)) is not _own(actor_of(other))
    assert (found(one), found(other)) == ([one], [other])


def test_a_stranger_shares_none_with_somebody_known():
    assert _own(NOBODY) is not _own(Actor(person_id=1))


def test_a_statement_is_made_anew_each_day():
    """Who works at a unit is asked of a day, and that one stands in it."""
    manager = Actor(1, frozenset({Grant(Role.STATION_MANAGER, 1)}))
    with time_machine.travel("2026-11-27 12:00+08:00", tick=False):
        today = _own(manager)
        assert _own(manager) is today
    with time_machine.travel("2026-11-28 12:00+08:00", tick=False):
        assert _own(manager) is not today
