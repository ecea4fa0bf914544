"""Who is told what by which operation, in the words that they read."""

from datetime import date

import pytest
import sqlalchemy as sa

from college.certs.certificates.operations import issue_certificate
from college.core.db import db
from college.core.roles import SYSTEM, Role
from college.courses.enrolments import telling
from college.courses.enrolments.operations import EnrolledAlready, enrol, enrol_many, withdraw
from college.people.accounts.operations import change_password, open_account
from college.people.employment.models import Capacity
from college.people.notices import letters, sending
from college.people.notices.forgetting import give_up_expired
from college.people.notices.models import (
    Channel,
    Delivery,
    DeliveryState,
    Notice,
    NoticeChoice,
    NoticeKind,
)
from college.people.notices.operations import send_again
from college.people.notices.queries import in_words, whole
from college.people.persons.models import Person
from college.people.roles.models import RoleGrant
from college.people.roles.operations import grant_role
from college.people.sign_ups.operations import accept, decline
from college.reports.personal_data.models import RequestKind
from college.reports.personal_data.operations import (
    delete_person,
    grant_correction,
    grant_deletion,
    refuse,
)
from college.web.forms import sentence
from college.web.language import speaking
from tests.conftest import actor_of
from tests.exams.sheets import PASS_ALL
from tests.factories import (
    make_id_number,
    make_person,
    make_request,
    make_sign_up,
    make_unit,
    saved,
)
from tests.factories.certs import certificates_of, make_closed_run, make_issued
from tests.factories.courses import make_run, morning
from tests.factories.exams import make_candidate, make_cycle, make_imported, make_rules, row, xlsx
from tests.people.outboxes import later
from tests.people.rosters import imported as roster_imported
from tests.people.rosters import sheet


def told_to(person, kind=None):
    """What a person was told, in English, the oldest first; and the pages it leads to."""
    chosen = sa.select(Notice).where(Notice.person_id == person.id).order_by(Notice.id)
    found = [told for told in in_words(db.session.scalars(chosen)) if told.notice.kind is kind]
    with speaking("en"):
        return [(sentence(told.text), told.page) for told in found]


@pytest.fixture
def run():
    return make_run(seats=2, title="个案工作", title_en="Casework", begins=morning(20))


def enrolled(person):
    return told_to(person, NoticeKind.ENROLLED)


def test_who_enrols_is_told_of_the_seat(run):
    person = make_person()
    enrol(SYSTEM, run, person)
    ((text, page),) = enrolled(person)
    assert text.startswith("You have a seat in the class “Casework”, which begins on ")
    assert page == f"/courses/runs/{run.id}"


def test_who_comes_too_late_is_told_of_the_waiting_list(run):
    people = [make_person() for _ in range(3)]
    enrol_many(SYSTEM, run, people)
    seats = [enrolled(person)[0][0].startswith("You have a seat") for person in people]
    assert seats == [True, True, False]
    assert enrolled(people[2])[0][0] == "You are on the waiting list of the class “Casework”."


@pytest.mark.parametrize(("foreseen", "seats"), [(0, 2), (4, 4)])
def test_what_was_foreseen_wrongly_is_put_right(run, monkeypatch, foreseen, seats):
    """Others were faster, or gave their seats up, between the look and the lock."""
    for _ in range(2):
        enrol(SYSTEM, run, make_person())
    run.seats = seats
    db.session.commit()
    monkeypatch.setattr(telling, "seats_taken", lambda run: foreseen)
    person = make_person()
    enrol(SYSTEM, run, person)
    assert enrolled(person)[0][0].startswith("You have a seat") is (seats == 4)


def test_who_is_refused_is_told_nothing(run):
    person = make_person()
    enrol(SYSTEM, run, person)
    with pytest.raises(EnrolledAlready):
        enrol(SYSTEM, run, person)
    assert len(enrolled(person)) == 1


def test_who_moves_up_is_told(run):
    people = [make_person() for _ in range(3)]
    first, *_ = enrol_many(SYSTEM, run, people)
    withdraw(SYSTEM, first)
    ((text, page),) = told_to(people[2], NoticeKind.MOVED_UP)
    assert text.startswith("You moved up from the waiting list")
    assert "Casework" in text
    assert page == f"/courses/runs/{run.id}"
    assert told_to(people[0], NoticeKind.MOVED_UP) == []


