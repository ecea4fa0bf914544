"""Figures as of a date: transfers rewrite nothing, people count once, units never twice."""

import csv
import io
import json
from datetime import date

import pytest
import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.roles import SYSTEM, Actor, Grant, Role
from college.people.employment.models import Capacity
from college.people.employment.operations import transfer
from college.people.qualifications.models import Level
from college.reports.figures.queries import (
    MOST_UNITS,
    Asked,
    holder_count,
    holding_in_all,
    holdings_by_unit,
    holdings_of,
)
from college.stations.indicators.models import Counted, CountUnit, IndicatorValue, Precision
from college.stations.units.models import Unit, UnitKind, UnitPhase
from college.web.paging import PER_PAGE
from tests.factories import hired, make_person, make_unit, qualified, saved

DAY = date(2025, 6, 30)


def holding(unit, day=DAY, actor=SYSTEM):
    return next((h.holding for h in holdings_by_unit(actor, day) if h.unit.id == unit.id), None)


def test_staff_and_holders_of_a_unit():
    unit = make_unit()
    qualified(make_person(unit=unit))
    make_person(unit=unit)
    found = holding(unit)
    assert (found.staff, found.holders, found.by_level[Level.ASSISTANT]) == (2, 1, 1)


def test_one_person_counts_at_the_highest_level():
    unit = make_unit()
    person = make_person(unit=unit)
    qualified(person, Level.ASSISTANT)
    qualified(person, Level.SOCIAL_WORKER)
    found = holding(unit)
    assert found.by_level == {Level.ASSISTANT: 0, Level.SOCIAL_WORKER: 1, Level.SENIOR: 0}


@pytest.mark.parametrize(("day", "holders"), [(date(2024, 8, 31), 0), (date(2024, 9, 1), 1)])
def test_a_qualification_counts_from_its_date_on(day, holders):
    unit = make_unit()
    qualified(make_person(unit=unit))
    assert holding(unit, day).holders == holders


def test_a_transfer_does_not_rewrite_the_past():
    old, new = make_unit(), make_unit()
    person = make_person(None)
    post = hired(person, old)
    qualified(person)
    transfer(SYSTEM, post, to=new, on=date(2025, 1, 1))
    db.session.commit()
    assert holding(old, date(2024, 12, 31)).holders == 1
    assert holding(old, date(2025, 1, 1)) is None
    assert holding(new, date(2025, 1, 1)).holders == 1


def test_two_posts_are_one_person_in_the_total():
    one, two = make_unit(), make_unit()
    person = make_person(unit=one)
    hired(person, two)
    qualified(person)
    total = holding_in_all(SYSTEM, DAY)
    assert (total.staff, total.holders) == (1, 1)
    assert holding(one).holders == holding(two).holders == 1


def test_volunteers_are_no_staff():
    unit = make_unit()
    volunteer = make_person(None)
    hired(volunteer, unit, capacity=Capacity.VOLUNTEER)
    qualified(volunteer)
    assert holding(unit) is None


def test_who_has_left_does_not_count():
    unit = make_unit()
    hired(make_person(None), unit, to_on=date(2025, 6, 29))
    assert holding(unit) is None


def test_a_general_station_counts_its_stations_staff_once():
    general = make_unit()
    station = make_unit(general)
    person = make_person(unit=station)
    hired(person, general)
    qualified(person)
    assert db.session.scalars(holder_count(Asked(general.id, DAY))).one() == 1


def test_a_manager_sees_the_own_units_figures_only():
    mine, other = make_unit(), make_unit()
    make_person(unit=mine)
    make_person(unit=other)
    manager = Actor(None, frozenset({Grant(Role.STATION_MANAGER, mine.id)}))
    assert [h.unit.id for h in holdings_by_unit(manager, DAY)] == [mine.id]
    assert holding_in_all(manager, DAY).staff == 1


def test_an_empty_college_has_a_total_of_nothing():
    total = holding_in_all(SYSTEM, DAY)
    assert (total.staff, total.holders) == (0, 0)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_department_reads_the_page(sign_in, language):
    unit = make_unit(name="垛石街道社工站", name_en="Duoshi Station")
    qualified(make_person(unit=unit))
    page = sign_in(make_person(Role.OBSERVER), language=language).get("/reports/figures")
    assert page.status_code == 200
    assert {"zh": "垛石街道社工站", "en": "Duoshi Station"}[language] in page.text


def test_the_page_answers_for_a_date(sign_in):
    unit = make_unit(name="垛石街道社工站")
    person = make_person(None)
    hired(person, unit, from_on=date(2025, 1, 1))
    client = sign_in(make_person(Role.OBSERVER), language="zh")
    assert "垛石街道社工站" in client.get("/reports/figures?as-of=2025-01-01").text
    assert "垛石街道社工站" not in client.get("/reports/figures?as-of=2024-12-31").text


