from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from flask import Flask
from pydantic import SecretStr

from college.core import failpoints
from college.people.accounts.models import Account
from college.people.notices import channels
from tests.people.oidc_ways import START, make_account
from tests.people.outboxes import use
from tests.people.post_office import PostOffice, open_office
from tests.people.provider import CLIENT, SECRET, Provider, open_provider


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


@pytest.fixture
def now() -> Iterator[Any]:
    with time_machine.travel(START, tick=False) as moving:
        yield moving


@pytest.fixture
def lilei() -> Account:
    return make_account()


@pytest.fixture
def ask(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`ask(provider)`: the college offers it from now on; further settings by name."""

    def offer(provider: Provider, **over: Any) -> None:
        usual = {
            "ISSUER": provider.issuer,
            "CLIENT_ID": CLIENT,
            "CLIENT_SECRET": SecretStr(SECRET),
            "LABEL": "统一身份认证",
            "LABEL_EN": "City ID",
        }
        for name, value in (usual | over).items():
            monkeypatch.setitem(app.config, f"OIDC_{name}", value)

    return offer


@pytest.fixture
def provider(ask: Callable[..., None]) -> Iterator[Provider]:
    """A sign-in provider that is offered and lets one person in."""
    with open_provider() as open_one:
        ask(open_one)
        yield open_one
