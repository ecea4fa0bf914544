"""The pages of consents: publishing, the one after sign-in, one's own, and the photo's."""

from io import BytesIO

import pytest
import sqlalchemy as sa

from college.core import clock, storage
from college.core.db import db
from college.core.errors import NotAllowed
from college.core.roles import SYSTEM, Role
from college.people.consents import queries
from college.people.consents.models import Consent, ConsentWay
from college.people.consents.operations import agree
from college.people.employment.models import Capacity
from college.people.persons.models import Person
from college.people.sign_ups.models import SignUp
from college.people.sign_ups.operations import accept
from college.reports.personal_data import withdrawing
from tests.conftest import account_of, actor_of
from tests.factories import (
    make_consent,
    make_person,
    make_sign_up,
    make_texts,
    make_unit,
)
from tests.factories.photos import photo
from tests.people.consenting import PASSWORD, K, make_reader, published

pytestmark = pytest.mark.usefixtures("fresh_limits")


@pytest.fixture
def texts():
    return make_texts()


@pytest.fixture
def admin():
    return make_person(Role.ADMIN, full_name="陈老师")


@pytest.fixture
def trainee():
    return make_reader()


def newest():
    found = queries.newest(K.PRIVACY)
    assert found is not None
    return found


def signed_in(app, person):
    client = app.test_client()
    client.set_cookie("language", "en")
    sent = {"login": account_of(person).login, "password": PASSWORD}
    assert client.post("/sign-in", data=sent).status_code == 302
    return client


# ---- publishing on pages


def written(**over):
    usual = {"title": "新告知", "title_en": "New notice", "text": "一、改了\n内容",
             "text_en": "1. New", "renews": "yes", "follows": 1,
             "from_on": clock.today()}  # fmt: skip
    return usual | over


def test_a_text_is_looked_at_before_it_is_published(sign_in, texts, admin):
    client, address = sign_in(admin), "/admin/consents/new/privacy"
    assert "个人信息处理告知" in client.get(address).text
    preview = client.post(address, data=written())
    assert preview.status_code == 200
    assert "<ins>" in preview.text
    assert "<del>" in preview.text
    assert "never changed again" in preview.text
    assert newest().edition == 1
    assert "一、改了" in client.post(address, data=written(back="1")).text
    answer = client.post(address, data=written(publish="1"))
    assert answer.status_code == 302
    made = newest()
    assert (made.edition, made.text, made.renews, made.published_by_id) == (
        2, "一、改了\n内容", True, admin.id)  # fmt: skip
    text = client.get(answer.location).text
    assert "What changed since version 1" in text
    assert "陈老师" in text


@pytest.mark.parametrize(
    ("over", "sentence"),
    [({"text": " "}, "This field is required."), ({"renews": ""}, "Choose one"),
     ({"title": "x" * 101}, "At most 100 characters."), ({"from_on": "x"}, "Not a valid date"),
     ({"follows": 0, "publish": "1"}, "published a new version meanwhile"),
     ({"from_on": "2020-01-01", "publish": "1"}, "at the earliest")],
)  # fmt: skip
def test_what_cannot_be_published_is_said(sign_in, texts, admin, over, sentence):
    answer = sign_in(admin).post("/admin/consents/new/privacy", data=written(**over))
    assert answer.status_code in {409, 422}
    assert sentence in answer.text
    assert newest().edition == 1


def test_the_pages_say_who_agreed_to_which_version(sign_in, texts, admin, trainee):
    make_consent(trainee, texts[K.PRIVACY])
    back = make_consent(make_person(full_name="韩梅梅"), texts[K.PHOTO])
    back.withdrawn_at = clock.now()
    older = make_person(full_name="旧人")
    make_consent(older, texts[K.PRIVACY])
    now = published()
    make_consent(trainee, now)
    pages = {page.kind: page for page in queries.kind_pages(actor_of(admin))}
    privacy, pictures = pages[K.PRIVACY].counts, pages[K.PHOTO].counts
    assert (privacy.agreed, privacy.earlier, privacy.withdrawn) == (1, 1, 0)
    assert privacy.not_yet == 1  # the administrator
    assert (pictures.agreed, pictures.withdrawn) == (0, 1)
    client = sign_in(admin)
    assert "Version 2" in client.get("/admin/consents").text
    assert "李雷" in client.get(f"/admin/consents/{now.id}").text
    assert "旧人" not in client.get(f"/admin/consents/{now.id}").text
    assert "旧人" in client.get(f"/admin/consents/{texts[K.PRIVACY].id}").text


