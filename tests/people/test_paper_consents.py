"""What somebody signed on paper: put on record by an administrator, read by the person."""

from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
import sqlalchemy as sa

from college.core import clock, storage
from college.core.db import db
from college.core.errors import NotAllowed
from college.core.journal import JournalEntry
from college.core.roles import Role
from college.people.consents import queries, scans
from college.people.consents.giving import taken_back
from college.people.consents.models import Consent, ConsentKind, ConsentText, ConsentWay
from college.people.consents.on_paper import (
    AgreedAlready,
    NotSignedThen,
    TakenBackSince,
    record_on_paper,
)
from college.reports.personal_data.deletion import clear_up
from college.reports.personal_data.operations import delete_person
from college.reports.personal_data.taking_out import archive_of
from tests.conftest import actor_of
from tests.factories import make_consent, make_person, make_signed, make_texts, make_unit, saved

PDF = b"%PDF-1.7 a signature"


@pytest.fixture
def text():
    made = make_texts()[ConsentKind.PHOTO]
    made.from_on = clock.today() - timedelta(days=30)
    db.session.commit()
    return made


@pytest.fixture
def admin():
    return make_person(Role.ADMIN, full_name="陈老师")


@pytest.fixture
def person():
    return make_person(Role.TRAINEE)


def ago(days):
    return clock.today() - timedelta(days=days)


def signed(admin, person, text, days=3, **over):
    paper = {"signed_on": ago(days), "taken_by": "王主任"}
    return record_on_paper(actor_of(admin), person, text=text, **paper | over)


def test_what_was_signed_counts_as_said_on_that_day(admin, person, text):
    made = signed(admin, person, text)
    assert (made.way, made.signed_on, made.taken_by) == (ConsentWay.PAPER, ago(3), "王主任")
    assert made.given_at == clock.midnight(ago(3))
    assert queries.has_agreed(person.id, ConsentKind.PHOTO)
    noted = sa.select(JournalEntry).where(JournalEntry.deed == "record_on_paper")
    (entry,) = db.session.scalars(noted).all()
    assert (entry.actor_id, entry.about_id) == (admin.id, person.id)


@pytest.mark.parametrize("days", [-1, 31])
def test_a_version_is_signed_while_it_is_there(admin, person, text, days):
    with pytest.raises(NotSignedThen):
        signed(admin, person, text, days=days)


@pytest.mark.parametrize("days", [0, 30])
def test_the_first_day_and_today_count(admin, person, text, days):
    assert signed(admin, person, text, days=days).signed_on == ago(days)


def test_an_older_version_can_have_been_signed(admin, person, text):
    newer = {"from_on": ago(1), "edition": text.edition + 1, "renews": True}
    words = {n: getattr(text, n) for n in ("kind", "title", "title_en", "text", "text_en")}
    saved(ConsentText(**words, **newer))
    assert signed(admin, person, text, days=9).text_id == text.id


def test_it_is_put_on_record_once(admin, person, text):
    signed(admin, person, text)
    with pytest.raises(AgreedAlready):
        signed(admin, person, text, days=2)


def test_what_was_signed_before_it_was_taken_back_counts_no_more(admin, person, text):
    make_consent(person, text, given_at=clock.now() - timedelta(days=20))
    (row,) = taken_back(actor_of(person), person.id, ConsentKind.PHOTO)
    row.withdrawn_at = clock.now() - timedelta(days=5)
    db.session.commit()
    with pytest.raises(TakenBackSince):
        signed(admin, person, text, days=6)
    assert signed(admin, person, text, days=5).is_given


@pytest.mark.parametrize("role", [Role.STATION_MANAGER, Role.COORDINATOR, Role.OBSERVER])
def test_nobody_but_an_administrator_notes_it(person, text, role):
    with pytest.raises(NotAllowed):
        signed(make_person(role, unit=make_unit()), person, text)


def test_the_page_takes_the_paper_in_and_the_person_reads_it(sign_in, admin, person, text):
    client, address = sign_in(admin), f"/admin/consents/paper/{person.id}"
    assert address in client.get(f"/people/persons/{person.id}").text
    assert "agreed to nothing so far" in client.get(address).text
    sent = {"text_id": text.id, "signed_on": ago(2), "taken_by": "王主任"}
    assert "Say who took the paper." in client.post(address, data=sent | {"taken_by": " "}).text
    scan = {"scan": (BytesIO(PDF), "签字.pdf")}
    assert client.post(address, data=sent | scan).status_code == 302
    assert "taken by 王主任" in client.get(address).text
    (made,) = db.session.scalars(sa.select(Consent)).all()
    assert storage.files().get(made.scan_sha256) != PDF  # encrypted
    theirs = sign_in(person)
    page = theirs.get("/me/data").text
    assert "signed on paper on" in page
    assert f"/me/consents/{made.id}/scan" in page
    answer = theirs.get(f"/me/consents/{made.id}/scan")
    assert (answer.data, answer.content_type) == (PDF, "application/pdf")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert client.get(f"/admin/consents/scan/{made.id}").data == PDF
    other = sign_in(make_person(Role.TRAINEE))
    assert other.get(f"/me/consents/{made.id}/scan").status_code == 404
    assert other.get(f"/admin/consents/scan/{made.id}").status_code == 403


def test_a_scan_that_is_none_is_refused_and_nothing_noted(sign_in, admin, person, text):
    client, address = sign_in(admin), f"/admin/consents/paper/{person.id}"
    sent = {"text_id": text.id, "signed_on": ago(2), "taken_by": "王主任"}
    answer = client.post(address, data=sent | {"scan": (BytesIO(b"MZ a program"), "签字.pdf")})
    assert (answer.status_code, "a PDF, JPEG or PNG file" in answer.text) == (422, True)
    assert db.session.scalars(sa.select(Consent)).all() == []


def test_a_scan_of_five_megabytes_is_taken_and_a_larger_one_refused():
    assert scans.keep(BytesIO(PDF.ljust(scans.MAX_BYTES)))
    with pytest.raises(scans.ScanTooLarge):
        scans.keep(BytesIO(PDF.ljust(scans.MAX_BYTES + 1)))


def test_without_a_scan_there_is_none_to_open(sign_in, admin, person, text):
    made = signed(admin, person, text)
    db.session.commit()
    assert sign_in(admin).get(f"/admin/consents/scan/{made.id}").status_code == 404
    assert "/scan" not in sign_in(person).get("/me/data").text


def test_it_goes_along_in_the_download(person, text):
    made = make_signed(person, text)
    with ZipFile(BytesIO(archive_of(person))) as archive:
        names = [n for n in archive.namelist() if n.startswith("consents/")]
        assert names == [f"consents/{text.code}-{made.id}.pdf"]
        assert archive.read(names[0]) == scans.kept(made.scan_sha256)


def test_a_deletion_leaves_that_it_was_signed_and_takes_the_scan(admin, person, text):
    made = make_signed(person, text)
    key = made.scan_sha256
    gone = delete_person(actor_of(admin), person)
    db.session.commit()
    clear_up(gone.files)
    db.session.refresh(made)
    assert (made.signed_on, made.taken_by, made.scan_sha256) == (clock.today(), "", "")
    assert not storage.files().has(key)
