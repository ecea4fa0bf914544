"""Notices: told with what happened, sent afterwards, tried again, chosen by whoever gets them."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from cryptography.exceptions import InvalidTag

from college.core import clock, crypto, failpoints
from college.core.db import db
from college.core.errors import NotAllowed
from college.core.roles import NOBODY, SYSTEM, Role
from college.people.notices import sending
from college.people.notices.forgetting import forget_notices
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
from tests.factories.notices import make_notice
from tests.people.outboxes import FACTS, KIND, again, later, reachable, tell_now, use

pytestmark = pytest.mark.usefixtures("as_before")


def test_a_notice_stands_or_falls_with_what_happened():
    person = reachable()
    tell(KIND, person.id, FACTS)
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
    assert "张三，您好：" in chinese
    assert "您已报上“个案工作”" in chinese
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
    named = ("run_id", "certificate_id", "person_id", "candidacy_id")
    ids = dict.fromkeys(named, 7) | {"page": "/me"}
    adapter = app.url_map.bind("college.example")
    for kind in NoticeKind:
        if WORDINGS[kind].page:
            assert adapter.match(page(kind, ids), method="GET")


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
    tell_address(NoticeKind.SIGN_UP_DECIDED, "li@example.org", {"reason": "不在本站"})
    db.session.commit()
    assert b"li@" not in (db.session.scalars(sa.select(Delivery)).one().address_sealed or b"")
    assert sending.send_due() == 1
    ((to, letter),) = office.taken
    assert to == "li@example.org"
    assert "您好：" in letter.get_content()
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


def test_what_was_told_long_ago_is_forgotten_with_its_sendings(own_app):
    with own_app.app_context():
        old, new = tell_now(reachable()), tell_now(reachable())
        notice = db.session.get_one(Notice, old.notice_id)
        notice.told_at -= timedelta(days=731)
        kept = new.notice_id
        db.session.commit()
        db.session.remove()
        assert forget_notices(timedelta(days=730)) == 1
        assert db.session.scalars(sa.select(Notice.id)).all() == [kept]
        assert db.session.scalars(sa.select(Delivery.notice_id)).all() == [kept]
