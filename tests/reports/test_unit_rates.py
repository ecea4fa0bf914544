"""Pass rates by unit: whose they are, what is kept from the department, and that it adds up."""

from datetime import date
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from college.core.roles import SYSTEM, Actor, Grant, Role
from college.exams.cycles.models import ExamCycle
from college.people.employment.models import Capacity
from college.people.qualifications.models import Level
from college.reports.exam_figures.by_unit import protected, unit_rates
from college.reports.exam_figures.rates import Sitting
from college.reports.exam_figures.seen import seen_sittings
from college.reports.figures.exams import Exam
from college.reports.figures.small_cells import FEWEST, Hidden
from college.stations.units.models import Unit
from tests.factories import hired, make_person, make_unit
from tests.factories.exams import make_cycle
from tests.reports.sitting import failing, passing

DAY = date(2026, 6, 30)
OBSERVER = Actor(None, frozenset({Grant(Role.OBSERVER)}))
ASSISTANT = Level.ASSISTANT
_numbers = count(1)


def sat(cycle, unit, passed: int, failed: int) -> None:
    for n in range(passed + failed):
        person = make_person(None, full_name=f"考生{next(_numbers)}")
        if unit is not None:
            hired(person, unit)
        (passing if n < passed else failing)(cycle, person=person)


def rates(actor, cycle, known_at=None):
    return unit_rates(actor, Exam(cycle, ASSISTANT), DAY, known_at)


def numbers(shown) -> dict[object, tuple[object, object]]:
    return {row.unit: (row.passed, row.sat) for row in shown.rows or []}


def test_each_unit_has_those_who_worked_there_on_the_day_of_the_exam():
    cycle, one, other = make_cycle(2025), make_unit(), make_unit()
    sat(cycle, one, 2, 1)
    sat(cycle, None, 1, 0)
    late = make_person(None)
    hired(late, other, from_on=date(2025, 12, 1))  # after the exam
    failing(cycle, person=late)
    shown = rates(SYSTEM, cycle)
    assert numbers(shown) == {one: (2, 3), None: (1, 2)}
    assert (shown.total.passed, shown.total.sat) == (3, 5)


def test_who_works_at_two_units_counts_at_both_and_once_in_the_total():
    cycle, one, other = make_cycle(2025), make_unit(), make_unit()
    person = make_person(unit=one)
    hired(person, other)
    passing(cycle, person=person)
    shown = rates(SYSTEM, cycle)
    assert numbers(shown) == {one: (1, 1), other: (1, 1), None: (0, 0)}
    assert shown.total.sat == 1


def test_a_volunteer_is_of_no_unit():
    cycle, unit = make_cycle(2025), make_unit()
    person = make_person(None)
    hired(person, unit, capacity=Capacity.VOLUNTEER)
    passing(cycle, person=person)
    assert numbers(rates(SYSTEM, cycle)) == {None: (1, 1)}


def test_a_share_has_wilsons_interval_and_its_n():
    cycle, unit = make_cycle(2025), make_unit()
    sat(cycle, unit, 3, 7)
    row = rates(SYSTEM, cycle).rows[0]
    low, high = row.share.interval
    assert (row.share.part, row.share.whole) == (3, 10)
    assert (round(low, 4), round(high, 4)) == (0.1078, 0.6032)


def test_a_manager_reads_the_own_unit_and_no_total_of_others():
    cycle, mine, other = make_cycle(2025), make_unit(), make_unit()
    sat(cycle, mine, 1, 1)
    sat(cycle, other, 3, 3)
    shown = rates(Actor(None, frozenset({Grant(Role.STATION_MANAGER, mine.id)})), cycle)
    assert numbers(shown) == {mine: (1, 2)}
    assert (shown.total.passed, shown.total.sat) == (1, 2)


def test_the_department_sees_no_small_unit_and_cannot_compute_it():
    cycle = make_cycle(2025)
    large, small = make_unit(), make_unit()
    sat(cycle, large, 8, 9)
    sat(cycle, small, 2, 6)
    found = numbers(rates(OBSERVER, cycle))
    assert found[small][0] is Hidden.FEW
    assert isinstance(found[large][0], Hidden)  # or the small one is the total less it
    assert rates(OBSERVER, cycle).total.passed == 10


def test_units_where_few_sat_are_one_line_so_that_nobodys_result_is_told():
    cycle, small = make_cycle(2025), make_unit()
    sat(cycle, small, 0, 3)
    sat(cycle, make_unit(), 0, 4)
    sat(cycle, make_unit(), 8, 9)
    found = numbers(rates(OBSERVER, cycle))
    assert small not in found
    assert found[None] == (0, 7)
    assert [row.together for row in rates(OBSERVER, cycle).rows] == [0, 0, 2]
    assert numbers(rates(SYSTEM, cycle))[small] == (0, 3)


