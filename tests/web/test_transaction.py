"""A write that meets somebody else's is tried once more, then put off with a word; never a 500."""

from contextlib import closing

import pytest
import sqlalchemy as sa
from flask import Response, request

from college.core.db import db
from college.core.roles import SYSTEM
from college.stations.units.models import Unit, UnitKind
from college.stations.units.operations import NewUnit, open_unit
from tests.databases import IS_POSTGRES

pytestmark = pytest.mark.real_commits
IMPATIENT = "SET lock_timeout = '200ms'" if IS_POSTGRES else "PRAGMA busy_timeout = 200"
HOLD = "LOCK TABLE unit IN EXCLUSIVE MODE" if IS_POSTGRES else "SELECT 1"


class Holder:
    """Somebody else's write transaction, and what the view saw meanwhile."""

    def __init__(self, app):
        self.uploads, self.patience = [], 0
        with app.app_context():
            self.engine = db.engine
        self.connection = self.engine.connect().execution_options(writing=True)
        self.connection.execute(sa.text(HOLD))

    def let_go(self):
        self.connection.rollback()

    def close(self):
        self.connection.close()
        self.engine.dispose()


@pytest.fixture
def held(own_app):
    """(client, holder): an app whose writes are held up, with a route that founds a unit."""
    with own_app.app_context():

        @sa.event.listens_for(db.engine, "connect")
        def hurry(connection, _):
            with closing(connection.cursor()) as cursor:
                cursor.execute(IMPATIENT)
            connection.commit()

        db.engine.dispose()

    @own_app.post("/found")
    def found():
        holder.uploads.append(request.files["sheet"].read())
        if len(holder.uploads) > holder.patience:
            holder.let_go()
        open_unit(SYSTEM, NewUnit(name="新站", kind=UnitKind.STATION))
        return Response(status=302, headers={"Location": "/founded"})

    with closing(Holder(own_app)) as holder:
        yield own_app.test_client(), holder


def units(holder):
    with holder.engine.connect() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(Unit))


def press(client, tmp_path):
    (tmp_path / "sheet.csv").write_bytes(b"rows")
    with (tmp_path / "sheet.csv").open("rb") as sheet:
        return client.post("/found", data={"sheet": sheet})


def test_a_write_that_was_held_up_is_tried_again_with_its_upload(held, tmp_path):
    client, holder = held
    holder.patience = 1
    assert press(client, tmp_path).status_code == 302
    assert (holder.uploads, units(holder)) == ([b"rows", b"rows"], 1)


def test_held_up_twice_it_is_put_off_with_a_word(held, tmp_path):
    client, holder = held
    holder.patience = 2
    answer = press(client, tmp_path)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "等几秒，再试一次" in answer.text
    holder.let_go()
    assert (len(holder.uploads), units(holder)) == (2, 0)
