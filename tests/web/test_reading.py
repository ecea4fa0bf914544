"""A page that is only looked at changes nothing, and costs the database no second planning."""

import pytest
import sqlalchemy as sa

from college.core.db import db
from college.core.operation import WroteWhileReading
from college.core.roles import SYSTEM
from college.stations.units.models import Unit, UnitKind
from college.stations.units.operations import NewUnit, open_unit
from tests.databases import IS_POSTGRES

pytestmark = pytest.mark.real_commits
only_postgres = pytest.mark.skipif(not IS_POSTGRES, reason="PostgreSQL's own refusal")


def count_units() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Unit)) or 0


@pytest.fixture
def reader(own_app):
    """A client, and pages that write though they should not."""

    @own_app.get("/found")
    def found():
        open_unit(SYSTEM, NewUnit(name="新站", kind=UnitKind.STATION))
        return ""

    @own_app.get("/behind-its-back")
    def behind():
        db.session.execute(sa.text("DELETE FROM unit"))
        return ""

    @own_app.get("/unflushed")
    def unflushed():
        db.session.add(Unit(name="新站", kind=UnitKind.STATION, path="1"))
        return ""

    @own_app.get("/count")
    def count():
        return str(count_units())

    return own_app.test_client()


def test_a_page_performs_no_operation(reader):
    with pytest.raises(WroteWhileReading):
        reader.get("/found")


@only_postgres
def test_nor_does_it_write_past_them(reader):
    with pytest.raises(sa.exc.InternalError, match="read-only"):
        reader.get("/behind-its-back")


def test_what_a_page_left_in_the_session_is_not_kept(reader):
    assert reader.get("/unflushed").status_code == 200
    assert reader.get("/count").text == "0"


@only_postgres
def test_what_pages_ask_stays_prepared(own_app, reader):
    for _ in range(8):
        reader.get("/count")
    with own_app.app_context():
        kept = sa.text("SELECT statement FROM pg_prepared_statements")
        assert any("FROM unit" in one for one in db.session.scalars(kept))


def test_a_form_may_write_after_a_page_on_the_same_connection(own_app, reader):
    @own_app.post("/write")
    def write():
        open_unit(SYSTEM, NewUnit(name="新站", kind=UnitKind.STATION))
        return ""

    reader.get("/count")
    assert reader.post("/write").status_code == 200
    assert reader.get("/count").text == "1"
