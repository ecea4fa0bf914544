"""A batch: opened, shown as a sample, approved, issued."""

from datetime import timedelta
from io import BytesIO

import pikepdf
import pytest
import sqlalchemy as sa

from college.certs.batches.entitlement import entitled
from college.certs.batches.models import BatchEntry, BatchState, EntryState, IssueBatch
from college.certs.batches.operations import (
    DateOutside,
    IssueUnderWay,
    KindNotOffered,
    NobodyToIssue,
    SampleMissing,
    TitleForbidden,
    approve_batch,
    issue_batch,
    open_batch,
)
from college.certs.batches.queries import ISSUE, standing, stopped
from college.certs.certificates.models import Certificate, CertificateState, RevocationReason
from college.certs.certificates.operations import number_certificate, revoke_certificate
from college.certs.designs.models import CertificateKind
from college.core import clock, jobs, storage
from college.core.db import db
from college.core.errors import Conflict, NotAllowed
from college.core.jobs import Job, JobState
from college.core.numbering import Serial
from college.core.roles import SYSTEM, Role
from college.core.states import WrongState
from college.courses.enrolments.models import Enrolment, EnrolmentState
from tests.certs.shared import UNKNOWN, states
from tests.conftest import actor_of
from tests.factories import actor, make_id_number, make_person
from tests.factories.certs import (
    NAMES,
    certificates_of,
    drawn,
    job_of,
    make_batch,
    make_closed_run,
    make_completed,
    make_issued,
    order,
    worked,
)

# opening


def test_opening_lists_the_entitled_and_asks_for_a_sample():
    batch = make_batch()
    assert (batch.state, states(batch)) == (BatchState.PREVIEW, ["waiting"] * 3)
    assert standing(batch).is_going
    assert db.session.scalars(sa.select(Serial)).all() == []  # no number is taken yet


def test_opening_again_makes_the_same_batch_anew():
    run = make_closed_run()
    batch = drawn(make_batch(run))
    approve_batch(SYSTEM, batch)
    again = open_batch(SYSTEM, run, issue_on=clock.today() + timedelta(days=3))
    assert again.id == batch.id
    assert (again.state, again.approved_at, again.preview_pdf) == (BatchState.PREVIEW, None, "")
    assert len(states(again)) == 3
    assert db.session.scalar(sa.select(sa.func.count(IssueBatch.id))) == 1


def test_a_batch_ordered_a_moment_ago_is_not_made_anew_under_the_worker():
    batch = drawn(make_batch())
    approve_batch(SYSTEM, batch)
    db.session.flush()
    # somebody else's order, of which this session knows nothing yet
    issuing = sa.update(IssueBatch).values(state=BatchState.ISSUING)
    db.session.execute(issuing, execution_options={"synchronize_session": False})
    with pytest.raises(IssueUnderWay):
        open_batch(SYSTEM, batch.run, issue_on=batch.issue_on)


def test_a_second_unissued_batch_of_a_class_is_refused_by_the_database():
    batch = make_batch()
    twin = IssueBatch(
        run_id=batch.run_id, kind=batch.kind, design_id=batch.design_id, issue_on=batch.issue_on
    )
    db.session.add(twin)
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()
    db.session.rollback()


@pytest.mark.parametrize("days", [-2, 32])
def test_a_date_before_the_class_ended_or_far_ahead_is_refused(days):
    run = make_closed_run()
    with pytest.raises(DateOutside):
        open_batch(SYSTEM, run, issue_on=clock.today() + timedelta(days=days))


def test_a_title_that_pretends_is_refused_and_one_that_names_the_exam_is_not():
    pretending = make_closed_run(title="国家级社工师班")
    with pytest.raises(TitleForbidden) as refusal:
        open_batch(SYSTEM, pretending, issue_on=clock.today())
    assert refusal.value.facts == {"words": "国家"}
    exam = make_closed_run(title="全国社会工作者职业资格考试考前培训班")
    assert open_batch(SYSTEM, exam, issue_on=clock.today()).state is BatchState.PREVIEW


def test_a_class_where_nobody_completed_has_nothing_to_issue():
    with pytest.raises(NobodyToIssue):
        open_batch(SYSTEM, make_closed_run([], failed=["杜鹃"]), issue_on=clock.today())


def test_classes_give_completion_certificates_only():
    kind = CertificateKind.HONOUR
    with pytest.raises(KindNotOffered):
        open_batch(SYSTEM, make_closed_run(), issue_on=clock.today(), kind=kind)


@pytest.mark.parametrize("role", [r for r in Role if r not in {Role.ADMIN, Role.SYSTEM}])
def test_only_administrators_open_approve_and_issue(role):
    batch, wrong = make_batch(), actor(make_person(None), role)
    with pytest.raises(NotAllowed):
        open_batch(wrong, batch.run, issue_on=clock.today())
    with pytest.raises(NotAllowed):
        approve_batch(wrong, batch)
    with pytest.raises(NotAllowed):
        issue_batch(wrong, batch)


