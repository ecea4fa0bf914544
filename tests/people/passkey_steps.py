"""Steps of the tests of passkeys, and the lies that a device may tell."""

import html
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import sqlalchemy as sa

from college.core.db import db
from college.core.security_log import SecurityEvent
from college.people.accounts.passwords import hashed
from college.people.passkeys.models import Passkey
from college.people.passkeys.options import handle_of
from college.people.second_factors.codes import new_secret
from college.people.second_factors.operations import (
    confirm_secret,
    offer_secret,
)
from tests.factories.passkeys import Device, make_passkey

PASSWORD = "drei Pferde auf der Weide"
HASH = hashed(PASSWORD)
START = datetime(2026, 4, 1, 8, 0, tzinfo=UTC)
HERE = "/me/passkeys"

LIES: dict[str, dict[str, Any]] = {
    "another site's origin": {"origin": "https://evil.example"},
    "http on another port": {"origin": "http://localhost:8001"},
    "https in place of http": {"origin": "https://localhost:8000"},
    "another name": {"name": "evil.example"},
    "nobody proved to the device": {"is_verified": False},
    "nobody at the device": {"is_present": False},
    "another person's handle": {"handle": "0" * 64},
    "no handle": {"handle": ""},
    "another key": {"key": Device().key},
}


def device_of(account, **over) -> Device:
    """A device that holds a passkey of this account, as the college knows it."""
    device = Device(handle=handle_of(account), **over)
    make_passkey(account.person, device)
    return device


def wanted_by(client):
    return client.post("/sign-in/passkey/challenge").json


def enter(client, device, wanted=None):
    sent = device.shown(wanted or wanted_by(client))
    return client.post("/sign-in/passkey", data={"credential": sent})


def is_in(client) -> bool:
    return client.get("/me").status_code == 200


def begin_adding(client, **over):
    data = {"name": "办公室电脑", "password": PASSWORD} | over
    return client.post(HERE, data=data)


def wanted_on(client):
    """What the page asks the device to make."""
    page = client.get(f"{HERE}/new").text
    return json.loads(html.unescape(re.findall(r'data-wanted="([^"]+)"', page)[0]))


def add(client, device):
    return client.post(f"{HERE}/new", data={"credential": device.made(wanted_on(client))})


def kept():
    return db.session.scalars(sa.select(Passkey).order_by(Passkey.id)).all()


def kinds():
    chosen = sa.select(SecurityEvent.kind).order_by(SecurityEvent.id)
    return db.session.scalars(chosen).all()


def secured(account) -> pyotp.TOTP:
    secret = new_secret()
    offer_secret(account.actor, account, secret=secret)
    phone = pyotp.TOTP(secret)
    code = phone.at(START - timedelta(seconds=30))
    confirm_secret(account.actor, account, code=code, recovery_codes=["AAAAA-BBBBB"])
    db.session.commit()
    return phone
