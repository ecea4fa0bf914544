"""What somebody typed never reaches the log, also where the database quotes it."""

import io
import logging

import pytest
import sqlalchemy as sa

from college.core.db import db
from college.web.tracing import Wordless

CANARY = "152301199001011234"
pytestmark = pytest.mark.real_commits


@pytest.fixture
def client(own_app):
    own_app.config["PROPAGATE_EXCEPTIONS"] = False

    @own_app.post("/fall")
    def fall():
        db.session.execute(sa.text("CREATE TABLE numbers (number TEXT UNIQUE)"))
        for _ in range(2):
            db.session.execute(sa.text("INSERT INTO numbers VALUES (:n)"), {"n": CANARY})

    @own_app.post("/say")
    def speak():
        try:
            raise ValueError(CANARY)
        except ValueError as error:
            raise RuntimeError(f"not a number: {CANARY}") from error

    return own_app.test_client()


def logged(client, path, formatter) -> str:
    """What the app's log holds after a request that falls."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(formatter)
    client.application.logger.addHandler(handler)
    try:
        assert client.post(path).status_code == 500
    finally:
        client.application.logger.removeHandler(handler)
    return written.getvalue()


@pytest.mark.parametrize(("path", "kind"), [("/fall", "IntegrityError"), ("/say", "ValueError")])
def test_an_error_is_told_by_its_kind_and_its_lines(client, path, kind):
    text = logged(client, path, Wordless("%(message)s"))
    assert CANARY not in text
    assert kind in text
    assert "test_logs.py" in text


def test_a_usual_log_would_hold_it(client):
    """The negative control."""
    assert CANARY in logged(client, "/say", logging.Formatter("%(message)s"))
