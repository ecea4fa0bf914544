"""Looking for people, putting them on record, and seeing a number in clear."""

import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.journal import JournalEntry
from college.core.roles import Role
from college.core.security_log import SecurityEvent, SecurityKind
from college.people.employment.models import Capacity
from college.people.persons.models import Person
from college.people.qualifications.models import Level, PassBasis, Qualification
from college.reports.persons import listing
from tests.factories import hired, make_id_number, make_person, make_unit, saved

PATH = "/people/persons"


@pytest.fixture
def here():
    return make_unit(name="科尔沁区社工站", name_en="Horqin Station")


@pytest.fixture
def admin():
    return make_person(Role.ADMIN, full_name="陈老师")


def names(page) -> list[str]:
    return re.findall(r'<th scope="row" class="full"><a [^>]*>([^<]*)</a>', page.text)


def holds(person: Person, level: Level) -> None:
    saved(
        Qualification(
            person_id=person.id,
            level=level,
            approved_on=date(2023, 6, 1),
            basis=PassBasis.NATIONAL,
        )
    )


def test_people_are_found_by_words_unit_capacity_and_level(sign_in, here, admin):
    room = make_unit(here, name="建国社区社工室")
    one = make_person(unit=here, full_name="斯琴高娃")
    two = make_person(full_name="苏日娜")
    hired(two, room, capacity=Capacity.VOLUNTEER)
    holds(one, Level.ASSISTANT)
    holds(one, Level.SENIOR)
    client = sign_in(admin)

    def listed(**asked: object) -> list[str]:
        return names(client.get(PATH, query_string=asked))

    assert listed() == ["陈老师", "斯琴高娃", "苏日娜"]
    assert listed(q="高娃") == listed(q="sqgw") == ["斯琴高娃"]
    assert listed(q="科尔沁 琴") == listed(q="horqin 琴") == ["斯琴高娃"]
    assert listed(q="建国") == listed(unit=room.id) == listed(capacity="volunteer") == ["苏日娜"]
    assert listed(unit=here.id) == ["斯琴高娃", "苏日娜"]
    assert listed(holding="any") == listed(holding="senior") == ["斯琴高娃"]
    assert listed(holding="social_worker") == []
    assert listed(holding="none") == ["陈老师", "苏日娜"]
    assert "Senior Social Worker" in client.get(PATH, query_string={"holding": "any"}).text


@pytest.mark.parametrize(
    "asked", ["unit=x", "unit=9999999999", "capacity=x", "holding=x", "page=x"]
)
def test_what_cannot_be_meant_asks_for_nothing(sign_in, admin, asked):
    assert names(sign_in(admin).get(f"{PATH}?{asked}")) == ["陈老师"]


def test_a_search_lists_so_many_and_says_that_there_are_more(sign_in, here, admin, monkeypatch):
    monkeypatch.setattr(listing, "MOST", 35)
    people = [make_person(full_name=f"斯琴{n:02}") for n in range(35)]
    client = sign_in(admin)
    second = client.get(f"{PATH}?q=斯琴&page=2")
    assert names(second) == [person.full_name for person in people[30:]]
    assert "35 persons" in second.text
    make_person(full_name="斯琴99")
    more = client.get(f"{PATH}?q=斯琴&page=9")
    assert names(more) == names(second)
    assert "More than 35 persons" in more.text


def test_a_past_post_is_no_place_of_work(sign_in, here, admin):
    gone = make_person(full_name="苏日娜")
    hired(gone, here, to_on=clock.today() - timedelta(days=1))
    page = sign_in(admin).get(f"{PATH}?q=科尔沁")
    assert page.status_code == 200
    assert names(page) == []
    assert "Nobody found" in page.text


def test_a_manager_lists_her_own_people_alone(sign_in, here):
    elsewhere = make_unit(name="开鲁县社工站")
    manager = make_person(Role.STATION_MANAGER, unit=here, full_name="马站长")
    make_person(unit=elsewhere, full_name="李雷")
    both = make_person(unit=here, full_name="韩梅梅")
    hired(both, elsewhere)
    client = sign_in(manager)
    assert names(client.get(PATH)) == ["韩梅梅", "马站长"]
    assert names(client.get(f"{PATH}?q=李雷")) == []
    assert names(client.get(f"{PATH}?q=开鲁")) == []  # nor by a post that she may not see
    assert names(client.get(f"{PATH}?unit={elsewhere.id}")) == []


def test_a_list_takes_as_many_statements_for_many_as_for_few(sign_in, here, admin, count_queries):
    client = sign_in(admin)
    holds(make_person(unit=here), Level.SENIOR)
    client.get(PATH)
    count_queries()
    client.get(f"{PATH}?q=科尔")
    few = count_queries()
    for _ in range(5):
        holds(make_person(unit=here), Level.SENIOR)
    count_queries()
    client.get(f"{PATH}?q=科尔")
    assert count_queries() <= few


