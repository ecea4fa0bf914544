from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import cast

import pytest
import sqlalchemy as sa

from college.core.db import db


@pytest.fixture
def undone(isolated: None) -> Callable[[], AbstractContextManager[None]]:
    """Around a request, whose changes are taken back."""

    @contextmanager
    def take_back() -> Iterator[None]:
        db.session.remove()
        kept = cast(sa.Connection, db.engine).begin_nested()  # conftest.isolated put it there
        yield
        db.session.remove()
        kept.rollback()

    return take_back
