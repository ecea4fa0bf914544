"""The security log: it stands whatever becomes of the request, and holds nothing of a person."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from college.core import clock, security_log
from college.core.db import db
from college.core.roles import SYSTEM, Role
from college.core.security_log import SecurityEvent, SecurityKind
from college.people.accounts.operations import open_account
from college.people.accounts.passwords import hashed
from tests.factories import make_person

PASSWORD = "drei Pferde auf der Weide"
HASH = hashed(PASSWORD)


pytestmark = pytest.mark.usefixtures("fresh_limits")


def make_account():
    person = make_person(Role.TRAINEE)
    open_account(SYSTEM, person, login="lilei", password_hash=HASH)
    db.session.commit()
    return person


def try_in(client, password=PASSWORD, **options):
    return client.post("/sign-in", data={"login": "lilei", "password": password}, **options)


def kinds() -> list[SecurityKind]:
    return list(db.session.scalars(sa.select(SecurityEvent.kind).order_by(SecurityEvent.id)))


def test_a_refused_sign_in_stays_although_its_request_was_undone(sign_in):
    make_account()
    answer = try_in(sign_in(None), "wrong")
    event = db.session.scalars(sa.select(SecurityEvent)).one()
    assert (event.kind, event.person_id) == (SecurityKind.REFUSED, None)
    assert event.login_hash == security_log.login_hash("lilei")
    assert event.address == "127.0.0.0/24"
    assert event.reference == answer.headers["X-Request-ID"]


def test_in_and_out_are_told_with_the_person_and_the_device(sign_in):
    person = make_account()
    client = sign_in(None)
    try_in(client)
    client.post("/sign-out")
    events = db.session.scalars(sa.select(SecurityEvent).order_by(SecurityEvent.id)).all()
    assert [event.kind for event in events] == ["signed_in", "signed_out"]
    assert {event.person_id for event in events} == {person.id}
    assert len({event.sign_in_id for event in events}) == 1


def test_a_shut_door_and_a_foreign_form_are_told(sign_in):
    client = sign_in(make_person(Role.TRAINEE))
    assert client.get("/admin").status_code == 403
    foreign = client.post("/sign-out", headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    assert kinds() == ["door_shut", "form_refused"]


def test_a_flood_of_refusals_is_not_a_flood_of_writes(sign_in):
    make_account()
    client = sign_in(None)
    for _ in range(80):
        client.post("/sign-out", headers={"Sec-Fetch-Site": "cross-site"})
    assert len(kinds()) == 60


def test_an_ipv6_address_is_kept_by_its_network(sign_in):
    make_account()
    where = {"REMOTE_ADDR": "2001:db8:1:2:aaaa:bbbb:cccc:dddd"}
    try_in(sign_in(None), "wrong", environ_base=where)
    assert db.session.scalars(sa.select(SecurityEvent.address)).one() == "2001:db8:1:2::/64"


def test_the_administrator_reads_it_by_kind_with_few_statements(sign_in, count_queries):
    make_account()
    stranger = sign_in(None)
    for _ in range(4):
        try_in(stranger, "wrong")
    try_in(stranger)
    client = sign_in(make_person(Role.ADMIN, full_name="陈院"))
    client.get("/admin/security")
    count_queries()
    page = client.get("/admin/security").text
    assert count_queries() <= 6
    assert "Sign-in refused" in page
    assert "李雷" in page
    only = client.get("/admin/security?kind=signed_in").text
    assert only.count("<tr>") == 2
    assert client.get("/admin/security?kind=nonsense").status_code == 200


def test_nobody_else_reads_it(sign_in):
    assert sign_in(make_person(Role.STATION_MANAGER)).get("/admin/security").status_code == 403


def test_what_is_older_than_the_setting_is_forgotten():
    now = clock.now()
    for days in (199, 201):
        row = SecurityEvent(kind=SecurityKind.REFUSED, at=now - timedelta(days=days))
        db.session.add(row)
    db.session.commit()
    assert security_log.forget_old(timedelta(days=200)) == 1
    assert len(kinds()) == 1
