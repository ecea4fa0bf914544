"""The queue is a nudge: the same on an SQLite file and on Redis, and nothing hangs on it."""

import threading
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest
import sqlalchemy as sa
import time_machine
from huey.api import Huey
from limits.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter
from sqlalchemy.exc import OperationalError

from college.certs.batches.models import IssueBatch
from college.core import answers, clock, jobs, queue, sealing
from college.core.db import db
from college.core.errors import Stale
from college.core.jobs import Job, JobState, Progress
from college.core.roles import Role
from college.courses.enrolments.models import Enrolment
from college.people.accounts.models import Account
from college.people.accounts.passwords import hashed
from college.web import limits
from college.worker import CHORES
from tests.databases import Redis
from tests.factories import make_person, saved
from tests.factories.certs import make_closed_run
from tests.factories.courses import make_run


@pytest.fixture(scope="module")
def redis(tmp_path_factory):
    server = Redis(tmp_path_factory.mktemp("redis"))
    yield server
    server.kill()


@pytest.fixture
def steps():
    """How often each row's step was taken; a job of this kind takes three."""
    taken: Counter[int] = Counter()

    def step(row_id: int) -> Progress:
        taken[row_id] += 1
        return Progress(taken[row_id], 3)

    jobs.KINDS["test.steps"] = jobs.Kind(step, "A test", ("home.public", "id"), lambda ids: {})
    yield taken
    del jobs.KINDS["test.steps"]


@pytest.fixture(params=["file", "redis"])
def nudged(request, app, tmp_path, monkeypatch):
    """The queue that the application nudges, on both storages."""
    url = request.getfixturevalue("redis").url if request.param == "redis" else ""
    return connected(app, url, tmp_path, monkeypatch)


def connected(app, url, folder, monkeypatch) -> Huey:
    monkeypatch.setattr(jobs, "_nudge", [])
    opened = queue.open_queue(url, folder)
    opened.flush()
    queue.connect(opened, app.app_context, {"job": queue.work_off_job})
    return opened


def drained(opened: Huey) -> int:
    """Do what waits in the queue, as a consumer does; how much it was."""
    count = 0
    while (task := opened.dequeue()) is not None:
        opened.execute(task)
        count += 1
    db.session.expire_all()
    return count


def asked(*row_ids: int) -> list[Job]:
    made = [jobs.ask("test.steps", row_id, 3) for row_id in row_ids]
    db.session.commit()
    jobs.wake_after_commit()
    return made


def test_jobs_are_done_by_whoever_hears_the_nudge(nudged, steps):
    made = asked(1, 2, 3)
    assert drained(nudged) == 3
    assert {job.state for job in made} == {JobState.DONE}
    assert steps == {1: 3, 2: 3, 3: 3}


def test_a_nudge_heard_twice_does_the_work_once(nudged, steps):
    (job,) = asked(1)
    jobs.wake("job", str(job.id))
    assert drained(nudged) == 2
    assert (job.state, steps) == (JobState.DONE, {1: 3})


def test_the_sweep_finds_what_no_nudge_told(nudged, steps):
    (job,) = asked(1)
    nudged.flush()
    jobs.sweep()
    assert drained(nudged) == 1
    assert job.state is JobState.DONE


def test_a_worker_that_died_is_followed_by_the_next(nudged, steps):
    (job,) = asked(1)
    nudged.flush()
    job.state, job.owner, job.done = JobState.RUNNING, "dead", 1
    steps[1], job.leased_until = 1, clock.now()
    db.session.commit()
    jobs.sweep()
    drained(nudged)
    assert (job.state, steps) == (JobState.DONE, {1: 3})


def test_while_redis_is_gone_jobs_are_asked_for_and_none_is_lost_or_doubled(
    redis, steps, app, tmp_path, monkeypatch, caplog
):
    opened = connected(app, redis.url, tmp_path, monkeypatch)
    before = asked(1, 2)
    redis.kill()
    during = asked(3, 4)
    assert "nudge for job lost" in caplog.text
    jobs.sweep()  # nobody hears this one either
    redis.start()
    db.session.execute(sa.update(Job).values(nudged_at=clock.now() - 2 * jobs.NUDGE_AGAIN))
    db.session.commit()
    jobs.sweep()
    drained(opened)
    assert {job.state for job in before + during} == {JobState.DONE}
    assert set(steps.values()) == {3}


