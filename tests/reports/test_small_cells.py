"""Who reads figures only never sees, nor can compute, how many persons a small cell counts."""

from collections import defaultdict
from decimal import Decimal
from itertools import product

import pytest
import sqlalchemy as sa
from hypothesis import example, given
from hypothesis import strategies as st

from college.core.db import db
from college.core.roles import SYSTEM, Actor, Grant, Role
from college.people.employment.models import Capacity, Employment
from college.people.qualifications.models import Level
from college.reports.figures.queries import holding_in_all, holdings_by_unit
from college.reports.figures.reported import all_comparisons
from college.reports.figures.seen import seen_total, seen_units, sees_small_cells
from college.reports.figures.small_cells import (
    FEWEST,
    Hidden,
    add_up,
    without_few,
    without_small_cells,
    without_small_parts,
    without_small_steps,
)
from college.stations.indicators.models import Counted, CountUnit
from college.stations.indicators.operations import Reported, record_indicators
from college.stations.units.models import UnitKind
from tests.conftest import actor_of
from tests.factories import make_person, make_unit, qualified
from tests.reports import plain_cells
from tests.reports.test_figures import DAY

MOST = 11  # what an attacker tries for a cell that says "5 or more"


def with_totals(inner):
    """Each row with its sum, and below them the sums of the columns."""
    rows = [[*row, sum(row)] for row in inner]
    return [*rows, [sum(column) for column in zip(*rows, strict=True)]]


def could_be(shown):
    """By trying all: for each hidden inner cell the numbers with which the shown table is true.

    Knows nothing of how the cells were chosen, only that parts add up.
    """
    width, height = len(shown[0]) - 1, len(shown) - 1
    inner = [[shown[i][j] for j in range(width)] for i in range(height)]
    places = [(i, j) for i, j in product(range(height), range(width)) if not is_number(inner[i][j])]
    found: dict[tuple[int, int], set[int]] = {place: set() for place in places}
    for tried in product(*(range_of(inner[i][j]) for i, j in places)):
        for (i, j), number in zip(places, tried, strict=True):
            inner[i][j] = number
        if agrees(with_totals(inner), shown):
            for place, number in zip(places, tried, strict=True):
                found[place].add(number)
    return found


def is_number(cell):
    return not isinstance(cell, Hidden)


def range_of(cell):
    return range(FEWEST) if cell is Hidden.FEW else range(FEWEST, MOST + 1)


def agrees(table, shown):
    return all(
        number == cell if is_number(cell) else (number < FEWEST) == (cell is Hidden.FEW)
        for row, cells in zip(table, shown, strict=True)
        for number, cell in zip(row, cells, strict=True)
    )


numbers = st.one_of(st.integers(0, 4), st.integers(0, 9))
tables = st.integers(1, 2).flatmap(
    lambda width: st.lists(
        st.lists(numbers, min_size=width, max_size=width), min_size=1, max_size=4 - width
    )
)


@given(tables)
@example([[4], [4]])  # both are four: eight leaves no other way
@example([[1], [1], [7]])
@example([[3, 6], [8, 9]])  # alone in its row and column
@example([[3, 0], [8, 0]])
def test_a_small_cell_could_be_another_number(inner):
    shown = without_small_cells(with_totals(inner))
    could = could_be(shown)
    for i, row in enumerate(inner):
        for j, number in enumerate(row):
            if 0 < number < FEWEST:
                assert shown[i][j] is Hidden.FEW
                assert len(could[i, j]) > 1


long_tables = st.lists(st.lists(numbers, min_size=3, max_size=3), min_size=1, max_size=12)


@given(long_tables)
def test_in_a_long_table_every_small_cell_has_a_round_to_move_on(inner):
    """Too large to try all: each looks for a round of hidden cells, step by step, by itself."""
    table = with_totals(inner)
    shown = without_small_cells(table)
    for i, row in enumerate(inner):
        for j, number in enumerate(row):
            if 0 < number < FEWEST:
                moved = [move_on_a_round(table, shown, (i, j), step) for step in (1, -1)]
                assert any(other is not None and agrees(other, shown) for other in moved)


