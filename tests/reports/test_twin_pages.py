"""The pages of duplicates: listed, compared, merged and parted, and what other pages show then."""

from datetime import date

import pytest
import sqlalchemy as sa

from college.core.db import db
from college.core.roles import SYSTEM, Role
from college.people.persons.models import Person
from college.people.persons.operations import Amendment, amend_person
from college.reports.twins.models import PersonMerge
from college.reports.twins.operations import merge_persons
from tests.conftest import actor_of
from tests.factories import hired, make_person, make_unit
from tests.factories.courses import make_enrolment, make_run

BORN = date(1990, 5, 1)


@pytest.fixture
def chen():
    return make_person(Role.ADMIN, full_name="陈老师")


@pytest.fixture
def twins():
    return make_person(full_name="王芳", born_on=BORN), make_person(full_name="王芳", born_on=BORN)


def merged(kept: Person, gone: Person) -> PersonMerge:
    made = merge_persons(SYSTEM, kept, gone)
    db.session.commit()
    return made


def test_the_pages_offer_compare_merge_and_undo(app, chen, sign_in, twins):
    hired(twins[1], make_unit(name="红旗社工站"))
    client, (a, b) = sign_in(chen), (p.id for p in twins)
    assert f"/admin/people/twins/{a}/{b}" in client.get("/admin/people/twins").text
    assert "红旗社工站" in client.get(f"/admin/people/twins/{a}/{b}").text
    answer = client.post(f"/admin/people/twins/{a}/{b}", data={"kept": a})
    assert answer.location == f"/people/persons/{a}"
    assert client.get(f"/people/persons/{b}").location == f"/people/persons/{a}"
    assert "Merged records" in client.get(f"/people/persons/{a}").text
    assert client.get(f"/admin/people/twins/{a}/{b}").status_code == 404
    merge = db.session.scalars(sa.select(PersonMerge)).one()
    assert "Undo the merge" in client.get("/admin/people/twins/merged").text
    client.post(f"/admin/people/twins/merged/{merge.id}/undo")
    assert client.get(f"/people/persons/{b}").status_code == 200


def test_pages_tell_why_not(app, chen, sign_in, twins):
    run, client = make_run(), sign_in(chen)
    for person in twins:
        make_enrolment(run, person)
    page = f"/admin/people/twins/{twins[0].id}/{twins[1].id}"
    assert "Both are in the same class" in client.get(page).text
    answer = client.post(page, data={"kept": twins[0].id})
    assert (answer.status_code, "Both are in the same class" in answer.text) == (422, True)
    client.post(f"{page}/apart")
    assert "No duplicates" in client.get("/admin/people/twins").text


def test_the_timeline_shows_both_lives(app, chen, sign_in, twins):
    kept, gone = twins
    client = sign_in(chen)
    with_account = actor_of(chen)
    amend_person(with_account, gone, Amendment(full_name="王方"))
    db.session.commit()
    merged(kept, gone)
    page = client.get(f"/people/persons/{kept.id}").text
    assert "王方" in page
    assert "merged a second record" in page


def test_lists_show_a_merged_person_once(app, chen, sign_in, twins):
    client = sign_in(chen)
    merged(*twins)
    for words in ("", "?q=王芳"):
        page = client.get(f"/people/persons{words}").text
        assert f"/people/persons/{twins[0].id}" in page
        assert f'/people/persons/{twins[1].id}"' not in page


def test_the_list_asks_as_often_for_many_as_for_few(app, chen, sign_in, twins, count_queries):
    client, asked = sign_in(chen), []
    for _ in range(3):
        make_person(full_name="王芳", born_on=BORN)
        count_queries()
        assert client.get("/admin/people/twins").status_code == 200
        asked.append(count_queries())
    assert asked[1] == asked[2]