def test_who_gets_a_role_is_told_which_where_and_how_long():
    unit, person = make_unit(name="明仁站"), make_person(None)
    days = {"from_on": date(2030, 1, 2), "to_on": date(2031, 3, 4)}
    grant_role(SYSTEM, person, role=Role.COORDINATOR, unit=unit, **days)
    grant_role(SYSTEM, person, role=Role.OBSERVER)
    (first, page), (second, _) = told_to(person, NoticeKind.ROLE_GRANTED)
    assert first == (
        "You have the role “Coordinator” at 明仁站 from Wed 2 January 2030 until Tue 4 March 2031."
    )
    assert second.startswith("You have the role “Department” from ")
    assert page == "/me"


def test_who_gets_a_new_password_is_warned_whatever_they_chose(office):
    person = make_person(email="li@example.org")
    account = open_account(SYSTEM, person, login="lilei", password_hash="old")
    for channel in (Channel.IN_APP, Channel.MAIL):
        saved(
            NoticeChoice(
                person_id=person.id,
                kind=NoticeKind.PASSWORD_CHANGED,
                channel=channel,
                is_wanted=False,
            )
        )
    assert told_to(person, NoticeKind.PASSWORD_CHANGED) == []
    change_password(actor_of(person), account, password_hash="new", epoch=account.epoch)
    ((text, page),) = told_to(person, NoticeKind.PASSWORD_CHANGED)
    assert text.startswith("Your password was changed on ")
    assert page == "/me/devices"
    db.session.commit()
    assert sending.send_due() == 1
    ((to, letter),) = office.taken
    assert to == "li@example.org"
    assert "tell the academic office" in letter.get_content()


@pytest.mark.parametrize("answer", [grant_correction, refuse])
def test_who_asked_about_their_data_is_told_the_answer(answer):
    person, admin = make_person(), make_person(Role.ADMIN, full_name="陈老师")
    request = make_request(person, kind=RequestKind.CORRECTION, text="曾")
    answer(actor_of(admin), request, reason="按证件改为曾。")
    ((text, page),) = told_to(person, NoticeKind.REQUEST_ANSWERED)
    assert text.endswith("按证件改为曾。")
    assert text.startswith("What you asked to have corrected") is (answer is grant_correction)
    assert page == "/me/data"


def deleted(office, *, email="li@example.org", **over):
    """Somebody whose request for deletion is granted; returns the row of the outbox, if any."""
    person, admin = make_person(full_name="李雷", email=email, **over), make_person(Role.ADMIN)
    request = make_request(person, kind=RequestKind.DELETION, text="请删除")
    grant_deletion(actor_of(admin), request, reason="已按您的申请删除。")
    db.session.commit()
    return db.session.scalars(sa.select(Delivery)).one_or_none()


def test_whose_data_is_deleted_is_told_at_the_address_known_until_then(office):
    delivery = deleted(office)
    assert "已按您的申请" not in letters.draft(whole(delivery.id)).text  # an administrator's look
    assert sending.send_due() == 1
    ((to, letter),) = office.taken
    assert to == "li@example.org"
    assert "已按您的申请删除。" in letter.get_content()
    assert "李雷" not in letter.get_content()


@pytest.mark.parametrize("fate", ["sent", "refused", "too late"])
def test_neither_the_address_nor_the_answer_is_kept_afterwards(office, monkeypatch, fate):
    delivery = deleted(office)
    if fate == "refused":
        office.answers["RCPT"] = "550 nobody"
    if fate == "too late":
        later(monkeypatch, days=8)
    db.session.rollback()
    assert give_up_expired() == (1 if fate == "too late" else 0)
    sending.send_due()
    db.session.refresh(delivery)
    assert delivery.state is (DeliveryState.SENT if fate == "sent" else DeliveryState.GIVEN_UP)
    assert (delivery.address_sealed, delivery.secret_sealed) == (None, None)
    assert db.session.get_one(Notice, delivery.notice_id).person_id is None


def test_a_last_letter_is_not_sent_again(office, sign_in):
    delivery = deleted(office)
    sending.send_due()
    client = sign_in(make_person(Role.ADMIN))
    assert "an address that is deleted" in client.get("/admin/notices").text
    answer = client.post(f"/admin/notices/{delivery.id}/again")
    assert answer.status_code == 422
    assert "its address is deleted" in answer.text


def test_a_sign_up_that_was_declined_can_still_be_told_again(office):
    sign_up = make_sign_up(make_unit(), email="li@example.org")
    decline(SYSTEM, sign_up, reason="不在本站工作")
    db.session.commit()
    sending.send_due()
    send_again(SYSTEM, db.session.scalars(sa.select(Delivery)).one())
    db.session.commit()
    assert sending.send_due() == 1


@pytest.mark.parametrize("over", [{"email": ""}, {"is_demo": True}], ids=str)
def test_who_has_no_address_and_who_is_invented_gets_no_last_letter(office, over):
    assert deleted(office, **over) is None