def move_on_a_round(table, shown, start, step):
    """Another table in which the cell differs by `step` and all sums are right; None for none."""
    height, width = len(table), len(table[0])
    is_total = {
        (i, j): (i == height - 1) != (j == width - 1) for i in range(height) for j in range(width)
    }

    def may(place, move):
        number = table[place[0]][place[1]] + (-move if is_total[place] else move)
        cell = shown[place[0]][place[1]]
        return not is_number(cell) and number >= 0 and (number < FEWEST) == (cell is Hidden.FEW)

    along = -step if is_total[start] else step
    if not may(start, along):
        return None
    first, goal = ("column", start[1]), ("row", start[0])
    came: dict[tuple[str, int], tuple[tuple[str, int], tuple[int, int], int]] = {}
    waiting = [first]
    while waiting and goal not in came:
        kind, at = node = waiting.pop(0)
        move = -along if kind == "column" else along
        lengthwise = [((i, at), ("row", i)) for i in range(height)]
        across = [((at, j), ("column", j)) for j in range(width)]
        for place, onward in lengthwise if kind == "column" else across:
            is_new = place != start and onward != first and onward not in came
            if is_new and may(place, move):
                came[onward] = node, place, move
                waiting.append(onward)
    if goal not in came:
        return None
    moved = [list(row) for row in table]
    moved[start[0]][start[1]] += step
    node = goal
    while node != first:
        node, (i, j), move = came[node]
        moved[i][j] += -move if is_total[i, j] else move
    assert with_totals([row[:-1] for row in moved[:-1]]) == moved
    return moved


@given(long_tables, st.sets(st.tuples(st.integers(0, 12), st.integers(0, 3))))
def test_the_quick_search_hides_what_the_plain_one_hid(inner, places):
    table = with_totals(inner)
    hidden = {(i, j): Hidden.SOME for i, j in places if i < len(table)}
    shown = without_small_cells(table, hidden)
    assert shown == plain_cells.without_small_cells(table, hidden)


@given(tables)
def test_what_is_shown_is_true(inner):
    table = with_totals(inner)
    assert agrees(table, without_small_cells(table))


def test_hiding_the_small_cells_alone_gives_them_away():
    """The control: what the attack above finds when nothing but small cells is hidden."""
    table = with_totals([[3, 6], [8, 9]])
    shown = [[without_few(number) for number in row] for row in table]
    assert could_be(shown) == {(0, 0): {3}}


def test_nothing_small_hides_nothing():
    table = with_totals([[7, 6], [0, 9]])
    assert without_small_cells(table) == table


def test_a_small_cell_takes_a_none_along_before_a_number():
    shown = without_small_cells(with_totals([[3, 7], [0, 8], [9, 9]]))
    assert shown[0][0] is shown[1][0] is Hidden.FEW
    assert shown[2] == [9, 9, 18]
    assert shown[3] == [12, 24, 36]


@given(st.lists(st.integers(1, 9), min_size=1, max_size=4))
def test_a_part_of_a_line_could_be_another_number(parts):
    shown, total = without_small_parts(parts, sum(parts))
    could = could_be([*([part, part] for part in shown), [total, total]])
    for n, part in enumerate(parts):
        if part < FEWEST:
            assert len(could[n, 0]) > 1


def test_a_sum_with_a_hidden_part_is_hidden():
    assert add_up([7, 8]) == 15
    assert add_up([Hidden.FEW, 2]) is Hidden.FEW
    assert add_up([Hidden.FEW, 7]) is add_up([Hidden.SOME]) is Hidden.SOME


# ---- the steps of a cohort

MEMBERS, ENROLLED, TRAINED, SAT, PASSED = range(5)
WITHIN = [(MEMBERS, ENROLLED), (MEMBERS, TRAINED), (MEMBERS, SAT), (MEMBERS, PASSED),
          (ENROLLED, TRAINED), (SAT, PASSED)]  # fmt: skip