def test_an_administrator_puts_somebody_on_record(sign_in, admin):
    client, number = sign_in(admin), make_id_number()
    assert client.get(f"{PATH}/new").status_code == 200
    data = {
        "full_name": " 斯琴高娃・乌云 ",
        "id_type": "resident_id",
        "id_number": number,
        "phone": "138 0000 0000",
        "email": "siqin@example.org",
    }
    answer = client.post(f"{PATH}/new", data=data)
    assert answer.status_code == 302
    page = client.get(answer.location)
    assert "斯琴高娃·乌云" in page.text
    assert number not in page.text
    assert "138****0000" in page.text


def test_a_known_number_leads_to_who_has_it(sign_in, admin):
    number = make_id_number()
    other = make_person(full_name="韩梅梅", id_number=number)
    data = {"full_name": "韩梅", "id_type": "resident_id", "id_number": number}
    page = sign_in(admin).post(f"{PATH}/new", data=data)
    assert page.status_code == 409
    assert "one number is one person" in page.text
    assert f'href="/people/persons/{other.id}"' in page.text


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("full_name", "", "Enter the full name"),
        ("id_number", "123", "compare its digits"),
        ("phone", "123", "Enter a mobile number"),
        ("email", "x", "This is no mail address"),
        ("pinyin", "曾", "Pinyin has letters only"),
        ("id_type", "x", "Invalid Choice"),
    ],
)
def test_bad_input_gets_its_sentence(sign_in, admin, field, value, sentence):
    data = {"full_name": "李雷", "id_type": "resident_id", field: value}
    page = sign_in(admin).post(f"{PATH}/new", data=data)
    assert page.status_code == 422
    assert sentence in page.text


def test_a_record_is_changed_by_who_saw_it_as_it_is(sign_in, admin):
    person, client = make_person(full_name="李雷"), sign_in(admin)
    assert 'value="li lei"' in client.get(f"{PATH}/{person.id}/edit").text
    data = {"full_name": "李磊", "pinyin": "li lei", "id_type": "resident_id"}
    late = client.post(f"{PATH}/{person.id}/edit", data=data, headers={"X-Seen": "person.1.0"})
    assert late.status_code == 409
    assert client.post(f"{PATH}/{person.id}/edit", data=data).status_code == 302
    page = client.get(f"{PATH}/{person.id}")
    assert "changed the name from 李雷 to 李磊" in page.text


def test_what_was_changed_is_told_in_both_languages(sign_in, admin):
    person, client = make_person(full_name="李雷"), sign_in(admin)
    data = {"full_name": "李雷", "id_type": "resident_id"}
    data |= {"phone": "13800000000", "email": "a@example.org"}
    client.post(f"{PATH}/{person.id}/edit", data=data)
    assert "李雷: the phone number, the mail address" in client.get(f"{PATH}/{person.id}").text
    assert "电话、邮箱" in sign_in(admin, language="zh").get(f"{PATH}/{person.id}").text


@pytest.fixture
def secretive(here):
    return make_person(unit=here, full_name="李雷", id_number="11010519491231002X")


def asked_of(person: Person) -> dict[str, object]:
    path = f"{PATH}/{person.id}/reveal"
    return {"path": path, "data": {"secret": "id_number", "reason": "考试报名"}}


def test_a_number_is_shown_once_to_who_says_why(sign_in, here, secretive):
    client = sign_in(make_person(Role.STATION_MANAGER, unit=here, full_name="马站长"))
    once = {"X-Once": "o" * 20}
    page = client.post(**asked_of(secretive), headers=once)
    assert page.status_code == 200
    assert "11010519491231002X" in page.text
    assert "no-store" in page.headers["Cache-Control"]
    again = client.post(**asked_of(secretive), headers=once)
    assert (again.status_code, again.location) == (303, f"{PATH}/{secretive.id}")
    assert "11010519491231002X" not in again.text + client.get(f"{PATH}/{secretive.id}").text
    events = db.session.scalars(sa.select(SecurityEvent.kind)).all()
    assert events == [SecurityKind.PERSONAL_DATA]
    looked = sa.select(JournalEntry).where(JournalEntry.deed == "reveal")
    assert len(db.session.scalars(looked).all()) == 1


def test_the_person_reads_who_looked_and_why(sign_in, here, secretive):
    client = sign_in(make_person(Role.STATION_MANAGER, unit=here, full_name="马站长"))
    client.post(**asked_of(secretive))
    told = (
        sign_in(secretive)
        .get(f"{PATH}/{secretive.id}")
        .text.replace("<strong>马站长</strong>", "马站长")
    )
    assert "马站长 looked at the ID number of 李雷: “考试报名”" in told


def test_without_a_reason_nothing_is_shown(sign_in, admin, secretive):
    page = sign_in(admin).post(f"{PATH}/{secretive.id}/reveal", data={"secret": "id_number"})
    assert page.status_code == 422
    assert "Say what you need it for" in page.text
    assert "11010519491231002X" not in page.text
    assert db.session.scalars(sa.select(SecurityEvent)).all() == []


def test_another_stations_manager_sees_no_number(sign_in, secretive):
    client = sign_in(make_person(Role.STATION_MANAGER, unit=make_unit()))
    assert client.post(**asked_of(secretive)).status_code == 404
