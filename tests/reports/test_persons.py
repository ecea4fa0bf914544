"""The page of a person: for themselves, for their manager, for administrators."""

from datetime import date, timedelta

import pytest

from college.core import clock
from college.core.db import db
from college.core.roles import Role
from tests.factories import grant, hired, make_person, make_unit
from tests.factories.certs import make_certificate
from tests.factories.courses import make_enrolment, make_run


@pytest.fixture
def here():
    return make_unit(name="科尔沁区社工站", name_en="Horqin Station")


@pytest.fixture
def trainee(here):
    return make_person(unit=here, full_name="李雷")


def answer(sign_in, reader, person, **over):
    return sign_in(reader, **over).get(f"/people/persons/{person.id}")


def test_a_trainee_reads_their_own_page(sign_in, trainee):
    make_enrolment(make_run(), trainee)
    paper = make_certificate(trainee)
    page = answer(sign_in, trainee, trainee)
    assert page.status_code == 200
    for text in ("Horqin Station", "Casework class", paper.number, "Trainee", "put 李雷 on record"):
        assert text in page.text.replace("<strong>The college</strong> ", "")


def test_a_trainee_finds_no_page_of_another(sign_in, here, trainee):
    assert answer(sign_in, make_person(unit=here), trainee).status_code == 404


def test_a_manager_reads_of_her_people_alone(sign_in, here, trainee):
    manager = make_person(Role.STATION_MANAGER, unit=here)
    other = make_person(Role.STATION_MANAGER, unit=make_unit())
    assert answer(sign_in, manager, trainee).status_code == 200
    assert answer(sign_in, other, trainee).status_code == 404


def test_a_role_at_one_unit_opens_nothing_at_another(sign_in, here, trainee):
    elsewhere = make_unit()
    reader = make_person(Role.TRAINEE, unit=here)
    grant(reader, Role.STATION_MANAGER, elsewhere)
    theirs = make_person(unit=elsewhere)
    assert answer(sign_in, reader, theirs).status_code == 200
    assert answer(sign_in, reader, trainee).status_code == 404


def test_a_manager_sees_no_certificates(sign_in, here, trainee):
    paper = make_certificate(trainee)
    manager = make_person(Role.STATION_MANAGER, unit=here)
    assert paper.number not in answer(sign_in, manager, trainee).text


def test_a_manager_who_was_left_reads_no_more(sign_in, here):
    person = make_person(full_name="李雷")
    yesterday = clock.today() - timedelta(days=1)
    hired(person, here, to_on=yesterday)
    manager = make_person(Role.STATION_MANAGER, unit=here)
    assert answer(sign_in, manager, person).status_code == 404


def test_a_new_manager_sees_no_post_at_another_unit(sign_in, here, trainee):
    before = make_unit(name="旧社工站", name_en="Former Station")
    hired(trainee, before, from_on=date(2018, 1, 1), to_on=date(2019, 12, 31))
    manager = make_person(Role.STATION_MANAGER, unit=here)
    assert "Former Station" not in answer(sign_in, manager, trainee).text
    assert "Former Station" in answer(sign_in, trainee, trainee).text


@pytest.mark.parametrize("role", [Role.INSTRUCTOR, Role.SUPERVISOR, Role.OBSERVER])
def test_who_has_no_business_with_persons_is_refused(sign_in, trainee, role):
    assert answer(sign_in, make_person(role), trainee).status_code == 403


def test_an_administrator_reads_of_everybody(sign_in, trainee):
    admin = make_person(Role.ADMIN)
    assert answer(sign_in, admin, trainee).status_code == 200
    chinese = answer(sign_in, admin, trainee, language="zh").text
    assert "登记了人员李雷" in chinese


def test_a_page_of_nobody_is_not_found(sign_in):
    assert sign_in(make_person(Role.ADMIN)).get("/people/persons/999999").status_code == 404


@pytest.mark.parametrize(
    "asked", ["2026-11-23", "0001-01-01", "9999-12-31", "gestern", "", "-1", "9" * 30]
)
def test_any_day_may_be_asked_for(sign_in, trainee, asked):
    client, path = sign_in(trainee), f"/people/persons/{trainee.id}"
    for query in (f"before={asked}", f"on={asked}", f"on={clock.today()}&page={asked}"):
        assert client.get(f"{path}?{query}").status_code == 200


def test_the_page_takes_as_many_statements_for_much_as_for_little(sign_in, trainee, count_queries):
    admin = make_person(Role.ADMIN)
    client = sign_in(admin)
    path = f"/people/persons/{trainee.id}"
    make_enrolment(make_run(), trainee)
    client.get(path)
    count_queries()
    client.get(path)
    little = count_queries()
    for _ in range(5):
        make_enrolment(make_run(), trainee)
        make_certificate(trainee)
    count_queries()
    client.get(path)
    assert count_queries() <= little
    db.session.expire_all()


def test_the_search_leads_to_the_page(sign_in, trainee):
    page = sign_in(make_person(Role.ADMIN)).get("/search?q=李雷").text
    assert f'href="/people/persons/{trainee.id}"' in page


def test_the_station_leads_to_the_page(sign_in, here, trainee):
    client = sign_in(make_person(Role.STATION_MANAGER, unit=here))
    assert f'href="/people/persons/{trainee.id}"' in client.get("/me").text
    assert f'href="/people/persons/{trainee.id}"' in client.get(f"/people/units/{here.id}").text


def test_a_time_without_entries_is_called_so(sign_in, trainee):
    page = sign_in(trainee).get(f"/people/persons/{trainee.id}?before=2000-01-01").text
    assert "Nothing is on record here for that time." in page
    assert "Back to the newest" in page
