"""Jobs are rows: done step by step, taken over after a crash, set aside when they break."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine

from college.core import clock, jobs, workers
from college.core.db import db
from college.core.errors import NotAllowed, RuleBroken, Unavailable
from college.core.jobs import Job, JobState, Progress


def kind_of(step) -> jobs.Kind:
    return jobs.Kind(step, "A test", ("home.public", "id"), lambda ids: {})


@pytest.fixture
def kind():
    """A kind of job that counts to three."""
    seen = []

    def step(row_id: int) -> Progress:
        seen.append(row_id)
        return Progress(len(seen), 3)

    jobs.KINDS["test.count"] = kind_of(step)
    yield seen
    del jobs.KINDS["test.count"]


def test_a_job_is_done_step_by_step(kind):
    job = jobs.ask("test.count", 7, 3)
    db.session.commit()
    jobs.work_on(job.id, "worker")
    db.session.refresh(job)
    assert (kind, job.state, job.done, job.total) == ([7, 7, 7], JobState.DONE, 3, 3)


def test_asking_twice_gives_one_job(kind):
    assert jobs.ask("test.count", 7, 3) is jobs.ask("test.count", 7, 3)


def test_after_the_end_one_may_ask_again(kind):
    job = jobs.ask("test.count", 7, 3)
    db.session.commit()
    jobs.work_on(job.id, "worker")
    assert jobs.ask("test.count", 7, 3).id != job.id


def test_a_held_job_is_left_to_its_holder(kind):
    job = jobs.ask("test.count", 7, 3)
    job.state, job.owner = JobState.RUNNING, "other"
    job.leased_until = clock.now() + timedelta(seconds=30)
    db.session.commit()
    jobs.work_on(job.id, "worker")
    assert kind == []
    assert jobs.due() == []


def test_a_job_whose_worker_died_is_taken_over(kind):
    job = jobs.ask("test.count", 7, 3)
    job.state, job.owner = JobState.RUNNING, "dead"
    job.leased_until = clock.now() - timedelta(seconds=1)
    db.session.commit()
    assert jobs.due() == [job.id]
    jobs.work_on(job.id, "worker")
    assert db.session.scalar(sa.select(Job.state).where(Job.id == job.id)) is JobState.DONE


def test_a_nudge_that_met_no_database_is_sent_again_at_once(kind):
    job = jobs.ask("test.count", 7, 3)
    job.nudged_at = clock.now()
    db.session.commit()
    with broken_off("UPDATE job"), pytest.raises(sa.exc.OperationalError):
        jobs.work_on(job.id, "worker")
    db.session.rollback()
    assert db.session.scalar(sa.select(Job.nudged_at)) is not None

    jobs.let_go("worker")

    assert db.session.scalar(sa.select(Job.nudged_at)) is None


@contextmanager
def broken_off(words: str) -> Iterator[None]:
    """Whatever says `words` to the database finds the line dead."""

    def die(*given: Any) -> None:
        if given[2].startswith(words):
            raise sa.exc.OperationalError(given[2], {}, ConnectionError())

    sa.event.listen(db.engine, "before_cursor_execute", die)
    try:
        yield
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", die)


@pytest.fixture
def breaking():
    """A kind of job whose first step raises what stands in the list, and ends when it is empty."""
    errors: list[Exception] = []

    def step(row_id: int) -> Progress:
        if errors:
            raise errors.pop(0)
        return Progress(1, 1)

    jobs.KINDS["test.broken"] = kind_of(step)
    yield errors
    del jobs.KINDS["test.broken"]


def worked_through(job: Job) -> list[tuple[str, int]]:
    """What state each try left, and the seconds until the next; as the sweep would go on."""
    seen = []
    with time_machine.travel(clock.now(), tick=False) as traveller:
        while True:
            jobs.work_on(job.id, "worker")
            db.session.expire_all()
            rest = (job.rests_until - clock.now()).seconds if job.rests_until else 0
            seen.append((job.state.value, rest))
            if job.is_over:
                return seen
            assert jobs.due() == []
            traveller.shift(rest)
            assert jobs.due() == [job.id]


def test_a_broken_job_is_tried_again_after_growing_waits_and_then_set_aside(breaking):
    breaking += [KeyError("姓名")] * 9
    job = jobs.ask("test.broken", 1, 1)
    db.session.commit()
    assert worked_through(job) == [("queued", 5), ("queued", 30), ("queued", 120), ("failed", 0)]
    assert jobs.due() == []


def test_what_was_away_for_a_moment_is_done_at_the_next_try(breaking):
    breaking.append(Unavailable())
    job = jobs.ask("test.broken", 1, 1)
    db.session.commit()
    assert worked_through(job) == [("queued", 5), ("done", 0)]
    assert (job.error, job.reason) == ("", "")


def test_what_stays_away_is_waited_for_by_short_rests_and_costs_no_try(breaking):
    breaking += [*[Unavailable() for _ in range(jobs.DEATHS + 5)], KeyError()]
    job = jobs.ask("test.broken", 1, 1)
    db.session.commit()
    away = [("queued", 5)] * (jobs.DEATHS + 5)
    assert worked_through(job) == [*away, ("queued", 5), ("done", 0)]


def test_what_a_rule_forbids_is_not_asked_again(breaking):
    breaking.append(NotAllowed())
    job = jobs.ask("test.broken", 1, 1)
    db.session.commit()
    assert worked_through(job) == [("failed", 0)]
    assert job.error.startswith("not_allowed (college/core/jobs.py:")
    assert job.reason == NotAllowed.message


def test_an_error_is_kept_by_kind_and_place_and_never_in_its_own_words(breaking, caplog):
    breaking += [KeyError("李雷 152301199003074813")] * 4
    job = jobs.ask("test.broken", 1, 1)
    db.session.commit()
    worked_through(job)
    assert job.error.startswith("KeyError (college/core/jobs.py:")
    assert job.reason == jobs.UNEXPECTED
    assert "李雷" not in job.error + job.reason + caplog.text
    assert "test_jobs.py" in caplog.text  # the place is in the log


def test_a_sentence_with_a_name_in_its_blanks_is_not_kept():
    class Named(RuleBroken):
        message = "%(who)s was faster."

    assert jobs.reason_of(Named(who="李雷")) == jobs.UNEXPECTED


def test_a_job_that_takes_every_worker_with_it_is_set_aside(kind):
    job = jobs.ask("test.count", 7, 3)
    job.state, job.owner, job.tries = JobState.RUNNING, "dead", jobs.DEATHS
    job.leased_until = clock.now() - timedelta(seconds=1)
    db.session.commit()
    jobs.work_on(job.id, "worker")
    db.session.refresh(job)
    assert (kind, job.state, job.error) == ([], JobState.FAILED, "died")


def heard_by(sent):
    """A queue that takes every nudge, and notes for which job."""

    def nudge(_task: str, argument: str) -> bool:
        sent.append(argument)
        return True

    return nudge


def test_the_sweep_nudges_once_and_again_only_half_a_minute_later(kind, monkeypatch):
    sent: list[str] = []
    monkeypatch.setattr(jobs, "_nudge", [heard_by(sent)])
    job = jobs.ask("test.count", 7, 3)
    db.session.commit()
    jobs.forget_nudges()  # the request's own is lost
    with time_machine.travel(clock.now(), tick=False) as traveller:
        for _ in range(10):
            jobs.sweep()
            traveller.shift(3)
        assert sent == [str(job.id)]
        traveller.shift(3)
        jobs.sweep()
    assert sent == [str(job.id)] * 2


def test_a_long_step_keeps_its_lease_while_its_worker_lives():
    leases: list[timedelta] = []

    def step(row_id: int) -> Progress:
        for _ in range(3):
            traveller.shift(40)
            workers.beat("worker")
            until = db.session.scalars(sa.select(Job.leased_until)).one()
            assert until is not None
            leases.append(until - clock.now())
        assert jobs.due() == []
        return Progress(1, 1)

    jobs.KINDS["test.long"] = kind_of(step)
    job = jobs.ask("test.long", 1, 1)
    db.session.commit()
    with time_machine.travel(clock.now(), tick=False) as traveller:
        jobs.work_on(job.id, "worker")
    db.session.refresh(job)
    assert (job.state, leases) == (JobState.DONE, [jobs.LEASE] * 3)
    del jobs.KINDS["test.long"]


def test_nobody_holds_a_job_for_another(kind):
    job = jobs.ask("test.count", 7, 3)
    job.state, job.owner, job.leased_until = JobState.RUNNING, "other", clock.now()
    db.session.commit()
    before = job.leased_until
    workers.beat("worker")
    db.session.refresh(job)
    assert job.leased_until == before


def is_alive() -> bool:
    worker = workers.last_seen()
    return worker is not None and worker.is_alive


def test_a_step_that_tells_how_far_it_is_and_then_breaks_is_not_tried_for_ever():
    def step(row_id: int) -> Progress:
        jobs.report(Progress(1, 3))
        raise KeyError

    jobs.KINDS["test.telling"] = kind_of(step)
    job = jobs.ask("test.telling", 1, 3)
    db.session.commit()
    assert len(worked_through(job)) == 4
    del jobs.KINDS["test.telling"]


def test_a_worker_is_alive_until_three_beats_are_missed():
    with time_machine.travel(clock.now(), tick=False) as traveller:
        workers.beat("one")
        traveller.shift(49)
        assert is_alive()
        traveller.shift(2)
        assert not is_alive()
        workers.leave("one")
        assert workers.last_seen() is None


def test_a_worker_that_fails_after_its_lease_ran_out_leaves_the_job_to_the_next():
    def step(row_id: int) -> Progress:
        with jobs.transaction():  # the lease ran out while this one was busy
            db.session.execute(sa.update(Job).values(owner="next"))
        raise KeyError("too late")

    jobs.KINDS["test.late"] = kind_of(step)
    job = jobs.ask("test.late", 1, 1)
    db.session.commit()
    jobs.work_on(job.id, "worker")
    db.session.refresh(job)
    assert (job.state, job.owner, job.error) == (JobState.RUNNING, "next", "")
    del jobs.KINDS["test.late"]


def test_nudges_go_out_only_after_the_commit(kind, monkeypatch):
    sent: list[str] = []
    monkeypatch.setattr(jobs, "_nudge", [heard_by(sent)])
    job = jobs.ask("test.count", 7, 3)
    assert sent == []
    jobs.wake_after_commit()
    assert sent == [str(job.id)]