WHOLE = 12  # members of the largest cohort that is tried


def every_cohort():
    for members in range(WHOLE + 1):
        for enrolled, sat in product(range(members + 1), repeat=2):
            for trained, passed in product(range(enrolled + 1), range(sat + 1)):
                yield members, enrolled, trained, sat, passed


@pytest.fixture(scope="module")
def seen_alike():
    """Every cohort there can be, by what is shown of it: knowing how it hides helps nobody."""
    found = defaultdict(list)
    for cohort in every_cohort():
        found[tuple(without_small_steps(cohort))].append(cohort)
    return found


def test_no_small_step_follows_from_what_is_shown(seen_alike):
    for alike in seen_alike.values():
        for n in range(5):
            could = {cohort[n] for cohort in alike}
            assert len(could) > 1 or not 0 < min(could) < FEWEST


def test_nor_how_many_took_one_step_and_not_another(seen_alike):
    for alike in seen_alike.values():
        if min(cohort[MEMBERS] for cohort in alike) >= 2 * FEWEST and alike[0][MEMBERS] == WHOLE:
            continue  # larger ones that look the same are not among those tried
        for more, fewer in WITHIN:
            could = {cohort[more] - cohort[fewer] for cohort in alike}
            assert len(could) > 1 or not 0 < min(could) < FEWEST


def test_steps_that_hide_singly_give_a_difference_away():
    """The control: with each step hidden by itself two of the twelve are known not to have sat."""
    shown = [without_few(number) for number in (12, 12, 12, 10, 10)]
    assert shown == [12, 12, 12, 10, 10]
    assert without_small_steps([12, 12, 12, 10, 10]) == [12, 12, 12, Hidden.SOME, Hidden.SOME]


def test_steps_far_apart_and_steps_alike_are_shown():
    for steps in ([40, 40, 30, 25, 20], [12, 12, 12, 0, 0], [30, 20, 10, 5, 0]):
        assert without_small_steps(steps) == steps


@given(st.lists(st.integers(0, 30), min_size=1, max_size=6))
def test_what_is_shown_of_steps_is_true_and_never_small(steps):
    shown = without_small_steps(steps)
    numbers = [count for count in shown if isinstance(count, int)]
    assert agrees([steps], [shown])
    assert not any(0 < abs(a - b) < FEWEST for a in [0, *numbers] for b in numbers)


# ---- a district, printed by its source


@pytest.fixture
def district():
    """With a station of seven holders, one of three, and elsewhere a third of eight."""
    made = make_unit(kind=UnitKind.DISTRICT)
    for n, (count, parent) in enumerate([(7, made), (3, made), (8, None)]):
        station = make_unit(parent=parent)
        for k in range(count):
            qualified(make_person(unit=station, full_name=f"甲{n}{k}"))
    return made


def printed(unit, value, code=Counted.STATION_WORKERS):
    facts = {"label": "站社工", "label_en": "", "count_unit": CountUnit.PERSONS, "as_of": DAY}
    return Reported(unit=unit, code=code, value=Decimal(value), **facts)


def ledger_seen(unit, code, role=Role.OBSERVER):
    counted = all_comparisons(actor_of(make_person(role, full_name="读者")))
    return {(row.reported.unit_id, row.reported.code): row.ledger for row in counted}[unit.id, code]


@pytest.mark.parametrize("code", [Counted.STATION_WORKERS, Counted.CERTIFICATE_HOLDERS])
def test_a_district_does_not_tell_its_small_station(district, code):
    """The district's ten less the seven of the one station are the three of the other."""
    for held in db.session.scalars(sa.select(Employment)):
        held.capacity = Capacity.CADRE if code is Counted.CERTIFICATE_HOLDERS else held.capacity
    record_indicators(SYSTEM, [printed(district, 10, code)])
    assert ledger_seen(district, code, Role.ADMIN) == 10
    assert ledger_seen(district, code) is Hidden.SOME


