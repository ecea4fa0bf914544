"""A person's record is changed, found by any two characters, and shown in clear for a reason."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from college.core import crypto, journal
from college.core.db import db
from college.core.errors import NotAllowed
from college.core.journal import JournalEntry
from college.core.roles import SYSTEM, Role
from college.people.persons.identity import IdType, NumberKnown, WrongPhone, check_character
from college.people.persons.models import Person
from college.people.persons.names import WrongPinyin
from college.people.persons.operations import (
    Amendment,
    KindAlone,
    NameMissing,
    NameTooLong,
    NothingThere,
    ReasonMissing,
    amend_person,
    record_person,
    reveal,
)
from college.people.persons.operations import NewPerson as New
from college.people.persons.queries import named
from college.people.persons.revealing import Secret
from tests.conftest import actor_of
from tests.factories import make_id_number, make_person, make_unit


def amended(person: Person, **over) -> Person:
    usual = {"full_name": person.full_name}
    changed = amend_person(SYSTEM, person, Amendment(**usual | over))
    db.session.commit()
    return changed


def found(words: str) -> list[str]:
    chosen = sa.select(Person.full_name).where(named(words)).order_by(Person.sort_key)
    return list(db.session.scalars(chosen))


def last_entry() -> JournalEntry:
    newest = sa.select(JournalEntry).order_by(JournalEntry.id.desc()).limit(1)
    return db.session.scalars(newest).one()


def last_details() -> dict[str, Any]:
    return journal.details_of(last_entry()) or {}


def test_corrected_pinyin_stays_when_other_things_change():
    person = make_person(full_name="乐天")
    assert person.sort_key == "yue tian"
    amended(person, pinyin="Lè Tiān")
    assert (person.sort_key, person.initials, person.has_own_pinyin) == ("le tian", "lt", True)
    amended(person, pinyin=person.sort_key, phone="13800000000")  # as the form sends it
    amended(person, email="letian@example.org")  # as a sheet without the column does
    assert (person.sort_key, person.has_own_pinyin) == ("le tian", True)


def test_a_new_name_is_spelled_anew():
    person = amended(make_person(full_name="乐天"), pinyin="le tian")
    amended(person, full_name="韩梅梅", pinyin="le tian")
    assert (person.sort_key, person.has_own_pinyin) == ("han mei mei", False)


def test_emptied_pinyin_is_written_from_the_name():
    person = amended(make_person(full_name="乐天"), pinyin="le tian")
    amended(person, pinyin="")
    assert (person.sort_key, person.has_own_pinyin) == ("yue tian", False)


def test_the_journal_keeps_old_and_new_and_the_name_as_typed():
    person = make_person(full_name="诺敏・其其格")
    amended(person, full_name="诺敏・图雅", phone="13800000000")
    details = last_details()
    assert details["changed"]["name"] == ["诺敏·其其格", "诺敏·图雅"]
    assert details["changed"]["phone"] == ["", "138****0000"]
    assert details["typed"] == "诺敏・图雅"
    assert "13800000000" not in str(details)


def test_nothing_changed_is_nothing_journalled():
    person = make_person(full_name="李雷")
    before = db.session.scalars(sa.select(sa.func.count(JournalEntry.id))).one()
    amended(person, pinyin=person.sort_key)
    assert db.session.scalars(sa.select(sa.func.count(JournalEntry.id))).one() == before


def test_a_number_is_kept_replaced_or_taken_off():
    person = make_person(id_number="11010519491231002X", phone="13800000000")
    amended(person)
    assert person.id_number_masked == "110105********002X"
    assert person.born_on == date(1949, 12, 31)
    amended(person, id_type=IdType.PASSPORT, id_number="E12345678", born_on=date(1950, 1, 1))
    assert crypto.unseal(person.id_number_sealed) == "E12345678"
    assert person.born_on == date(1950, 1, 1)
    amended(person, drops_id_number=True, drops_phone=True)
    assert (person.id_type, person.id_number_key, person.phone_key) == (None, None, None)
    assert (person.id_number_masked, person.phone_masked) == ("", "")


def test_a_number_that_differs_only_where_it_is_masked_is_a_change():
    first, *others = (f"999999{1990 + n // 12}{1 + n % 12:02}01001" for n in range(120))
    last = check_character(first)
    other = next(number for number in others if check_character(number) == last)
    person = make_person(id_number=first + last)
    amended(person, id_type=IdType.RESIDENT_ID, id_number=other + last)
    assert last_details()["changed"]["id_number"] == [f"999999********001{last}"] * 2


def test_another_kind_needs_its_number():
    person = make_person(id_number=make_id_number())
    with pytest.raises(KindAlone):
        amended(person, id_type=IdType.PASSPORT)


def test_the_number_of_another_is_refused():
    taken = make_id_number()
    other, person = make_person(id_number=taken), make_person(full_name="韩梅梅")
    with pytest.raises(NumberKnown) as refused:
        amended(person, id_type=IdType.RESIDENT_ID, id_number=taken)
    assert refused.value.facts["person_id"] == other.id
    amended(other, id_type=IdType.RESIDENT_ID, id_number=taken)  # one's own is no clash


@pytest.mark.parametrize(
    ("over", "refusal"),
    [
        ({"full_name": " "}, NameMissing),
        ({"full_name": "长" * 101}, NameTooLong),
        ({"pinyin": "zeng4"}, WrongPinyin),
        ({"phone": "123"}, WrongPhone),
    ],
)
def test_what_cannot_be_stored_is_refused_and_nothing_changes(over, refusal):
    person = make_person(full_name="李雷")
    with pytest.raises(refusal):
        amended(person, **over)
    db.session.rollback()
    assert person.full_name == "李雷"


def test_a_manager_records_and_amends_nobody():
    unit = make_unit()
    manager, person = make_person(Role.STATION_MANAGER, unit=unit), make_person(unit=unit)
    with pytest.raises(NotAllowed):
        amend_person(actor_of(manager), person, Amendment(full_name="韩梅梅"))


@pytest.mark.parametrize(
    "words",
    [
        "斯琴",
        "高娃",
        "娃乌",
        "琴 高",
        "siqin",
        "gaowa",
        "qg",
        "sqgw",
        "SIQIN",
        "002x",
        "5678",
        "００２Ｘ",
    ],
)
def test_any_two_characters_find_a_person(words):
    make_person(full_name="斯琴高娃·乌云", id_number="11010519491231002X", phone="13800005678")
    make_person(full_name="韩梅梅")
    assert found(words.replace(",", " ")) == ["斯琴高娃·乌云"]


@pytest.mark.parametrize("words", ["琴斯", "2X5678", "1949", "%", "_", "·", " "])
def test_what_is_not_known_finds_nobody(words):
    make_person(full_name="斯琴高娃·乌云", id_number="11010519491231002X", phone="13800005678")
    assert found(words) == []


def test_the_search_text_is_what_a_recomputation_gives():
    person = make_person(full_name="Émilie · Ōno", id_number=make_id_number())
    for over in (
        {"full_name": "单雪梅"},
        {"pinyin": "dan xue mei"},
        {"phone": "0475-8234567"},
        {"id_type": IdType.PASSPORT, "id_number": "E12345678"},
        {"drops_id_number": True, "drops_phone": True},
        {"full_name": "\ufdfa" * 100},  # one character that is eighteen when it is taken apart
    ):
        amended(person, **over)
        assert person.search_text == person.searchable
        assert len(person.search_text) <= 500


def test_a_secret_is_shown_for_a_reason_and_that_is_on_record():
    unit = make_unit()
    manager = make_person(Role.STATION_MANAGER, unit=unit)
    person = make_person(unit=unit, phone="13800000000")
    shown = reveal(actor_of(manager), person, secret=Secret.PHONE, reason=" 联系报名 ")
    assert shown == "13800000000"
    entry = last_entry()
    assert (entry.deed, entry.actor_id, entry.about_id) == ("reveal", manager.id, person.id)
    assert last_details() == {"secret": "phone", "reason": "联系报名"}


def test_no_secret_without_a_reason_or_where_there_is_none():
    person = make_person(phone="13800000000")
    with pytest.raises(ReasonMissing):
        reveal(SYSTEM, person, secret=Secret.PHONE, reason=" ")
    with pytest.raises(NothingThere):
        reveal(SYSTEM, person, secret=Secret.ID_NUMBER, reason="核对")


@pytest.mark.parametrize(
    "role", [Role.STATION_MANAGER, Role.TRAINEE, Role.INSTRUCTOR, Role.OBSERVER]
)
def test_a_secret_is_not_shown_to_others(role):
    reader = make_person(role, unit=make_unit())
    person = make_person(unit=make_unit(), phone="13800000000")
    with pytest.raises(NotAllowed):
        reveal(actor_of(reader), person, secret=Secret.PHONE, reason="好奇")


def test_a_new_person_is_searched_at_once():
    record_person(SYSTEM, New(full_name="单雪梅", pinyin="dan xue mei"))
    assert found("dxm") == found("单雪") == ["单雪梅"]