# the sample


def test_the_sample_is_marked_and_leads_to_the_form():
    batch = drawn(make_batch())
    with pikepdf.open(BytesIO(storage.files().get(batch.preview_pdf))) as pdf:
        assert str(pdf.docinfo["/Title"]).endswith("预览")
    assert storage.files().get(batch.preview_png).startswith(b"\x89PNG")


def test_a_name_that_no_face_draws_is_found_before_numbering_with_its_character():
    batch = drawn(make_batch(make_closed_run([*NAMES, UNKNOWN])))
    (entry,) = stopped(batch)
    assert entry.enrolment.person.full_name == UNKNOWN
    assert entry.problem["code"] == "missing_glyph"
    assert "U+31350" in entry.problem["characters"]
    assert standing(batch).printable == 3


def test_a_person_without_an_id_number_is_stopped():
    run = make_closed_run(["王芳"])
    make_completed(run, person=make_person(full_name="李雷"))
    (entry,) = stopped(drawn(make_batch(run)))
    assert entry.problem == {"code": "id_missing"}


def test_a_name_too_long_for_the_paper_is_stopped_and_with_nobody_left_nothing_is_approved():
    batch = drawn(make_batch(make_closed_run(["W" * 60])))
    assert [entry.problem for entry in stopped(batch)] == [{"code": "text_too_long"}]
    with pytest.raises(NobodyToIssue):
        approve_batch(SYSTEM, batch)


def test_a_batch_without_its_sample_is_not_approved():
    with pytest.raises(SampleMissing):
        approve_batch(SYSTEM, make_batch())


# issuing


def test_a_batch_is_issued_with_numbers_in_a_row_and_one_file_for_the_printer(chen):
    batch = make_issued(by=actor_of(chen))
    given = certificates_of(batch)
    year = batch.issue_on.year
    assert [c.number[:-2] for c in given] == [f"TLSW-JY-{year}-{n:06d}" for n in (1, 2, 3)]
    assert [c.facts["name"] for c in given] == ["欧阳若溪", "斯琴高娃·乌云", "王芳"]
    assert {c.state for c in given} == {CertificateState.ISSUED}
    assert len({c.code for c in given}) == 3
    assert batch.state is BatchState.ISSUED
    with pikepdf.open(BytesIO(storage.files().get(batch.print_pdf))) as pdf:
        assert len(pdf.pages) == 3
    for certificate in given:
        with pikepdf.open(BytesIO(storage.files().get(certificate.file_sha256))) as pdf:
            assert certificate.number in str(pdf.docinfo["/Title"])


def test_the_number_carries_the_year_of_the_paper_not_of_the_day(chen):
    """Drawn up in December, dated in January."""
    run = make_closed_run(["王芳"])
    in_january = clock.today().replace(month=12, day=31) + timedelta(days=1)
    early = (in_january - clock.today()).days > 31
    batch = make_batch(run, issue_on=clock.today() if early else in_january)
    worked(ISSUE, order(drawn(batch)))
    (certificate,) = certificates_of(batch)
    assert certificate.number.startswith(f"TLSW-JY-{batch.issue_on.year}-")


def test_facts_are_frozen_when_the_number_is_given():
    run = make_closed_run(["王芳"])
    (certificate,) = certificates_of(make_issued(run))
    person = db.session.get_one(Enrolment, certificate.enrolment_id, options=[]).person_id
    db.session.execute(sa.text("UPDATE person SET full_name='别人' WHERE id=:id"), {"id": person})
    run.title = "改了名的班"
    db.session.flush()
    db.session.expire_all()
    (again,) = certificates_of(db.session.scalars(sa.select(IssueBatch)).one())
    assert (again.facts["name"], again.facts["course"]) == ("王芳", "基层社工站骨干班（第三期）")


def test_a_stopped_entry_takes_no_number_and_stops_nobody():
    batch = make_issued(make_closed_run(["王芳", UNKNOWN, "李雷"]))
    assert sorted(states(batch)) == ["issued", "issued", "stopped"]
    assert [c.number[-8:-2] for c in certificates_of(batch)] == ["000001", "000002"]


def test_what_was_mended_between_sample_and_issue_is_issued():
    run = make_closed_run(["王芳"])
    enrolment = make_completed(run, person=make_person(full_name="李雷"))
    batch = drawn(make_batch(run))
    assert standing(batch).stopped == 1
    person = db.session.get_one(type(enrolment), enrolment.id).person_id
    tail = {"id": person, "masked": f"9***{make_id_number()[-4:]}"}
    db.session.execute(sa.text("UPDATE person SET id_number_masked=:masked WHERE id=:id"), tail)
    db.session.commit()
    worked(ISSUE, order(batch))
    assert states(batch) == ["issued", "issued"]


