"""Giving and ending roles: nobody hands on more than they have, there, and for as long."""

from datetime import timedelta
from itertools import product

import pytest
import sqlalchemy as sa

from college.core import clock
from college.core.access import allowed
from college.core.db import db
from college.core.errors import NotAllowed
from college.core.roles import GRANTS, SYSTEM, Actor, Can, Grant, Role, Scope
from college.people.roles.giving import HeldAlready
from college.people.roles.handing_on import FOR_GOOD, GIVEN, last_day
from college.people.roles.models import RoleGrant
from college.people.roles.operations import (
    EndsBeforeBeginning,
    LastOne,
    MoreThanOnesOwn,
    OutlastsOnesOwn,
    UnitMissing,
    WholeCollege,
    end_grant,
    grant_role,
)
from tests.conftest import actor_of
from tests.factories import grant, make_person, make_unit

# whom each role may make what at its own unit, read by eye; elsewhere nobody but the college gives
AT_ONES_OWN_UNIT = {
    Role.STATION_MANAGER: {
        Role.TRAINEE, Role.COORDINATOR, Role.STATION_MANAGER, Role.APPROVER, Role.EVALUATOR,
    },
    Role.ADMIN: set(GIVEN),
}  # fmt: skip
TODAY = clock.today


@pytest.fixture
def places():
    """The unit of the role, with one above it, one below and one beside."""
    above = make_unit()
    own = make_unit(above)
    return {"own": own, "below": make_unit(own), "above": above, "beside": make_unit(above)}


@pytest.mark.parametrize("held", GIVEN)
def test_nobody_hands_on_more_than_they_have_there(places, held):
    actor = Actor(None, frozenset({Grant(held, places["own"].id)}))
    reached = set(places) if held is Role.ADMIN else {"own", "below"}
    for given in GIVEN:
        at = {name for name, unit in places.items() if last_day(actor, given, unit)}
        assert at == (reached if given in AT_ONES_OWN_UNIT.get(held, ()) else set()), given
        assert bool(last_day(actor, given, None)) is (held is Role.ADMIN), given


@pytest.mark.parametrize("held", [role for role in GIVEN if role is not Role.ADMIN])
def test_a_role_handed_on_opens_nothing_that_was_shut_to_the_giver(places, held):
    """The same, asked of what the two may then do rather than of the rule."""
    giver = Actor(None, frozenset({Grant(held, places["own"].id)}))
    for given, unit in product(GIVEN, places.values()):
        if last_day(giver, given, unit) is None:
            continue
        for can, scope in GRANTS[given].items():
            if scope not in {Scope.MINE, Scope.PUBLISHED}:
                assert scope is Scope.UNIT
                assert allowed(giver, can, unit)


@pytest.mark.parametrize("role", [Role.ANYONE, Role.SYSTEM])
def test_nobody_is_made_the_system(role):
    assert last_day(SYSTEM, role, None) is None


def test_rights_of_two_units_do_not_add_up_to_a_role(places):
    elsewhere = make_unit()
    two = {Grant(Role.STATION_MANAGER, elsewhere.id), Grant(Role.COORDINATOR, places["own"].id)}
    assert last_day(Actor(None, frozenset(two)), Role.COORDINATOR, places["own"]) is None


def test_a_manager_gives_a_role_at_the_station_to_somebody_of_it(places):
    manager = make_person(Role.STATION_MANAGER, unit=places["own"])
    colleague = make_person(None, unit=places["own"])
    grant(colleague, Role.TRAINEE)
    grant_role(actor_of(manager), colleague, role=Role.COORDINATOR, unit=places["own"])
    given = actor_of(colleague).reach(Can.ENROLMENTS_ENROL)
    assert given >= actor_of(manager).reach(Can.ENROLMENTS_ENROL)


def test_a_manager_gives_nothing_to_people_of_elsewhere_nor_at_another_unit(places):
    manager = actor_of(make_person(Role.STATION_MANAGER, unit=places["own"]))
    stranger = make_person(None, unit=places["beside"])
    colleague = make_person(None, unit=places["own"])
    with pytest.raises(NotAllowed):
        grant_role(manager, stranger, role=Role.COORDINATOR, unit=places["own"])
    with pytest.raises(NotAllowed):
        grant_role(manager, colleague, role=Role.COORDINATOR, unit=places["beside"])
    with pytest.raises(MoreThanOnesOwn):
        grant_role(manager, colleague, role=Role.ADMIN)
    with pytest.raises(MoreThanOnesOwn):
        grant_role(manager, colleague, role=Role.INSTRUCTOR, unit=places["own"])


