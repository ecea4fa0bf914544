"""Jobs are rows: done step by step, taken over after a crash, set aside when they break."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from college.core import clock, jobs
from college.core.db import db
from college.core.jobs import Job, JobState, Progress


@pytest.fixture
def kind():
    """A kind of job that counts to three."""
    seen = []

    def step(row_id: int) -> Progress:
        seen.append(row_id)
        return Progress(len(seen), 3)

    jobs.KINDS["test.count"] = step
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


def test_a_broken_job_is_set_aside_with_its_error():
    def step(row_id: int) -> Progress:
        raise KeyError("姓名")

    jobs.KINDS["test.broken"] = step
    job = jobs.ask("test.broken", 1, 1)
    db.session.commit()
    jobs.work_on(job.id, "worker")
    db.session.refresh(job)
    assert job.state is JobState.FAILED
    assert "KeyError" in job.error
    del jobs.KINDS["test.broken"]


def test_a_worker_that_fails_after_its_lease_ran_out_leaves_the_job_to_the_next():
    def step(row_id: int) -> Progress:
        with jobs.transaction():  # the lease ran out while this one was busy
            db.session.execute(sa.update(Job).values(owner="next"))
        raise KeyError("too late")

    jobs.KINDS["test.late"] = step
    job = jobs.ask("test.late", 1, 1)
    db.session.commit()
    jobs.work_on(job.id, "worker")
    db.session.refresh(job)
    assert (job.state, job.owner, job.error) == (JobState.RUNNING, "next", "")
    del jobs.KINDS["test.late"]


def test_nudges_go_out_only_after_the_commit(kind, monkeypatch):
    sent = []
    monkeypatch.setattr(jobs, "_nudge", [lambda task, argument: sent.append((task, argument))])
    job = jobs.ask("test.count", 7, 3)
    assert sent == []
    jobs.wake_after_commit()
    assert sent == [("job", str(job.id))]