def test_who_lost_the_claim_meanwhile_is_stopped():
    run = make_closed_run(["王芳", "李雷"])
    batch = order(drawn(make_batch(run)))
    first = db.session.scalars(sa.select(Enrolment).order_by(Enrolment.id)).all()[0]
    first.state = EnrolmentState.NOT_COMPLETED
    db.session.commit()
    worked(ISSUE, batch)
    assert sorted(states(batch)) == ["issued", "stopped"]
    assert stopped(batch)[0].problem == {"code": "not_entitled"}


def test_a_batch_of_nobody_printable_ends_without_a_print_file():
    run = make_closed_run(["王芳"])
    batch = order(drawn(make_batch(run)))
    db.session.execute(sa.text("UPDATE person SET id_number_masked=''"))
    db.session.commit()
    batch = worked(ISSUE, batch)
    assert (batch.state, batch.print_pdf) == (BatchState.ISSUED, "")


def test_issuing_twice_issues_once():
    batch = order(drawn(make_batch()))
    issue_batch(SYSTEM, batch)
    db.session.commit()
    kinds = db.session.scalars(sa.select(Job.kind)).all()
    assert kinds.count(ISSUE) == 1
    worked(ISSUE, batch)
    issue_batch(SYSTEM, batch)
    assert len(certificates_of(batch)) == 3


def test_an_unapproved_batch_is_not_issued():
    batch = drawn(make_batch())
    with pytest.raises(WrongState):
        issue_batch(SYSTEM, batch)


def test_a_job_that_stopped_goes_on_where_it_was():
    batch = order(drawn(make_batch()))
    job_of(ISSUE, batch.id).state = JobState.FAILED
    db.session.commit()
    assert standing(batch).has_failed
    issue_batch(SYSTEM, batch)
    db.session.commit()
    worked(ISSUE, batch)
    assert [c.number[-8:-2] for c in certificates_of(batch)] == ["000001", "000002", "000003"]


def test_never_two_in_force_for_one_enrolment_and_kind():
    run = make_closed_run(["王芳"])
    batch = make_issued(run)
    (certificate,) = certificates_of(batch)
    twin = drawn_copy(batch)
    twin.state = BatchState.ISSUING
    entry = BatchEntry(batch_id=twin.id, enrolment_id=certificate.enrolment_id, position=9)
    db.session.add(entry)
    db.session.flush()
    enrolment = db.session.get_one(Enrolment, certificate.enrolment_id)
    before = db.session.scalars(sa.select(Serial.last)).one()
    with pytest.raises(Conflict):
        number_certificate(SYSTEM, twin, entry, enrolment, certificate.facts)
    assert db.session.scalars(sa.select(Serial.last)).one() == before  # its number went back


def drawn_copy(batch):
    twin = IssueBatch(
        run_id=batch.run_id, kind=batch.kind, design_id=batch.design_id, issue_on=batch.issue_on
    )
    db.session.add(twin)
    db.session.flush()
    return twin


def test_a_reissue_names_the_one_it_replaces():
    run = make_closed_run(["王芳"])
    (old,) = certificates_of(make_issued(run))
    old_id = old.id
    revoke_certificate(SYSTEM, old, reason=RevocationReason.WRONG_FACTS)
    db.session.commit()
    (new,) = certificates_of(make_issued(run))
    assert new.replaces_id == old_id
    assert entitled(run).held[0].certificate is new


def test_the_job_acts_as_the_person_who_ordered_it(chen):
    batch = make_issued(by=actor_of(chen))
    who = (
        db.session.execute(
            sa.text("SELECT DISTINCT actor_id FROM journal_entry WHERE deed='issue_certificate'")
        )
        .scalars()
        .all()
    )
    assert who == [chen.id] == [batch.issued_by_id]


def test_when_the_one_who_ordered_may_no_longer_issue_the_job_stops(chen):
    batch = order(drawn(make_batch(by=actor_of(chen))), by=actor_of(chen))
    db.session.execute(sa.text("DELETE FROM role_grant WHERE person_id=:id"), {"id": chen.id})
    db.session.commit()
    jobs.work_on(job_of(ISSUE, batch.id).id, "test")
    assert standing(batch).has_failed
    assert db.session.scalars(sa.select(Certificate)).all() == []
    assert states(batch) == [EntryState.WAITING] * 3


def test_a_batch_that_nobody_ordered_gives_no_number():
    """Else its list could be made anew, and the certificate would hang in the air."""
    batch = open_batch(SYSTEM, make_closed_run(["王芳"]), issue_on=clock.today())
    entry = db.session.scalars(sa.select(BatchEntry).filter_by(batch_id=batch.id)).one()
    enrolment = db.session.get_one(Enrolment, entry.enrolment_id)
    with pytest.raises(WrongState):
        number_certificate(SYSTEM, batch, entry, enrolment, {"name": "王芳"})
    assert entry.state is EntryState.WAITING
