"""Units: opened, changed, moved, ended, reopened, each dated and with what was known when."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from college.core import clock
from college.core.access import visible
from college.core.db import db
from college.core.errors import Conflict, NotAllowed
from college.core.journal import JournalEntry
from college.core.roles import SYSTEM, Actor, Can, Grant, Role
from college.stations.units.codes import WrongCreditCode, WrongDivisionCode
from college.stations.units.models import Domain, Unit, UnitKind, UnitPhase
from college.stations.units.operations import (
    AboveGone,
    BelowItself,
    ClosedAlready,
    Details,
    IsOpen,
    NameTaken,
    NewUnit,
    NotThere,
    NotYet,
    OpensAfterClosing,
    UnitsBelow,
    amend_unit,
    change_unit,
    correct_opening,
    end_unit,
    move_unit,
    open_unit,
    reopen_unit,
)
from college.stations.units.queries import known_phases
from tests.conftest import actor_of
from tests.factories import make_person, make_unit

NOW = clock.today()
OPENED, CHANGED, CLOSED = date(2021, 5, 1), date(2023, 1, 1), date(2025, 7, 1)
DAY = timedelta(days=1)


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


def phases(unit: Unit) -> list[tuple[str, UnitKind, int | None, date | None, date | None]]:
    known = known_phases(unit)
    return [(one.name, one.kind, one.parent_id, one.from_on, one.to_on) for one in known]


def rename(unit: Unit, name: str, *, on: date = CHANGED, kind: UnitKind | None = None) -> Unit:
    return change_unit(SYSTEM, unit, on=on, name=name, name_en="", kind=kind or unit.kind)


def test_a_change_is_a_phase_from_its_day_and_the_unit_is_what_it_is_today():
    unit = make_unit(name="开鲁镇社工室", kind=UnitKind.ROOM, opened_on=OPENED)
    rename(unit, "开鲁镇社工站", kind=UnitKind.STATION)
    assert phases(unit) == [
        ("开鲁镇社工室", UnitKind.ROOM, None, OPENED, CHANGED - DAY),
        ("开鲁镇社工站", UnitKind.STATION, None, CHANGED, None),
    ]
    assert (unit.name, unit.kind, unit.opened_on) == ("开鲁镇社工站", UnitKind.STATION, OPENED)


def test_what_was_believed_before_a_change_is_still_on_record():
    unit = make_unit(name="老名", opened_on=OPENED)
    db.session.commit()
    then = clock.now()
    rename(unit, "新名")
    believed = sa.select(UnitPhase.name).where(UnitPhase.unit_id == unit.id)
    assert db.session.scalars(believed.where(UnitPhase.known(then))).all() == ["老名"]
    today = UnitPhase.covers(NOW, then)
    assert db.session.scalars(believed.where(today)).all() == ["老名"]
    assert db.session.scalars(believed.where(UnitPhase.covers(NOW))).all() == ["新名"]


def test_a_change_of_the_past_lasts_until_the_next_one_and_counts_as_a_version():
    unit = make_unit(name="一", opened_on=OPENED)
    rename(unit, "三")
    seen = unit.version
    rename(unit, "二", on=date(2022, 1, 1))
    assert [(p[0], p[4]) for p in phases(unit)] == [
        ("一", date(2021, 12, 31)),
        ("二", CHANGED - DAY),
        ("三", None),
    ]
    assert unit.name == "三"
    assert unit.version > seen  # whoever saw the page before is refused


def test_the_same_again_changes_nothing():
    unit = make_unit(name="一", opened_on=OPENED)
    entries = sa.select(sa.func.count(JournalEntry.id))
    before = db.session.scalar(entries)
    rename(unit, "一")
    move_unit(SYSTEM, unit, to=None, on=CHANGED)
    amend_unit(SYSTEM, unit, Details())
    assert len(phases(unit)) == 1
    assert db.session.scalar(entries) == before


def test_a_unit_moves_with_all_below_and_rights_go_along():
    old, new = make_unit(), make_unit()
    station = make_unit(old)
    room = make_unit(station)
    move_unit(SYSTEM, station, to=new, on=NOW)
    db.session.expire_all()
    assert room.path == f"/{new.id:06d}/{station.id:06d}/{room.id:06d}/"
    assert seen(Actor(None, frozenset({Grant(Role.STATION_MANAGER, old.id)}))) == {old.id}
    theirs = seen(Actor(None, frozenset({Grant(Role.STATION_MANAGER, new.id)})))
    assert theirs == {new.id, station.id, room.id}


def test_no_unit_stands_below_itself_or_below_its_own():
    district = make_unit()
    station = make_unit(district)
    room = make_unit(station)
    for to in (district, station, room):
        with pytest.raises(BelowItself):
            move_unit(SYSTEM, district, to=to, on=NOW)
    assert phases(district)[0][2] is None


def test_no_circle_is_closed_in_the_past_either():
    """Free on the day of the move and free today: but in the year between it would be one."""
    upper, lower, other = make_unit(), make_unit(), make_unit()
    move_unit(SYSTEM, lower, to=upper, on=date(2022, 1, 1))
    move_unit(SYSTEM, lower, to=other, on=CHANGED)
    with pytest.raises(BelowItself):
        move_unit(SYSTEM, upper, to=lower, on=OPENED)
    move_unit(SYSTEM, upper, to=lower, on=CHANGED)
    assert upper.path.startswith(lower.path)


def test_the_path_follows_the_parent_as_it_is_and_not_as_it_was_read():
    upper, above = make_unit(), make_unit()
    assert above.path  # read before somebody else moved it
    elsewhere = sa.update(Unit).where(Unit.id == above.id).values(path=upper.path + "000099/")
    db.session.execute(elsewhere, execution_options={"synchronize_session": False})
    unit = open_unit(SYSTEM, NewUnit(name="新站", kind=UnitKind.STATION, parent=above))
    assert unit.path == f"{upper.path}000099/{unit.id:06d}/"


def test_nothing_stands_below_what_is_shut_or_not_yet_open():
    shut, late = make_unit(opened_on=OPENED), make_unit(opened_on=CHANGED)
    end_unit(SYSTEM, shut, on=CLOSED)
    unit = make_unit(opened_on=OPENED)
    for to in (shut, late):
        with pytest.raises(AboveGone):
            move_unit(SYSTEM, unit, to=to, on=date(2022, 1, 1))
    with pytest.raises(AboveGone):
        open_unit(SYSTEM, NewUnit(name="新站", kind=UnitKind.STATION, parent=shut))
    assert len(phases(unit)) == 1


def test_a_name_is_taken_where_it_stands_at_the_top_too():
    make_unit(name="济北社工站")
    other = make_unit(make_unit(), name="济北社工站")
    with pytest.raises(NameTaken):
        open_unit(SYSTEM, NewUnit(name="济北社工站", kind=UnitKind.STATION))
    with pytest.raises(NameTaken):
        move_unit(SYSTEM, other, to=None, on=NOW)
    with pytest.raises(NameTaken):
        rename(make_unit(), "济北社工站")


def test_a_day_on_which_it_was_not_there_or_that_is_to_come_is_refused():
    unit = make_unit(opened_on=OPENED)
    with pytest.raises(NotThere):
        rename(unit, "早", on=OPENED - DAY)
    with pytest.raises(NotYet):
        rename(unit, "晚", on=clock.today() + DAY)
    end_unit(SYSTEM, unit, on=CLOSED)
    with pytest.raises(NotThere):
        rename(unit, "关", on=CLOSED)


def test_a_unit_ends_on_the_day_before_it_is_shut_and_may_open_again():
    into = make_unit()
    unit = make_unit(opened_on=OPENED)
    with pytest.raises(IsOpen):
        reopen_unit(SYSTEM, unit)
    end_unit(SYSTEM, unit, on=CLOSED, into=into)
    assert (phases(unit)[-1][4], unit.closed_on) == (CLOSED - DAY, CLOSED)
    assert unit.merged_into_id == into.id
    with pytest.raises(ClosedAlready):
        end_unit(SYSTEM, unit, on=CLOSED)
    reopen_unit(SYSTEM, unit)
    assert [phases(unit)[-1][4], unit.closed_on, unit.merged_into_id] == [None] * 3


def test_neither_ends_with_open_units_below_nor_opens_below_a_shut_one():
    upper = make_unit(opened_on=OPENED)
    unit = make_unit(upper, opened_on=OPENED)
    with pytest.raises(UnitsBelow) as refused:
        end_unit(SYSTEM, upper, on=CLOSED)
    assert refused.value.facts["names"] == unit.name
    with pytest.raises(NotThere):
        end_unit(SYSTEM, unit, on=OPENED)
    end_unit(SYSTEM, unit, on=CLOSED)
    end_unit(SYSTEM, upper, on=CLOSED)
    with pytest.raises(AboveGone):
        reopen_unit(SYSTEM, unit)


def test_the_opening_is_corrected_but_not_past_the_first_phase():
    unit = make_unit(name="一", opened_on=OPENED)
    rename(unit, "二")
    with pytest.raises(OpensAfterClosing):
        correct_opening(SYSTEM, unit, opened_on=CHANGED)
    correct_opening(SYSTEM, unit, opened_on=date(2022, 2, 2))
    assert phases(unit)[0][3:] == (date(2022, 2, 2), CHANGED - DAY)
    correct_opening(SYSTEM, unit, opened_on=None)
    assert (phases(unit)[0][3], unit.opened_on) == (None, None)


@pytest.mark.parametrize("code", ["91350100M000100Y43", "11320000MB151840XJ"])
def test_a_right_credit_code_is_kept_in_capitals(code):
    """Source: GB 32100-2015; both belong to bodies that publish them."""
    unit = amend_unit(SYSTEM, make_unit(), Details(credit_code=f" {code.lower()} "))
    assert unit.credit_code == code


@pytest.mark.parametrize("code", ["91350100M000100Y44", "91350100M000100Y4", "9135010OM000100Y43"])
def test_a_wrong_credit_code_is_refused(code):
    with pytest.raises(WrongCreditCode):
        amend_unit(SYSTEM, make_unit(), Details(credit_code=code))


@pytest.mark.parametrize("code", ["370115", "370125", "150571", "511403003", ""])
def test_division_codes_of_today_and_of_former_years_are_taken(code):
    assert amend_unit(SYSTEM, make_unit(), Details(division_code=code)).division_code == code


@pytest.mark.parametrize("code", ["370199", "37011", "济阳区", "3701150"])
def test_a_division_code_that_never_was_is_refused(code):
    with pytest.raises(WrongDivisionCode):
        amend_unit(SYSTEM, make_unit(), Details(division_code=code))


def test_domains_are_kept_in_the_order_of_the_list():
    asked = Details(domains=[Domain.MENTAL_HEALTH, Domain.ELDERLY])
    assert amend_unit(SYSTEM, make_unit(), asked).works_in == [Domain.ELDERLY, Domain.MENTAL_HEALTH]


def test_only_who_may_record_units_changes_moves_or_ends_one():
    unit, other = make_unit(opened_on=OPENED), make_unit()
    named = {"name": "新", "name_en": "", "kind": UnitKind.ROOM}
    for role in set(Role) - {Role.ADMIN, Role.SYSTEM, Role.ANYONE}:
        actor = actor_of(make_person(role, unit=unit))
        for attempt in (
            lambda who: change_unit(who, unit, on=CHANGED, **named),
            lambda who: move_unit(who, unit, to=other, on=CHANGED),
            lambda who: amend_unit(who, unit, Details(phone="0475-1234567")),
            lambda who: correct_opening(who, unit, opened_on=None),
            lambda who: end_unit(who, unit, on=CLOSED),
            lambda who: reopen_unit(who, unit),
        ):
            with pytest.raises(NotAllowed):
                attempt(actor)
    assert len(phases(unit)) == 1