def test_a_role_handed_on_ends_no_later_than_ones_own(places):
    manager, colleague = (make_person(None, unit=places["own"]) for _ in range(2))
    last = TODAY() + timedelta(days=30)
    grant(manager, Role.STATION_MANAGER, places["own"]).to_on = last
    db.session.commit()
    handed = {"role": Role.COORDINATOR, "unit": places["own"]}
    for too_late in (None, last + timedelta(days=1)):
        with pytest.raises(OutlastsOnesOwn):
            grant_role(actor_of(manager), colleague, to_on=too_late, **handed)
    assert grant_role(actor_of(manager), colleague, to_on=last, **handed).to_on == last


def test_a_grant_begins_and_ends_by_itself():
    person = make_person(None)
    day, one = TODAY(), timedelta(days=1)
    grant_role(SYSTEM, person, role=Role.ADMIN, from_on=day + one, to_on=day + one)
    grant_role(SYSTEM, person, role=Role.OBSERVER, from_on=day - 2 * one, to_on=day - one)
    grant_role(SYSTEM, person, role=Role.SUPERVISOR, from_on=day, to_on=day)
    assert {held.role for held in actor_of(person).grants} == {Role.SUPERVISOR}


def test_what_is_ended_ends_that_moment_and_can_be_given_again():
    person = make_person(None)
    held = grant_role(SYSTEM, person, role=Role.SUPERVISOR)
    end_grant(SYSTEM, held)
    assert not actor_of(person).grants
    assert end_grant(SYSTEM, held).ended_at is not None
    grant_role(SYSTEM, person, role=Role.SUPERVISOR)
    assert {g.role for g in actor_of(person).grants} == {Role.SUPERVISOR}


def test_the_clause_and_the_row_agree_on_every_day():
    person, day = make_person(None), TODAY()
    held = grant_role(SYSTEM, person, role=Role.SUPERVISOR, from_on=day - timedelta(days=2))
    for change in ("lasting", "ended", "over"):
        if change == "ended":
            end_grant(SYSTEM, held)
        if change == "over":
            held.ended_at = None
        db.session.commit()
        for offset in range(-4, 4):
            when = day + timedelta(days=offset)
            chosen = sa.select(RoleGrant.id).where(RoleGrant.in_force(when))
            in_force = held.id in db.session.scalars(chosen).all()
            assert in_force is held.holds_on(when), (change, offset)


def test_the_same_role_is_not_held_twice_at_once():
    person, unit = make_person(None), make_unit()
    grant_role(SYSTEM, person, role=Role.COORDINATOR, unit=unit, to_on=TODAY())
    with pytest.raises(HeldAlready):
        grant_role(SYSTEM, person, role=Role.COORDINATOR, unit=unit)
    grant_role(SYSTEM, person, role=Role.COORDINATOR, unit=make_unit())
    later = TODAY() + timedelta(days=1)
    grant_role(SYSTEM, person, role=Role.COORDINATOR, unit=unit, from_on=later)


def test_a_role_of_a_unit_names_one_and_a_role_of_the_whole_college_none():
    person = make_person(None)
    with pytest.raises(UnitMissing):
        grant_role(SYSTEM, person, role=Role.STATION_MANAGER)
    with pytest.raises(WholeCollege):
        grant_role(SYSTEM, person, role=Role.ADMIN, unit=make_unit())
    with pytest.raises(EndsBeforeBeginning):
        grant_role(SYSTEM, person, role=Role.ADMIN, to_on=TODAY() - timedelta(days=1))


def test_somebody_is_left_who_can_give_roles():
    chen, second = make_person(None), make_person(None)
    mine = grant_role(SYSTEM, chen, role=Role.ADMIN)
    grant_role(SYSTEM, second, role=Role.ADMIN, to_on=TODAY() + timedelta(days=3))
    with pytest.raises(LastOne):
        end_grant(actor_of(chen), mine)
    grant_role(SYSTEM, second, role=Role.ADMIN, from_on=TODAY() + timedelta(days=4))
    with pytest.raises(LastOne):
        end_grant(actor_of(chen), mine)
    third = grant_role(SYSTEM, make_person(None), role=Role.ADMIN)
    end_grant(actor_of(chen), mine)
    with pytest.raises(LastOne):
        end_grant(SYSTEM, third)


def test_a_manager_ends_what_was_given_at_the_station_and_nothing_greater(places):
    manager = actor_of(make_person(Role.STATION_MANAGER, unit=places["own"]))
    colleague = make_person(None, unit=places["own"])
    given = grant_role(SYSTEM, colleague, role=Role.COORDINATOR, unit=places["below"])
    teaches = grant_role(SYSTEM, colleague, role=Role.INSTRUCTOR, unit=places["own"])
    beside = grant_role(SYSTEM, colleague, role=Role.COORDINATOR, unit=places["beside"])
    end_grant(manager, given)
    with pytest.raises(MoreThanOnesOwn):
        end_grant(manager, teaches)
    with pytest.raises(NotAllowed):
        end_grant(manager, beside)


def test_for_good_is_later_than_any_day():
    assert TODAY() < FOR_GOOD
