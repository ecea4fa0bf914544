"""Notices: told with what happened, sent afterwards, tried again, chosen by whoever gets them."""

import time
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
import sqlalchemy as sa
from cryptography.exceptions import InvalidTag

from college.core import clock, crypto, failpoints
from college.core.db import db
from college.core.errors import NotAllowed
from college.core.roles import NOBODY, SYSTEM, Role
from college.people.notices import channels, sending
from college.people.notices.carriers import mail_of
from college.people.notices.mailing import FolderCarrier, SmtpCarrier
from college.people.notices.models import (
    Channel,
    Delivery,
    DeliveryState,
    Notice,
    NoticeChoice,
    NoticeKind,
    Obstacle,
)
from college.people.notices.operations import (
    BeingSent,
    LinkGone,
    choose_notices,
    read_all,
    read_notice,
    send_again,
)
from college.people.notices.queries import choices_of
from college.people.notices.telling import Secret, tell, tell_address, tell_all
from college.people.notices.wording import WORDINGS, page
from tests.conftest import actor_of
from tests.factories import make_person
from tests.factories.notices import make_delivery, make_notice
from tests.people.post_office import make_authority, open_office

KIND = NoticeKind.ENROLLED
FACTS = {"title": "个案工作", "title_en": "Casework", "run_id": 7, "has_seat": True}


@pytest.fixture
def office(app):
    """A mail server that takes what it is given, and the college's carrier for it."""
    with open_office() as open_one:
        use(app, f"smtp://127.0.0.1:{open_one.port}")
        yield open_one


@pytest.fixture(autouse=True)
def as_before():
    before = dict(channels.CARRIERS)
    yield
    channels.use(before)
    failpoints._armed.clear()


def use(app, url, **over):
    carrier = mail_of(app.config | {"MAIL_URL": url} | over)
    channels.use({Channel.MAIL: carrier})
    return carrier


def reachable(**over):
    return make_person(Role.TRAINEE, email="zhang@example.org", **over)


def tell_now(person, kind=KIND, **values):
    return make_delivery(person, kind, **(values or FACTS))


def again(delivery):
    db.session.refresh(delivery)
    return delivery


def later(monkeypatch, **span):
    moment = clock.now() + timedelta(**span)
    monkeypatch.setattr(clock, "now", lambda: moment)


def test_a_notice_stands_or_falls_with_what_happened():
    person = reachable()
    tell(KIND, person.id, **FACTS)
    db.session.rollback()
    assert db.session.scalars(sa.select(Notice)).all() == []
    assert db.session.scalars(sa.select(Delivery)).all() == []


def test_what_it_says_is_kept_encrypted_and_for_this_person_alone():
    notice = make_notice(reachable(), KIND, **FACTS)
    assert "个案".encode() not in notice.values_sealed
    with pytest.raises(InvalidTag):
        crypto.unseal(notice.values_sealed, bound=b"notice/enrolled/999")


def test_a_letter_reads_in_both_languages_and_goes_where_it_should(office):
    person = reachable(full_name="张三")
    delivery = tell_now(person)
    assert sending.send_due() == 1
    ((to, letter),) = office.taken
    assert to == "zhang@example.org"
    assert letter["To"] == "zhang@example.org"
    assert letter["From"].addresses[0].display_name == "通辽社会工作学院"
    assert letter["Subject"] == "报名已登记 · Your enrolment is noted"
    assert letter["Auto-Submitted"] == "auto-generated"
    text = letter.get_content()
    chinese, english = text.split("————————")
    assert "张三，你好：" in chinese
    assert "你已报上“个案工作”" in chinese
    assert "You have a seat in the class “Casework”." in english
    assert text.count("http://127.0.0.1:8000/courses/runs/7") == 2
    again(delivery)
    assert (delivery.state, delivery.tries, delivery.obstacle) == (DeliveryState.SENT, 1, None)
    assert sending.send_due() == 0
    assert len(office.taken) == 1


def test_the_subject_names_nothing():
    assert [kind for kind, wording in WORDINGS.items() if "%(" in wording.subject] == []
    assert set(WORDINGS) == set(NoticeKind)


def test_every_page_that_a_notice_leads_to_is_there(app):
    ids = dict.fromkeys(("run_id", "certificate_id", "person_id"), 7) | {"page": "/me"}
    adapter = app.url_map.bind("college.example")
    for kind in NoticeKind:
        if WORDINGS[kind].page:
            assert adapter.match(page(kind, ids), method="GET")


