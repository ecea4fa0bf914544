"""Taking one's data out, asking for correction or deletion, and what a deletion leaves."""

import json
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
import sqlalchemy as sa

from college.core import clock, journal, storage
from college.core.db import db
from college.core.errors import NotAllowed, NotFound
from college.core.roles import SYSTEM, Role
from college.core.states import WrongState
from college.courses.enrolments.models import EnrolmentState
from college.people.accounts.passwords import hashed
from college.people.accounts.queries import by_person
from college.people.employment.models import Employment
from college.people.persons.models import Person
from college.people.roles.models import RoleGrant
from college.reports.personal_data import deletion, operations
from college.reports.personal_data.models import DataRequest, RequestKind, RequestState
from tests.conftest import account_of, actor_of
from tests.factories import (
    hired,
    make_id_number,
    make_person,
    make_request,
    make_unit,
)
from tests.factories.certs import make_certificate
from tests.factories.courses import make_enrolment, make_run
from tests.factories.notices import make_notice
from tests.factories.photos import photo

PASSWORD = "drei Pferde auf der Weide"
HASH = hashed(PASSWORD)
CORRECTION, DELETION = RequestKind.CORRECTION, RequestKind.DELETION


pytestmark = pytest.mark.usefixtures("fresh_limits")


@pytest.fixture
def here():
    return make_unit(name="科尔沁区社工站")


@pytest.fixture
def trainee(here):
    number = make_id_number()
    person = make_person(unit=here, full_name="李雷", id_number=number, phone="13800138000")
    account_of(person).password_hash = HASH
    db.session.commit()
    return person


@pytest.fixture
def admin():
    return make_person(Role.ADMIN, full_name="陈老师")


def asked(person, kind=DELETION, text=""):
    return make_request(person, kind=kind, text=text)


# ---- taking it out


def taken_out(client, password=PASSWORD):
    return client.post("/me/data/download", data={"password": password})


def test_the_archive_holds_everything_and_the_files(sign_in, trainee):
    trainee.photo_sha256 = storage.files().put(photo())
    paper = make_certificate(trainee, file_sha256=storage.files().put(b"%PDF-1.7 paper"))
    make_enrolment(make_run(), trainee, note="靠窗")
    make_notice(trainee)
    answer = taken_out(sign_in(trainee))
    assert answer.content_type == "application/zip"
    with ZipFile(BytesIO(answer.data)) as archive:
        facts = json.loads(archive.read("data.json"))
        assert archive.read(f"certificates/{paper.number}.pdf") == b"%PDF-1.7 paper"
        assert archive.read("photo.jpg") == photo()
    assert facts["identity"]["in_clear"]["phone"] == "13800138000"
    assert facts["learning"]["enrolment"][0]["note"] == "靠窗"
    assert facts["messages"]["said"]
    assert "record_person" in {entry["deed"] for entry in facts["traces"]["journal"]}
    assert facts["missing_files"] == []


def test_no_key_and_no_hash_of_a_password_goes_out(sign_in, trainee):
    with ZipFile(BytesIO(taken_out(sign_in(trainee)).data)) as archive:
        text = archive.read("data.json").decode()
    assert HASH not in text
    assert "password_hash" not in text
    assert "key_hash" not in text


def test_a_lost_file_is_named_and_stops_nothing(sign_in, trainee):
    paper = make_certificate(trainee)
    with ZipFile(BytesIO(taken_out(sign_in(trainee)).data)) as archive:
        missing = json.loads(archive.read("data.json"))["missing_files"]
    assert missing == [f"certificates/{paper.number}.pdf"]


def test_a_wrong_password_takes_nothing_out(sign_in, trainee):
    answer = taken_out(sign_in(trainee), "falsch")
    assert answer.status_code == 422
    assert "This is not your present password." in answer.text


def test_too_much_is_refused_in_words(sign_in, trainee, monkeypatch):
    monkeypatch.setattr("college.reports.personal_data.taking_out.MOST_BYTES", 3)
    make_certificate(trainee, file_sha256=storage.files().put(b"%PDF-1.7 paper"))
    assert "too large for one download" in taken_out(sign_in(trainee)).text


