"""What people agree to: versions never changed, one page after sign-in, taking back."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given as each_time
from hypothesis import strategies as st

from college.core import clock
from college.core.db import db
from college.core.errors import NotAllowed
from college.core.roles import NOBODY, SYSTEM, Role
from college.people.consents import queries
from college.people.consents.differing import differences
from college.people.consents.models import Consent, ConsentText, ConsentWay
from college.people.consents.operations import (
    FromTooEarly,
    NothingChanged,
    NotInForce,
    PublishedMeanwhile,
    adopt_texts,
    agree,
)
from college.people.consents.shipped import House
from college.people.employment.models import Capacity
from college.people.sign_ups.operations import accept
from college.reports.personal_data import withdrawing
from college.reports.personal_data.operations import delete_person
from college.reports.twins.operations import merge_persons, undo_merge
from tests.conftest import actor_of
from tests.factories import (
    make_consent,
    make_person,
    make_sign_up,
    make_texts,
    make_unit,
)
from tests.people.consenting import K, due, make_reader, published

HOUSE = House("通辽社会工作学院", "Tongliao College", "0475-123")


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


# ---- texts


def test_the_shipped_texts_name_the_college_and_come_once(texts):
    adopt_texts(SYSTEM, HOUSE)
    again = adopt_texts(SYSTEM, HOUSE)
    assert again == []
    assert set(texts) == set(K)
    for text in texts.values():
        assert "{" not in text.text + text.text_en + text.title + text.title_en
    assert "测试学院" in texts[K.PRIVACY].text
    assert "0475-123" in texts[K.PRIVACY].text_en


def test_the_newest_that_has_begun_is_in_force(texts, monkeypatch):
    soon = published(days=3)
    assert queries.in_force()[K.PRIVACY].edition == 1
    assert queries.in_force(clock.today() + timedelta(days=3))[K.PRIVACY] == soon


def test_a_version_follows_the_one_its_author_saw(texts):
    published()
    with pytest.raises(PublishedMeanwhile):
        published(follows=1)
    assert db.session.scalar(sa.select(sa.func.max(ConsentText.edition))) == 2


def test_nothing_holds_before_it_could_be_read(texts):
    with pytest.raises(FromTooEarly):
        published(days=-1)
    published(days=9)
    with pytest.raises(FromTooEarly):
        published(days=3)


def test_the_same_words_are_no_new_version(texts):
    now = texts[K.PHOTO]
    words = {
        name: f" {getattr(now, name)}\r\n" for name in ("title", "title_en", "text", "text_en")
    }
    with pytest.raises(NothingChanged):
        published(K.PHOTO, **words)


@pytest.mark.parametrize("role", [Role.STATION_MANAGER, Role.COORDINATOR, Role.OBSERVER])
def test_nobody_but_an_administrator_publishes_or_reads_who_agreed(sign_in, texts, role):
    person = make_person(role, unit=make_unit())
    with pytest.raises(NotAllowed):
        published(actor=actor_of(person))
    client = sign_in(person)
    for address in ("", f"/{texts[K.PHOTO].id}", "/new/photo"):
        assert client.get(f"/admin/consents{address}").status_code == 403


# ---- what is due


def test_who_never_agreed_is_asked_and_a_separate_consent_is_never_forced(texts, trainee):
    assert due(trainee) == [(K.PRIVACY, True), (K.ID_NUMBER, False)]
    assert due(make_person()) == [(K.PRIVACY, True)]  # no number on record: nothing to ask about
    agree(actor_of(trainee), list(texts.values()), way=ConsentWay.ASKED)
    assert due(trainee) == []


@pytest.mark.parametrize("renews", [True, False])
def test_a_new_version_is_needed_where_it_renews(texts, trainee, renews):
    agree(actor_of(trainee), list(texts.values()), way=ConsentWay.ASKED)
    published(renews=renews)
    assert due(trainee) == [(K.PRIVACY, renews)]
    published(renews=False)  # whoever missed the one that renews is asked all the same
    assert due(trainee) == [(K.PRIVACY, renews)]
    published(days=1)
    assert due(trainee) == [(K.PRIVACY, renews)]


def test_a_no_is_not_asked_again(texts, trainee):
    agree(actor_of(trainee), list(texts.values()), way=ConsentWay.ASKED)
    row = next(c for c in queries.own(actor_of(trainee)) if c.text.kind is K.ID_NUMBER)
    withdrawing.withdraw_consent(actor_of(trainee), row)
    assert due(trainee) == []
    published(K.ID_NUMBER)
    assert due(trainee) == []


def test_an_old_text_cannot_be_agreed_to(texts, trainee):
    published()
    soon = published(K.PHOTO, days=1)
    for text in (texts[K.PRIVACY], soon):
        with pytest.raises(NotInForce):
            agree(actor_of(trainee), [text], way=ConsentWay.OWN_PAGE)
    with pytest.raises(NotAllowed):
        agree(NOBODY, [texts[K.PHOTO]], way=ConsentWay.OWN_PAGE)


def test_twice_is_once(texts, trainee):
    for _ in range(2):
        agree(actor_of(trainee), [texts[K.PRIVACY]], way=ConsentWay.ASKED)
    assert len(queries.own(actor_of(trainee))) == 1


# ---- registering


def test_a_registration_says_which_versions_and_becomes_consents(texts):
    sign_up = make_sign_up(make_unit())
    sign_up.consent = "privacy-1 id_number-1 2026-11"
    accept(SYSTEM, sign_up, capacity=Capacity.VOLUNTEER)
    rows = db.session.scalars(sa.select(Consent)).all()
    assert {row.text_id for row in rows} == {texts[K.PRIVACY].id, texts[K.ID_NUMBER].id}
    assert {(r.way, r.given_at, r.person_id) for r in rows} == {
        (ConsentWay.REGISTRATION, sign_up.asked_at, sign_up.person_id)}  # fmt: skip


# ---- twins, deletion


def test_a_merge_takes_consents_along_and_gives_them_back(texts):
    kept, gone = make_person(None), make_person(None)
    for person, kind in ((kept, K.PRIVACY), (gone, K.PRIVACY), (gone, K.PHOTO)):
        make_consent(person, texts[kind])
    merge = merge_persons(SYSTEM, kept, gone)
    assert [c.text.kind for c in queries.given_by(kept.id)] == [K.PHOTO, K.PRIVACY]
    assert [c.text.kind for c in queries.given_by(gone.id)] == [K.PRIVACY]
    undo_merge(SYSTEM, merge)
    assert {c.text.kind for c in queries.given_by(gone.id)} == {K.PRIVACY, K.PHOTO}


def test_a_deletion_keeps_that_somebody_agreed_and_no_name(texts, trainee, admin):
    make_consent(trainee, texts[K.PRIVACY])
    delete_person(actor_of(admin), trainee)
    (row,) = queries.given_by(trainee.id)
    assert row.text.edition == 1


# ---- differences, against the two texts themselves

LINES = st.lists(st.text("甲乙丙ab 1", max_size=8), max_size=6).map("\n".join)


@each_time(LINES, LINES)
def test_the_differences_read_one_way_are_the_old_text_and_the_other_way_the_new(before, after):
    lines = differences(before, after)

    def without(mark):
        kept = [
            "".join(part.text for part in parts if part.mark != mark)
            for parts in lines
            if not parts or any(part.mark != mark for part in parts) or len(parts) > 1
        ]
        return [line for line in kept if line]

    assert without("new") == [line for line in before.splitlines() if line]
    assert without("gone") == [line for line in after.splitlines() if line]
