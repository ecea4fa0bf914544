"""Units by hand: opened, amended, renamed, moved, closed, merged and reopened on pages."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.errors import NotAllowed
from college.core.roles import SYSTEM, Role
from college.people.employment.models import Employment
from college.people.units.operations import IntoItself, PostsThere, close_unit, merge_units
from college.people.units.queries import page, tree
from college.stations.units.models import Domain, Unit, UnitKind
from college.stations.units.operations import change_unit, end_unit, move_unit
from college.stations.units.queries import known_phases
from tests.conftest import actor_of
from tests.factories import hired, make_person, make_unit

UNITS = "/people/units"
NOW, OPENED, MOVED = clock.today(), date(2021, 5, 1), date(2024, 3, 1)
DEEDS = ("amend", "change", "move", "close", "merge", "opening")


@pytest.fixture
def admin(sign_in):
    return sign_in(make_person(Role.ADMIN))


def posts_at(unit) -> set[int]:
    there = (Employment.unit_id == unit.id) & Employment.covers(NOW)
    return set(db.session.scalars(sa.select(Employment.person_id).where(there)))


def test_a_station_is_opened_below_its_district(admin):
    district = make_unit(name="开鲁县", name_en="Kailu County", kind=UnitKind.DISTRICT)
    shown = admin.get(f"{UNITS}/new?below={district.id}").text
    assert f'<option selected value="{district.id}">Kailu County' in shown
    data = {
        "name": "  开鲁镇  社工站 ",
        "kind": "station",
        "parent_id": district.id,
        "opened_on": "2022-09-01",
        "division_code": "150523",
        "domains": ["elderly", "mental_health"],
    }
    answer = admin.post(f"{UNITS}/new", data=data)
    unit = db.session.scalars(sa.select(Unit).where(Unit.parent_id == district.id)).one()
    assert answer.location == f"{UNITS}/{unit.id}"
    assert (unit.name, unit.name_en) == ("开鲁镇 社工站", "")
    assert unit.works_in == [Domain.ELDERLY, Domain.MENTAL_HEALTH]
    page = admin.get(answer.location).text
    for words in ("Kailu County", "since 1 September 2022", "Mental health", "150523"):
        assert words in page
    twice = admin.post(f"{UNITS}/new", data=data)
    assert twice.status_code == 409
    assert "A unit called 开鲁镇 社工站 stands there already." in twice.text


def test_each_deed_has_its_page_and_carries_the_version(admin):
    unit = make_unit(opened_on=OPENED)
    for deed in DEEDS:
        shown = admin.get(f"{UNITS}/{unit.id}/{deed}")
        assert (deed, shown.status_code) == (deed, 200)
        assert f'name="seen" value="unit.{unit.id}.{unit.version}"' in shown.text
        assert 'name="once"' in shown.text


def test_a_unit_is_amended_renamed_moved_and_its_opening_corrected(admin):
    there, unit = make_unit(), make_unit(name="开鲁镇社工室", kind=UnitKind.ROOM, opened_on=OPENED)
    at = f"{UNITS}/{unit.id}"
    details = {"credit_code": "91350100m000100y43", "admin_by": "天府新区", "phone": "0475-8210000"}
    admin.post(f"{at}/amend", data=details)
    assert (unit.credit_code, unit.admin_by) == ("91350100M000100Y43", "天府新区")
    renamed = {"name": "开鲁镇社工站", "name_en": "Kailu Station", "kind": "station"}
    admin.post(f"{at}/change", data=renamed | {"on": "2023-01-01"})
    admin.post(f"{at}/move", data={"parent_id": there.id, "on": "2024-03-01"})
    admin.post(f"{at}/opening", data={"opened_on": "2021-04-01"})
    told = [(p.name, p.kind, p.parent_id, p.from_on) for p in known_phases(unit)]
    assert told == [
        ("开鲁镇社工室", UnitKind.ROOM, None, date(2021, 4, 1)),
        ("开鲁镇社工站", UnitKind.STATION, None, date(2023, 1, 1)),
        ("开鲁镇社工站", UnitKind.STATION, there.id, MOVED),
    ]
    shown = admin.get(at).text
    for words in ("开鲁镇社工室", "1 April 2021 – 31 December 2022", "since 1 March 2024"):
        assert words in shown


def test_a_unit_is_closed_and_reopened(admin):
    unit = make_unit(opened_on=OPENED)
    admin.post(f"{UNITS}/{unit.id}/close", data={"on": "2025-07-01"})
    assert unit.closed_on == date(2025, 7, 1)
    shown = admin.get(f"{UNITS}/{unit.id}").text
    assert "Closed since 1 July 2025." in shown
    assert "Take back the closing" in shown
    assert admin.post(f"{UNITS}/{unit.id}/reopen").status_code == 302
    assert unit.closed_on is None
    again = admin.post(f"{UNITS}/{unit.id}/reopen")
    assert again.status_code == 409
    assert "The unit is open." in again.text


def test_a_merged_unit_hands_on_its_posts_and_the_units_below(admin):
    into, unit = make_unit(name="永清街道社工站"), make_unit(opened_on=OPENED)
    room, worker = make_unit(unit, opened_on=OPENED), make_person(None)
    hired(worker, unit)
    shown = admin.get(f"{UNITS}/{unit.id}/merge").text
    assert f'value="unit.{room.id}.{room.version}"' in shown
    assert admin.post(f"{UNITS}/{unit.id}/merge", data={"into_id": into.id, "on": NOW}).location
    assert posts_at(into) == {worker.id}
    assert (room.parent_id, unit.merged_into_id, unit.closed_on) == (into.id, into.id, NOW)
    assert "It went on as part of" in admin.get(f"{UNITS}/{unit.id}").text


@pytest.mark.parametrize(
    ("deed", "data", "status", "sentence"),
    [
        ("amend", {"division_code": "999999"}, 422, "ever had the code 999999"),
        ("amend", {"credit_code": "123"}, 422, "cannot be right"),
        ("amend", {"domains": ["fishing"]}, 422, "is none of the choices"),
        ("amend", {"admin_by": "长" * 121}, 422, "At most 120 characters."),
        ("change", {"name": "   "}, 422, "Enter the name of the unit."),
        ("change", {"kind": "castle"}, 422, "Invalid Choice"),
        ("change", {"on": ""}, 422, "This field is required."),
        ("change", {"on": "2999-01-01"}, 422, "This day is still to come."),
        ("change", {"on": "0001-01-01"}, 422, "it cannot be so early"),
        ("change", {"on": "2019-01-01"}, 422, "2019 the unit was not open."),
        ("move", {"parent_id": "{own}"}, 422, "cannot stand below itself"),
        ("move", {"parent_id": "{room}"}, 422, "cannot stand below itself"),
        ("move", {"parent_id": "{shut}"}, 422, "is not open all that time"),
        ("move", {"parent_id": 999_999}, 422, "Not a valid choice."),
        ("close", {"on": "2025-07-01"}, 422, "Units below it are still open"),
        ("close", {"on": "9999-12-31"}, 422, "Units below it are still open"),
        ("merge", {"into_id": ""}, 422, "This field is required."),
        ("merge", {"into_id": "{own}"}, 422, "Choose another unit"),
        ("merge", {"into_id": "{room}"}, 422, "Choose another unit"),
        ("merge", {"into_id": "{shut}"}, 422, "Choose another unit"),
        ("opening", {"opened_on": "1021-05-01"}, 422, "it cannot be so early"),
    ],
)
def test_what_cannot_be_gets_its_sentence(admin, deed, data, status, sentence):
    unit, shut = make_unit(opened_on=OPENED), make_unit()
    end_unit(SYSTEM, shut, on=date(2022, 1, 1))
    room = make_unit(unit)
    ids = {"{own}": unit.id, "{room}": room.id, "{shut}": shut.id}
    usual = {"name": "新", "kind": "room", "parent_id": 0, "into_id": room.id, "on": "2025-01-01"}
    sent = usual | {name: ids.get(str(value), value) for name, value in data.items()}
    answer = admin.post(f"{UNITS}/{unit.id}/{deed}", data=sent)
    assert answer.status_code == status
    assert sentence in answer.text
    assert (len(known_phases(unit)), unit.closed_on, unit.parent_id) == (1, None, None)


def test_nothing_is_closed_over_the_heads_of_its_people(admin):
    unit = make_unit(opened_on=OPENED)
    hired(make_person(None, full_name="苏日娜"), unit)
    answer = admin.post(f"{UNITS}/{unit.id}/close", data={"on": NOW})
    assert answer.status_code == 422
    assert "Posts there last until that day or longer (1: 苏日娜)." in answer.text
    with pytest.raises(PostsThere):
        close_unit(SYSTEM, unit, on=NOW)


def test_whoever_saw_an_older_page_is_refused(admin):
    unit = make_unit(opened_on=OPENED)
    seen = {"X-Seen": f"unit.{unit.id}.{unit.version}"}
    data = {"name": "二", "kind": "station", "on": "2023-01-01"}
    assert admin.post(f"{UNITS}/{unit.id}/change", data=data, headers=seen).status_code == 302
    late = admin.post(f"{UNITS}/{unit.id}/close", data={"on": NOW}, headers=seen)
    assert late.status_code == 409
    assert "changed this after you had opened the page" in late.text
    assert unit.closed_on is None


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMIN, Role.SYSTEM, Role.ANYONE}))
def test_others_neither_see_the_buttons_nor_get_through(sign_in, role):
    unit = make_unit(opened_on=OPENED)
    other = sign_in(make_person(role, unit=unit))
    shown = other.get(f"{UNITS}/{unit.id}")
    assert shown.status_code in {200, 403}
    assert not [d for d in (*DEEDS, "reopen") if f"/{d}" in shown.text.partition("<main")[2]]
    assert f"{UNITS}/new" not in other.get(UNITS).text
    for deed in DEEDS:
        assert other.get(f"{UNITS}/{unit.id}/{deed}").status_code == 403
        assert other.post(f"{UNITS}/{unit.id}/{deed}", data={"on": NOW}).status_code == 403


def test_only_who_may_record_units_closes_or_merges_one():
    unit, into = make_unit(opened_on=OPENED), make_unit()
    for role in set(Role) - {Role.ADMIN, Role.SYSTEM, Role.ANYONE}:
        actor = actor_of(make_person(role))
        with pytest.raises(NotAllowed):
            close_unit(actor, unit, on=NOW)
        with pytest.raises(NotAllowed):
            merge_units(actor, unit, into=into, on=NOW)
    with pytest.raises(IntoItself):
        merge_units(SYSTEM, unit, into=unit, on=NOW)


def make_jiading():
    """Four towns, two with a station; a general station above two stations."""
    district = make_unit(name="嘉定区", kind=UnitKind.DISTRICT)
    towns = [make_unit(district, kind=UnitKind.TOWN) for _ in range(4)]
    make_unit(towns[0], kind=UnitKind.MENTAL_HEALTH_STATION, opened_on=OPENED)
    make_unit(towns[0], kind=UnitKind.STATION, opened_on=OPENED)
    make_unit(towns[1], kind=UnitKind.STATION, opened_on=MOVED)
    make_unit(towns[2], kind=UnitKind.ROOM)
    make_unit(district, kind=UnitKind.GENERAL_STATION)
    return district


def test_general_stations_are_counted_apart_and_coverage_is_of_towns():
    district = make_jiading()
    admin = actor_of(make_person(Role.ADMIN))
    for shown in (page(admin, district.id), tree(admin, NOW)):
        found = shown.tally
        assert (found.general_stations, found.stations, found.rooms) == (1, 3, 1)
        assert found.mental_health == 1
        assert (shown.coverage.towns, shown.coverage.covered) == (4, 2)
        assert shown.coverage.percent == 50
    before = page(admin, district.id, MOVED - timedelta(days=1))
    assert (before.tally.stations, before.coverage.covered) == (2, 1)


def test_the_page_says_how_far_stations_reach(sign_in):
    district = make_jiading()
    observer = sign_in(make_person(Role.OBSERVER))
    for path in (UNITS, f"{UNITS}/{district.id}"):
        shown = observer.get(path).text
        assert "2 of 4 streets, towns and zones have a station of their own" in shown
        assert "1 of them for mental health; general stations not among them" in shown


def test_a_unit_is_shown_as_it_was_and_as_it_was_known(sign_in):
    old, new = make_unit(name="旧区"), make_unit(name="新区")
    unit = make_unit(old, name="老名", opened_on=OPENED)
    db.session.commit()
    then = clock.now()
    change_unit(SYSTEM, unit, on=MOVED, name="新名", name_en="", kind=UnitKind.ROOM)
    move_unit(SYSTEM, unit, to=new, on=MOVED)
    observer = actor_of(make_person(Role.OBSERVER))
    was = page(observer, unit.id, MOVED - timedelta(days=1))
    assert was.standing is not None
    assert (was.standing.name, was.standing.kind, was.parent) == ("老名", UnitKind.STATION, old)
    now = page(observer, unit.id)
    assert now.standing is not None
    assert (now.standing.name, now.parent) == ("新名", new)
    assert [line.phase.name for line in now.phases] == ["老名", "新名"]
    believed = page(observer, unit.id, known_at=then)
    assert [line.phase.name for line in believed.phases] == ["老名"]
    unknown = page(observer, unit.id, known_at=clock.midnight(date(2020, 1, 1)))
    assert (unknown.phases, unknown.standing) == ([], None)


def test_the_page_answers_to_both_dates(sign_in):
    unit = make_unit(name="老名", opened_on=OPENED)
    change_unit(SYSTEM, unit, on=MOVED, name="新名", name_en="", kind=UnitKind.STATION)
    db.session.commit()
    client, at = sign_in(make_person(Role.OBSERVER)), f"{UNITS}/{unit.id}"
    shown = client.get(f"{at}?as-of=2023-01-01").text
    assert "<h1>老名</h1>" in shown
    assert "Today it is called 新名." in shown
    assert "this unit was not open" in client.get(f"{at}?as-of=2020-01-01").text
    yesterday = NOW - timedelta(days=1)
    assert "did not know this unit yet" in client.get(f"{at}?known-on={yesterday}").text


def test_a_parent_out_of_reach_is_not_named(sign_in):
    unit = make_unit(make_unit(name="不可见的区"), opened_on=OPENED)
    manager = sign_in(make_person(Role.STATION_MANAGER, unit=unit))
    assert "不可见的区" not in manager.get(f"{UNITS}/{unit.id}").text


def test_the_search_finds_by_name_code_and_host_and_shows_the_way_down(sign_in):
    district = make_unit(name="开鲁县", name_en="Kailu", kind=UnitKind.DISTRICT)
    make_unit(district, name="开鲁镇社工站")
    make_unit(name="奈曼旗", kind=UnitKind.DISTRICT)
    observer = sign_in(make_person(Role.OBSERVER))
    shown = observer.get(UNITS, query_string={"q": "开鲁镇"}).text
    assert ("Kailu" in shown, "开鲁镇社工站" in shown, "奈曼旗" in shown) == (True, True, False)
    nothing = observer.get(UNITS, query_string={"q": "扎鲁特"}).text
    assert "No unit is called so" in nothing
    assert "Show all units" in nothing


def test_the_page_of_figures_leads_to_units_in_the_same_light(sign_in):
    unit = make_unit(opened_on=OPENED)
    hired(make_person(None), unit, from_on=OPENED)
    shown = sign_in(make_person(Role.OBSERVER)).get("/reports/figures?as-of=2024-12-31").text
    assert f'href="{UNITS}/{unit.id}?as-of=2024-12-31"' in shown