def test_a_sum_of_few_takes_the_next_unit_along():
    cycle, one = make_cycle(2025), make_unit()
    sat(cycle, one, 0, 2)
    other = make_unit()
    sat(cycle, other, 3, 3)
    sat(cycle, make_unit(), 8, 9)
    assert not numbers(rates(OBSERVER, cycle)).keys() & {one, other}


tables = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=6)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tables)
def test_no_hidden_number_stands_alone_in_its_line_or_column(app, lines):
    """The table against its own total and against the page of rates."""
    del app
    exam = Exam(ExamCycle(id=1, year=2025, province="内蒙古自治区"), ASSISTANT)
    total = (sum(p for p, _ in lines), sum(p + f for p, f in lines))
    sitting = Sitting(exam.cycle, ASSISTANT, {(False, False): total})
    ((on_page,), _) = seen_sittings(OBSERVER, [sitting])[2025]
    units = [(Unit(id=n), (p, p + f)) for n, (p, f) in enumerate(lines)]
    shown = protected(OBSERVER, exam, units, total, on_page)
    if shown.rows is None:
        return
    assert (shown.total.sat, shown.total.passed) == (on_page.sat, on_page.passed)
    rows = [*shown.rows, shown.total]
    for cells in ([row.passed for row in rows], [row.sat for row in rows]):
        assert sum(isinstance(cell, Hidden) for cell in cells) != 1
        assert not [n for n in cells if isinstance(n, int) and 0 < n < FEWEST]
    for row in rows:
        if row.share is not None:
            failed = row.share.whole - row.share.part
            assert not 0 < failed < FEWEST


@pytest.mark.parametrize(
    ("language", "word"), [("zh", "各单位合格率"), ("en", "Pass rates by unit")]
)
@pytest.mark.parametrize("role", [Role.OBSERVER, Role.ADMIN, Role.STATION_MANAGER])
def test_the_page_is_read(sign_in, role, language, word):
    cycle, unit = make_cycle(2025), make_unit(name="垛石街道社工站", name_en="Duoshi Station")
    sat(cycle, unit, 6, 7)
    at = unit if role is Role.STATION_MANAGER else None
    client = sign_in(make_person(role, unit=at, full_name="读者"), language=language)
    page = client.get("/reports/exams/units?as-of=2026-06-30")
    assert page.status_code == 200
    assert word in page.text
    assert {"zh": "垛石街道社工站", "en": "Duoshi Station"}[language] in page.text
    assert ("group=passed" in page.text) is (role is Role.ADMIN)


def test_a_number_of_a_unit_opens_its_persons(sign_in):
    cycle, unit = make_cycle(2025), make_unit()
    sat(cycle, unit, 2, 1)
    sat(cycle, make_unit(), 1, 1)
    admin = sign_in(make_person(Role.ADMIN))
    base = f"/reports/exams/persons?cycle={cycle.id}&level=assistant&as-of=2026-06-30"
    assert admin.get(f"{base}&group=sat&at={unit.id}").text.count('scope="row"') == 3
    assert admin.get(f"{base}&group=passed&at={unit.id}").text.count('scope="row"') == 2
    assert admin.get(f"{base}&group=sat&at=x").status_code == 404


def test_the_table_can_be_taken_away_and_hides_alike(sign_in):
    cycle, unit = make_cycle(2025), make_unit(name="=垛石站", name_en="=1+1")
    sat(cycle, unit, 2, 9)
    sat(cycle, make_unit(), 8, 9)
    url = "/reports/exams/units.csv?as-of=2026-06-30"
    mine = sign_in(make_person(Role.OBSERVER)).get(url).text
    assert "<5" in mine
    assert "'=1+1" in mine
    assert "<5" not in sign_in(make_person(Role.ADMIN)).get(url).text


def test_an_exam_that_was_not_held_has_no_table(sign_in):
    client = sign_in(make_person(Role.OBSERVER))
    assert "No exam has been held yet" in client.get("/reports/exams/units").text
    assert client.get("/reports/exams/units.csv").status_code == 404
    make_cycle(2025)
    assert client.get("/reports/exams/units?exam=1-senior").status_code == 404


def test_the_number_of_statements_does_not_grow_with_the_units(sign_in, count_queries):
    cycle = make_cycle(2025)
    client = sign_in(make_person(Role.OBSERVER))
    sat(cycle, make_unit(), 1, 1)
    client.get("/reports/exams/units?as-of=2026-06-30")
    count_queries()
    client.get("/reports/exams/units?as-of=2026-06-30")
    few = count_queries()
    for _ in range(4):
        sat(cycle, make_unit(), 1, 1)
    count_queries()
    client.get("/reports/exams/units?as-of=2026-06-30")
    assert count_queries() == few
