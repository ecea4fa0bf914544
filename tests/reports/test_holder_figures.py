"""Holders who came and went, by level and capacity, and stations: against a count by hand."""

import itertools
from datetime import date, timedelta
from random import Random

import pytest
import time_machine

from college.core import clock
from college.core.db import db
from college.core.roles import SYSTEM, Actor, Grant, Role
from college.core.shares import Share
from college.people.employment.models import STAFF, Capacity
from college.people.employment.operations import transfer
from college.people.persons.models import Person
from college.people.qualifications.models import Level
from college.people.units.operations import merge_units
from college.reports.figures.queries import holding_in_all, year_ends
from college.reports.figures.small_cells import FEWEST, Hidden
from college.reports.holder_figures.flows import Flow, Group, Of, flows
from college.reports.holder_figures.groups import (
    by_capacity,
    by_highest,
    by_level_held,
    stations,
)
from college.reports.holder_figures.overview import holder_figures
from college.stations.units.models import UnitKind
from tests.factories import hired, make_person, make_unit, qualified

DAY = date(2025, 6, 30)
ALL = Of()
OBSERVER = Actor(None, frozenset({Grant(Role.OBSERVER)}))
LISTED = "/reports/holders/persons?year=2025&group=certified&as-of=2025-06-30"


def last(of: Of = ALL, day: date = DAY) -> Flow:
    return flows(SYSTEM, year_ends(day), of)[-1]


def numbers(flow: Flow) -> tuple[int, ...]:
    return flow.before, flow.certified, flow.joined, flow.left, flow.after


def test_who_earns_a_level_is_newly_certified():
    qualified(make_person(unit=make_unit()), approved_on=date(2025, 2, 1))
    assert numbers(last()) == (0, 1, 0, 0, 1)


def test_who_comes_with_a_certificate_is_new_and_not_newly_certified():
    person = make_person(None)
    hired(person, make_unit(), from_on=date(2025, 2, 1))
    qualified(person)
    assert numbers(last()) == (0, 0, 1, 0, 1)


def test_who_leaves_is_gone_and_who_moves_on_is_not():
    gone, moved = make_person(None), make_person(None)
    for person in (gone, moved):
        hired(person, make_unit(), to_on=date(2025, 3, 1))
        qualified(person)
    hired(moved, make_unit(), from_on=date(2025, 3, 2))
    assert numbers(last()) == (2, 0, 0, 1, 1)


def test_a_second_level_makes_nobody_new():
    person = make_person(unit=make_unit())
    qualified(person)
    qualified(person, Level.SOCIAL_WORKER, date(2025, 3, 1))
    assert numbers(last()) == (1, 0, 0, 0, 1)


def test_the_numbers_are_those_of_a_count_by_hand():
    random, units = Random(7), [make_unit() for _ in range(3)]
    days = year_ends(DAY)
    lives = []
    for _ in range(60):
        person, posts, held = make_person(None), [], []
        for _ in range(random.randrange(3)):
            begin = date(2018, 1, 1) + timedelta(days=random.randrange(2500))
            end = begin + timedelta(days=random.randrange(900)) if random.random() < 0.7 else None
            what = random.choice([*Capacity])
            unit = random.choice(units)
            hired(person, unit, from_on=begin, to_on=end, capacity=what)
            posts.append((begin, end, what, unit.id))
        for level in random.sample(list(Level), random.randrange(3)):
            on = date(2018, 1, 1) + timedelta(days=random.randrange(2700))
            qualified(person, level, on)
            held.append((on, level))
        lives.append((posts, held))
    for chosen in (None, units[0]):
        of = Of(chosen)
        expected = [by_hand(lives, *pair, chosen) for pair in itertools.pairwise(days)]
        assert [numbers(flow) for flow in flows(SYSTEM, days, of)] == expected
        assert all(f.before + f.new - f.left == f.after for f in flows(SYSTEM, days, of))


def by_hand(lives, before, after, unit):
    """(before, certified, joined, left, after), with sets."""

    def there(day):
        return {
            n
            for n, (posts, _) in enumerate(lives)
            for begin, end, what, at in posts
            if begin <= day and (end is None or day <= end) and what in STAFF
            if unit is None or at == unit.id
        }

    def certified(day):
        return {n for n, (_, held) in enumerate(lives) if any(on <= day for on, _ in held)}

    old, new = there(before) & certified(before), there(after) & certified(after)
    fresh = new - old
    return (
        len(old),
        len(fresh - certified(before)),
        len(fresh & certified(before)),
        len(old - new),
        len(new),
    )


def test_two_levels_count_once_as_the_highest_and_twice_as_held():
    person = make_person(unit=make_unit())
    qualified(person)
    qualified(person, Level.SENIOR)
    assert list(by_highest(SYSTEM, DAY, ALL).values()) == [0, 0, 1]
    assert list(by_level_held(SYSTEM, DAY, ALL).values()) == [1, 0, 1]


