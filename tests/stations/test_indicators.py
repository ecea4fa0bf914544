from datetime import date, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from college.core import clock, journal
from college.core.db import db
from college.core.errors import Conflict, NotAllowed
from college.core.journal import JournalEntry
from college.core.operation import Overtaken
from college.core.roles import SYSTEM, Role
from college.reports.figures.reported import LEDGER, all_comparisons
from college.stations.indicators.models import Counted, CountUnit, IndicatorValue, Precision
from college.stations.indicators.operations import (
    NothingDifferent,
    Reported,
    ReportedAlready,
    StillToCome,
    correct_indicator,
    record_indicators,
)
from college.stations.indicators.queries import of_unit
from college.stations.units.models import Unit
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


def test_a_figure_of_a_day_to_come_or_known_already_gets_its_sentence():
    unit = make_unit()
    with pytest.raises(StillToCome):
        record_indicators(SYSTEM, [reported(unit, as_of=clock.today() + timedelta(days=1))])
    record_indicators(SYSTEM, [reported(unit, value=Decimal("12.50"))])
    with pytest.raises(ReportedAlready) as refused:
        record_indicators(SYSTEM, [reported(unit)])
    assert refused.value.facts["value"] == "12.5"


def test_the_ledger_counts_what_it_says_it_counts():
    assert {*LEDGER, Counted.COVERAGE} == set(Counted)


FORM = {
    "label": "累计服务群众",
    "value": "77,000",
    "count_unit": "persons",
    "precision": "more_than",
    "as_of": "2024-08-31",
    "counted": "",
}


def figures(unit) -> list[IndicatorValue]:
    return list(of_unit(SYSTEM, unit))


@pytest.fixture
def admin(sign_in):
    return sign_in(make_person(Role.ADMIN))


def test_a_figure_is_recorded_on_a_page_as_it_is_printed(admin):
    unit = make_unit()
    at = f"/stations/indicators/new/{unit.id}"
    shown = admin.get(at).text
    assert 'name="once"' in shown
    more = {"as_printed": "7.7万余人", "is_cumulative": "y", "label_en": "People served"}
    assert admin.post(at, data=FORM | more).location == f"/people/units/{unit.id}"
    [row] = figures(unit)
    assert (row.value, row.count_unit, row.precision) == (
        Decimal(77000),
        CountUnit.PERSONS,
        Precision.MORE_THAN,
    )
    assert (row.is_cumulative, row.as_printed, row.as_of) == (True, "7.7万余人", date(2024, 8, 31))
    assert "more than 77,000 persons" in admin.get(f"/people/units/{unit.id}").text
    twice = admin.post(at, data=FORM)
    assert twice.status_code == 409
    assert "People served of that day is on record already, with 77000." in twice.text


def test_the_same_name_gets_the_same_code_each_year_and_at_each_unit(admin):
    first, second = make_unit(), make_unit()
    record_indicators(SYSTEM, [reported(first, label="开展活动", code="activities")])
    for unit, label in ((second, "开展活动"), (first, "走访"), (second, " 走访 ")):
        sent = FORM | {"label": label, "as_of": "2025-08-31"}
        assert admin.post(f"/stations/indicators/new/{unit.id}", data=sent).status_code == 302
    (visits, _), (again, activities) = figures(first), sorted(figures(second), key=code_last)
    assert activities.code == "activities"
    assert activities.label_en == "Activities"
    assert visits.code == again.code
    offered = admin.get(f"/stations/indicators/new/{first.id}").text
    assert '<option value="走访">' in offered


def code_last(row: IndicatorValue) -> bool:
    return row.code == "activities"


def test_what_the_ledger_counts_too_stands_beside_its_own_number(admin):
    unit = make_unit()
    sent = FORM | {"counted": "stations", "value": "3", "count_unit": "pieces"}
    admin.post(f"/stations/indicators/new/{unit.id}", data=sent)
    [compared] = all_comparisons(SYSTEM)
    assert compared.ledger == 1
    assert compared.difference == Decimal(-2)


@pytest.mark.parametrize(
    ("over", "sentence"),
    [
        ({"label": "  "}, "Enter what the source counts."),
        ({"value": "viele"}, "A number from 0 on"),
        ({"value": "-3"}, "A number from 0 on"),
        ({"value": "NaN"}, "A number from 0 on"),
        ({"value": "1.234"}, "A number from 0 on"),
        ({"value": "9" * 13}, "A number from 0 on"),
        ({"count_unit": "sheep"}, "Invalid Choice"),
        ({"precision": "perhaps"}, "Invalid Choice"),
        ({"as_of": "2999-12-31"}, "This day is still to come."),
        ({"counted": "sheep"}, "Not a valid choice."),
        ({"note": "长" * 301}, "At most 300 characters."),
    ],
)
def test_what_cannot_be_gets_its_sentence(admin, over, sentence):
    unit = make_unit()
    answer = admin.post(f"/stations/indicators/new/{unit.id}", data=FORM | over)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert figures(unit) == []


