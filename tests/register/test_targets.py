"""Targets: set for a unit, a year and a level, never edited, and what is missing on a day."""

from datetime import date
from itertools import combinations

import pytest
import sqlalchemy as sa
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from college.core import clock
from college.core.db import db
from college.core.errors import DomainError, NotAllowed
from college.core.roles import SYSTEM, Actor, Grant, Role
from college.people.qualifications.models import Level
from college.register.targets.models import Target
from college.register.targets.operations import (
    NewTarget,
    NothingToTakeBack,
    OddNumber,
    SetAlready,
    YearTooFar,
    set_target,
)
from college.reports.figures.queries import Holding
from college.reports.figures.small_cells import FEWEST
from college.reports.holder_figures.flows import Of
from college.reports.holder_figures.overview import holder_figures
from college.reports.holder_figures.seen_aims import Part, is_quiet
from college.reports.holder_figures.targets import Aim, aims
from college.stations.units.models import Unit, UnitKind
from college.stations.units.operations import move_unit
from tests.factories import hired, make_person, make_unit, qualified

DAY, ALL = date(2025, 6, 30), Of()
OBSERVER = Actor(None, frozenset({Grant(Role.OBSERVER)}))
NEW = "/register/targets/new"


def aimed(unit: Unit, persons: int = 10, **over) -> Target:
    facts = {"year": 2025, "level": Level.ASSISTANT, "source": "规划"} | over
    row = set_target(SYSTEM, NewTarget(unit=unit, persons=persons, **facts))
    db.session.commit()
    return row


def seen(of: Of = ALL, day: date = DAY) -> list[Aim]:
    return aims(SYSTEM, day, of)


def numbers(of: Of = ALL, day: date = DAY) -> list[tuple[int, int | None, int | None]]:
    return [(aim.target.persons, aim.reached, aim.missing) for aim in seen(of, day)]


def test_a_target_stands_beside_what_was_reached_by_the_day():
    unit = make_unit()
    aimed(unit, 3)
    qualified(make_person(unit=unit), approved_on=DAY)
    assert numbers() == [(3, 1, 2)]
    assert numbers(day=date(2025, 6, 29)) == [(3, 0, 3)]


def test_who_holds_more_than_one_level_counts_at_each():
    unit, person = make_unit(), make_person(None)
    hired(person, unit)
    qualified(person)
    qualified(person, Level.SOCIAL_WORKER)
    aimed(unit, 1)
    aimed(unit, 2, level=Level.SOCIAL_WORKER)
    assert numbers() == [(1, 1, 0), (2, 1, 1)]


def test_units_below_count_and_each_person_once():
    general = make_unit(kind=UnitKind.GENERAL_STATION)
    station, person = make_unit(make_unit(general)), make_person(None)
    hired(person, station)
    hired(person, general)
    qualified(person)
    qualified(make_person(unit=make_unit()))
    aimed(general, 5)
    assert numbers() == [(5, 1, 4)]


def test_a_unit_that_moves_counts_where_it_stood_on_the_day():
    before, after, moving = make_unit(), make_unit(), make_unit()
    move_unit(SYSTEM, moving, to=before, on=date(2025, 1, 1))
    move_unit(SYSTEM, moving, to=after, on=date(2025, 7, 1))
    staffed(make_unit(moving, opened_on=date(2025, 1, 1)), 2)
    for unit in (before, after):
        aimed(unit, 5)
    assert numbers() == [(5, 2, 3), (5, 0, 5)]
    assert numbers(day=date(2025, 7, 1)) == [(5, 0, 5), (5, 2, 3)]


def test_who_has_posts_in_two_trees_counts_in_each_and_once_above_both():
    top = make_unit()
    trees, person = [make_unit(top), make_unit(top)], make_person(None)
    for unit in (*trees, make_unit(trees[0]), make_unit(trees[1])):
        hired(person, unit)
    qualified(person)
    staffed(trees[1], 1)
    for unit in (top, *trees):
        aimed(unit, 3)
    assert numbers() == [(3, 2, 1), (3, 1, 2), (3, 2, 1)]


