from collections.abc import Iterator

import pytest
from flask import Flask

from college.core import failpoints
from college.people.notices import channels
from tests.people.outboxes import use
from tests.people.post_office import PostOffice, open_office


@pytest.fixture
def as_before() -> Iterator[None]:
    """Whatever carriers a test names, the next one has those of the settings."""
    before = dict(channels.CARRIERS)
    yield
    channels.use(before)
    failpoints._armed.clear()


@pytest.fixture
def office(app: Flask, as_before: None) -> Iterator[PostOffice]:
    """A mail server that takes what it is given, and the college's carrier for it."""
    with open_office() as open_one:
        use(app, f"smtp://127.0.0.1:{open_one.port}")
        yield open_one
