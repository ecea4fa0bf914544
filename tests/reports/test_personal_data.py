"""Everything that is stored on somebody: known to the inventory, told to them in words."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from college.core import clock, storage
from college.core.db import Base, db
from college.core.roles import Role
from college.people.persons.operations import reveal
from college.people.persons.revealing import Secret
from college.reports.personal_data.done_by import DONE_BY, IMPERSONAL
from college.reports.personal_data.held import Fate
from college.reports.personal_data.inventory import HELD
from college.reports.personal_data.models import Look
from college.reports.personal_data.words import COUNTED, DOWNLOADED, MACHINERY, SECRET, WORDS
from tests.conftest import actor_of
from tests.factories import make_id_number, make_person, make_unit
from tests.factories.certs import make_certificate
from tests.factories.courses import make_enrolment, make_run
from tests.factories.notices import make_notice
from tests.factories.photos import photo

TABLES = Base.metadata.tables
LISTED = {held.table: held for held in HELD}


# ---- the inventory against the tables


def test_every_column_that_leads_to_a_person_is_on_the_list():
    leading = {
        (table.name, key.parent.name)
        for table in TABLES.values()
        for key in table.foreign_keys
        if key.column.table.name == "person"
    }
    assert leading >= DONE_BY
    assert {table for table, _ in leading - DONE_BY} <= set(LISTED)


def test_every_table_that_hangs_on_one_of_the_list_is_on_it_too():
    hanging = {
        table.name
        for table in TABLES.values()
        for key in table.foreign_keys
        if key.column.table.name in LISTED
    }
    named_as_workers = {table for table, _ in DONE_BY}
    assert hanging - set(LISTED) - IMPERSONAL - named_as_workers == set()


@pytest.mark.parametrize("held", HELD, ids=lambda held: held.table)
def test_of_every_column_it_is_known_what_becomes_of_it(held):
    columns = set(held.model.__table__.columns.keys())
    if held.fate is Fate.REMOVED:
        assert not held.empties
        assert not held.keeps
        return
    assert set(held.empties) | held.keeps == columns
    assert not set(held.empties) & held.keeps
    assert bool(held.empties) is (held.fate is Fate.EMPTIED)


@pytest.mark.parametrize("held", HELD, ids=lambda held: held.table)
def test_of_every_column_it_is_known_how_it_is_told(held):
    columns = set(held.model.__table__.columns.keys())
    if held.table not in COUNTED:
        assert columns - set(WORDS) - DOWNLOADED - MACHINERY - SECRET == set()


def test_the_list_of_words_names_nothing_that_is_not_there():
    columns = {column.name for held in HELD for column in held.model.__table__.columns}
    assert (set(WORDS) | DOWNLOADED | MACHINERY | SECRET) - columns == set()


# ---- the page


@pytest.fixture
def here():
    return make_unit(name="科尔沁区社工站", name_en="Horqin Station")


@pytest.fixture
def trainee(here):
    return make_person(
        unit=here, full_name="李雷", id_number=make_id_number(), phone="13800138000",
        email="lilei@example.org",
    )  # fmt: skip


def test_a_person_reads_all_that_is_stored_on_them(sign_in, trainee):
    make_enrolment(make_run(), trainee, note="靠窗")
    paper = make_certificate(trainee)
    make_notice(trainee)
    text = sign_in(trainee).get("/me/data").text
    own = ("李雷", trainee.id_number_masked, "lilei@example.org", "靠窗", paper.number)
    for said in (
        *own,
        "科尔沁区社工站",
        "Where you work and what you may do",
        "Kept with your name",
    ):
        assert said in text


def test_it_tells_in_chinese_too(sign_in, trainee):
    text = sign_in(trainee, language="zh").get("/me/data").text
    assert "您的身份" in text
    assert "Who you are" not in text


def test_a_whole_life_costs_as_many_statements_as_an_empty_one(sign_in, trainee, count_queries):
    client = sign_in(trainee)
    client.get("/me/data")
    count_queries()
    client.get("/me/data")
    few = count_queries()
    for _ in range(4):
        make_enrolment(make_run(), trainee)
        make_certificate(trainee)
    count_queries()
    client.get("/me/data")
    assert count_queries() <= few + 3  # the names of classes


def test_nobody_else_is_on_it(sign_in, trainee):
    make_enrolment(make_run(), make_person(full_name="韩梅梅"), note="别人的")
    assert "别人的" not in sign_in(trainee).get("/me/data").text


@pytest.mark.parametrize("role", [Role.ADMIN, Role.OBSERVER, Role.INSTRUCTOR, None])
def test_everybody_who_has_an_account_reads_their_own(sign_in, role):
    assert sign_in(make_person(role)).get("/me/data").status_code == 200


# ---- who looked


def test_whoever_opens_the_page_is_noted_once_a_day(sign_in, trainee, here):
    manager = make_person(Role.STATION_MANAGER, unit=here, full_name="乌云")
    client = sign_in(manager)
    for _ in range(2):
        assert client.get(f"/people/persons/{trainee.id}").status_code == 200
    assert [look.reader_id for look in db.session.scalars(sa.select(Look))] == [manager.id]
    text = sign_in(trainee).get("/me/data").text
    assert "乌云" in text
    db.session.scalars(sa.select(Look)).one().on = clock.today() - timedelta(days=1)
    db.session.commit()
    client.get(f"/people/persons/{trainee.id}")
    assert len(db.session.scalars(sa.select(Look)).all()) == 2


def test_the_photo_alone_counts_as_looking(sign_in, trainee, here):
    trainee.photo_sha256 = storage.files().put(photo())
    db.session.commit()
    manager = make_person(Role.STATION_MANAGER, unit=here)
    sign_in(manager).get(f"/people/persons/{trainee.id}/photo.jpg")
    assert len(db.session.scalars(sa.select(Look)).all()) == 1


def test_ones_own_look_and_a_refused_one_are_not_noted(sign_in, trainee):
    sign_in(trainee).get(f"/people/persons/{trainee.id}")
    stranger = make_person(Role.STATION_MANAGER, unit=make_unit())
    assert sign_in(stranger).get(f"/people/persons/{trainee.id}").status_code == 404
    assert db.session.scalars(sa.select(Look)).all() == []


def test_a_number_shown_in_clear_is_told_with_its_reason(sign_in, trainee):
    admin = make_person(Role.ADMIN, full_name="陈老师")
    reveal(actor_of(admin), trainee, secret=Secret.PHONE, reason="考前电话通知")
    db.session.commit()
    text = sign_in(trainee).get("/me/data").text
    assert "陈老师" in text
    assert "考前电话通知" in text