# ---- asking and answering


def test_a_person_asks_reads_the_state_and_takes_it_back(sign_in, trainee):
    client = sign_in(trainee)
    client.post("/me/data/requests", data={"kind": "correction", "text": "电话号码变了"})
    text = client.get("/me/data/requests").text
    assert "电话号码变了" in text
    assert "Waiting for an answer" in text
    (row,) = db.session.scalars(sa.select(DataRequest))
    client.post(f"/me/data/requests/{row.id}/withdraw")
    assert "Taken back" in client.get("/me/data/requests").text


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [({"kind": "correction", "text": " "}, "Say what is wrong"),
     ({"kind": "deletion", "text": "x" * 1001}, "At most 1000 characters."),
     ({"text": "x"}, "This field is required.")],
)  # fmt: skip
def test_what_cannot_be_asked_is_said(sign_in, trainee, sent, sentence):
    answer = sign_in(trainee).post("/me/data/requests", data=sent)
    assert answer.status_code == 422
    assert sentence in answer.text


def test_the_same_is_not_asked_twice(trainee):
    operations.ask(actor_of(trainee), kind=DELETION, text="")
    with pytest.raises(operations.AskedAlready):
        operations.ask(actor_of(trainee), kind=DELETION, text="")
    operations.ask(actor_of(trainee), kind=CORRECTION, text="名字")


def test_another_persons_request_is_not_there(sign_in, trainee, here):
    row = asked(trainee)
    assert sign_in(make_person(unit=here)).post(
        f"/me/data/requests/{row.id}/withdraw").status_code == 404  # fmt: skip
    with pytest.raises(NotAllowed):
        operations.withdraw_request(actor_of(make_person()), row)


@pytest.mark.parametrize("role", [Role.STATION_MANAGER, Role.COORDINATOR, Role.OBSERVER])
def test_only_administrators_answer(trainee, here, role):
    actor = actor_of(make_person(role, unit=here))
    for answer in (operations.refuse, operations.grant_correction, operations.grant_deletion):
        with pytest.raises(NotAllowed):
            answer(actor, asked(make_person()), reason="好")
    with pytest.raises(NotAllowed):
        operations.delete_person(actor, trainee)


def test_a_refusal_reaches_the_person_with_its_reason(sign_in, trainee, admin):
    row = asked(trainee, CORRECTION, "姓名")
    client = sign_in(admin)
    assert "李雷" in client.get("/admin/personal-data").text
    assert client.post(f"/admin/personal-data/{row.id}/refuse", data={}).status_code == 422
    client.post(f"/admin/personal-data/{row.id}/refuse", data={"reason": "与身份证一致"})
    assert "与身份证一致" in sign_in(trainee).get("/me/data/requests").text
    assert "李雷" in client.get("/admin/personal-data?state=decided").text


def test_a_correction_is_answered(sign_in, trainee, admin):
    row = asked(trainee, CORRECTION, "电话")
    sign_in(admin).post(f"/admin/personal-data/{row.id}/grant", data={"reason": "改好了"})
    assert (row.state, row.reason) == (RequestState.GRANTED, "改好了")


def test_an_answer_needs_a_reason_and_is_given_once(trainee, admin):
    row = asked(trainee, CORRECTION, "电话")
    for answer in (operations.refuse, operations.grant_correction, operations.grant_deletion):
        with pytest.raises(operations.AnswerMissing):
            answer(actor_of(admin), row, reason=" ")
    operations.refuse(actor_of(admin), row, reason="不")
    with pytest.raises(WrongState):
        operations.refuse(actor_of(admin), row, reason="不")


def test_nobody_decides_about_themselves(admin):
    with pytest.raises(operations.NotOnesOwn):
        operations.refuse(actor_of(admin), asked(admin), reason="不")
    with pytest.raises(operations.NotOnesOwn):
        operations.delete_person(actor_of(admin), admin)


