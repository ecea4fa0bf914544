"""How a new college gets its first administrator."""

import sqlalchemy as sa

from college.core.db import db
from college.people.accounts.models import Account
from college.people.persons.models import Person

PASSWORD = "a long enough password"


def admit(app, *arguments):
    return app.test_cli_runner().invoke(args=["people", "admit", *arguments])


def test_the_admitted_administrator_signs_in_and_administers(app, sign_in):
    result = admit(app, "Wuyun", "乌云·其其格", "--password", PASSWORD)
    assert result.exit_code == 0, result.output
    client = sign_in(None)
    client.post("/sign-in", data={"login": "wuyun", "password": PASSWORD})
    assert client.get("/admin").status_code == 200


def test_a_short_password_admits_nobody(app):
    result = admit(app, "wuyun", "乌云", "--password", "short")
    assert result.exit_code == 1
    assert "12 characters" in result.output
    assert db.session.scalars(sa.select(Person)).all() == []


def test_a_login_is_given_once(app):
    admit(app, "wuyun", "乌云", "--password", PASSWORD)
    assert admit(app, "wuyun", "其其格", "--password", PASSWORD).exit_code != 0
    assert len(db.session.scalars(sa.select(Account)).all()) == 1