def test_a_district_whose_stations_are_all_shown_is_shown(district):
    station = next(row.unit for row in holdings_by_unit(SYSTEM, DAY) if row.holding.staff == 3)
    for n in range(4):
        qualified(make_person(unit=station, full_name=f"丙{n}"))
    record_indicators(SYSTEM, [printed(district, 14)])
    assert ledger_seen(district, Counted.STATION_WORKERS) == 14


def test_few_of_other_posts_hide_those_who_work_at_stations(district):
    station = next(row.unit for row in holdings_by_unit(SYSTEM, DAY) if row.holding.staff == 3)
    for n in range(4):
        qualified(make_person(unit=station, full_name=f"丙{n}"))
    posts = sa.select(Employment).where(Employment.unit_id == station.id)
    db.session.scalars(posts).all()[0].capacity = Capacity.CADRE
    record_indicators(SYSTEM, [printed(district, 13)])
    assert ledger_seen(district, Counted.STATION_WORKERS) is Hidden.SOME


@pytest.fixture
def stations():
    """One of seven holders and one of three, who are told apart by the total of ten."""
    large, small = make_unit(), make_unit()
    for n in range(7):
        qualified(make_person(unit=large, full_name=f"甲{n}"))
    for n in range(3):
        qualified(make_person(unit=small, full_name=f"乙{n}"))
    make_person(unit=small)
    return large, small


def seen_by(actor):
    total = holding_in_all(actor, DAY)
    rows, whole = seen_units(actor, holdings_by_unit(actor, DAY), total)
    return {row.unit: row.holding for row in rows}, whole


def test_the_department_cannot_tell_the_small_station(stations):
    large, small = stations
    rows, whole = seen_by(actor_of(make_person(Role.OBSERVER)))
    assert rows[small].holders is rows[small].staff is Hidden.FEW
    assert rows[small].rate is None
    assert not (is_number(rows[large].holders) and is_number(whole.holders))


@pytest.mark.parametrize("role", [Role.ADMIN, Role.STATION_MANAGER, Role.COORDINATOR])
def test_who_works_with_the_people_sees_all(stations, role):
    _, small = stations
    at = None if role is Role.ADMIN else small
    rows, whole = seen_by(actor_of(make_person(role, unit=at, full_name="读者")))
    assert rows[small].holders == rows[small].by_level[Level.ASSISTANT] == 3
    assert whole.is_whole


def test_a_small_right_at_one_station_opens_no_other(stations):
    """A manager who also reads for the department sees the whole college without small cells."""
    _, small = stations
    manager, reader = Grant(Role.STATION_MANAGER, small.id), Grant(Role.OBSERVER)
    assert sees_small_cells(Actor(None, frozenset({manager})))
    assert not sees_small_cells(Actor(None, frozenset({manager, reader})))


def test_a_total_hides_alike_alone_and_over_its_units(stations):
    del stations
    actor = actor_of(make_person(Role.OBSERVER))
    total = holding_in_all(actor, DAY)
    assert seen_total(actor, total).staff == total.staff == 11


PAGES = ["/reports/figures?as-of=2025-06-30", "/reports/figures/holders.csv?as-of=2025-06-30"]


@pytest.mark.parametrize("url", PAGES)
def test_page_and_file_hide_alike(sign_in, stations, url):
    del stations
    shown = sign_in(make_person(Role.OBSERVER)).get(url)
    assert shown.status_code == 200
    assert ("<5" if url.split("?")[0].endswith("csv") else "&lt;5") in shown.text
    assert "<5" not in sign_in(make_person(Role.ADMIN)).get(url).text


@pytest.mark.parametrize(("role", "sees"), [(Role.OBSERVER, False), (Role.ADMIN, True)])
def test_pages_of_units_say_how_many_work_there_only_to_who_may_know(sign_in, stations, role, sees):
    _, small = stations
    client = sign_in(make_person(role))
    assert ("Staff here" in client.get("/people/units?as-of=2025-06-30").text) is sees
    page = client.get(f"/people/units/{small.id}?as-of=2025-06-30").text
    assert ("persons on the staff" in page) is sees
