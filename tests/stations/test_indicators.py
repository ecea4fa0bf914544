from datetime import date
from decimal import Decimal

import pytest

from college.core.errors import Conflict, NotAllowed
from college.core.roles import SYSTEM, Role
from college.stations.indicators.models import CountUnit
from college.stations.indicators.operations import Reported, record_indicators
from college.stations.indicators.queries import of_unit
from tests.conftest import actor_of
from tests.factories import make_person, make_unit


def reported(unit, **over) -> Reported:
    usual = {
        "unit": unit,
        "code": "events",
        "label": "开展活动",
        "label_en": "Activities",
        "value": Decimal(1300),
        "count_unit": CountUnit.EVENTS,
        "as_of": date(2024, 8, 31),
    }
    return Reported(**usual | over)


def test_a_units_figures_come_the_latest_first_and_no_other_units():
    unit, other = make_unit(), make_unit()
    old = reported(unit, as_of=date(2023, 12, 31))
    rows = record_indicators(SYSTEM, [old, reported(unit), reported(other)])
    observer = actor_of(make_person(Role.OBSERVER))
    assert of_unit(observer, unit) == [rows[1], rows[0]]


def test_a_figure_is_recorded_once_per_date_and_a_refusal_leaves_none():
    unit = make_unit()
    record_indicators(SYSTEM, [reported(unit)])
    with pytest.raises(Conflict):
        record_indicators(SYSTEM, [reported(unit, code="served"), reported(unit)])
    assert [row.code for row in of_unit(SYSTEM, unit)] == ["events"]


def test_only_who_may_record_figures_does():
    unit = make_unit()
    for role in (Role.OBSERVER, Role.STATION_MANAGER, Role.TRAINEE):
        with pytest.raises(NotAllowed):
            record_indicators(actor_of(make_person(role, unit=unit)), [reported(unit)])


def test_a_manager_sees_the_figures_of_the_own_station_only():
    unit, other = make_unit(), make_unit()
    record_indicators(SYSTEM, [reported(unit), reported(other)])
    manager = actor_of(make_person(Role.STATION_MANAGER, unit=unit))
    assert len(of_unit(manager, unit)) == 1
    assert of_unit(manager, other) == []
