from datetime import date, timedelta
from decimal import Decimal

import pytest

from college.core import clock
from college.core.db import db
from college.core.errors import NotFound
from college.core.roles import SYSTEM, Role
from college.people.employment.models import Capacity
from college.people.units.queries import page, staff_on, tree
from college.stations.indicators.models import CountUnit, Precision
from college.stations.indicators.operations import Reported, record_indicators
from college.stations.units.models import UnitKind
from college.stations.units.operations import end_unit
from tests.conftest import actor_of
from tests.factories import hired, make_person, make_unit

NOW = clock.today()


def make_observer():
    return make_person(Role.OBSERVER, full_name="白主任")


def make_district():
    """A district with a general station, which has two stations below it."""
    district = make_unit(name="济阳区", name_en="Jiyang", kind=UnitKind.DISTRICT)
    general = make_unit(district, name="济阳区社工总站", kind=UnitKind.GENERAL_STATION)
    return district, general, make_unit(general, name="垛石社工站"), make_unit(general)


def report(unit, **over) -> None:
    usual = {
        "unit": unit,
        "code": "served",
        "label": "服务群众",
        "label_en": "People served",
        "value": Decimal(77000),
        "count_unit": CountUnit.PERSONS,
        "as_of": date(2024, 8, 31),
    }
    record_indicators(SYSTEM, [Reported(**usual | over)])
    db.session.commit()


def counts(actor, as_of=NOW):
    return {row.unit.id: (row.staff, row.staff_below) for row in tree(actor, as_of).rows}


def test_staff_of_a_general_station_and_its_stations_are_never_counted_twice():
    district, general, first, second = make_district()
    hired(make_person(None), general)
    hired(make_person(None), first)
    everywhere = make_person(None)
    for unit in (general, first, second):
        hired(everywhere, unit)

    shown = tree(actor_of(make_observer()), NOW)
    assert {row.unit.id: (row.staff, row.staff_below) for row in shown.rows} == {
        district.id: (0, 3),
        general.id: (2, 3),
        first.id: (2, 2),
        second.id: (1, 1),
    }
    assert shown.staff == 3


def test_staff_are_those_in_post_that_day_in_a_post_that_counts():
    unit, observer = make_unit(), actor_of(make_observer())
    hired(make_person(None), unit, from_on=date(2024, 1, 1), to_on=date(2024, 12, 31))
    hired(make_person(None), unit, from_on=date(2025, 1, 1))
    hired(make_person(None), unit, capacity=Capacity.VOLUNTEER)
    hired(make_person(None), unit, capacity=Capacity.LECTURER)

    days = {date(2023, 12, 31): 0, date(2024, 1, 1): 1, date(2024, 12, 31): 1, date(2025, 1, 1): 1}
    assert {day: counts(observer, day)[unit.id][0] for day in days} == days


def test_units_not_open_that_day_are_left_out():
    observer = actor_of(make_observer())
    old, new = make_unit(opened_on=date(2021, 1, 1)), make_unit(opened_on=date(2024, 1, 1))
    end_unit(SYSTEM, old, on=date(2023, 1, 1))
    db.session.commit()

    assert counts(observer, date(2022, 6, 1)).keys() == {old.id}
    assert counts(observer, date(2023, 1, 1)).keys() == set()
    assert counts(observer, date(2024, 1, 1)).keys() == {new.id}


def test_children_follow_their_parents_in_order_of_opening():
    roots = [make_unit(kind=UnitKind.DISTRICT) for _ in range(11)]
    late = make_unit(roots[0])
    below = make_unit(late)
    rows = tree(actor_of(make_observer()), NOW).rows
    assert [(row.unit, row.level) for row in rows[:3]] == [(roots[0], 0), (late, 1), (below, 2)]
    assert [row.unit for row in rows[3:]] == roots[1:]


def test_a_manager_sees_the_own_station_and_below_at_the_top():
    district, general, first, second = make_district()
    manager = make_person(Role.STATION_MANAGER, unit=general)
    actor = actor_of(manager)

    rows = tree(actor, NOW).rows
    assert [(row.unit, row.level) for row in rows] == [(general, 0), (first, 1), (second, 1)]
    assert page(actor, general.id).parent is None
    with pytest.raises(NotFound):
        page(actor, district.id)


def test_names_are_for_those_who_may_see_persons():
    _, general, first, _ = make_district()
    hired(make_person(None, full_name="苏日娜"), first)
    manager = make_person(Role.STATION_MANAGER, unit=general)
    outsider = make_person(Role.STATION_MANAGER, unit=make_unit())

    def names(person):
        return [post.person.full_name for post in db.session.scalars(staff_on(person, first, NOW))]

    assert names(actor_of(manager)) == ["苏日娜"]
    assert names(actor_of(make_person(Role.ADMIN))) == ["苏日娜"]
    assert names(actor_of(outsider)) == names(actor_of(make_observer())) == []


def test_who_left_yesterday_is_no_longer_named():
    unit = make_unit()
    hired(make_person(None), unit, to_on=NOW - timedelta(days=1))
    posts = staff_on(actor_of(make_person(Role.ADMIN)), unit, NOW)
    assert db.session.scalars(posts).all() == []


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.INSTRUCTOR, Role.SUPERVISOR])
def test_roles_without_stations_are_refused(sign_in, role):
    unit, client = make_unit(), sign_in(make_person(role))
    assert client.get("/people/units").status_code == 403
    assert client.get(f"/people/units/{unit.id}").status_code == 403


