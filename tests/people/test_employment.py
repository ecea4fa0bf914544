"""Posts: what may be recorded of who works where, and the pages that record it."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.errors import DomainError
from college.core.roles import SYSTEM, Role
from college.people.employment.models import Capacity, Employment
from college.people.employment.operations import (
    EndsBeforeBeginning,
    HiredAlready,
    Hiring,
    UnitNotOpenYet,
    WrongFirstDay,
    correct_post,
    hire,
    transfer,
    withdraw_post,
)
from college.people.units.operations import (
    IntoItself,
    PostsBefore,
    correct_unit_opening,
    merge_units,
)
from college.people.units.queries import tree
from college.reports.figures.queries import holding_in_all
from tests.factories import make_id_number, make_person, make_unit

WORKER, CADRE = Capacity.STATION_WORKER, Capacity.CADRE
SINCE = date(2024, 3, 1)


@pytest.fixture
def station():
    return make_unit(name="明仁街道社工站")


@pytest.fixture
def person():
    return make_person(None, full_name="苏日娜", id_number=make_id_number(1))


@pytest.fixture
def post(person, station) -> Employment:
    return hired(person, station)


def hired(person, unit, from_on: date = SINCE, capacity: Capacity = WORKER, **over) -> Employment:
    made = hire(
        SYSTEM, Hiring(person=person, unit=unit, capacity=capacity, from_on=from_on, **over)
    )
    db.session.commit()
    return made


def known() -> list[tuple[int, Capacity, date, date | None]]:
    chosen = sa.select(Employment).where(Employment.known())
    rows = db.session.scalars(chosen.order_by(Employment.from_on, Employment.id))
    return [(row.unit_id, row.capacity, row.from_on, row.to_on) for row in rows]


def test_two_posts_at_once_are_right_and_the_same_one_twice_is_not(person, station, post):
    other = make_unit(name="永清街道社工站")
    hired(person, other)
    hired(person, station, capacity=CADRE)
    assert len(known()) == 3
    with pytest.raises(HiredAlready):
        hired(person, station, SINCE + timedelta(days=100))
    with pytest.raises(EndsBeforeBeginning):
        hired(person, other, capacity=CADRE, to_on=SINCE - timedelta(days=1))


@pytest.mark.parametrize(
    "day",
    [
        date(204, 3, 1),
        date(1899, 12, 31),
        pytest.param("birth", id="the day of birth"),
        pytest.param("ahead", id="more than a year ahead"),
    ],
)
def test_a_first_day_with_a_wrong_year_is_refused(person, station, post, day):
    odd = {"birth": person.born_on, "ahead": clock.today() + timedelta(days=367)}.get(day, day)
    with pytest.raises(WrongFirstDay):
        hired(person, station, odd, CADRE)
    with pytest.raises(WrongFirstDay):
        correct_post(SYSTEM, post, unit=station, capacity=WORKER, from_on=odd, to_on=None)
    db.session.rollback()
    assert known() == [(station.id, WORKER, SINCE, None)]


def test_a_transfer_far_ahead_is_refused(post):
    with pytest.raises(WrongFirstDay):
        transfer(SYSTEM, post, to=make_unit(), on=clock.today() + timedelta(days=400))
    db.session.rollback()
    assert [row[3] for row in known()] == [None]


def test_nobody_works_at_a_unit_before_it_opens(person, post):
    """The tree of that day would not count them, and the figures would."""
    young = make_unit(name="新站", opened_on=date(2024, 6, 1))
    with pytest.raises(UnitNotOpenYet):
        hired(person, young, date(2024, 5, 31))
    with pytest.raises(UnitNotOpenYet):
        transfer(SYSTEM, post, to=young, on=date(2024, 5, 31))
    db.session.rollback()
    with pytest.raises(UnitNotOpenYet):
        correct_post(SYSTEM, post, unit=young, capacity=WORKER, from_on=SINCE, to_on=None)
    db.session.rollback()
    hired(person, young, date(2024, 6, 1))
    with pytest.raises(PostsBefore):
        correct_unit_opening(SYSTEM, young, opened_on=date(2024, 6, 2))
    correct_unit_opening(SYSTEM, young, opened_on=date(2024, 5, 1))
    assert tree(SYSTEM, date(2024, 6, 1)).staff == holding_in_all(SYSTEM, date(2024, 6, 1)).staff


def test_a_unit_that_is_not_open_yet_takes_no_other_in(station, post):
    young = make_unit(name="新站", opened_on=date(2024, 6, 1))
    with pytest.raises(IntoItself):
        merge_units(SYSTEM, station, into=young, on=date(2024, 5, 1))


def test_a_first_day_within_a_year_may_be_recorded_ahead(person, station):
    soon = clock.today() + timedelta(days=30)
    hired(person, station, soon)
    assert known() == [(station.id, WORKER, soon, None)]


def test_what_was_withdrawn_can_be_neither_changed_nor_withdrawn_again(post, station):
    withdraw_post(SYSTEM, post)
    db.session.commit()
    assert known() == []
    for deed in (
        lambda: withdraw_post(SYSTEM, post),
        lambda: transfer(SYSTEM, post, to=make_unit(), on=date(2025, 1, 1)),
        lambda: correct_post(SYSTEM, post, unit=station, capacity=CADRE, from_on=SINCE, to_on=None),
    ):
        with pytest.raises(DomainError):
            deed()
        db.session.rollback()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pages_take_a_post_from_its_beginning_to_its_end(sign_in, person, station, language):
    client, other = sign_in(make_person(Role.ADMIN), language=language), make_unit(name="永清")

    def sent(path: str, **data):
        assert client.get(path).status_code == 200
        return client.post(path, data=data)

    new = f"/people/employment/new/{person.id}"
    facts = {"unit_id": station.id, "capacity": "station_worker", "from_on": "0204-03-01"}
    refused = sent(new, **facts)
    assert refused.status_code == 422
    assert {"zh": "第一天不可能是", "en": "The first day cannot be"}[language] in refused.text
    assert sent(new, **facts | {"from_on": "2024-03-01"}).status_code == 302

    def now() -> int:
        return db.session.scalars(sa.select(sa.func.max(Employment.id))).one()

    path = f"/people/employment/{now()}"
    assert sent(f"{path}/transfer", unit_id=other.id, on="2025-01-01").status_code == 302
    path = f"/people/employment/{now()}"
    assert sent(f"{path}/leave", to_on="2025-06-30").status_code == 302
    assert known() == [
        (station.id, WORKER, SINCE, date(2024, 12, 31)),
        (other.id, WORKER, date(2025, 1, 1), date(2025, 6, 30)),
    ]