def test_people_go_on_while_redis_is_gone(redis, app, tmp_path, monkeypatch, sign_in):
    connected(app, redis.url, tmp_path, monkeypatch)
    lilei, chen, run, closed = make_person(), make_person(Role.ADMIN), make_run(), make_closed_run()
    redis.kill()
    try:
        enrolled = sign_in(lilei).post(f"/courses/runs/{run.id}/enrolments/new")
        opened = sign_in(chen).post(
            f"/certs/batches/new?run={closed.id}", data={"issue_on": clock.today().isoformat()}
        )
    finally:
        redis.start()
    assert (enrolled.status_code, opened.status_code) == (302, 302)
    assert (
        len(db.session.scalars(sa.select(Enrolment).where(Enrolment.run_id == run.id)).all()) == 1
    )
    (batch,) = db.session.scalars(sa.select(IssueBatch)).all()
    assert jobs.latest("certs.preview", batch.id) is not None


def test_nobody_tries_passwords_while_nobody_can_count_them(redis, app, monkeypatch, sign_in):
    counted_there = limits.open_storage(redis.url)
    there = replace(
        limits.sign_in_limits(),
        window=MovingWindowRateLimiter(counted_there),
        returnable=FixedWindowRateLimiter(counted_there),
    )
    monkeypatch.setitem(app.extensions, "sign_in_limits", there)
    look_ups = limits.open_window(redis.url), app.extensions["look_up_limits"][1]
    monkeypatch.setitem(app.extensions, "look_up_limits", look_ups)
    secret = hashed("right-password-1")
    saved(Account(person_id=make_person().id, login="lilei", password_hash=secret))
    entered = {"login": "lilei", "password": "right-password-1"}
    redis.kill()
    try:
        refused, verified = (
            sign_in(None).post("/sign-in", data=entered),
            sign_in(None).get("/verify/1"),
        )
    finally:
        redis.start()
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "30")
    assert verified.status_code in {200, 404}
    assert sign_in(None).post("/sign-in", data=entered).status_code == 302


def test_the_sweeper_outlives_a_database_that_is_away(app):
    stop = threading.Event()
    rounds: list[int] = []

    def context():
        rounds.append(len(rounds))
        if len(rounds) == 1:
            raise OperationalError("SELECT 1", None, Exception("server closed the connection"))
        stop.set()
        return app.app_context()

    queue._repeat(context, stop, 0, 0.01, jobs.sweep)

    assert rounds == [0, 1]


def test_the_worker_forgets_the_answers_to_forms_that_are_no_longer_valid(app):
    person = make_person().id
    with time_machine.travel(clock.now() - answers.KEPT * 2):
        answers.keep(person, "old", status=302, location="/me", body="")
    answers.keep(person, "new", status=302, location="/me", body="")
    db.session.commit()
    stop = threading.Event()

    def forget():
        queue._forget_answers()
        stop.set()

    queue._repeat(app.app_context, stop, 0, 0, forget)

    assert answers.first(person, "old") is None
    assert answers.first(person, "new") is not None


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (sealing.Estranged("seal 1 of the copy is not in the database"), "seal 1 of the copy"),
        (Stale(), "stale"),  # of two workers with the same chore one comes too late
    ],
    ids=["a copy of the seals that differs", "a chore that another worker did"],
)
def test_what_goes_wrong_once_does_not_end_what_comes_again(app, caplog, error, told):
    stop = threading.Event()
    rounds: list[int] = []

    def act():
        rounds.append(len(rounds))
        if len(rounds) == 2:
            stop.set()
        raise error

    queue._repeat(app.app_context, stop, 0, 0, act)

    assert rounds == [0, 1]
    assert told in caplog.text


def test_what_comes_hourly_is_done_soon_after_the_start(app):
    stop, done = threading.Event(), threading.Event()
    own = (app.app_context, stop, 0, queue.HOUR, done.set)
    loop = threading.Thread(target=queue._repeat, args=own, daemon=True)
    loop.start()
    assert done.wait(30)
    stop.set()
    loop.join(30)
    assert not loop.is_alive()


def test_chores_begin_one_after_the_other_and_none_later_than_it_comes_again():
    firsts = queue._firsts(CHORES)
    periods = [seconds for seconds, _ in CHORES]
    hourly = [first for first, seconds in zip(firsts, periods, strict=True) if seconds >= 3600]
    gaps = [later - first for first, later in pairwise(hourly)]
    assert min(hourly) >= queue.FIRST_SECONDS
    assert min(gaps) >= queue.APART_SECONDS
    assert max(hourly) <= 120
    assert all(first <= seconds for first, seconds in zip(firsts, periods, strict=True))