def test_a_person_of_two_capacities_stands_in_both_lines():
    unit, person = make_unit(), make_person(None)
    hired(person, unit)
    hired(person, unit, capacity=Capacity.CADRE)
    hired(person, make_unit(), capacity=Capacity.CADRE)
    qualified(person)
    found = by_capacity(SYSTEM, DAY, ALL)
    assert found.staff == {
        Capacity.STATION_WORKER: 1, Capacity.COMMUNITY_WORKER: 0, Capacity.CADRE: 1,
    }  # fmt: skip
    assert found.holders == found.staff
    assert found.workers is not None
    assert found.workers.value == 1


def test_a_general_station_is_never_counted_with_its_stations():
    general = make_unit(kind=UnitKind.GENERAL_STATION)
    station, other = make_unit(general), make_unit(general)
    qualified(make_person(unit=station))
    make_person(unit=other)
    found = stations(SYSTEM, DAY, ALL)
    assert (found.stations, found.covered, found.general, found.general_covered) == (2, 1, 1, 0)
    below = stations(SYSTEM, DAY, Of(general))
    assert (below.stations, below.general) == (2, 1)


def test_a_certified_cadre_covers_no_station():
    unit, cadre = make_unit(), make_person(None)
    hired(cadre, unit, capacity=Capacity.CADRE)
    qualified(cadre)
    assert stations(SYSTEM, DAY, ALL).covered == 0


def test_the_ten_of_a_street_are_cadres_and_community_staff_and_no_station_workers():
    """Source: a street's news of 2024: ten cadres and community staff hold the certificate."""
    street = make_unit(name="青龙街道", kind=UnitKind.STREET)
    for n in range(10):
        person = make_person(None)
        what = Capacity.CADRE if n < 4 else Capacity.COMMUNITY_WORKER
        hired(person, street, capacity=what)
        qualified(person, approved_on=date(2023, 9, 1))
    found = by_capacity(SYSTEM, date(2023, 12, 31), Of(street))
    assert (sum(found.holders.values()), found.holders[Capacity.STATION_WORKER]) == (10, 0)
    assert found.workers is None


def everything(day: date, known_at) -> tuple[object, ...]:
    of = Of(None, known_at)
    found = (by_highest, by_level_held, by_capacity, stations)
    return flows(SYSTEM, year_ends(day), of), *(each(SYSTEM, day, of) for each in found)


def test_last_years_report_comes_out_as_it_was_known():
    """After it came a transfer, a merge of stations and a late correction."""
    with time_machine.travel("2025-01-10 12:00+08:00", tick=False):
        old, new, kept = make_unit(), make_unit(), make_unit()
        post = hired(make_person(None), old)
        qualified(db.session.get_one(Person, post.person_id))
        stays = make_person(unit=kept)
        wrong = qualified(stays)
        told, printed = clock.now(), everything(date(2024, 12, 31), None)
    with time_machine.travel("2025-03-01 12:00+08:00", tick=False):
        transfer(SYSTEM, post, to=new, on=date(2024, 12, 1))
        merge_units(SYSTEM, kept, into=new, on=date(2024, 11, 1))
        wrong.superseded_at = clock.now()
        db.session.flush()
        qualified(stays, approved_on=date(2025, 2, 1))
        assert everything(date(2024, 12, 31), None) != printed
        assert everything(date(2024, 12, 31), told) == printed


# --- what the department sees


def test_small_moves_are_kept_from_the_department_and_large_ones_are_not():
    unit = make_unit()
    for _ in range(9):
        qualified(make_person(unit=unit), approved_on=date(2024, 9, 1))
    qualified(make_person(unit=unit), approved_on=date(2025, 2, 1))
    seen = holder_figures(OBSERVER, DAY, ALL).seen
    assert seen.flows[-1].moves is None  # the one who is new
    assert (seen.flows[-2].moves, seen.flows[-2].after) == ((9, 0, 0), 9)
    assert holder_figures(SYSTEM, DAY, ALL).seen.flows[-1].moves == (1, 0, 0)


def test_no_small_number_stands_on_the_departments_page():
    random = Random(3)
    units = [make_unit() for _ in range(3)]
    for _ in range(40):
        person = make_person(None)
        hired(person, random.choice(units), capacity=random.choice([*STAFF]))
        for level in random.sample(list(Level), random.randrange(3)):
            qualified(person, level, date(random.randrange(2021, 2026), 3, 1))
    seen = holder_figures(OBSERVER, DAY, ALL).seen
    shown = [c for row in seen.capacities for c in (row.staff, row.holders)]
    shown += [c for flow in seen.flows for c in (flow.before, flow.after, *(flow.moves or ()))]
    shown += [*seen.highest.values(), *(seen.held or {}).values()]
    assert not [count for count in shown if isinstance(count, int) and 0 < count < FEWEST]