def test_without_a_server_each_letter_is_one_file(app, tmp_path):
    carrier = use(app, "", INSTANCE=tmp_path)
    assert isinstance(carrier, FolderCarrier)
    delivery = tell_now(reachable())
    sending.send_due()
    (path,) = tmp_path.glob("mail/*")
    assert path.name == f"notice-{delivery.id}-1.eml"
    assert path.stat().st_mode & 0o077 == 0
    letter = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert letter["To"] == "zhang@example.org"
    delivery.state, delivery.sent_at = DeliveryState.WAITING, None  # as after a crash
    db.session.commit()
    sending.send_due()
    assert list(tmp_path.glob("mail/*")) == [path]


def test_a_folder_that_cannot_be_written_costs_a_try_and_leaves_nothing(app, tmp_path):
    (tmp_path / "mail").write_text("in the way")
    use(app, "", INSTANCE=tmp_path)
    with pytest.raises(FileExistsError):
        (tmp_path / "mail").mkdir()
    delivery = tell_now(reachable())
    sending.send_due()
    assert again(delivery).state is DeliveryState.FAILED
    assert delivery.obstacle is Obstacle.UNREACHABLE


def test_it_is_tried_again_after_growing_waits_and_then_given_up(app, monkeypatch):
    use(app, "smtp://127.0.0.1:1")  # nobody listens
    delivery = tell_now(reachable())
    for minutes in (1, 5, 30, 120, 720):
        before = clock.now()
        assert sending.send_due() == 0
        again(delivery)
        assert delivery.state is DeliveryState.FAILED
        assert delivery.obstacle is Obstacle.UNREACHABLE
        assert (
            timedelta(0)
            <= delivery.next_try_at - before - timedelta(minutes=minutes)
            < (timedelta(seconds=30))
        )
        assert sending.send_due() == 0
        assert again(delivery).claim == ""
        later(monkeypatch, minutes=minutes, seconds=30)
    sending.send_due()
    assert again(delivery).state is DeliveryState.GIVEN_UP
    assert delivery.tries == 6


@pytest.mark.parametrize(
    ("answers", "obstacle", "state", "detail"),
    [
        ({"RCPT": "550 nobody"}, Obstacle.ADDRESS_REFUSED, DeliveryState.GIVEN_UP, "550"),
        ({"RCPT": "450 later"}, Obstacle.ADDRESS_REFUSED, DeliveryState.FAILED, "450"),
        ({"MAIL": "530 sign in"}, Obstacle.SHUT_OUT, DeliveryState.FAILED, "530"),
        ({"AUTH": "535 wrong"}, Obstacle.SHUT_OUT, DeliveryState.FAILED, "535"),
        ({"DATA": "554 no"}, Obstacle.REFUSED, DeliveryState.FAILED, "554"),
    ],
)
def test_what_the_server_says_is_told_apart(app, office, answers, obstacle, state, detail):
    office.answers = answers
    secret = app.config["MAIL_PASSWORD"].__class__("geheim")
    use(app, f"smtp://127.0.0.1:{office.port}", MAIL_USER="college", MAIL_PASSWORD=secret)
    delivery = tell_now(reachable())
    sending.send_due()
    again(delivery)
    assert (delivery.obstacle, delivery.state, delivery.detail) == (obstacle, state, detail)
    assert office.taken == []


def test_a_server_that_says_nothing_is_not_waited_for_forever(app, monkeypatch):
    monkeypatch.setattr("college.people.notices.mailing.SECONDS", 0.3)
    with open_office(silence=3) as silent:
        use(app, f"smtp://127.0.0.1:{silent.port}")
        first, second = tell_now(reachable()), tell_now(reachable())
        begun = time.monotonic()
        assert sending.send_due() == 0
    assert time.monotonic() - begun < 2
    assert again(first).obstacle is Obstacle.UNREACHABLE
    assert again(second).tries == 0, "a server that is away is asked once a round"


@pytest.mark.parametrize("parting", ["500 what", "421 no time", ""])
def test_a_letter_that_was_taken_is_taken_whatever_is_said_at_parting(office, parting):
    office.answers = {"QUIT": parting}
    delivery = tell_now(reachable())
    assert sending.send_due() == 1
    assert again(delivery).state is DeliveryState.SENT
    assert len(office.taken) == 1


