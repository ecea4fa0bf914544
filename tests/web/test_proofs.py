"""A form counts once, and only for what its reader saw; clicks at once: tests/races."""

import re

import pytest
import sqlalchemy as sa

from college.certs.batches.models import BatchState
from college.certs.batches.operations import open_batch
from college.core import answers, clock
from college.core.answers import GivenAnswer
from college.core.db import db
from college.core.roles import Role
from college.core.versions import Unversioned, declare
from college.courses.enrolments.models import Enrolment
from college.courses.runs.models import Assessment
from tests.conftest import actor_of
from tests.factories import make_person
from tests.factories.certs import drawn, make_batch
from tests.factories.courses import make_assessment, make_run

KEY, OTHER = "the-key-of-one-form", "the-key-of-another"


@pytest.fixture
def chen():
    return make_person(Role.ADMIN, full_name="陈老师")


def enrolled(run):
    chosen = sa.select(sa.func.count()).where(Enrolment.run_id == run.id)
    return db.session.scalar(chosen)


def test_the_same_form_twice_counts_once_and_gets_the_first_answer(sign_in):
    run, client = make_run(), sign_in(make_person())
    url = f"/courses/runs/{run.id}/enrolments/new"
    first, again = (client.post(url, headers={"X-Once": KEY}) for _ in range(2))
    assert (again.status_code, again.location) == (first.status_code, first.location)
    assert (first.status_code, enrolled(run)) == (302, 1)


def test_another_form_for_the_same_is_told_so(sign_in):
    run, client = make_run(), sign_in(make_person())
    url = f"/courses/runs/{run.id}/enrolments/new"
    answered = [client.post(url, headers={"X-Once": key}).status_code for key in (KEY, OTHER)]
    assert answered == [302, 409]


def test_keys_of_two_people_do_not_meet(sign_in):
    run, url = make_run(), "/courses/runs/{}/enrolments/new"
    for person in (make_person(), make_person()):
        sign_in(person).post(url.format(run.id), headers={"X-Once": KEY})
    assert enrolled(run) == 2


def test_a_refused_form_can_be_mended_and_sent_again(sign_in, chen):
    batch = make_batch()
    client, url = sign_in(chen), f"/certs/batches/{batch.id}/approve"
    assert client.post(url, headers={"X-Once": KEY}).status_code == 422  # no sample yet
    drawn(batch)
    assert client.post(url, headers={"X-Once": KEY}).status_code == 302


@pytest.mark.parametrize("key", ["", "short", "x" * 65, "with a blank in it...."])
def test_a_form_without_a_proper_key_is_an_expired_one(sign_in, key):
    run, client = make_run(), sign_in(make_person())
    answer = client.post(f"/courses/runs/{run.id}/enrolments/new", headers={"X-Once": key})
    assert (answer.status_code, enrolled(run)) == (400, 0)


def test_a_page_with_a_form_carries_key_and_versions(sign_in, chen):
    batch = drawn(make_batch())
    page = sign_in(chen).get(f"/certs/batches/{batch.id}").text
    assert re.search(r'name="once" value="[\w-]{22}"', page)
    assert f'name="seen" value="issue_batch.{batch.id}.{batch.version}"' in page


def test_old_answers_are_forgotten(sign_in):
    sign_in(make_person()).post(f"/courses/runs/{make_run().id}/enrolments/new")
    assert answers.forget_old() == 0
    db.session.execute(sa.update(GivenAnswer).values(at=clock.now() - answers.KEPT * 2))
    assert answers.forget_old() == 1


def test_who_approves_what_was_changed_meanwhile_is_refused(sign_in, chen):
    batch = drawn(make_batch())
    client, url = sign_in(chen), f"/certs/batches/{batch.id}"
    seen = {"seen": f"issue_batch.{batch.id}.{batch.version}"}
    colleague = make_person(Role.ADMIN, full_name="周老师")
    open_batch(actor_of(colleague), batch.run, issue_on=batch.issue_on)
    db.session.commit()
    drawn(batch)
    answer = client.post(f"{url}/approve", data=seen, headers={"X-Seen": ""})
    db.session.refresh(batch)
    assert (answer.status_code, batch.state) == (409, BatchState.PREVIEW)
    assert "周老师 changed this" in answer.text
    # the page shows what stands now: whoever approves from here has seen it
    assert f'value="issue_batch.{batch.id}.{batch.version}"' in answer.text
    assert client.post(f"{url}/approve").status_code == 302


def test_a_form_that_names_no_version_changes_nothing(sign_in, chen):
    batch = drawn(make_batch())
    answer = sign_in(chen).post(f"/certs/batches/{batch.id}/approve", headers={"X-Seen": ""})
    db.session.refresh(batch)
    assert (answer.status_code, batch.state) == (409, BatchState.PREVIEW)


@pytest.mark.parametrize("seen", ["issue_batch.1", "issue_batch.x.1", "\x00", "a" * 9000])
def test_a_version_that_says_nothing_is_none(sign_in, chen, seen):
    batch = drawn(make_batch())
    url = f"/certs/batches/{batch.id}/approve"
    answer = sign_in(chen).post(url, data={"seen": seen}, headers={"X-Seen": ""})
    assert answer.status_code == 409


def test_a_page_cannot_change_a_row_that_counts_no_versions():
    """Whoever lets a page edit a new noun finds out at the first test."""
    assessment = make_assessment(make_run())
    declare({})
    assessment.title = "另一项考核"
    with pytest.raises(Unversioned):
        db.session.flush()
    db.session.rollback()
    assert db.session.get_one(Assessment, assessment.id).title == "模拟考试"
