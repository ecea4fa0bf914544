"""Mail: to a real server, with TLS and without, and as files while there is none."""

import time
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from pydantic import ValidationError

from college.core.db import db
from college.people.notices import sending
from college.people.notices.carriers import mail_of
from college.people.notices.mailing import FolderCarrier, SmtpCarrier
from college.people.notices.models import (
    DeliveryState,
    Obstacle,
)
from config import Settings
from tests.people.outboxes import again, reachable, tell_now, use
from tests.people.post_office import make_authority, open_office

pytestmark = pytest.mark.usefixtures("as_before")


def test_without_a_server_each_letter_is_one_file(app, tmp_path):
    carrier = use(app, "", INSTANCE=tmp_path)
    assert isinstance(carrier, FolderCarrier)
    delivery = tell_now(reachable())
    sending.send_due()
    (path,) = tmp_path.glob("mail/*")
    assert path.name == f"notice-{delivery.id}-1.eml"
    assert path.stat().st_mode & 0o077 == 0
    letter = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert letter["To"] == "zhang@example.org"
    delivery.state, delivery.sent_at = DeliveryState.WAITING, None  # as after a crash
    db.session.commit()
    sending.send_due()
    assert list(tmp_path.glob("mail/*")) == [path]


def test_a_folder_that_cannot_be_written_costs_a_try_and_leaves_nothing(app, tmp_path):
    (tmp_path / "mail").write_text("in the way")
    use(app, "", INSTANCE=tmp_path)
    with pytest.raises(FileExistsError):
        (tmp_path / "mail").mkdir()
    delivery = tell_now(reachable())
    sending.send_due()
    assert again(delivery).state is DeliveryState.FAILED
    assert delivery.obstacle is Obstacle.UNREACHABLE


@pytest.mark.parametrize(
    ("answers", "obstacle", "state", "detail"),
    [
        ({"RCPT": "550 nobody"}, Obstacle.ADDRESS_REFUSED, DeliveryState.GIVEN_UP, "550"),
        ({"RCPT": "450 later"}, Obstacle.ADDRESS_REFUSED, DeliveryState.FAILED, "450"),
        ({"MAIL": "530 sign in"}, Obstacle.SHUT_OUT, DeliveryState.FAILED, "530"),
        ({"AUTH": "535 wrong"}, Obstacle.SHUT_OUT, DeliveryState.FAILED, "535"),
        ({"DATA": "554 no"}, Obstacle.REFUSED, DeliveryState.FAILED, "554"),
    ],
)
def test_what_the_server_says_is_told_apart(app, office, answers, obstacle, state, detail):
    office.answers = answers
    secret = app.config["MAIL_PASSWORD"].__class__("geheim")
    use(app, f"smtp://127.0.0.1:{office.port}", MAIL_USER="college", MAIL_PASSWORD=secret)
    delivery = tell_now(reachable())
    sending.send_due()
    again(delivery)
    assert (delivery.obstacle, delivery.state, delivery.detail) == (obstacle, state, detail)
    assert office.taken == []


def test_a_server_that_says_nothing_is_not_waited_for_forever(app, monkeypatch):
    monkeypatch.setattr("college.people.notices.mailing.SECONDS", 0.3)
    with open_office(silence=3) as silent:
        use(app, f"smtp://127.0.0.1:{silent.port}")
        first, second = tell_now(reachable()), tell_now(reachable())
        begun = time.monotonic()
        assert sending.send_due() == 0
    assert time.monotonic() - begun < 2
    assert again(first).obstacle is Obstacle.UNREACHABLE
    assert again(second).tries == 0, "a server that is away is asked once a round"


@pytest.mark.parametrize("parting", ["500 what", "421 no time", ""])
def test_a_letter_that_was_taken_is_taken_whatever_is_said_at_parting(office, parting):
    office.answers = {"QUIT": parting}
    delivery = tell_now(reachable())
    assert sending.send_due() == 1
    assert again(delivery).state is DeliveryState.SENT
    assert len(office.taken) == 1


def test_starttls_trusts_the_authority_that_is_named_and_no_other(app, tmp_path):
    ours, theirs = make_authority(tmp_path / "ours"), make_authority(tmp_path / "theirs")
    with open_office(tls=ours.context) as office:
        url = f"smtp+starttls://127.0.0.1:{office.port}"
        for ca in (str(theirs.ca), ""):
            use(app, url, MAIL_CA=ca)
            delivery = tell_now(reachable())
            sending.send_due()
            assert again(delivery).obstacle is Obstacle.UNTRUSTED
            delivery.next_try_at += timedelta(days=9)
            db.session.commit()
        assert office.taken == []
        use(app, url, MAIL_CA=str(ours.ca))
        tell_now(reachable())
        assert sending.send_due() == 1
        assert len(office.taken) == 1
        assert office.said.index("STARTTLS") < office.said.index("MAIL")


def test_a_server_without_starttls_gets_no_letter_in_the_open(app, office):
    use(app, f"smtp+starttls://127.0.0.1:{office.port}")
    delivery = tell_now(reachable())
    sending.send_due()
    assert again(delivery).state is DeliveryState.FAILED
    assert office.said[0] == "EHLO"
    assert "MAIL" not in office.said


def test_tls_from_the_first_byte(app, tmp_path):
    ours = make_authority(tmp_path / "ours")
    with open_office(tls=ours.context, is_tls=True) as office:
        use(app, f"smtps://127.0.0.1:{office.port}", MAIL_CA=str(ours.ca))
        tell_now(reachable())
        assert sending.send_due() == 1
        assert len(office.taken) == 1


def test_an_address_cannot_smuggle_a_header(office):
    person = reachable()
    person.email = "a@example.org\r\nbcc: b@example.org"
    db.session.commit()
    delivery = tell_now(person)
    sending.send_due()
    assert again(delivery).obstacle is Obstacle.ADDRESS_REFUSED
    assert office.taken == []


def test_the_settings_make_the_carrier(app):
    carrier = mail_of(app.config | {"MAIL_URL": "smtps://mail.example.org", "MAIL_USER": "u"})
    assert isinstance(carrier, SmtpCarrier)
    assert repr(carrier.server) == "<Server smtps://mail.example.org:465>"
    assert carrier.sender.address == "notices@localhost"
    assert carrier.leaves_machine


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"mail_url": "mail.example.org"}, "must be smtps://host"),
        ({"mail_url": "imap://mail.example.org"}, "must be smtps://host"),
        ({"mail_url": "smtps://user:geheim@mail.example.org"}, "COLLEGE_MAIL_USER"),
        (
            {"mail_url": "smtp://mail.example.org", "mail_user": "u", "environment": "production"},
            "password could be read on the way",
        ),
    ],
)
def test_a_mail_server_that_cannot_be_is_refused_at_the_start(given, why):
    keys = {"secret_key": "s" * 40, "data_key": "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoxMjM0NTY="}
    with pytest.raises(ValidationError, match=why) as refused:
        Settings(**keys, public_url="https://college.example.org", **given)
    assert "geheim" not in str(refused.value)
