import pytest
import sqlalchemy as sa

from college.core.access import visible
from college.core.db import db
from college.core.errors import Conflict, NotAllowed
from college.core.journal import JournalEntry
from college.core.roles import SYSTEM, Actor, Can, Grant, Role
from college.stations.units.models import Unit, UnitKind
from college.stations.units.operations import NewUnit, open_unit
from tests.conftest import actor_of
from tests.factories import make_person, make_unit


def below(unit: Unit) -> set[int]:
    return set(db.session.scalars(sa.select(Unit.id).where(Unit.id.in_(Unit.at_or_below(unit.id)))))


def seen(actor: Actor) -> set[int]:
    chosen = sa.select(Unit.id).where(visible(Unit, actor, Can.UNITS_SEE))
    return set(db.session.scalars(chosen))


def test_a_unit_knows_its_place_in_the_tree():
    district = make_unit(kind=UnitKind.DISTRICT)
    station = make_unit(district)
    room = make_unit(station, kind=UnitKind.ROOM)

    assert room.path == f"/{district.id:06d}/{station.id:06d}/{room.id:06d}/"
    assert [unit.depth for unit in (district, station, room)] == [0, 1, 2]


def test_at_or_below_is_the_unit_and_its_descendants_and_no_namesake_of_its_number():
    roots = [make_unit() for _ in range(11)]  # ids such as 1 and 10, 11: a prefix of digits alone
    child = make_unit(roots[0])
    grandchild = make_unit(child)
    assert below(roots[0]) == {roots[0].id, child.id, grandchild.id}
    assert below(roots[10]) == {roots[10].id}


def test_only_who_may_record_units_opens_one():
    new = NewUnit(name="新站", kind=UnitKind.STATION)
    for role in set(Role) - {Role.ADMIN, Role.SYSTEM, Role.ANYONE}:
        with pytest.raises(NotAllowed):
            open_unit(actor_of(make_person(role)), new)
    chen = make_person(Role.ADMIN)
    unit = open_unit(actor_of(chen), new)
    entry = db.session.scalars(
        sa.select(JournalEntry).where(JournalEntry.deed == "open_unit")
    ).one()
    assert (entry.row_id, entry.actor_id) == (unit.id, chen.id)


def test_two_units_of_one_name_stand_apart_under_different_parents_only():
    district, other = make_unit(), make_unit()
    make_unit(district, name="济北社工站")
    make_unit(other, name="济北社工站")
    with pytest.raises(Conflict):
        open_unit(SYSTEM, NewUnit(name="济北社工站", kind=UnitKind.STATION, parent=district))


def test_rights_at_one_unit_do_not_leak_to_another():
    mine, other = make_unit(), make_unit()
    child = make_unit(mine)
    grants = {Grant(Role.STATION_MANAGER, mine.id), Grant(Role.TRAINEE, other.id)}
    assert seen(Actor(None, frozenset(grants))) == {mine.id, child.id}
    assert seen(Actor(None, frozenset({Grant(Role.OBSERVER)}))) == {mine.id, other.id, child.id}
    assert seen(Actor()) == set()