def test_volunteers_and_who_has_left_reach_nothing():
    unit, gone = make_unit(), make_person(None)
    hired(gone, unit, to_on=date(2025, 6, 29))
    qualified(gone)
    aimed(unit, 2)
    assert numbers() == [(2, 0, 2)]


def test_a_target_of_another_year_is_not_shown():
    aimed(make_unit(), year=2024)
    assert seen() == []


def test_a_change_leaves_what_was_believed_before():
    unit = make_unit()
    with time_machine.travel("2025-01-10 12:00+08:00", tick=False):
        aimed(unit, 10)
        told = clock.now()
    with time_machine.travel("2025-02-10 12:00+08:00", tick=False):
        aimed(unit, 20)
    assert [n for n, _, _ in numbers()] == [20]
    assert [n for n, _, _ in numbers(Of(None, told))] == [10]


def test_zero_takes_a_target_back():
    unit = make_unit()
    aimed(unit)
    aimed(unit, 0)
    assert seen() == []
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Target)) == 1


def test_a_unit_is_chosen_with_all_below():
    mine, other = make_unit(), make_unit()
    for unit in (make_unit(mine), other):
        aimed(unit)
    assert len(seen(Of(mine))) == 1


@pytest.mark.parametrize(
    ("over", "refusal"),
    [
        ({"year": 1999}, YearTooFar),
        ({"year": 2999}, YearTooFar),
        ({"persons": -1}, OddNumber),
        ({"persons": 1_000_001}, OddNumber),
        ({"persons": 0}, NothingToTakeBack),
    ],
)
def test_what_makes_no_sense_is_refused(over, refusal: type[DomainError]):
    with pytest.raises(refusal):
        aimed(make_unit(), **over)


def test_the_same_target_again_is_refused():
    unit = make_unit()
    aimed(unit)
    with pytest.raises(SetAlready):
        aimed(unit)


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.STATION_MANAGER, Role.TRAINEE])
def test_nobody_else_sets_a_target(role):
    unit = make_unit()
    actor = Actor(make_person(role, unit=unit).id, frozenset({Grant(role, unit.id)}))
    with pytest.raises(NotAllowed):
        set_target(actor, NewTarget(unit=unit, year=2025, level=Level.SENIOR, persons=1))


def test_a_manager_reads_the_targets_of_the_own_unit():
    mine, other = make_unit(), make_unit()
    for unit in (mine, other):
        aimed(unit)
    manager = Actor(None, frozenset({Grant(Role.STATION_MANAGER, mine.id)}))
    assert [aim.target.unit_id for aim in aims(manager, DAY, ALL)] == [mine.id]


def test_the_department_reads_the_target_and_not_what_a_unit_reached(sign_in):
    unit = make_unit()
    aimed(unit, 77)
    page = sign_in(make_person(Role.OBSERVER)).get("/reports/holders?as-of=2025-06-30").text
    assert "77" in page
    assert "Set a target" not in page
    assert "Target" in page


def staffed(unit: Unit, holders: int) -> Unit:
    for _ in range(holders):
        qualified(make_person(unit=unit), approved_on=DAY)
    return unit


def to_the_department() -> list[tuple[int | None, int | None]]:
    return [(aim.reached, aim.missing) for aim in holder_figures(OBSERVER, DAY, ALL).aims]


def test_the_department_reads_what_was_reached_where_nobody_small_follows():
    district = make_unit(kind=UnitKind.DISTRICT)
    aimed(district, 20)
    for holders in (7, 5):
        aimed(staffed(make_unit(district), holders), 10)
    assert to_the_department() == [(12, 8), (7, 3), (5, 5)]


def test_a_district_with_a_small_station_does_not_tell_it():
    district, large, small = (make_unit(kind=UnitKind.DISTRICT) for _ in range(3))
    for unit, holders in ((make_unit(district), 7), (make_unit(district), 3), (large, 9)):
        staffed(unit, holders)
    for unit in (district, large, small):
        aimed(unit, 10)
    found = dict(zip(("district", "large", "small"), to_the_department(), strict=True))
    assert found["district"] == (None, None)