def test_full_width_digits_are_as_good(admin):
    unit = make_unit()
    admin.post(f"/stations/indicators/new/{unit.id}", data=FORM | {"value": "１，３００．５"})
    assert figures(unit)[0].value == Decimal("1300.5")


def test_others_see_no_button_and_do_not_get_through(sign_in):
    unit = make_unit()
    for role in (Role.OBSERVER, Role.STATION_MANAGER, Role.COORDINATOR, Role.EVALUATOR):
        other = sign_in(make_person(role, unit=unit))
        assert "Record a figure" not in other.get(f"/people/units/{unit.id}").text
        assert other.post(f"/stations/indicators/new/{unit.id}", data=FORM).status_code == 403
    assert figures(unit) == []


# ---- corrected


def place_of(row):
    return db.session.get_one(Unit, row.unit_id)


def corrected(row, by=SYSTEM, reason="抄错了", **over):
    return correct_indicator(by, row, reported(place_of(row), **over), reason=reason)


@pytest.fixture
def printed():
    unit = make_unit()
    (row,) = record_indicators(SYSTEM, [reported(unit)])
    db.session.commit()
    return row


def test_a_correction_is_a_new_row_and_what_was_known_before_stays(printed):
    unit, before = place_of(printed), clock.now()
    with clock.put_at(before + timedelta(hours=1)):
        made = corrected(printed, value=Decimal(1310))
        db.session.commit()
        assert of_unit(SYSTEM, unit) == [made]
    assert made.id != printed.id
    assert (printed.value, printed.superseded_at) == (1300, made.recorded_at)
    assert of_unit(SYSTEM, unit, before) == [printed]
    assert of_unit(SYSTEM, unit, made.recorded_at) == [made]
    counted = all_comparisons(actor_of(make_person(Role.ADMIN)), before)
    assert [row.reported for row in counted] == [printed]
    (now,) = all_comparisons(actor_of(make_person(Role.ADMIN)))
    assert now.reported == made


def test_what_was_corrected_can_be_corrected_again_and_only_the_last(printed):
    second = corrected(printed, value=Decimal(1310))
    with pytest.raises(Overtaken):
        corrected(printed, value=Decimal(1320))
    assert corrected(second, value=Decimal(1330)).value == 1330
    assert len(figures(place_of(printed))) == 1


def test_another_day_can_be_said_unless_it_has_its_figure(printed):
    record_indicators(SYSTEM, [reported(place_of(printed), as_of=date(2023, 12, 31))])
    db.session.commit()
    with pytest.raises(ReportedAlready):
        corrected(printed, as_of=date(2023, 12, 31))
    assert printed in figures(place_of(printed))
    assert corrected(printed, as_of=date(2024, 7, 31)).as_of == date(2024, 7, 31)


def test_a_correction_that_changes_nothing_or_lies_ahead_is_refused(printed):
    with pytest.raises(NothingDifferent):
        corrected(printed)
    with pytest.raises(StillToCome):
        corrected(printed, as_of=clock.today() + timedelta(days=1))
    assert figures(place_of(printed)) == [printed]


def test_only_who_may_record_figures_corrects_them(printed):
    for role in (Role.OBSERVER, Role.STATION_MANAGER):
        with pytest.raises(NotAllowed):
            corrected(
                printed, actor_of(make_person(role, unit=place_of(printed))), value=Decimal(1)
            )


def test_a_figure_is_corrected_on_a_page_that_shows_what_is_there(admin, printed):
    at = f"/stations/indicators/{printed.id}/correct"
    assert at in admin.get(f"/people/units/{printed.unit_id}").text
    page = admin.get(at).text
    assert 'value="1300"' in page
    assert 'value="开展活动"' in page
    sent = FORM | {"label": "开展活动", "count_unit": "events", "precision": "exact"}
    refused = admin.post(at, data=sent | {"value": "1310"})
    assert (refused.status_code, "Say what was wrong" in refused.text) == (422, True)
    done = admin.post(at, data=sent | {"value": "1310", "reason": "抄错了"})
    assert done.location == f"/people/units/{printed.unit_id}"
    (row,) = figures(place_of(printed))
    assert (row.value, row.code, row.label_en) == (Decimal(1310), "events", "Activities")
    told = sa.select(JournalEntry).where(JournalEntry.deed == "correct_indicator")
    (entry,) = db.session.scalars(told).all()
    said = journal.details_of_all([entry])[entry.id]
    assert said is not None
    assert (said["old_value"], said["value"], said["reason"]) == ("1300.00", "1310", "抄错了")
    assert admin.post(at, data=sent | {"value": "1320", "reason": "又错了"}).status_code == 409
