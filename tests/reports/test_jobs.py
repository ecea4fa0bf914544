"""The page of background work: what waits, moves and is stuck, and the button to try again."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from college.core import clock, jobs, workers
from college.core.db import db
from college.core.errors import NotAllowed
from college.core.jobs import Job, JobState
from college.core.journal import JournalEntry
from college.core.roles import Role
from college.core.states import WrongState
from college.reports.jobs.operations import AskedAnew, try_again
from college.tasks import JOB_KINDS
from tests.conftest import actor_of
from tests.factories import make_person, saved
from tests.factories.certs import make_batch, make_closed_run


@pytest.fixture
def chen():
    return make_person(Role.ADMIN, full_name="陈老师")


def make_job(kind: str = "certs.issue", row_id: int = 1, **over) -> Job:
    return saved(Job(kind=kind, row_id=row_id, **{"total": 5, **over}))


def make_failed(**over) -> Job:
    usual = {
        "state": JobState.FAILED,
        "tries": 4,
        "error": "KeyError (college/certs/rendering.py:87)",
        "reason": jobs.UNEXPECTED,
        "ended_at": clock.now(),
    }
    return make_job(**{**usual, **over})


@pytest.mark.parametrize("name", JOB_KINDS)
def test_every_kind_says_what_it_is_for_and_where_its_row_is_seen(app, name):
    kind = JOB_KINDS[name]
    endpoint, parameter = kind.page
    (rule,) = [r for r in app.url_map.iter_rules(endpoint) if "GET" in r.methods]
    assert kind.purpose
    assert rule.arguments == {parameter}
    assert kind.subjects([]) == {}


def test_a_job_is_shown_by_what_it_is_for_with_a_link(chen, sign_in):
    batch = make_batch(make_closed_run(title="初级考前班", title_en="Basic class"))
    page = sign_in(chen).get("/admin/jobs").text
    assert "Basic class" in page
    assert f'href="/certs/batches/{batch.id}"' in page
    assert "Draw the sample of a certificate" in page
    assert "Waiting to start" in page


def test_a_job_of_an_earlier_release_does_not_break_the_page(chen, sign_in):
    make_job(kind="gone.kind", state=JobState.DONE, ended_at=clock.now())
    assert "gone.kind" in sign_in(chen).get("/admin/jobs").text


def test_what_is_set_aside_comes_first_and_can_be_tried_again(chen, sign_in):
    job = make_failed(row_id=make_batch().id)
    client = sign_in(chen)
    page = client.get("/admin/jobs").text
    assert "Something went wrong that nobody foresaw" in page
    assert "KeyError (college/certs/rendering.py:87)" in page
    assert "tried 4 times" in page

    assert client.post(f"/admin/jobs/{job.id}/again").location == "/admin/jobs"

    assert (job.state, job.tries, job.error, job.ended_at) == (JobState.QUEUED, 0, "", None)
    assert job.id in jobs.due()
    deeds = sa.select(JournalEntry.actor_id).where(JournalEntry.deed == "try_again")
    assert db.session.scalars(deeds).all() == [chen.id]


def test_only_what_was_set_aside_is_tried_again(chen):
    with pytest.raises(WrongState):
        try_again(actor_of(chen), make_job(state=JobState.DONE))


def test_what_somebody_asked_for_anew_is_not_tried_twice(chen, sign_in):
    old = make_failed()
    make_job(state=JobState.DONE)
    with pytest.raises(AskedAnew):
        try_again(actor_of(chen), old)
    assert "Asked for anew" in sign_in(chen).get("/admin/jobs").text
    answer = sign_in(chen).post(f"/admin/jobs/{old.id}/again")
    assert answer.status_code == 409
    assert "asked for the same work anew" in answer.text


@pytest.mark.parametrize("role", [Role.INSTRUCTOR, Role.STATION_MANAGER, Role.OBSERVER])
def test_nobody_else_sees_or_touches_jobs(role, sign_in):
    person, job = make_person(role), make_failed()
    assert sign_in(person).get("/admin/jobs").status_code == 403
    assert sign_in(person).post(f"/admin/jobs/{job.id}/again").status_code == 403
    with pytest.raises(NotAllowed):
        try_again(actor_of(person), job)
    assert job.state is JobState.FAILED


def test_the_page_moves_only_while_something_does(chen, sign_in):
    client, job = sign_in(chen), make_job(asked_at=clock.now() - timedelta(minutes=7))
    page = client.get("/admin/jobs").text
    assert 'hx-get="/admin/jobs/progress' in page
    assert "the oldest for 7 minutes" in page
    assert "HX-Refresh" not in client.get("/admin/jobs/progress").headers

    job.state, job.ended_at = JobState.DONE, clock.now()
    db.session.commit()

    assert client.get("/admin/jobs/progress").headers["HX-Refresh"] == "true"
    assert "hx-get" not in client.get("/admin/jobs").text


def test_the_page_says_whether_a_worker_lives(chen, sign_in):
    client = sign_in(chen)
    assert "No worker has been seen lately" in client.get("/admin/jobs").text
    workers.beat("one")
    assert "at work" in client.get("/admin/jobs").text
    db.session.execute(sa.update(workers.Worker).values(seen_at=clock.now() - timedelta(hours=2)))
    db.session.commit()
    assert "No worker has been seen since" in client.get("/admin/jobs").text


def test_the_list_comes_in_pages_and_in_so_many_queries(chen, sign_in, count_queries):
    client, batch = sign_in(chen), make_batch()

    def cost() -> int:
        client.get("/admin/jobs")
        count_queries()
        page = client.get("/admin/jobs")
        assert page.status_code == 200
        return count_queries()

    make_job(row_id=batch.id, state=JobState.DONE, ended_at=clock.now())
    few = cost()
    for _ in range(40):
        make_job(row_id=batch.id, state=JobState.DONE, ended_at=clock.now())
    assert cost() <= few
    assert "Page 1 of 2" in client.get("/admin/jobs").text
