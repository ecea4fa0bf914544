"""What is agreed on each line to PostgreSQL."""

import pytest
import sqlalchemy as sa

from college.core.db import db
from college.core.lines import patient_for
from tests.databases import IS_POSTGRES
from tests.gone.servers import wait_until

LONG = "SELECT pg_sleep(120)"
AT_WORK = sa.text("SELECT count(*) FROM pg_stat_activity WHERE query = :query AND state = 'active'")

pytestmark = [
    pytest.mark.real_commits,
    pytest.mark.skipif(not IS_POSTGRES, reason="a file has no server"),
]


def test_a_statement_that_somebody_gave_up_ends_on_the_server_too(app):
    with app.app_context():
        with (
            pytest.raises(sa.exc.OperationalError),
            patient_for(0.5),
            db.engine.connect() as line,
        ):
            line.execute(sa.text(LONG))
        assert at_work() == 1  # it knows nothing of that yet
        wait_until(lambda: at_work() == 0)


def at_work() -> int:
    with db.engine.connect() as line:
        return line.scalar(AT_WORK, {"query": LONG}) or 0
