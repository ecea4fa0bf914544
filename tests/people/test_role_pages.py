"""The pages of roles, and one navigation for all roles that a person holds."""

import re
from html import unescape
from itertools import combinations

import pytest
import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.roles import GRANTS, Role
from college.people.roles.handing_on import GIVEN
from college.people.roles.models import RoleGrant
from college.people.roles.words import RIGHTS, ROLES
from tests.factories import grant, make_person, make_unit
from tests.factories.exams import make_cohort, make_cycle


def entries(client) -> list[str]:
    """The addresses of the navigation at the side, in their order."""
    page = client.get("/me").text
    side = page.split('<nav class="side"')[1].split("</nav>")[0]
    return re.findall(r'class="nav" href="([^"]+)"', side)


def test_any_two_roles_have_one_navigation_with_the_entries_of_both(sign_in):
    unit = make_unit()
    alone = {role: set(entries(sign_in(make_person(role, unit=unit)))) for role in GIVEN}
    for first, second in combinations(GIVEN, 2):
        both = make_person(first, unit=unit)
        grant(both, second, unit)
        shown = entries(sign_in(both))
        assert set(shown) == alone[first] | alone[second], (first, second)
        assert len(shown) == len(set(shown)), (first, second)


def test_all_roles_at_once_have_no_entry_twice(sign_in):
    person, unit = make_person(None), make_unit()
    for role in GIVEN:
        grant(person, role, unit)
    shown = entries(sign_in(person))
    assert len(shown) == len(set(shown)) > 12


def test_a_role_that_is_over_takes_its_entries_with_it(sign_in):
    person = make_person(Role.TRAINEE)
    before = entries(sign_in(person))
    held = grant(person, Role.ADMIN)
    assert set(entries(sign_in(person))) > set(before)
    held.to_on = held.from_on
    db.session.commit()
    assert entries(sign_in(person)) == before


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_table_says_every_role_and_every_right(sign_in, language):
    page = unescape(
        sign_in(make_person(Role.ADMIN), language=language).get("/people/roles/table").text
    )
    if language == "en":
        for role in ROLES:
            assert ROLES[role] in page
            for can in GRANTS[role]:
                assert RIGHTS[can] in page
    else:
        assert "只有自己的" in page


def test_the_list_says_who_holds_what_where_and_until_when(sign_in, count_queries):
    unit = make_unit(name="明仁站")
    manager = make_person(Role.STATION_MANAGER, unit=unit, full_name="萨如拉")
    for number in range(12):
        make_person(Role.COORDINATOR, unit=unit, full_name=f"同事{number}")
    make_person(Role.COORDINATOR, unit=make_unit(), full_name="别处")
    client = sign_in(manager)
    client.get("/people/roles")
    count_queries()
    page = client.get("/people/roles").text
    assert count_queries() <= 6
    assert "同事11" in page
    assert "明仁站" in page
    assert "别处" not in page
    assert "Coordinator" in client.get("/people/roles?role=coordinator&q=同事3").text


def test_a_role_is_given_and_ended_on_the_page(sign_in):
    unit = make_unit()
    client = sign_in(make_person(Role.STATION_MANAGER, unit=unit))
    colleague = make_person(None, unit=unit, full_name="巴特尔")
    assert "巴特尔" in client.get("/people/roles/new?q=巴特").text
    form = client.get(f"/people/roles/new/{colleague.id}").text
    assert 'value="coordinator"' in form
    assert 'value="admin"' not in form
    data = {"role": "coordinator", "unit_id": unit.id, "from_on": clock.today()}
    answer = client.post(f"/people/roles/new/{colleague.id}", data=data, follow_redirects=True)
    assert "巴特尔 now has the role “Coordinator”" in answer.text
    again = client.post(f"/people/roles/new/{colleague.id}", data=data)
    assert (again.status_code, "holds this role there already" in again.text) == (409, True)
    held = db.session.scalars(sa.select(RoleGrant).where(RoleGrant.person_id == colleague.id)).one()
    client.post(f"/people/roles/{held.id}/end")
    assert held.ended_at is not None


def test_a_role_that_is_not_offered_is_refused_when_it_is_sent_all_the_same(sign_in):
    unit = make_unit()
    client = sign_in(make_person(Role.STATION_MANAGER, unit=unit))
    colleague = make_person(None, unit=unit)
    for role in (Role.ADMIN, Role.INSTRUCTOR, Role.SYSTEM):
        data = {"role": role.value, "unit_id": unit.id, "from_on": clock.today()}
        assert client.post(f"/people/roles/new/{colleague.id}", data=data).status_code == 422
    other = {"role": "coordinator", "unit_id": make_unit().id, "from_on": clock.today()}
    assert client.post(f"/people/roles/new/{colleague.id}", data=other).status_code == 422
    mine = sa.select(RoleGrant).where(RoleGrant.person_id == colleague.id)
    assert db.session.scalars(mine).all() == []


def test_a_tutor_follows_the_own_cohort_and_no_other(sign_in):
    cycle, tutor = make_cycle(2026), make_person(Role.CLASS_TUTOR)
    member = make_person(Role.TRAINEE, full_name="钱多")
    mine = make_cohort(cycle, members=[member], tutor=tutor)
    other = make_cohort(cycle, members=[member], tutor=make_person(Role.CLASS_TUTOR))
    client = sign_in(tutor)
    assert "钱多" in client.get(f"/exams/cohorts/{mine.id}").text
    assert client.get(f"/exams/cohorts/{other.id}").status_code == 404
    assert client.post(f"/exams/cohorts/{mine.id}/members").status_code == 403


@pytest.mark.parametrize(
    ("role", "named"),
    [
        (Role.TRAINEE, ["My title registration", "My senior review", "My continuing education"]),
        (Role.STATION_MANAGER, ["Title registration", "Senior review", "Continuing education"]),
        (Role.ADMIN, ["Title registration", "Senior review", "Continuing education"]),
        (Role.INSTRUCTOR, []),
        (Role.OBSERVER, []),
    ],
)
def test_what_becomes_of_a_title_stands_in_one_place_under_its_reader_s_words(sign_in, role, named):
    page = sign_in(make_person(role, unit=make_unit()), language="en").get("/me").text
    side = page.split('<nav class="side"')[1].split("</nav>")[0]
    shown = re.findall(r'href="/register/([a-z-]+)".*?<span>([^<]+)', side, re.DOTALL)
    parts = ("registrations", "reviews", "continuing-education")
    assert [text for part, text in shown if part in parts] == named
