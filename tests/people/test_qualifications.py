"""Qualifications are checked by a second person; a correction is checked anew."""

from datetime import date

import pytest
import sqlalchemy as sa

from college.core import crypto
from college.core.db import db
from college.core.errors import NotAllowed
from college.core.journal import JournalEntry
from college.core.operation import Overtaken
from college.core.roles import SYSTEM, Role
from college.people.qualifications.earning import Earned
from college.people.qualifications.models import Level, Qualification, masked_number
from college.people.qualifications.operations import (
    CheckedAlready,
    RecordedByYou,
    YourOwn,
    check_qualification,
    correct_qualification,
    record_qualification,
    withdraw_qualification,
)
from tests.factories import actor, grant, make_person, make_unit, qualified

NUMBER = "20231004515000000123"


def earned(person, **over):
    facts = {"level": Level.ASSISTANT, "approved_on": date(2023, 6, 12), "exam_year": 2023}
    return Earned(person_id=person.id, **facts | over)


@pytest.fixture
def office():
    """Two administrators: one records, the other one checks."""
    return [
        actor(make_person(Role.ADMIN, full_name=name), Role.ADMIN) for name in ("陈老师", "赵老师")
    ]


def test_a_second_person_checks(office):
    one, other = office
    held = record_qualification(one, earned(make_person()))
    checked = check_qualification(other, held)
    assert (checked.recorded_by_id, checked.checked_by_id) == (one.person_id, other.person_id)
    deeds = db.session.scalars(sa.select(JournalEntry.deed).where(JournalEntry.row_id == held.id))
    assert "check_qualification" in set(deeds)


def test_who_recorded_it_cannot_check_it(office):
    held = record_qualification(office[0], earned(make_person()))
    with pytest.raises(RecordedByYou):
        check_qualification(office[0], held)
    assert held.checked_at is None


def test_nobody_checks_their_own(office):
    person = make_person()
    held = record_qualification(office[0], earned(person))
    with pytest.raises(YourOwn):
        check_qualification(actor(person, Role.ADMIN), held)


def test_a_command_is_nobody_who_could_have_looked(office):
    held = record_qualification(office[0], earned(make_person()))
    with pytest.raises(NotAllowed):
        check_qualification(SYSTEM, held)


def test_the_second_check_changes_nothing(office):
    held = qualified(make_person())
    check_qualification(office[0], held)
    with pytest.raises(CheckedAlready):
        check_qualification(office[1], held)
    assert held.checked_by_id == office[0].person_id


def test_a_correction_is_checked_anew(office):
    one, other = office
    person = make_person()
    held = record_qualification(one, earned(person))
    check_qualification(other, held)
    new = correct_qualification(other, held, earned(person, approved_on=date(2023, 9, 1)))
    assert (new.recorded_by_id, new.checked_at) == (other.person_id, None)
    with pytest.raises(RecordedByYou):
        check_qualification(other, new)
    assert check_qualification(one, new).checked_by_id == one.person_id


def test_what_was_withdrawn_meanwhile_is_not_checked(office):
    held = qualified(make_person())
    withdraw_qualification(office[0], held)
    with pytest.raises(Overtaken):
        check_qualification(office[1], held)


def test_the_database_itself_wants_two_people(office):
    held = record_qualification(office[0], earned(make_person()))
    said = {"checked_by_id": office[0].person_id, "checked_at": held.recorded_at}
    with pytest.raises(sa.exc.IntegrityError, match="second_person"), db.session.begin_nested():
        db.session.execute(sa.update(Qualification).where(Qualification.id == held.id).values(said))


def test_the_management_number_is_encrypted_and_kept(office):
    person = make_person()
    held = record_qualification(office[0], earned(person, management_no=NUMBER))
    assert held.management_no_sealed is not None
    assert NUMBER.encode() not in held.management_no_sealed
    assert held.management_no_masked == "****************0123"
    kept = correct_qualification(office[0], held, earned(person, exam_year=2022))
    assert crypto.unseal(kept.management_no_sealed or b"") == NUMBER


@pytest.mark.parametrize(
    ("number", "shown"), [("123456789", "*****6789"), ("12345678", "*******8")]
)
def test_a_short_number_shows_its_last_character_alone(number, shown):
    assert masked_number(number) == shown


def test_manager_checks_what_the_office_recorded(sign_in):
    unit = make_unit()
    manager = make_person(None, full_name="站长")
    grant(manager, Role.STATION_MANAGER, unit)
    office = make_person(Role.ADMIN, full_name="陈老师")
    person = make_person(full_name="李雷", unit=unit)
    held = record_qualification(actor(office, Role.ADMIN), earned(person, management_no=NUMBER))
    db.session.commit()
    client = sign_in(manager)
    address = f"/people/qualifications/{held.id}/check"
    page = client.get(address).text
    assert "陈老师" in page
    assert "****************0123" in page
    assert NUMBER not in page
    assert "Correct the record" not in page  # she may check, not record
    answer = client.post(address, follow_redirects=True)
    assert "Checked. It now counts as seen by two people." in answer.text
    assert "Checked by 站长" in answer.text
    again = client.post(address)
    assert again.status_code == 409
    assert "Somebody else has checked it already" in again.text


def test_manager_of_another_station_does_not_find_it(sign_in):
    manager = make_person(None)
    grant(manager, Role.STATION_MANAGER, make_unit())
    held = qualified(make_person(unit=make_unit()))
    client = sign_in(manager)
    assert client.get(f"/people/qualifications/{held.id}/check").status_code == 404
    assert client.post(f"/people/qualifications/{held.id}/check").status_code == 404


def test_page_says_in_chinese_that_the_recorder_cannot_check(sign_in):
    office = make_person(Role.ADMIN, full_name="陈老师")
    held = record_qualification(actor(office, Role.ADMIN), earned(make_person()))
    db.session.commit()
    answer = sign_in(office, language="zh").post(f"/people/qualifications/{held.id}/check")
    assert answer.status_code == 422
    assert "这项资格是您登记的，须由另一人再查看证书。" in answer.text