def test_a_date_that_is_none_shows_today(sign_in):
    client = sign_in(make_person(Role.OBSERVER))
    assert client.get("/reports/figures?as-of=31.12.2024").status_code == 200


def test_a_trainee_reads_no_figures(sign_in):
    assert sign_in(make_person()).get("/reports/figures").status_code == 403


def test_the_number_of_queries_does_not_grow_with_the_units(sign_in, count_queries):
    client = sign_in(make_person(Role.OBSERVER))
    make_person(unit=make_unit())
    count_queries()
    client.get("/reports/figures")
    few = count_queries()
    for _ in range(5):
        make_person(unit=make_unit())
    count_queries()
    client.get("/reports/figures")
    assert count_queries() == few


def test_the_table_can_be_taken_away(sign_in):
    qualified(make_person(unit=make_unit(name="=垛石站", name_en="=1+1")))
    client = sign_in(make_person(Role.ADMIN))
    answer = client.get("/reports/figures/holders.csv?as-of=2025-06-30")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[1] == ["'=1+1", "1", "1", "0", "0", "1"]
    assert rows[2][1:] == ["1", "1", "0", "0", "1"]
    assert client.get("/reports/figures/holders.xlsx").data.startswith(b"PK")


def test_a_script_gets_figures_as_json(app):
    unit = make_unit(name="垛石街道社工站")
    qualified(make_person(unit=unit))
    result = app.test_cli_runner().invoke(args=["reports", "figures", "--as-of", "2025-06-30"])
    printed = json.loads(result.output)
    assert printed["as_of"] == "2025-06-30"
    assert printed["units"] == [
        {
            "unit": "垛石街道社工站",
            "staff": 1,
            "assistant": 1,
            "social_worker": 0,
            "senior": 0,
            "holders": 1,
        }
    ]
    assert printed["total"]["holders"] == 1


def many_units() -> None:
    """More than one table holds, in bulk."""
    at = {"kind": UnitKind.STATION, "recorded_at": clock.now()}
    first = (db.session.scalar(sa.select(sa.func.max(Unit.id))) or 0) + 1
    ids = range(first, first + MOST_UNITS + 1)
    units = [{"id": n, "name": f"第{n}站", "kind": at["kind"], "path": f"/{n:06d}/"} for n in ids]
    db.session.execute(sa.insert(Unit), units)
    phases = [{"unit_id": n, "name": f"第{n}站", "name_en": "", **at} for n in ids]
    db.session.execute(sa.insert(UnitPhase), phases)
    db.session.commit()


def test_of_many_units_who_sees_small_numbers_gets_pages(sign_in):
    unit = make_unit(name="甲站")
    qualified(make_person(unit=unit))
    many_units()
    client = sign_in(make_person(Role.ADMIN))
    page = client.get("/reports/figures").text
    assert "甲站" in page
    assert page.count("第") < 2 * PER_PAGE
    assert 'href="/reports/figures?page=2' in page
    assert "甲站" not in client.get("/reports/figures?page=3").text


def test_of_many_units_the_department_reads_the_totals_and_takes_the_table_away(sign_in):
    unit = make_unit(name="甲站")
    for _ in range(6):
        qualified(make_person(unit=unit))
    many_units()
    client = sign_in(make_person(Role.OBSERVER))
    page = client.get("/reports/figures").text
    assert "too many units" in page
    assert "甲站" not in page
    assert "甲站" in client.get("/reports/figures/holders.csv").text
    assert client.get("/reports/holders").status_code == 200


def test_of_some_units_the_numbers_are_those_of_all(sign_in):
    one, other = make_unit(), make_unit()
    qualified(make_person(unit=one), Level.SENIOR)
    hired(make_person(unit=one), other)
    some = {each.unit.id: each.holding for each in holdings_of(SYSTEM, [one, other], DAY)}
    assert some == {unit.id: holding(unit) for unit in (one, other)}


def test_of_many_units_reported_figures_have_a_page_of_their_own(sign_in):
    unit = make_unit(name="甲站")
    client = sign_in(make_person(Role.ADMIN))
    address = "/reports/figures/reported"
    assert "No figure was reported yet" in client.get(address).text
    make_person(unit=unit)
    value = {"label": "驻站社工", "value": 7, "count_unit": CountUnit.PERSONS, "as_of": DAY}
    value |= {"code": Counted.STATION_WORKERS, "precision": Precision.EXACT}
    saved(IndicatorValue(unit_id=unit.id, **value))
    assert "驻站社工" in client.get("/reports/figures").text
    many_units()
    page = client.get("/reports/figures").text
    assert "驻站社工" not in page
    assert f'href="{address}?' in page
    assert "difference -6" in client.get(address).text
