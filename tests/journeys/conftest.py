"""The demo college, for the files that ask for it."""

from collections.abc import Iterator
from typing import Any, cast

import pytest
from flask import Flask

from college.core.db import db
from college.demo import load


@pytest.fixture(scope="module")
def demo(app: Flask) -> Iterator[None]:
    with app.app_context():
        engines = cast(dict[str | None, Any], db.engines)
        engine = engines[None]
        with engine.connect() as connection:
            outer = connection.begin()
            engines[None] = connection
            db.session.configure(join_transaction_mode="create_savepoint")
            try:
                load.load(lambda line: None)
                yield
            finally:  # also when it cannot be loaded: else no test after it finds its engine
                db.session.remove()
                outer.rollback()
                engines[None] = engine