def test_starttls_trusts_the_authority_that_is_named_and_no_other(app, tmp_path):
    ours, theirs = make_authority(tmp_path / "ours"), make_authority(tmp_path / "theirs")
    with open_office(tls=ours.context) as office:
        url = f"smtp+starttls://127.0.0.1:{office.port}"
        for ca in (str(theirs.ca), ""):
            use(app, url, MAIL_CA=ca)
            delivery = tell_now(reachable())
            sending.send_due()
            assert again(delivery).obstacle is Obstacle.UNTRUSTED
            delivery.next_try_at += timedelta(days=9)
            db.session.commit()
        assert office.taken == []
        use(app, url, MAIL_CA=str(ours.ca))
        tell_now(reachable())
        assert sending.send_due() == 1
        assert len(office.taken) == 1
        assert office.said.index("STARTTLS") < office.said.index("MAIL")


def test_a_server_without_starttls_gets_no_letter_in_the_open(app, office):
    use(app, f"smtp+starttls://127.0.0.1:{office.port}")
    delivery = tell_now(reachable())
    sending.send_due()
    assert again(delivery).state is DeliveryState.FAILED
    assert office.said[0] == "EHLO"
    assert "MAIL" not in office.said


def test_tls_from_the_first_byte(app, tmp_path):
    ours = make_authority(tmp_path / "ours")
    with open_office(tls=ours.context, is_tls=True) as office:
        use(app, f"smtps://127.0.0.1:{office.port}", MAIL_CA=str(ours.ca))
        tell_now(reachable())
        assert sending.send_due() == 1
        assert len(office.taken) == 1


def test_sent_and_not_marked_goes_out_again_as_the_same_letter(office, monkeypatch):
    delivery = tell_now(reachable())

    def die():
        raise KeyboardInterrupt

    failpoints.arm("notices.sent", die)
    with pytest.raises(KeyboardInterrupt):
        sending.send_due()
    failpoints._armed.clear()
    db.session.rollback()
    assert again(delivery).state is DeliveryState.WAITING
    assert sending.send_due() == 0, "its claim still holds"
    later(monkeypatch, minutes=11)
    assert sending.send_due() == 1
    first, second = (letter["Message-ID"] for letter in office.letters)
    assert first == second
    later(monkeypatch, minutes=1)
    send_again(SYSTEM, again(delivery))
    db.session.commit()
    assert sending.send_due() == 1
    assert office.letters[2]["Message-ID"] != first
    assert len({first, tell_now(reachable()).id}) == 2


def test_who_kills_every_worker_is_given_up(office, monkeypatch):
    delivery = tell_now(reachable())
    delivery.tries = 6
    db.session.commit()
    sending.send_due()
    assert again(delivery).obstacle is Obstacle.DEADLY
    assert delivery.state is DeliveryState.GIVEN_UP
    assert office.taken == []


def test_what_nobody_foresaw_stops_one_notice_and_no_other(app, office, monkeypatch):
    first, second = tell_now(reachable()), tell_now(reachable())
    notice = db.session.get_one(Notice, first.notice_id)
    notice.values_sealed = notice.values_sealed[:-1] + b"?"
    db.session.commit()
    assert sending.send_due() == 1
    assert again(first).obstacle is Obstacle.UNFORESEEN
    assert first.detail.startswith("InvalidTag (college/core/crypto.py:")
    assert again(second).state is DeliveryState.SENT


def test_invented_people_are_never_written_to(office):
    person = reachable()
    person.is_demo = True
    db.session.commit()
    delivery = tell_now(person)
    sending.send_due()
    assert (again(delivery).state, delivery.obstacle) == (DeliveryState.GIVEN_UP, Obstacle.DEMO)
    assert office.taken == []


def test_an_address_that_went_or_is_none_is_said(office):
    gone, odd = tell_now(person := reachable()), tell_now(strange := reachable())
    person.email, strange.email = "", "no address"
    db.session.commit()
    sending.send_due()
    assert again(gone).obstacle is Obstacle.NO_ADDRESS
    assert again(odd).obstacle is Obstacle.ADDRESS_REFUSED
    assert {gone.state, odd.state} == {DeliveryState.GIVEN_UP}


def test_an_address_cannot_smuggle_a_header(office):
    person = reachable()
    person.email = "a@example.org\r\nbcc: b@example.org"
    db.session.commit()
    delivery = tell_now(person)
    sending.send_due()
    assert again(delivery).obstacle is Obstacle.ADDRESS_REFUSED
    assert office.taken == []