def test_nobody_on_record_asks_for_nothing():
    with pytest.raises((NotFound, NotAllowed)):
        operations.ask(SYSTEM, kind=DELETION, text="")


# ---- deleting


def test_what_stays_and_goes_is_shown_before(sign_in, trainee, admin):
    row = asked(trainee)
    make_certificate(trainee)
    text = sign_in(admin).get(f"/admin/personal-data/{row.id}").text
    for said in ("What a deletion would do", "Certificates", "Stays", "Goes"):
        assert said in text


def test_a_deletion_is_confirmed_first(sign_in, trainee, admin):
    row = asked(trainee)
    answer = sign_in(admin).post(f"/admin/personal-data/{row.id}/grant", data={"reason": "好"})
    assert answer.status_code == 422
    assert "Tick this first" in answer.text
    assert trainee.full_name == "李雷"


def test_a_deletion_leaves_a_tombstone_and_the_certificate(sign_in, trainee, admin, here):
    paper = make_certificate(trainee)
    trainee.photo_sha256 = key = storage.files().put(photo())
    row, client = asked(trainee), sign_in(trainee)
    sent = {"reason": "好", "is_sure": "y"}
    answer = sign_in(admin).post(f"/admin/personal-data/{row.id}/grant", data=sent)
    assert answer.status_code == 302
    person = db.session.get_one(Person, trainee.id)
    assert person.full_name == f"已删除人员{person.id}"
    assert (person.id_number_key, person.phone_key, person.search_text) == (None, None, "")
    assert by_person(person.id) is None
    assert client.get("/me/data").status_code in {302, 401}
    assert not storage.files().has(key)
    assert paper.facts["name"] == "李雷"
    assert sign_in(None).get(f"/verify/{paper.code}").status_code == 200


def test_the_journal_of_the_deleted_opens_no_more_and_never_again(trainee, admin):
    operations.delete_person(actor_of(admin), trainee)
    db.session.commit()
    about = sa.select(journal.JournalEntry).where(journal.JournalEntry.about_id == trainee.id)
    entries = db.session.scalars(about).all()
    assert len(entries) > 2
    assert journal.details_of_all(entries) == {}
    later = journal.record(SYSTEM, "reveal", trainee, about=trainee.id, reason="X")
    assert journal.details_of(later) is None
    assert journal.known_keys({trainee.id}) == {}


def test_roles_and_posts_end_today_and_yesterday_stays(trainee, admin, here):
    hired(trainee, make_unit(), from_on=clock.today() + timedelta(days=9))
    operations.delete_person(actor_of(admin), trainee)
    db.session.commit()
    mine = (Employment.person_id == trainee.id) & Employment.known()
    (post,) = db.session.scalars(sa.select(Employment).where(mine))
    assert post.to_on == clock.today()
    (grant,) = db.session.scalars(sa.select(RoleGrant).where(RoleGrant.person_id == trainee.id))
    assert grant.ended_at is not None


def test_twice_is_refused(trainee, admin):
    operations.delete_person(actor_of(admin), trainee)
    with pytest.raises(deletion.DeletedAlready):
        operations.delete_person(actor_of(admin), trainee)


def test_whoever_sits_in_a_class_is_taken_out_first(trainee, admin):
    make_enrolment(make_run(), trainee, state=EnrolmentState.ENROLLED)
    with pytest.raises(deletion.StillInClass):
        operations.delete_person(actor_of(admin), trainee)


def test_somebody_with_the_same_number_can_come_again(trainee, admin):
    number = make_id_number(801)
    person = make_person(id_number=number)
    operations.delete_person(actor_of(admin), person)
    db.session.commit()
    assert make_person(id_number=number).id != person.id


def test_whoever_teaches_lessons_that_lie_ahead_is_replaced_first(admin):
    teacher = make_person(Role.INSTRUCTOR)
    make_run(instructors=[teacher])
    with pytest.raises(deletion.StillTeaches):
        operations.delete_person(actor_of(admin), teacher)
