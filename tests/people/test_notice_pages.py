"""The pages of notices: one's own, one's choices, and the outbox of the administrator."""

import re

import pytest
import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.journal import JournalEntry
from college.core.roles import Role
from college.people.notices.models import (
    Channel,
    Delivery,
    DeliveryState,
    NoticeKind,
    Obstacle,
)
from college.people.notices.queries import choices_of
from college.people.notices.telling import Secret, tell
from tests.factories import make_person
from tests.factories.notices import make_delivery, make_notice

KIND = NoticeKind.ENROLLED
FACTS = {"title": "个案工作<b>", "title_en": "Casework", "run_id": 7, "has_seat": True}


@pytest.fixture
def person():
    return make_person(Role.TRAINEE, email="zhang@example.org", full_name="张三")


@pytest.fixture
def admin(sign_in):
    return sign_in(make_person(Role.ADMIN))


def test_ones_own_notices_stand_there_the_new_first(sign_in, person):
    first = make_notice(person, KIND, **FACTS)
    first.read_at = clock.now()
    make_notice(person, NoticeKind.ROLE_GRANTED)
    make_notice(make_person(), NoticeKind.RESULTS_IN)
    text = sign_in(person).get("/me/notices").text
    assert text.index("You have a new role") < text.index("You have a seat in the class “Casework”")
    assert 'href="/courses/runs/7"' in text
    assert "exam results" not in text
    assert "Notices: 1 new" in text
    chinese = sign_in(person, language="zh").get("/me/notices").text
    assert "您已报上“个案工作&lt;b&gt;”" in chinese


def test_the_bell_counts_and_costs_no_query(sign_in, person, count_queries):
    client = sign_in(person)
    count_queries()
    assert "Notices: " not in client.get("/me/notices/choices").text
    before = count_queries()
    for _ in range(3):
        make_notice(person, KIND, **FACTS)
    count_queries()
    assert "Notices: 3 new" in client.get("/me/notices/choices").text
    assert count_queries() <= before


def test_one_or_all_are_marked_as_read(sign_in, person):
    client, notices = sign_in(person), [make_notice(person, KIND, **FACTS) for _ in range(3)]
    assert client.post(f"/me/notices/{notices[1].id}/read").status_code == 302
    assert [n.read_at is None for n in notices] == [True, False, True]
    answer = client.post("/me/notices/read", follow_redirects=True)
    assert "2 notices are marked as read." in answer.text
    assert [n.read_at is None for n in notices] == [False] * 3
    assert "Notices: " not in answer.text


def test_anothers_notice_is_not_there_to_be_read(sign_in, person):
    notice = make_notice(make_person(), KIND, **FACTS)
    for client in (sign_in(person), sign_in(make_person(Role.ADMIN))):
        assert client.post(f"/me/notices/{notice.id}/read").status_code == 404
    assert notice.read_at is None


def test_a_list_of_notices_takes_as_many_queries_as_one_notice(sign_in, person, count_queries):
    client = sign_in(person)
    make_notice(person, KIND, **FACTS)
    count_queries()
    client.get("/me/notices")
    one = count_queries()
    for _ in range(8):
        make_notice(person, KIND, **FACTS)
    count_queries()
    client.get("/me/notices")
    assert count_queries() <= one


def test_what_is_chosen_on_the_page_holds(sign_in, person):
    client = sign_in(person)
    page = client.get("/me/notices/choices").text
    ticked = re.findall(r'value="([a-z_]+:[a-z_]+)" checked', page)
    assert "enrolled:mail" in ticked
    assert "invited:mail" not in page
    assert "zhang@example.org" in page
    kept = [name for name in ticked if name != "enrolled:mail"]
    answer = client.post("/me/notices/choices", data={"wanted": kept}, follow_redirects=True)
    assert "Your choice is kept." in answer.text
    assert not choices_of(person.id)[KIND, Channel.MAIL]
    assert choices_of(person.id)[NoticeKind.RESULTS_IN, Channel.MAIL]
    client.post("/me/notices/choices", data={})
    assert not any(choices_of(person.id).values())


def test_a_way_that_the_college_has_not_is_no_choice(sign_in, person):
    answer = sign_in(person).post("/me/notices/choices", data={"wanted": "enrolled:pigeon"})
    assert answer.status_code == 422
    assert "none of the choices" in answer.text


