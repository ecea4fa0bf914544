"""What a monitor reads: nothing without the token, nothing of anybody, nothing without end."""

import re
from datetime import timedelta

import pyotp
import pytest
import sqlalchemy as sa
from prometheus_client.parser import text_string_to_metric_families

from college.core import clock, crypto, workers
from college.core.db import db
from college.core.jobs import Job, JobState
from college.core.journal import JournalEntry
from college.core.measures import measures
from college.core.roles import Role
from college.factory import create_app
from college.people.accounts.passwords import hashed
from college.people.notices.models import Channel, Delivery
from college.people.notices.models import DeliveryState as S
from config import Settings
from tests.conftest import account_of
from tests.factories import make_person, saved
from tests.factories.notices import make_notice

TOKEN = "a token of the monitor"


@pytest.fixture
def own_settings():
    return {"metrics_token": TOKEN}


@pytest.fixture
def counted(own_app):
    """A client of an application that counts, on a database of its own."""
    return own_app.test_client()


def read(client, token=TOKEN) -> dict[tuple[str, tuple[str, ...]], float]:
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_without_a_token_in_the_settings_there_is_no_such_page(app):
    client = app.test_client()
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("brought", ["", "Bearer", "Bearer wrong", TOKEN, f"Basic {TOKEN}"])
def test_who_does_not_bring_the_token_finds_nothing(counted, brought):
    assert counted.get("/metrics", headers={"Authorization": brought}).status_code == 404


@pytest.mark.real_commits
def test_answers_are_counted_by_endpoint_and_status(counted):
    counted.get("/healthz")
    counted.get("/nosuch")
    counted.get("/wp-login.php")
    found = read(counted)
    assert found["college_requests_total", ("health.alive", "200")] == 1
    assert found["college_requests_total", ("none", "404")] == 2
    assert found["college_request_seconds_count", ("health.alive",)] == 1
    assert found["college_request_seconds_bucket", ("health.alive", "+Inf")] == 1


@pytest.mark.real_commits
def test_refused_sign_ins_are_counted(counted):
    for _ in range(7):
        counted.post("/sign-in", data={"login": "nobody", "password": "wrong"})
    found = read(counted)
    assert found["college_sign_in_refusals_total", ("refused",)] == 5
    assert found["college_sign_in_refusals_total", ("limited",)] == 2


@pytest.mark.real_commits
def test_refused_codes_are_counted(counted, own_app):
    with own_app.app_context():
        account = account_of(make_person(Role.TRAINEE))
        secret = pyotp.random_base32()
        account.totp_sealed, account.totp_since = crypto.seal(secret), clock.now()
        account.password_hash, login = hashed("a password"), account.login
        db.session.commit()
    counted.post("/sign-in", data={"login": login, "password": "a password"})
    wrong = {"000000", "111111"} - {pyotp.TOTP(secret).now()}
    counted.post("/sign-in/code", data={"code": min(wrong)})
    assert read(counted)["college_sign_in_refusals_total", ("code_refused",)] == 1


@pytest.mark.real_commits
def test_a_flood_that_the_security_log_leaves_out_is_counted_all_the_same(counted):
    for _ in range(120):
        counted.post("/sign-in", data={"login": "nobody", "password": "wrong"})
    found = read(counted)
    assert found["college_sign_in_refusals_total", ("limited",)] == 115


@pytest.mark.real_commits
def test_connections_in_use_are_counted(counted):
    # the one that reads this figure is in use meanwhile
    assert read(counted)["college_database_connections", ()] == 1
    assert read(counted)["college_database_connections", ()] == 1


@pytest.mark.real_commits
def test_no_label_holds_what_a_visitor_sends(counted):
    counted.get("/verify/TLSW-SECRET-CODE?name=李雷")
    counted.get("/static/js/grid.js")
    counted.get("/李雷/13800000000", headers={"X-Forwarded-For": "203.0.113.7"})
    answer = counted.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert not re.search(r"SECRET|李雷|138000|203\.0|grid", answer.text)


def test_what_stands_in_the_database_is_measured():
    past = clock.now() - timedelta(minutes=5)
    rest = {"kind": "test", "row_id": 1, "asked_at": past}
    db.session.add(Job(state=JobState.QUEUED, **rest))
    db.session.add(Job(state=JobState.FAILED, **rest))
    resting = clock.now() + timedelta(hours=1)
    older = {"kind": "test", "row_id": 2, "asked_at": past - timedelta(hours=1)}
    db.session.add(Job(state=JobState.QUEUED, rests_until=resting, **older))
    db.session.flush()
    now = measures()
    assert (now.jobs[JobState.QUEUED], now.jobs[JobState.FAILED]) == (2, 1)
    assert 300 <= now.oldest_due < 360
    assert now.worker_silence is None


def test_a_silent_worker_and_a_late_seal_are_seen():
    workers.beat("here:1")
    silent = clock.now() - timedelta(minutes=2)
    db.session.execute(sa.update(workers.Worker).values(seen_at=silent))
    make_person(Role.TRAINEE)
    db.session.commit()
    now = measures()
    assert now.worker_silence is not None
    assert 120 <= now.worker_silence < 180
    assert now.unsealed == db.session.scalar(sa.select(sa.func.count(JournalEntry.id)))
    assert 0 <= now.oldest_unsealed < 60


def test_a_database_that_is_away_is_a_figure_too(app, tmp_path):
    away = f"sqlite:///{tmp_path / 'nowhere' / 'college.db'}"
    lost = create_app(
        Settings(environment="test", instance=tmp_path, database_url=away, metrics_token=TOKEN)
    )
    found = read(lost.test_client())
    assert found["college_database_up", ()] == 0
    assert ("college_jobs", ("queued",)) not in found


@pytest.mark.real_commits
def test_what_waits_in_the_outbox_is_measured(counted, own_app):
    past = clock.now() - timedelta(minutes=5)
    with own_app.app_context():
        person = make_person(Role.TRAINEE)
        states = [S.WAITING, S.WAITING, S.FAILED, S.GIVEN_UP, S.SENT]
        for n, state in enumerate(states):
            notice = make_notice(person)
            notice.told_at = past - timedelta(hours=n)
            sent = {"sent_at": past} if state is S.SENT else {}
            rests = {"next_try_at": clock.now() + timedelta(hours=1)} if n == 2 else {}
            row = {"notice_id": notice.id, "channel": Channel.MAIL, "state": state}
            saved(Delivery(**row, **sent, **rests))
    found = read(counted)
    counts = {name[1]: n for name, n in found.items() if name[0] == "college_outbox"}
    assert counts == {("waiting",): 2, ("failed",): 1, ("given_up",): 1}
    assert 3900 <= found["college_outbox_oldest_seconds", ()] < 3960  # the failed one rests


@pytest.mark.real_commits
def test_an_empty_outbox_is_no_alarm(counted):
    found = read(counted)
    assert found["college_outbox", ("waiting",)] == 0
    assert found["college_outbox_oldest_seconds", ()] == 0
