"""A form that could not be taken while the database was away: it waits on the page, counts once."""

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from college.core.db import db
from college.core.roles import Role
from college.people.persons.models import Person
from config import Settings
from tests.databases import IS_POSTGRES
from tests.factories import make_person
from tests.races.together import apart, browser, college_of, ready_to_fork, sign_in_of

NAME = "斯琴高娃·乌云"
HERE = {"Sec-Fetch-Site": "same-origin"}

# nothing here touches the database of the other tests
pytestmark = pytest.mark.real_commits


def test_what_waits_on_the_page_is_recorded_once_however_often_it_is_sent(own, database_url):
    told = apart(partial(sent_while_away, own, database_url))
    assert told["first"] == (503, "30")
    assert told["kept"]["full_name"] == NAME
    assert {"csrf_token", "once"} <= told["kept"].keys()
    assert told["while away"] == 503
    assert told["again"] == [302, 302]
    assert told["stored"] == [NAME]


def sent_while_away(settings: Settings, server: str) -> dict[str, Any]:
    app = college_of(settings)
    app.config["WTF_CSRF_ENABLED"] = True
    app.test_client_class = FlaskClient  # no proofs but those of the page
    with app.app_context():
        url = "/people/persons/new"
        sign_in = sign_in_of(make_person(Role.ADMIN))
        ready_to_fork()
    client = browser(app, sign_in)
    form = hidden(client.get(url).text) | {"full_name": NAME, "id_type": "passport"}
    with app.app_context():
        ready_to_fork()
    with away(settings, server):
        put_off = client.post(url, data=form, headers=HERE)
        kept = hidden(put_off.text)
        still = client.post(url, data=kept, headers=HERE)
    kept = hidden(still.text)
    again = [client.post(url, data=kept, headers=HERE).status_code for _ in range(2)]
    with app.app_context():
        stored = list(
            db.session.scalars(sa.select(Person.full_name).where(Person.full_name == NAME))
        )
        ready_to_fork()
    return {
        "first": (put_off.status_code, put_off.headers["Retry-After"]),
        "while away": still.status_code,
        "kept": kept,
        "again": again,
        "stored": stored,
    }


def hidden(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in found}


@contextmanager
def away(settings: Settings, server: str) -> Iterator[None]:
    """Nobody can connect to the database until the block ends."""
    if IS_POSTGRES:
        name = sa.make_url(settings.database).database
        engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(sa.text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'))
            yield
            connection.execute(sa.text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'))
        engine.dispose()
        return
    file = Path(str(sa.make_url(settings.database).database))
    file.rename(file.with_suffix(".away"))
    file.mkdir()  # without it SQLite would begin a new database
    yield
    file.rmdir()
    file.with_suffix(".away").rename(file)