def test_the_list_asks_as_much_for_many_as_for_few(sign_in, texts, admin, count_queries):
    client, address = sign_in(admin), f"/admin/consents/{texts[K.PRIVACY].id}"
    make_consent(make_person(), texts[K.PRIVACY])
    client.get(address)
    count_queries()
    client.get(address)
    few = count_queries()
    for _ in range(5):
        make_consent(make_person(), texts[K.PRIVACY])
    count_queries()
    client.get(address)
    assert count_queries() == few


def test_anybody_reads_the_texts(sign_in, texts):
    page = sign_in(None).get("/register/privacy").text
    assert "How the college treats your personal information" in page
    assert "Separate consent: your photo" in page
    assert "个人信息处理告知" in sign_in(None, language="zh").get("/register/privacy").text
    old, _ = texts[K.PRIVACY], published()
    text = sign_in(None).get(f"/privacy/{old.id}").text
    assert "not in force any more" in text
    assert sign_in(None).get("/privacy/999999").status_code == 404


def test_before_anything_is_published_the_page_says_so(sign_in):
    assert "has not published" in sign_in(None).get("/register/privacy").text


# ---- asked after signing in


def test_whoever_signs_in_is_led_to_the_page_and_on_from_there(app, texts, trainee):
    client = signed_in(app, trainee)
    led = client.get("/me/notices?page=1")
    assert led.status_code == 302
    assert led.location == "/me/consents?next=/me/notices?page%3D1"
    page = client.get(led.location)
    assert "我" not in page.text.split("<main")[1].split("</h1>")[0]
    assert "Sign out" in page.text
    assert "Later" not in page.text
    sent = {"texts": [texts[K.PRIVACY].id], "next": "/me/notices?page=1"}
    answer = client.post("/me/consents", data=sent)
    assert answer.location == "/me/notices?page=1"
    assert client.get("/me/notices").status_code == 200
    (row,) = db.session.scalars(sa.select(Consent))
    assert (row.person_id, row.text_id, row.way) == (
        trainee.id, texts[K.PRIVACY].id, ConsentWay.ASKED)  # fmt: skip


def test_without_the_needed_yes_nobody_goes_on_and_nobody_is_locked_in(app, texts, trainee):
    client = signed_in(app, trainee)
    for sent in ({}, {"texts": [texts[K.ID_NUMBER].id]}):
        answer = client.post("/me/consents", data=sent)
        assert answer.status_code == 422
        assert "Tick what you agree to" in answer.text
    assert client.post("/me/consents/later").location.startswith("/me/consents")
    assert client.get("/me/notices").status_code == 302
    for open_to_all in ("/me/data", "/me/data/requests", "/register/privacy"):
        assert client.get(open_to_all).status_code == 200
    assert client.post("/sign-out").status_code == 302
    assert db.session.scalars(sa.select(Consent)).all() == []


def test_what_is_not_needed_can_wait(app, texts, trainee):
    agree(actor_of(trainee), list(texts.values()), way=ConsentWay.ASKED)
    published(renews=False)
    client = signed_in(app, trainee)
    page = client.get("/me/notices", follow_redirects=True).text
    assert "You agreed to version 1." in page
    answer = client.post("/me/consents/later", data={"next": "/me/notices"})
    assert answer.location == "/me/notices"
    assert client.get("/me/notices").status_code == 200
    assert signed_in(app, trainee).get("/me/notices").status_code == 302  # at the next sign-in


def test_what_was_on_its_way_is_not_lost(app, texts, trainee):
    client = signed_in(app, trainee)
    sent = {"kind": "correction", "text": "电话号码变了"}
    assert client.post("/me/notices/read").status_code == 302
    assert client.post("/me/data/requests", data=sent).location == "/me/data/requests"


def test_whoever_agreed_elsewhere_is_led_on(app, texts, trainee):
    client = signed_in(app, trainee)
    agree(actor_of(trainee), list(texts.values()), way=ConsentWay.ASKED)
    db.session.commit()
    answer = client.get("/me/consents?next=/me/notices")
    assert answer.location == "/me/notices"
    assert client.get("/me/notices").status_code == 200


def test_nobody_is_led_to_a_strangers_site(app, texts, trainee):
    client = signed_in(app, trainee)
    sent = {"texts": [texts[K.PRIVACY].id], "next": "https://evil.example/"}
    assert client.post("/me/consents", data=sent).location == "/"


def test_where_nothing_is_due_nobody_is_asked(app, texts, trainee):
    agree(actor_of(trainee), list(texts.values()), way=ConsentWay.ASKED)
    assert signed_in(app, trainee).get("/me/notices").status_code == 200


