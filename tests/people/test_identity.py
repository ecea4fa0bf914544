"""Identity numbers. The two valid samples are those of GB 11643-1999 itself."""

import pytest
import sqlalchemy as sa

from college.core.db import db
from college.core.errors import Conflict, NotAllowed
from college.core.roles import NOBODY, SYSTEM
from college.people.persons.identity import (
    IdType,
    WrongIdNumber,
    check_character,
    clean_id_number,
    masked_id_number,
    masked_phone,
)
from college.people.persons.models import Person
from college.people.persons.operations import NameMissing, NewPerson, record_person, record_persons
from college.people.persons.queries import by_id_numbers
from tests.factories import make_id_number, make_person


@pytest.mark.parametrize(
    "typed", ["11010519491231002X", "11010519491231002x", " 110105 19491231 002X "]
)
def test_right_numbers_are_stored_in_one_form(typed):
    assert clean_id_number(IdType.RESIDENT_ID, typed) == "11010519491231002X"


@pytest.mark.parametrize(
    "typed",
    [
        "110105194912310021",  # check character
        "11010519491331002X",  # month 13
        "11010519490230002X",  # 30 February
        "1101051949123100",  # too short
        "01010519491231002X",  # no area begins with 0
        "１１０１０５19491231002X",  # full-width digits
        "",
    ],
)
def test_wrong_numbers_are_refused(typed):
    with pytest.raises(WrongIdNumber):
        clean_id_number(IdType.RESIDENT_ID, typed)


def test_a_retired_area_code_is_no_fault():
    first_17 = "15230119700101001"
    number = first_17 + check_character(first_17)
    assert clean_id_number(IdType.RESIDENT_ID, number) == number


def test_numbers_are_masked():
    assert masked_id_number("11010519491231002X") == "110105********002X"
    assert masked_id_number("H12345678") == "*****5678"
    assert masked_phone("13812345678") == "138****5678"


def test_the_number_is_nowhere_in_the_row():
    number = make_id_number()
    person = make_person(id_number=number)
    row = db.session.execute(sa.select(Person.__table__).where(Person.id == person.id)).one()
    assert not any(number in str(value) for value in row)
    assert number not in repr(person)


def test_a_person_is_found_by_number():
    number = make_id_number()
    person = make_person(id_number=number)
    assert by_id_numbers(IdType.RESIDENT_ID, [number, make_id_number()]) == {number: person}


def test_one_number_is_one_person():
    number = make_id_number()
    make_person(id_number=number)
    with pytest.raises(Conflict):
        make_person(id_number=number)


def test_many_are_recorded_together_or_not_at_all():
    twice = NewPerson(full_name="李雷", id_number=make_id_number())
    with pytest.raises(Conflict):
        record_persons(SYSTEM, [NewPerson(full_name="韩梅梅"), twice, twice])
    assert db.session.scalars(sa.select(Person)).all() == []


def test_a_name_is_needed():
    with pytest.raises(NameMissing):
        record_person(SYSTEM, NewPerson(full_name="  "))


def test_a_stranger_records_nobody():
    with pytest.raises(NotAllowed):
        record_person(NOBODY, NewPerson(full_name="路人"))


def test_a_name_of_more_than_fifty_characters_is_kept_whole():
    name = "孛儿只斤额尔德尼图雅那仁高娃乌云其木格斯琴塔娜萨仁" * 2
    assert make_person(full_name=name).full_name == name