def test_signed_out_is_asked_to_sign_in(sign_in):
    assert sign_in(None).get("/people/units").status_code == 302


def test_a_strangers_unit_is_not_found(sign_in):
    manager = make_person(Role.STATION_MANAGER, unit=make_unit())
    assert sign_in(manager).get(f"/people/units/{make_unit().id}").status_code == 404


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Stations", "Jiyang", "General station", "1 May 2021")),
        ("zh", ("社工站", "济阳区", "社工总站", "2021年5月1日")),
    ],
)
def test_the_tree_page_shows_kind_name_and_opening(sign_in, language, words):
    district, *_ = make_district()
    make_unit(district, opened_on=date(2021, 5, 1))
    page = sign_in(make_observer(), language=language).get("/people/units")
    assert page.status_code == 200
    assert [word for word in words if word not in page.text] == []


@pytest.mark.parametrize(
    ("asked", "shown", "has_error"),
    [
        ("2024-12-31", "31 December 2024", False),
        ("", f"{NOW:%B %Y}", False),
        ("gestern", f"{NOW:%B %Y}", True),
        ("2024-02-30", f"{NOW:%B %Y}", True),
    ],
)
def test_the_date_asked_for_is_shown_and_an_odd_one_is_named(sign_in, asked, shown, has_error):
    make_unit()
    page = sign_in(make_observer()).get("/people/units", query_string={"as-of": asked})
    assert page.status_code == 200
    assert shown in page.text
    assert ("That was no date, so this is today." in page.text) is has_error


def test_before_the_first_unit_the_page_says_so(sign_in):
    make_unit(opened_on=date(2021, 1, 1))
    page = sign_in(make_observer()).get("/people/units?as-of=2020-01-01")
    assert "No unit was open on this date" in page.text
    assert "No unit is on record yet" not in page.text


@pytest.mark.parametrize(("role", "opens"), [(Role.ADMIN, True), (Role.OBSERVER, False)])
def test_a_new_college_is_told_how_to_begin(sign_in, role, opens):
    page = sign_in(make_person(role)).get("/people/units").text
    assert "No unit is on record yet" in page
    assert "Choose a later date" not in page
    assert ("Open the first unit" in page) == opens


@pytest.mark.parametrize(
    ("over", "english", "chinese"),
    [
        ({"precision": Precision.MORE_THAN}, "more than 77,000 persons", "多于 77,000 人"),
        ({"precision": Precision.ABOUT}, "about 77,000 persons", "约 77,000 人"),
        ({"value": Decimal("12.5")}, "12.5 persons", "12.5 人"),
        ({"count_unit": CountUnit.PERSON_TIMES}, "77,000 person-times", "77,000 人次"),
        ({"count_unit": CountUnit.YEAR, "value": Decimal(2021)}, "2021 year", "2021 年"),
    ],
)
def test_a_reported_figure_keeps_unit_precision_date_and_words(sign_in, over, english, chinese):
    unit = make_unit()
    report(unit, as_printed="7.7万余人", is_cumulative=True, **over)
    observer = make_observer()

    page = sign_in(observer).get(f"/people/units/{unit.id}").text
    for words in (english, "People served", "cumulative", "31 August 2024", "7.7万余人"):
        assert words in page
    page = sign_in(observer, language="zh").get(f"/people/units/{unit.id}").text
    for words in (chinese, "服务群众", "累计", "2024年8月31日", "7.7万余人"):
        assert words in page


def test_the_page_names_staff_to_the_manager_and_not_to_the_department(sign_in):
    unit = make_unit()
    hired(make_person(None, full_name="苏日娜"), unit)
    manager = make_person(Role.STATION_MANAGER, unit=unit, full_name="乌云")
    address = f"/people/units/{unit.id}"

    assert "苏日娜" in sign_in(manager).get(address).text
    shown = sign_in(make_observer()).get(address).text
    assert "苏日娜" not in shown
    assert "Staff today" not in shown


def test_a_unit_without_anything_says_so(sign_in):
    page = sign_in(make_observer()).get(f"/people/units/{make_unit().id}")
    assert "No figure of this unit has been reported yet." in page.text
    page = sign_in(make_person(Role.ADMIN)).get(f"/people/units/{make_unit().id}")
    assert "Nobody has a post at this unit itself today." in page.text


def test_more_units_and_staff_need_no_more_queries(sign_in, count_queries):
    root = make_unit(kind=UnitKind.DISTRICT)
    client, root_id = sign_in(make_person(Role.ADMIN)), root.id

    def cost(path):
        client.get(path)
        count_queries()
        assert client.get(path).status_code == 200
        return count_queries()

    def grow(number: int) -> None:
        top = db.session.get_one(type(root), root_id)
        for n in range(number):
            hired(make_person(None), make_unit(top))
            hired(make_person(None), top)
            report(top, code=f"c{n}-{number}")
        db.session.expunge_all()

    paths = ("/people/units", f"/people/units/{root_id}")
    grow(2)
    few = [cost(path) for path in paths]
    grow(5)
    assert [cost(path) for path in paths] == few