def test_who_has_no_mail_address_is_told(sign_in):
    assert "has no mail address of you" in sign_in(make_person()).get("/me/notices/choices").text


def test_the_outbox_shows_each_row_and_masks_the_address(admin, person):
    failed, sent = make_delivery(person, KIND, **FACTS), make_delivery(person, KIND, **FACTS)
    failed.state, failed.obstacle = DeliveryState.FAILED, Obstacle.UNREACHABLE
    sent.state, sent.sent_at = DeliveryState.SENT, clock.now()
    db.session.commit()
    text = admin.get("/admin/notices").text
    assert "The server did not answer in time." in text
    assert "z***@example.org" in text
    assert "zhang@example.org" not in text
    assert "No mail server is set" in text
    assert text.count("张三") >= 2
    only = admin.get("/admin/notices?state=sent").text
    assert "The server did not answer in time." not in only
    assert admin.get("/admin/notices?state=pigeon").status_code == 200
    assert "No notice is in this state." in admin.get("/admin/notices?state=given_up").text


def test_the_preview_is_the_letter_without_address_and_link(admin, person):
    seat = make_delivery(person, KIND, **FACTS)
    text = admin.get(f"/admin/notices/{seat.id}").text
    assert "张三，您好：" in text
    assert "You have a seat in the class “Casework”." in text
    assert "zhang@example.org" not in text
    tell(
        NoticeKind.PASSWORD_FORGOTTEN,
        person.id,
        secret=Secret("https://college.example/enter/ABC", clock.now()),
    )
    db.session.commit()
    newest = db.session.scalars(sa.select(sa.func.max(Delivery.id))).one()
    text = admin.get(f"/admin/notices/{newest}").text
    assert "asked the college for a new password" in text
    assert "ABC" not in text


def test_what_was_given_up_is_sent_again_by_a_button(admin, person):
    delivery = make_delivery(person, KIND, **FACTS)
    delivery.state, delivery.tries = DeliveryState.GIVEN_UP, 6
    db.session.commit()
    answer = admin.post(f"/admin/notices/{delivery.id}/again", follow_redirects=True)
    assert "in the outbox again" in answer.text
    assert (delivery.state, delivery.tries, delivery.edition) == (DeliveryState.WAITING, 0, 2)


def test_a_link_that_opens_nothing_is_not_sent_again(admin, person):
    secret = Secret("https://college.example/enter/ABC", clock.now())
    tell(NoticeKind.PASSWORD_FORGOTTEN, person.id, secret=secret)
    db.session.commit()
    newest = db.session.scalars(sa.select(sa.func.max(Delivery.id))).one()
    answer = admin.post(f"/admin/notices/{newest}/again")
    assert answer.status_code == 422
    assert "The link in it opens nothing any more." in answer.text


@pytest.mark.parametrize("role", [r for r in Role if r not in {Role.ADMIN, Role.SYSTEM}])
def test_the_outbox_is_the_administrators_alone(sign_in, person, role):
    delivery = make_delivery(person, KIND, **FACTS)
    client = sign_in(make_person(role))
    for path in ("/admin/notices", f"/admin/notices/{delivery.id}"):
        assert client.get(path).status_code == 403
    assert client.post(f"/admin/notices/{delivery.id}/again").status_code == 403


def test_the_outbox_takes_as_many_queries_for_many(admin, person, count_queries):
    make_delivery(person, KIND, **FACTS)
    count_queries()
    admin.get("/admin/notices")
    one = count_queries()
    for n in range(8):
        make_delivery(make_person(email=f"p{n}@example.org"), KIND, **FACTS)
    count_queries()
    admin.get("/admin/notices")
    assert count_queries() <= one


def test_what_somebody_reads_stands_in_the_journal_once(sign_in, person):
    notice, client = make_notice(person, KIND, **FACTS), sign_in(person)
    for _ in range(2):
        client.post(f"/me/notices/{notice.id}/read")
    done = sa.select(JournalEntry.row_id, JournalEntry.about_id)
    done = done.where(JournalEntry.deed == "read_notice")
    assert [tuple(row) for row in db.session.execute(done)] == [(notice.id, person.id)]
