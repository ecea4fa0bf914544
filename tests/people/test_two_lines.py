"""Who passed by a regional line and later nationally holds both, and counts once."""

from datetime import date

import pytest
import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.roles import SYSTEM, Role
from college.exams.results.advice import advice
from college.people.qualifications.earning import Earned
from college.people.qualifications.models import Level, PassBasis, Qualification
from college.people.qualifications.operations import (
    HeldAlready,
    correct_qualification,
    record_qualification,
    record_qualifications,
)
from college.people.qualifications.queries import best_of
from college.register.holders.queries import holders
from college.register.registrations import listing
from college.register.registrations.listing import Wanted
from college.register.registrations.queries import levels_of
from college.reports.figures.queries import holding_in_all
from tests.exams.sheets import imported
from tests.factories import make_person, make_unit, qualified
from tests.factories.exams import LI_LEI_ID, make_candidate, make_cycle, make_rules, row, xlsx

KULUN = "库伦旗"
FIRST, LATER = date(2025, 9, 12), date(2026, 8, 1)


def earned(person, basis=PassBasis.NATIONAL, region="", on=LATER):
    return Earned(
        person_id=person.id,
        level=Level.ASSISTANT,
        approved_on=on,
        exam_year=on.year,
        basis=basis,
        region=region,
    )


def regional(person):
    return earned(person, PassBasis.REGIONAL, KULUN, FIRST)


def held_by(person):
    mine = (Qualification.person_id == person.id) & Qualification.known()
    rows = db.session.scalars(sa.select(Qualification).where(mine).order_by(Qualification.id))
    return [(row.basis, row.region) for row in rows]


BOTH = [(PassBasis.REGIONAL, KULUN), (PassBasis.NATIONAL, "")]


@pytest.fixture
def suyala():
    """Somebody on the staff of a station with both certificates."""
    person = make_person(full_name="苏雅拉", unit=make_unit())
    record_qualification(SYSTEM, regional(person))
    record_qualification(SYSTEM, earned(person))
    db.session.commit()
    return person


def test_the_regional_row_stays_beside_the_national_one(suyala):
    assert held_by(suyala) == BOTH


def test_each_line_stands_once(suyala):
    for twice in (regional(suyala), earned(suyala)):
        with pytest.raises(HeldAlready):
            record_qualification(SYSTEM, twice)


def test_two_regions_are_two_certificates():
    person = make_person()
    for region in (KULUN, "奈曼旗"):
        record_qualification(SYSTEM, earned(person, PassBasis.REGIONAL, region))
    assert len(held_by(person)) == 2


def test_a_correction_does_not_make_the_same_twice(suyala):
    mine = Qualification.person_id == suyala.id
    old = db.session.scalars(sa.select(Qualification).where(mine)).first()
    with pytest.raises(HeldAlready):
        correct_qualification(SYSTEM, old, earned(suyala))


def test_many_at_once_leave_who_holds_as_good(suyala):
    other = make_person()
    record_qualification(SYSTEM, earned(other))
    again = [earned(suyala), regional(suyala), regional(other)]
    assert record_qualifications(SYSTEM, again) == []


def test_results_award_the_regional_pass_and_then_the_national_one():
    make_rules()
    person = make_candidate()
    for year, mark in ((2025, 53), (2026, 71), (2027, 80)):
        rows = [
            row(证件号码=LI_LEI_ID, 级别="初级", 科目=s, 成绩=mark, 报考地=KULUN, 考试年度=year)
            for s in ("综合能力", "实务")
        ]
        with clock.put_at(clock.midnight(date(year, 9, 1))):
            imported(xlsx(*rows), make_cycle(year))
    assert held_by(person) == BOTH
    (said,) = advice(person.id)
    assert said.held is not None
    assert said.held.basis is PassBasis.NATIONAL


def test_the_best_of_several_is_the_national_one_whenever_it_came():
    person = make_person()
    early = qualified(person, approved_on=FIRST)
    late = qualified(person, approved_on=LATER, basis=PassBasis.REGIONAL, region=KULUN)
    assert best_of([late, early]) == {(person.id, Level.ASSISTANT): early}


def test_they_stand_once_in_the_list_of_registrations(suyala):
    found = db.session.scalars(listing.listed(SYSTEM, Wanted(LATER))).all()
    assert [(row.person_id, row.basis) for row in found] == [(suyala.id, PassBasis.NATIONAL)]
    before = db.session.scalars(listing.listed(SYSTEM, Wanted(FIRST))).all()
    assert [row.basis for row in before] == [PassBasis.REGIONAL]
    assert [row.basis for row in levels_of(SYSTEM, suyala, LATER)] == [PassBasis.NATIONAL]


def test_they_count_once(suyala):
    assert holding_in_all(SYSTEM, LATER).holders == 1
    rows = list(holders(LATER))
    assert [(r.qualification.basis, r.is_highest) for r in rows] == [
        (PassBasis.REGIONAL, False),
        (PassBasis.NATIONAL, True),
    ]


def test_both_rows_stand_on_the_pages(suyala, sign_in):
    admin = sign_in(make_person(Role.ADMIN), language="en")
    for address in (f"/people/persons/{suyala.id}", "/register/holders?as-of=2026-08-01"):
        page = admin.get(address).text
        assert "Regional line" in page
        assert "National line" in page
    asked = {"level": "assistant", "approved_on": "2026-08-01", "basis": "national", "region": ""}
    again = admin.post(f"/people/qualifications/new/{suyala.id}", data=asked)
    assert again.status_code == 409
    assert "This level by this line is on record already" in again.text
