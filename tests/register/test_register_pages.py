"""The qualification register: who holds what as of a day, and what is still to be checked."""

import csv
import io
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from college.core.db import db
from college.core.roles import SYSTEM, Role
from college.people.employment.operations import transfer
from college.people.qualifications.models import Level, PassBasis
from college.people.qualifications.operations import check_qualification
from tests.factories import actor, grant, hired, make_person, make_unit, qualified

PAGE = "/register/holders"


@pytest.fixture
def clerk(sign_in):
    return sign_in(make_person(Role.ADMIN, full_name="陈老师"))


def test_a_row_for_each_level_and_a_person_once(clerk):
    person = make_person(full_name="李雷", unit=make_unit(name="垛石街道社工站"))
    qualified(person, Level.ASSISTANT, date(2022, 6, 12))
    qualified(
        person, Level.SOCIAL_WORKER, date(2024, 9, 1), basis=PassBasis.REGIONAL, region="库伦旗"
    )
    page = clerk.get(PAGE).text
    assert page.index("Social Worker</td>") < page.index("Assistant Social Worker</td>")
    assert "垛石街道社工站" in page
    assert "库伦旗" in page
    assert '<dd class="v">1<small>persons</small></dd>' in page
    assert '<dd class="v">2</dd>' in page


def test_it_is_as_of_a_day_and_names_the_unit_of_that_day(clerk):
    before, after = make_unit(name="旧站"), make_unit(name="新站")
    person = make_person(full_name="李雷")
    qualified(person, approved_on=date(2024, 9, 1))
    transfer(SYSTEM, hired(person, before), to=after, on=date(2025, 3, 1))
    db.session.commit()
    assert "李雷" not in clerk.get(f"{PAGE}?as-of=2024-08-31").text
    assert "No such qualification on record" in clerk.get(f"{PAGE}?as-of=2024-08-31").text
    then, now = clerk.get(f"{PAGE}?as-of=2024-09-01").text, clerk.get(PAGE).text
    assert "<div>旧站</div>" in then
    assert "<div>新站</div>" in now


def test_it_can_be_narrowed(clerk):
    here, there = make_unit(), make_unit()
    one = qualified(make_person(full_name="李雷", unit=here))
    qualified(make_person(full_name="韩梅梅", unit=there), Level.SOCIAL_WORKER)
    check_qualification(actor(make_person(), Role.ADMIN), one)
    db.session.commit()
    for asked, name, other in (
        (f"unit={here.id}", "李雷", "韩梅梅"),
        ("level=social_worker", "韩梅梅", "李雷"),
        ("check=done", "李雷", "韩梅梅"),
        ("check=open", "韩梅梅", "李雷"),
        ("level=nonsense&unit=x&check=1", "李雷", "王五"),
    ):
        page = clerk.get(f"{PAGE}?{asked}").text
        assert f">{name}</a>" in page, asked
        assert f">{other}</a>" not in page, asked


def test_manager_sees_the_own_station_and_what_she_may_check(sign_in):
    unit, manager = make_unit(), make_person(None, full_name="站长")
    grant(manager, Role.STATION_MANAGER, unit)
    near, far = make_person(unit=unit), make_person(full_name="韩梅梅", unit=make_unit())
    held, _ = qualified(near), qualified(far)
    client = sign_in(manager)
    page = client.get(PAGE).text
    assert far.full_name not in page
    assert f"/people/qualifications/{held.id}/check" in page
    own = qualified(manager, Level.SENIOR)
    assert f"/people/qualifications/{own.id}/check" not in client.get(PAGE).text


def test_department_and_trainees_do_not_get_it(sign_in):
    for role in (Role.OBSERVER, Role.TRAINEE, Role.INSTRUCTOR):
        assert sign_in(make_person(role)).get(PAGE).status_code == 403


def test_the_list_comes_as_a_spreadsheet(clerk):
    person = make_person(
        full_name="=李雷", id_number="11010519491231002X", unit=make_unit(name="站")
    )
    qualified(person, exam_year=2024)
    rows = list(csv.reader(io.StringIO(clerk.get(f"{PAGE}/register.csv").data.decode("utf-8-sig"))))
    assert rows[1][:4] == ["'=李雷", "002X", "站", "Assistant Social Worker"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(clerk.get(f"{PAGE}/register.xlsx").data))
    assert book.get_sheet_by_index(0).to_python()[1][1:3] == ["002X", "站"]


def test_empty_register_says_where_they_come_from(clerk):
    assert "They come with the official results" in clerk.get(PAGE).text


def test_number_of_queries_does_not_grow_with_the_holders(clerk, count_queries):
    unit = make_unit()
    qualified(make_person(unit=unit))
    clerk.get(PAGE)
    count_queries()
    clerk.get(PAGE)
    before = count_queries()
    for _ in range(5):
        qualified(make_person(unit=unit))
    count_queries()
    clerk.get(PAGE)
    assert count_queries() == before
