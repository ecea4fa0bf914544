"""Identity numbers. The two valid samples are those of GB 11643-1999 itself."""

import pytest
import sqlalchemy as sa

from college.core.db import db
from college.core.errors import Conflict, NotAllowed
from college.core.roles import NOBODY, SYSTEM
from college.people.persons.identity import (
    IdType,
    NumberKnown,
    OfAResidencePermit,
    OfNoResidencePermit,
    WrongHkMacaoPermit,
    WrongIdNumber,
    WrongPassport,
    WrongPhone,
    WrongTaiwanPermit,
    check_character,
    clean_id_number,
    clean_phone,
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
        "1１０１０５19491231002X",  # after a first one that is not
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


def permit(area: str) -> str:
    first_17 = f"{area}19700101001"
    return first_17 + check_character(first_17)


@pytest.mark.parametrize("area", ["810000", "820000", "830000"])
def test_a_residence_permit_has_the_18_digits_of_a_resident_id(area):
    assert clean_id_number(IdType.RESIDENCE_PERMIT, permit(area)) == permit(area)
    with pytest.raises(OfAResidencePermit):
        clean_id_number(IdType.RESIDENT_ID, permit(area))


def test_a_resident_id_is_no_residence_permit():
    with pytest.raises(OfNoResidencePermit):
        clean_id_number(IdType.RESIDENCE_PERMIT, permit("150502"))
    with pytest.raises(WrongIdNumber):
        clean_id_number(IdType.RESIDENCE_PERMIT, permit("810000")[:-1] + "?")


@pytest.mark.parametrize(
    ("id_type", "typed", "stored"),
    [
        (IdType.HK_MACAO_PERMIT, "h12345678", "H12345678"),
        (IdType.HK_MACAO_PERMIT, "M1234567801", "M1234567801"),
        (IdType.TAIWAN_PERMIT, "01234567", "01234567"),
        (IdType.TAIWAN_PERMIT, "0123456789(B)", "0123456789B"),
        (IdType.PASSPORT, "e 1234-5678", "E12345678"),
    ],
)
def test_other_documents_are_known_by_their_structure(id_type, typed, stored):
    assert clean_id_number(id_type, typed) == stored


@pytest.mark.parametrize(
    ("id_type", "typed", "refusal"),
    [
        (IdType.HK_MACAO_PERMIT, "12345678", WrongHkMacaoPermit),
        (IdType.HK_MACAO_PERMIT, "H1234567", WrongHkMacaoPermit),
        (IdType.TAIWAN_PERMIT, "H12345678", WrongTaiwanPermit),
        (IdType.TAIWAN_PERMIT, "１２３４５６７８", WrongTaiwanPermit),
        (IdType.PASSPORT, "AB12", WrongPassport),
        (IdType.PASSPORT, "护照123456", WrongPassport),
    ],
)
def test_each_kind_says_how_its_number_looks(id_type, typed, refusal):
    with pytest.raises(refusal):
        clean_id_number(id_type, typed)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("138 0000-0000", "13800000000"),
        ("+86 13800000000", "13800000000"),
        ("008613800000000", "13800000000"),
        ("0475-8234567", "0475-8234567"),
        ("（0475）8234567", "0475-8234567"),
        ("04758234567转801", "0475-8234567-801"),
        ("010-62345678", "010-62345678"),
        ("02162345678", "021-62345678"),
        ("+852 2123 4567", "+85221234567"),
    ],
)
def test_a_phone_is_stored_in_one_form(typed, stored):
    assert clean_phone(typed) == stored


@pytest.mark.parametrize(
    "typed",
    ["12800000000", "1380000000", "8234567", "0475-123", "１３８００００００００", "打电话", ""],
)
def test_what_is_no_phone_is_refused(typed):
    with pytest.raises(WrongPhone):
        clean_phone(typed)


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
    first = make_person(id_number=number)
    with pytest.raises(NumberKnown) as refused:
        make_person(id_number=number)
    assert refused.value.facts["person_id"] == first.id


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