# ---- one's own


def test_a_person_sees_reads_agrees_and_takes_back(sign_in, texts, trainee):
    client, text = sign_in(trainee), texts[K.PHOTO]
    trainee.photo_sha256 = storage.files().put(photo())
    db.session.commit()
    assert "Not agreed to" in client.get("/me/data").text
    assert "I have read it and agree" in client.get(f"/privacy/{text.id}").text
    client.post("/me/consents", data={"texts": [texts[K.PRIVACY].id, text.id]})
    assert "You agreed on" in client.get(f"/privacy/{text.id}").text
    row = next(c for c in queries.own(actor_of(trainee)) if c.text == text)
    assert row.way is ConsentWay.OWN_PAGE
    assert "nobody puts another on record" in client.get("/me/data").text
    client.post(f"/me/data/consents/{row.id}/withdraw")
    db.session.refresh(trainee)
    assert trainee.photo_sha256 == ""
    assert "taken back" in client.get("/me/data").text


def test_a_number_taken_back_is_off_the_record_and_off_the_registration(texts):
    sign_up = make_sign_up(make_unit())
    sign_up.consent = "privacy-1 id_number-1"
    accept(SYSTEM, sign_up, capacity=Capacity.VOLUNTEER)
    assert sign_up.person_id is not None
    person = db.session.get_one(Person, sign_up.person_id)
    tail = person.id_tail
    row = next(c for c in queries.given_by(person.id) if c.text.kind is K.ID_NUMBER)
    withdrawing.withdraw_consent(actor_of(person), row)
    assert (person.id_number_key, person.id_number_sealed, person.id_number_masked) == (
        None, None, "")  # fmt: skip
    assert person.born_on is None
    assert tail.lower() not in person.search_text.split()
    kept = db.session.get_one(SignUp, sign_up.id)
    db.session.refresh(kept)
    assert (kept.id_number_key, kept.id_number_masked) == ("", "")
    withdrawing.withdraw_consent(actor_of(person), row)  # twice is once
    assert len([c for c in queries.given_by(person.id) if not c.is_given]) == 1


def test_every_version_of_it_is_taken_back_at_once(texts, trainee):
    make_consent(trainee, texts[K.PHOTO])
    make_consent(trainee, published(K.PHOTO))
    row = queries.own(actor_of(trainee))[0]
    withdrawing.withdraw_consent(actor_of(trainee), row)
    assert not any(c.is_given for c in queries.own(actor_of(trainee)))


def test_the_notice_itself_is_left_by_deletion_alone(sign_in, texts, trainee):
    row = make_consent(trainee, texts[K.PRIVACY])
    answer = sign_in(trainee).post(f"/me/data/consents/{row.id}/withdraw")
    assert answer.status_code == 422
    assert "ask for its deletion" in answer.text


def test_nobody_takes_back_for_another(sign_in, texts, trainee, admin):
    row = make_consent(trainee, texts[K.PHOTO])
    assert sign_in(make_person()).post(f"/me/data/consents/{row.id}/withdraw").status_code == 404
    with pytest.raises(NotAllowed):
        withdrawing.withdraw_consent(actor_of(admin), row)


# ---- photos


def upload(client, person, **over):
    sent = {"photo": (BytesIO(photo()), "photo.png")} | over
    return client.post(f"/people/persons/{person.id}/photo", data=sent)


def test_ones_own_photo_needs_the_separate_yes_once(sign_in, texts, trainee):
    client = sign_in(trainee)
    assert "I agree separately that the college keeps my photo" in (
        client.get(f"/people/persons/{trainee.id}").text)  # fmt: skip
    refused = upload(client, trainee)
    assert refused.status_code == 422
    assert "Agree first" in refused.text
    assert upload(client, trainee, agrees="y").status_code == 302
    (row,) = queries.own(actor_of(trainee))
    assert (row.text_id, row.way) == (texts[K.PHOTO].id, ConsentWay.UPLOAD)
    assert upload(client, trainee).status_code == 302


def test_after_a_no_nobody_else_uploads_a_photo(sign_in, texts, trainee, admin):
    client = sign_in(admin)
    assert upload(client, trainee).status_code == 302
    row = make_consent(trainee, texts[K.PHOTO])
    withdrawing.withdraw_consent(actor_of(trainee), row)
    db.session.commit()
    refused = upload(client, trainee)
    assert refused.status_code == 422
    assert "They alone can give it again" in refused.text