def test_without_an_answer_the_last_letter_says_none(office):
    person = make_person(email="li@example.org")
    delete_person(actor_of(make_person(Role.ADMIN)), person)
    db.session.commit()
    sending.send_due()
    text = office.letters[0].get_content()
    assert "has deleted the data that it kept on you. Certificates" in text


def test_a_registration_that_is_accepted_reaches_the_account_and_the_mail(office):
    sign_up = make_sign_up(make_unit(), email="li@example.org")
    accepted = accept(SYSTEM, sign_up, capacity=Capacity.VOLUNTEER)
    notice = db.session.scalars(sa.select(Notice)).one()
    assert notice.person_id == accepted.person_id
    assert notice.is_shown
    db.session.commit()
    assert sending.send_due() == 1
    ((to, letter),) = office.taken
    assert to == "li@example.org"
    assert "user name is" in letter.get_content()


def test_a_registration_that_is_declined_reaches_the_address_that_was_typed(office):
    sign_up = make_sign_up(make_unit(), email="li@example.org")
    decline(SYSTEM, sign_up, reason="不在本站工作")
    db.session.commit()
    assert sending.send_due() == 1
    ((to, letter),) = office.taken
    assert to == "li@example.org"
    assert "The reason given: 不在本站工作" in letter.get_content()
    assert db.session.scalars(sa.select(Notice)).one().person_id is None


def test_no_notice_carries_an_id_number(run):
    """Whatever an operation hands over, the sentences have no blank for one."""
    number = make_id_number()
    person = make_person(id_number=number, phone="13800138000", email="a@example.org")
    enrol(SYSTEM, run, person)
    delivery_id = db.session.scalars(sa.select(Delivery.id)).one()
    draft = letters.draft(whole(delivery_id))
    for held in (number, "13800138000", person.id_number_masked):
        assert held not in draft.subject + draft.text + draft.short


def test_a_certificate_is_told_when_it_is_in_force():
    made = make_issued(make_closed_run(["李雷"]))
    (certificate,) = certificates_of(made)
    holder = db.session.get_one(Person, certificate.person_id)
    ((text, page),) = told_to(holder, NoticeKind.CERTIFICATE_ISSUED)
    assert certificate.number in text
    assert page == f"/certs/certificates/{certificate.id}"
    issue_certificate(SYSTEM, certificate, file_sha256="0" * 64)
    assert len(told_to(holder, NoticeKind.CERTIFICATE_ISSUED)) == 1


def test_results_are_told_once_to_each_of_whom_something_is_new():
    make_rules()
    cycle, person, admin = make_cycle(2025), make_candidate(), make_person(Role.ADMIN)
    done = make_imported(xlsx(*PASS_ALL), cycle, by=actor_of(admin))
    ((text, page),) = told_to(person, NoticeKind.RESULTS_IN)
    assert text == "Your official results of the 2025 exam are in. Your record shows them."
    assert page == f"/people/persons/{person.id}"
    ((text, page),) = told_to(admin, NoticeKind.IMPORT_FINISHED)
    assert text == "The import of “成绩.xlsx” is finished: 3 new, 0 changed, 0 refused."
    assert page == f"/exams/results/{done.id}"
    make_imported(xlsx(*PASS_ALL, row()), cycle, by=actor_of(admin))
    assert len(told_to(person, NoticeKind.RESULTS_IN)) == 1


def test_results_lead_whoever_may_not_open_a_record_to_their_own_data(sign_in):
    """An instructor who sat the exam without being a trainee: the record would answer 403."""
    make_rules()
    cycle, person = make_cycle(2025), make_candidate()
    held = sa.update(RoleGrant).where(RoleGrant.person_id == person.id)
    db.session.execute(held.values(role=Role.INSTRUCTOR))
    db.session.commit()
    make_imported(xlsx(*PASS_ALL), cycle, by=actor_of(make_person(Role.ADMIN)))
    ((_, page),) = told_to(person, NoticeKind.RESULTS_IN)
    client = sign_in(person)
    assert client.get(f"/people/persons/{person.id}").status_code == 403
    assert (page, client.get(page).status_code) == ("/me/data", 200)


def test_who_ordered_a_roster_is_told_of_its_end():
    admin = make_person(Role.ADMIN)
    unit = make_unit()
    rows = ["李雷", make_id_number(), "", unit.name, "驻站社工"]
    made = roster_imported(sheet(rows), actor=actor_of(admin))
    ((text, page),) = told_to(admin, NoticeKind.IMPORT_FINISHED)
    assert text == "The import of “名册.csv” is finished: 1 new, 0 changed, 0 refused."
    assert page == f"/admin/people/import/{made.id}"