def test_the_department_reads_the_share_of_a_capacity_of_which_few_hold_nothing():
    """Who holds nothing is no cell (decision 14): else whoever is nearly there had no share."""
    unit = make_unit()
    for n in range(9):
        person = make_person(None)
        hired(person, unit, capacity=Capacity.CADRE)
        if n < 7:
            qualified(person)
    [cadres] = [
        row
        for row in holder_figures(OBSERVER, DAY, ALL).seen.capacities
        if row.capacity is Capacity.CADRE
    ]
    assert (cadres.staff, cadres.holders, cadres.share) == (9, 7, Share(7, 9))


def test_a_total_that_is_hidden_takes_its_parts_along():
    unit = make_unit()
    for _ in range(3):
        qualified(make_person(unit=unit))
    seen = holder_figures(OBSERVER, DAY, ALL).seen
    assert isinstance(seen.workers.holders, Hidden)
    assert (seen.held, seen.is_whole) == (None, False)


@pytest.mark.parametrize(("holders", "is_told"), [((1, 1, 7), False), ((1, 2, 7), True)])
def test_the_department_reads_how_many_stations_are_covered_where_nothing_follows(holders, is_told):
    for many in holders:
        unit = make_unit()
        for _ in range(many):
            qualified(make_person(unit=unit))
        hired(make_person(), unit)  # so that nobody's number of staff is that of the holders
    told = holder_figures(OBSERVER, DAY, ALL).seen.stations
    assert (told is not None) is is_told
    assert told is None or (told.stations, told.covered) == (3, 3)


def test_the_total_is_that_of_the_page_of_all_units():
    for _ in range(6):
        qualified(make_person(unit=make_unit()))
    assert last().after == holding_in_all(SYSTEM, DAY).holders


# --- pages


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("role", [Role.OBSERVER, Role.ADMIN])
def test_the_page_is_read(sign_in, role, language):
    qualified(make_person(unit=make_unit()))
    page = sign_in(make_person(role), language=language).get("/reports/holders")
    assert page.status_code == 200
    assert {"zh": "每人计一次", "en": "Persons, once each"}[language] in page.text


def test_a_trainee_reads_no_holders(sign_in):
    assert sign_in(make_person()).get("/reports/holders").status_code == 403


def test_a_unit_is_chosen_by_who_sees_small_numbers_and_by_nobody_else(sign_in):
    mine, other = make_unit(), make_unit()
    for unit in (mine, other):
        qualified(make_person(unit=unit))
    manager = sign_in(make_person(Role.STATION_MANAGER, unit=mine))
    assert manager.get(f"/reports/holders?unit={mine.id}").status_code == 200
    assert manager.get(f"/reports/holders?unit={other.id}").status_code == 404
    observer = sign_in(make_person(Role.OBSERVER)).get(f"/reports/holders?unit={mine.id}")
    assert 'name="unit"' not in observer.text


def test_a_number_opens_the_persons_behind_it(sign_in):
    person = make_person(unit=make_unit(), full_name="苏日娜")
    qualified(person, approved_on=date(2025, 2, 1))
    admin = sign_in(make_person(Role.ADMIN))
    assert "group=certified" in admin.get("/reports/holders?as-of=2025-06-30").text
    assert "苏日娜" in admin.get(LISTED).text
    assert "苏日娜" not in admin.get(LISTED.replace("certified", "left")).text


def test_the_department_opens_no_list_of_persons(sign_in):
    observer = sign_in(make_person(Role.OBSERVER))
    qualified(make_person(unit=make_unit()))
    assert "group=certified" not in observer.get("/reports/holders").text
    assert observer.get(LISTED).status_code == 403


def test_a_manager_opens_the_own_unit_only(sign_in):
    mine = make_unit()
    for unit, name in ((mine, "苏日娜"), (make_unit(), "乌云")):
        person = make_person(unit=unit, full_name=name)
        qualified(person, approved_on=date(2025, 2, 1))
    page = sign_in(make_person(Role.STATION_MANAGER, unit=mine)).get(LISTED)
    assert "苏日娜" in page.text
    assert "乌云" not in page.text


@pytest.mark.parametrize("year", ["1850", "2026", "9999999", "x"])
def test_a_year_that_is_none_has_no_list(sign_in, year):
    address = LISTED.replace("2025&", f"{year}&")
    assert sign_in(make_person(Role.ADMIN)).get(address).status_code == 404


@pytest.mark.parametrize("group", list(Group))
def test_every_group_has_its_list(sign_in, group):
    admin = sign_in(make_person(Role.ADMIN))
    assert admin.get(f"/reports/holders/persons?year=2025&group={group}").status_code == 200


def test_a_group_that_is_none_has_no_list(sign_in):
    address = LISTED.replace("certified", "rich")
    assert sign_in(make_person(Role.ADMIN)).get(address).status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_units(sign_in, count_queries):
    client = sign_in(make_person(Role.OBSERVER))
    make_person(unit=make_unit())
    client.get("/reports/holders")
    count_queries()
    client.get("/reports/holders")
    few = count_queries()
    for _ in range(5):
        qualified(make_person(unit=make_unit()))
    count_queries()
    client.get("/reports/holders")
    assert count_queries() == few