def test_the_units_of_a_nation_are_too_many_for_a_number(monkeypatch):
    aimed(staffed(make_unit(), 8), 10)
    monkeypatch.setattr("college.reports.figures.queries.MOST_UNITS", 0)
    assert to_the_department() == [(None, None)]


def holding(assistants: int, workers: int) -> Holding:
    """So many by their highest level."""
    by_level = dict(zip(Level, (assistants, workers, 0), strict=True))
    return Holding(assistants + workers, by_level)


@pytest.mark.parametrize(
    ("held", "is_shown"),
    [
        ((20, 12), True),
        ((20, 17), False),  # three are left between them
        ((20, 20), True),  # nobody is
        ((4, 0), False),
    ],
)
def test_what_two_shown_numbers_leave_over_is_nobody_or_five(held, is_shown):
    counted = {1: holding(held[1], 0), 2: holding(held[0] - held[1], 0)}
    family = [Part(frozenset({1, 2}), held[0]), Part(frozenset({1}), held[1])]
    assert is_quiet(family, Level.ASSISTANT, counted) is is_shown


@pytest.mark.parametrize(("besides", "is_shown"), [(0, True), (3, False), (5, True)])
def test_few_who_hold_a_higher_level_besides_hide_the_number(besides, is_shown):
    counted = {1: holding(8, 9)}
    assert is_quiet([Part(frozenset({1}), 8 + besides)], Level.ASSISTANT, counted) is is_shown


sizes = st.lists(st.integers(0, 9), min_size=3, max_size=6)


@given(sizes, st.data())
def test_no_small_part_follows_from_any_sum_of_what_is_shown(holders, data):
    """Against every difference of a shown part and shown parts within it that lie apart."""
    counted = {n: holding(number, 0) for n, number in enumerate(holders)}
    whole = frozenset(counted)
    cut = data.draw(st.integers(1, len(holders) - 1))
    parts = [whole, frozenset(range(cut)), frozenset(range(cut, len(holders))), frozenset({0})]
    family: list[Part] = []
    for units in sorted(parts, key=lambda each: -len(each)):
        part = Part(units, sum(holders[n] for n in units))
        if is_quiet([*family, part], Level.ASSISTANT, counted):
            family.append(part)
    for part in family:
        within = [other for other in family if other.units < part.units]
        for number in range(len(within) + 1):
            for some in combinations(within, number):
                if sum(len(other.units) for other in some) == len(
                    frozenset().union(*(other.units for other in some))
                ):
                    rest = part.held - sum(other.held for other in some)
                    assert not 0 < rest < FEWEST


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_administrator_sets_a_target_on_the_page(sign_in, language):
    unit = make_unit()
    client = sign_in(make_person(Role.ADMIN), language=language)
    assert client.get(NEW).status_code == 200
    year = clock.today().year
    facts = {"unit_id": unit.id, "year": year, "level": "assistant", "persons": 12, "source": ""}
    page = client.post(NEW, data=facts, follow_redirects=True)
    assert {"zh": "目标已记录", "en": "The target is on record"}[language] in page.text
    assert client.post(NEW, data=facts).status_code == 409
    assert client.post(NEW, data=facts | {"persons": "x"}).status_code == 422


def test_a_trainee_finds_the_page_shut(sign_in):
    assert sign_in(make_person()).get(NEW).status_code == 403


def test_queries_do_not_grow_with_the_targets(sign_in, count_queries):
    client = sign_in(make_person(Role.ADMIN))
    aimed(make_unit())
    address = "/reports/holders?as-of=2025-06-30"
    client.get(address)
    count_queries()
    client.get(address)
    few = count_queries()
    for _ in range(4):
        aimed(make_unit())
    count_queries()
    client.get(address)
    assert count_queries() == few