def test_a_link_is_sent_once_and_kept_nowhere(office):
    person = reachable()
    secret = Secret("https://college.example/enter/ABC", clock.now() + timedelta(minutes=30))
    tell(NoticeKind.PASSWORD_FORGOTTEN, person.id, secret=secret)
    db.session.commit()
    delivery = db.session.scalars(sa.select(Delivery)).one()
    assert b"ABC" not in (delivery.secret_sealed or b"")
    assert not db.session.scalars(sa.select(Notice)).one().is_shown
    sending.send_due()
    assert "https://college.example/enter/ABC" in office.letters[0].get_content()
    assert again(delivery).secret_sealed is None
    with pytest.raises(LinkGone):
        send_again(SYSTEM, delivery)


def test_a_link_that_is_too_old_is_not_sent(office, monkeypatch):
    person = reachable()
    secret = Secret("https://college.example/enter/ABC", clock.now() + timedelta(minutes=30))
    tell(NoticeKind.PASSWORD_FORGOTTEN, person.id, secret=secret)
    db.session.commit()
    later(monkeypatch, minutes=31)
    sending.send_due()
    delivery = db.session.scalars(sa.select(Delivery)).one()
    assert (delivery.obstacle, delivery.secret_sealed) == (Obstacle.TOO_LATE, None)
    assert office.taken == []


def test_who_is_not_on_record_is_written_to(office):
    tell_address(NoticeKind.SIGN_UP_DECIDED, "li@example.org", reason="不在本站")
    db.session.commit()
    assert b"li@" not in (db.session.scalars(sa.select(Delivery)).one().address_sealed or b"")
    assert sending.send_due() == 1
    ((to, letter),) = office.taken
    assert to == "li@example.org"
    assert "你好：" in letter.get_content()
    assert "不在本站" in letter.get_content()


def test_many_are_told_in_as_few_statements_as_one(count_queries):
    few, many = [reachable().id], [reachable().id for _ in range(20)]
    count_queries()
    tell_all(KIND, dict.fromkeys(few, FACTS))
    one = count_queries()
    tell_all(KIND, dict.fromkeys(many, FACTS))
    assert count_queries() <= one
    assert len(db.session.scalars(sa.select(Delivery)).all()) == 21


def test_each_gets_what_they_chose_by_the_way_they_chose(office):
    person = reachable()
    actor = actor_of(person)
    chosen = {pair for pair, is_on in choices_of(person.id).items() if is_on}
    assert (KIND, Channel.MAIL) in chosen
    assert choose_notices(actor, chosen) == 0
    assert choose_notices(actor, chosen - {(KIND, Channel.MAIL)}) == 1
    notice = make_notice(person, KIND, **FACTS)
    assert notice.is_shown
    assert db.session.scalars(sa.select(Delivery)).all() == []
    assert choose_notices(actor, {(KIND, Channel.MAIL)}) > 1
    assert not make_notice(person, KIND, **FACTS).is_shown
    assert len(db.session.scalars(sa.select(Delivery)).all()) == 1
    make_notice(person, NoticeKind.ROLE_GRANTED)
    assert len(db.session.scalars(sa.select(Delivery)).all()) == 1
    assert choose_notices(actor, chosen) > 1
    assert all(
        row.is_wanted is ((row.kind, row.channel) in chosen)
        for row in db.session.scalars(sa.select(NoticeChoice))
    )


def test_nobody_reads_or_chooses_for_another():
    notice, other = make_notice(reachable(), KIND, **FACTS), make_person(Role.ADMIN)
    for actor in (NOBODY, actor_of(other)):
        with pytest.raises(NotAllowed):
            read_notice(actor, notice)
    with pytest.raises(NotAllowed):
        choose_notices(NOBODY, set())
    assert read_all(actor_of(other)) == 0
    assert notice.read_at is None


def test_only_an_administrator_sends_again_and_not_in_the_middle():
    delivery = tell_now(reachable())
    for role in Role:
        if role not in {Role.ADMIN, Role.SYSTEM, Role.ANYONE}:
            with pytest.raises(NotAllowed):
                send_again(actor_of(make_person(role)), delivery)
    delivery.claimed_until = clock.now() + timedelta(minutes=1)
    db.session.commit()
    with pytest.raises(BeingSent):
        send_again(actor_of(make_person(Role.ADMIN)), delivery)


def test_the_settings_make_the_carrier(app):
    carrier = mail_of(app.config | {"MAIL_URL": "smtps://mail.example.org", "MAIL_USER": "u"})
    assert isinstance(carrier, SmtpCarrier)
    assert repr(carrier.server) == "<Server smtps://mail.example.org:465>"
    assert carrier.sender.address == "notices@localhost"
    assert carrier.leaves_machine
