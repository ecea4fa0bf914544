"""Posts and qualifications by hand: recorded, moved, ended, corrected, withdrawn on pages."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.errors import NotAllowed
from college.core.operation import Overtaken
from college.core.roles import SYSTEM, Role
from college.people.employment.models import Capacity, Employment
from college.people.qualifications.earning import Earned
from college.people.qualifications.models import Level, PassBasis, Qualification
from college.people.qualifications.operations import (
    HeldAlready,
    RegionMissing,
    RegionTooMuch,
    correct_qualification,
    record_qualification,
    record_qualifications,
    withdraw_qualification,
)
from tests.conftest import actor_of
from tests.factories import hired, make_person, make_unit

POSTS, HELD = "/people/employment", "/people/qualifications"
DAY = timedelta(days=1)


@pytest.fixture
def admin(sign_in):
    return sign_in(make_person(Role.ADMIN))


@pytest.fixture
def person():
    return make_person(full_name="李雷")


def posts(person, *, known: bool = True) -> list[Employment]:
    mine = sa.select(Employment).where(Employment.person_id == person.id)
    chosen = mine.where(Employment.known() if known else ~Employment.known())
    return list(db.session.scalars(chosen.order_by(Employment.from_on, Employment.id)))


def held(person) -> list[Qualification]:
    mine = (Qualification.person_id == person.id) & Qualification.known()
    return list(db.session.scalars(sa.select(Qualification).where(mine)))


def test_a_post_is_recorded_on_a_page(admin, person):
    unit = make_unit(name="科尔沁区社工站", name_en="Horqin Station")
    assert "Horqin Station" in admin.get(f"{POSTS}/new/{person.id}").text
    data = {"unit_id": unit.id, "capacity": "volunteer", "from_on": "2026-01-05", "to_on": ""}
    assert admin.post(f"{POSTS}/new/{person.id}", data=data).location.endswith(f"/{person.id}")
    [post] = posts(person)
    assert (post.unit_id, post.capacity, post.to_on) == (unit.id, Capacity.VOLUNTEER, None)
    twice = admin.post(f"{POSTS}/new/{person.id}", data=data)
    assert twice.status_code == 409
    assert "holds this post already" in twice.text


def test_a_post_moves_ends_is_corrected_and_withdrawn(admin, person):
    here, there = make_unit(), make_unit()
    post = hired(person, here, from_on=date(2024, 1, 1))
    for deed in ("transfer", "leave", "correct"):
        assert admin.get(f"{POSTS}/{post.id}/{deed}").status_code == 200
    admin.post(f"{POSTS}/{post.id}/transfer", data={"unit_id": there.id, "on": "2025-03-01"})
    first, second = posts(person)
    assert (first.unit_id, first.to_on) == (here.id, date(2025, 2, 28))
    assert (second.unit_id, second.from_on, second.to_on) == (there.id, date(2025, 3, 1), None)
    admin.post(f"{POSTS}/{second.id}/leave", data={"to_on": "2025-12-31"})
    data = {"unit_id": here.id, "capacity": "cadre", "from_on": "2023-01-01", "to_on": "2025-02-28"}
    admin.post(f"{POSTS}/{first.id}/correct", data=data)
    first, second = posts(person)
    assert (first.capacity, first.from_on) == (Capacity.CADRE, date(2023, 1, 1))
    assert second.to_on == date(2025, 12, 31)
    admin.post(f"{POSTS}/{second.id}/withdraw")
    assert posts(person) == [first]
    assert len(posts(person, known=False)) == 4  # nothing is overwritten


@pytest.mark.parametrize(
    ("deed", "data", "status", "sentence"),
    [
        ("leave", {"to_on": "2023-12-31"}, 422, "The last day comes before the first"),
        ("leave", {"to_on": ""}, 422, "This field is required"),
        ("transfer", {"on": "2023-01-01"}, 409, "not held on the day before"),
        ("correct", {"from_on": "2025-01-01", "to_on": "2024-01-01"}, 422, "comes before"),
        ("correct", {"capacity": "king"}, 422, "Invalid Choice"),
    ],
)
def test_what_cannot_be_gets_its_sentence(admin, person, deed, data, status, sentence):
    there = make_unit()
    post = hired(person, make_unit(), from_on=date(2024, 1, 1))
    usual = {"unit_id": there.id, "capacity": "cadre", "from_on": "2024-01-01", "on": "2024-02-01"}
    page = admin.post(f"{POSTS}/{post.id}/{deed}", data=usual | data)
    assert page.status_code == status
    assert sentence in page.text
    assert posts(person) == [post]


def test_a_row_that_is_no_longer_believed_is_refused(admin, person):
    post = hired(person, make_unit(), from_on=date(2024, 1, 1))
    admin.post(f"{POSTS}/{post.id}/leave", data={"to_on": "2025-12-31"})
    late = admin.post(f"{POSTS}/{post.id}/leave", data={"to_on": "2026-01-31"})
    assert late.status_code == 409
    assert [p.to_on for p in posts(person)] == [date(2025, 12, 31)]


def earned(person, level: Level = Level.ASSISTANT, **over) -> Earned:
    usual = {"approved_on": date(2023, 6, 11), "exam_year": 2023}
    return Earned(person_id=person.id, level=level, **usual | over)


def test_a_qualification_is_recorded_corrected_and_withdrawn_on_pages(admin, person):
    assert admin.get(f"{HELD}/new/{person.id}").status_code == 200
    data = {"level": "assistant", "approved_on": "2023-06-11", "basis": "national"}
    assert admin.post(f"{HELD}/new/{person.id}", data=data).status_code == 302
    [first] = held(person)
    twice = admin.post(f"{HELD}/new/{person.id}", data=data)
    assert (twice.status_code, "on record already" in twice.text) == (409, True)
    assert 'value="2023-06-11"' in admin.get(f"{HELD}/{first.id}/correct").text
    right = {**data, "level": "social_worker", "approved_on": "2023-06-12"}
    assert admin.post(f"{HELD}/{first.id}/correct", data=right).status_code == 302
    [second] = held(person)
    assert (second.level, second.approved_on) == (Level.SOCIAL_WORKER, date(2023, 6, 12))
    page = admin.get(f"/people/persons/{person.id}").text
    assert "12 June 2023, not on 11 June 2023" in page
    assert admin.post(f"{HELD}/{second.id}/withdraw").status_code == 302
    assert held(person) == []
    late = admin.post(f"{HELD}/{second.id}/withdraw")
    assert late.status_code == 409


def test_as_known_before_the_correction_it_is_as_it_was(person):
    before = record_qualification(SYSTEM, earned(person))
    db.session.commit()
    then = clock.now()
    correct_qualification(SYSTEM, before, earned(person, Level.SENIOR))
    db.session.commit()
    mine = sa.select(Qualification.level).where(Qualification.person_id == person.id)
    assert db.session.scalars(mine.where(Qualification.known(then))).all() == [Level.ASSISTANT]
    assert db.session.scalars(mine.where(Qualification.known())).all() == [Level.SENIOR]


def test_what_was_withdrawn_may_be_recorded_anew(person):
    withdraw_qualification(SYSTEM, record_qualification(SYSTEM, earned(person)))
    assert len(record_qualifications(SYSTEM, [earned(person)])) == 1


@pytest.mark.parametrize(
    ("over", "refusal"),
    [
        ({"basis": PassBasis.REGIONAL}, RegionMissing),
        ({"region": "内蒙古"}, RegionTooMuch),
        ({"level": Level.SENIOR}, HeldAlready),
    ],
)
def test_a_correction_that_cannot_be_is_refused(person, over, refusal):
    first = record_qualification(SYSTEM, earned(person))
    record_qualification(SYSTEM, earned(person, Level.SENIOR))
    db.session.commit()
    with pytest.raises(refusal):
        correct_qualification(SYSTEM, first, earned(person, **over))
    db.session.rollback()
    assert first in held(person)


def test_two_corrections_of_one_row_do_not_both_count(person):
    first = record_qualification(SYSTEM, earned(person))
    correct_qualification(SYSTEM, first, earned(person, approved_on=date(2023, 6, 12)))
    with pytest.raises(Overtaken):
        correct_qualification(SYSTEM, first, earned(person, approved_on=date(2023, 6, 13)))


def test_a_manager_records_no_qualification():
    unit = make_unit()
    manager, person = make_person(Role.STATION_MANAGER, unit=unit), make_person(unit=unit)
    with pytest.raises(NotAllowed):
        record_qualification(actor_of(manager), earned(person))
    first = record_qualification(SYSTEM, earned(person))
    with pytest.raises(NotAllowed):
        withdraw_qualification(actor_of(manager), first)
    with pytest.raises(NotAllowed):
        correct_qualification(actor_of(manager), first, earned(person))
