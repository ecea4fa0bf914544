import json
import subprocess
import sys
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
import sqlalchemy as sa

from college.certs.batches import issuing, papers
from college.certs.batches.entitlement import RunStillOpen, awaiting, entitled
from college.certs.batches.models import BatchEntry, BatchState, EntryState, IssueBatch
from college.certs.batches.operations import (
    BatchNotIssued,
    DateOutside,
    IssueUnderWay,
    KindNotOffered,
    NobodyToIssue,
    SampleMissing,
    TitleForbidden,
    approve_batch,
    draw_again,
    issue_batch,
    open_batch,
    renew_print_file,
)
from college.certs.batches.queries import ISSUE, PREVIEW, PRINT, standing, stopped
from college.certs.certificates.models import Certificate, CertificateState, RevocationReason
from college.certs.certificates.operations import number_certificate, revoke_certificate
from college.certs.designs.models import CertificateKind
from college.certs.printing import pull
from college.core import clock, jobs, storage
from college.core.db import db
from college.core.errors import Conflict, NotAllowed
from college.core.helper import OutOfMemory
from college.core.jobs import Job, JobState
from college.core.numbering import Serial
from college.core.roles import SYSTEM, Role
from college.core.states import WrongState
from college.courses.enrolments.models import Enrolment, EnrolmentState
from college.courses.runs.models import RunState
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
from tests.factories.courses import make_run

TREE = Path(__file__).parents[2]
UNKNOWN = "赵\U00031350"  # a character that came to Unicode after our faces were drawn


@pytest.fixture
def chen():
    return make_person(Role.ADMIN, full_name="陈老师")


def states(batch):
    chosen = sa.select(BatchEntry.state).where(BatchEntry.batch_id == batch.id)
    return db.session.scalars(chosen.order_by(BatchEntry.position)).all()


# who is entitled


def test_who_completed_is_entitled_and_who_did_not_is_listed_with_the_reason():
    roster = entitled(make_closed_run(failed=["杜鹃"]))
    assert [place.person.full_name for place in roster.entitled] == sorted(
        NAMES, key=lambda n: {"欧": 0, "斯": 1, "王": 2}[n[0]]
    )
    (other,) = roster.others
    assert other.person.full_name == "杜鹃"
    assert other.reasons[0].facts == {"there": "38", "needed": "43.2"}


def test_a_class_that_goes_on_entitles_nobody():
    with pytest.raises(RunStillOpen):
        entitled(make_run())


def test_the_withdrawn_are_on_no_list():
    run = make_closed_run([])
    make_completed(run, state=EnrolmentState.WITHDRAWN)
    assert entitled(run).total == 0


def test_who_holds_the_certificate_is_not_entitled_again():
    run = make_closed_run(["王芳"])
    make_issued(run)
    roster = entitled(run)
    assert (roster.entitled, len(roster.held)) == ([], 1)


@pytest.mark.parametrize(
    ("reason", "again"),
    [
        (RevocationReason.WRONG_FACTS, True),
        (RevocationReason.ISSUED_TWICE, True),
        (RevocationReason.NOT_ENTITLED, False),
        (RevocationReason.HOLDER_ASKED, False),
    ],
)
def test_a_revoked_certificate_is_followed_by_a_new_one_only_where_that_makes_sense(reason, again):
    run = make_closed_run(["王芳"])
    (certificate,) = certificates_of(make_issued(run))
    revoke_certificate(SYSTEM, certificate, reason=reason)
    roster = entitled(run)
    assert (len(roster.entitled), len(roster.revoked)) == ((1, 0) if again else (0, 1))
    assert len(awaiting()) == (1 if again else 0)


def test_awaiting_counts_only_those_without_a_certificate():
    run = make_closed_run(failed=["杜鹃"])
    assert [(each.run, each.entitled, each.batch) for each in awaiting()] == [(run, 3, None)]
    batch = make_batch(run)
    assert awaiting()[0].batch is batch
    worked(ISSUE, order(drawn(batch)))
    assert awaiting() == []


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
    entry = BatchEntry(batch_id=batch.id, enrolment_id=certificate.enrolment_id, position=9)
    entry.batch_id = drawn_copy(batch).id
    db.session.add(entry)
    db.session.flush()
    enrolment = db.session.get_one(Enrolment, certificate.enrolment_id)
    before = db.session.scalars(sa.select(Serial.last)).one()
    with pytest.raises(Conflict):
        number_certificate(SYSTEM, batch, entry, enrolment, certificate.facts)
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


# pages


def test_a_revoked_paper_leaves_the_print_file(sign_in, chen):
    batch = make_issued()
    url, client = f"/certs/batches/{batch.id}", sign_in(chen)
    first = certificates_of(batch)[0]
    assert pages_of(client.get(f"{url}/print.pdf").data) == 3
    revoke_certificate(SYSTEM, first, reason=RevocationReason.WRONG_FACTS)
    db.session.commit()
    page = client.get(url).text
    assert "1 paper was revoked" in page
    assert f'href="/certs/certificates/{first.id}"' in page
    assert client.get(f"{url}/print.pdf").status_code == 409
    finish(PRINT)
    assert "was revoked" not in client.get(url).text
    assert pages_of(client.get(f"{url}/print.pdf").data) == 2


def test_a_print_file_that_was_not_renewed_can_be_asked_for(sign_in, chen):
    batch = make_issued()
    url, client = f"/certs/batches/{batch.id}", sign_in(chen)
    revoke_certificate(SYSTEM, certificates_of(batch)[0], reason=RevocationReason.WRONG_FACTS)
    job_of(PRINT, batch.id).state = JobState.FAILED
    db.session.commit()
    assert f'action="{url}/print"' in client.get(url).text
    assert client.post(f"{url}/print").location == url
    finish(PRINT)
    assert pages_of(client.get(f"{url}/print.pdf").data) == 2


def test_without_a_paper_in_force_there_is_no_print_file(sign_in, chen):
    batch = make_issued()
    for certificate in certificates_of(batch):
        revoke_certificate(SYSTEM, certificate, reason=RevocationReason.WRONG_FACTS)
    db.session.commit()
    finish(PRINT)
    client = sign_in(chen)
    assert client.get(f"/certs/batches/{batch.id}/print.pdf").status_code == 404
    assert "print.pdf" not in client.get(f"/certs/batches/{batch.id}").text


def test_a_batch_under_way_has_no_print_file_to_renew(chen):
    with pytest.raises(BatchNotIssued):
        renew_print_file(actor_of(chen), make_batch())


def pages_of(content):
    with pikepdf.open(BytesIO(content)) as pdf:
        return len(pdf.pages)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pages_lead_from_the_list_to_the_print_file(sign_in, chen, language):
    run_id = make_closed_run(failed=["杜鹃"]).id
    client = sign_in(chen, language=language)
    db.session.rollback()  # the requests have sessions of their own
    assert f"/certs/batches/new?run={run_id}" in client.get("/certs/batches").text
    assert "欧阳若溪" in client.get(f"/certs/batches/new?run={run_id}").text
    opened = client.post(f"/certs/batches/new?run={run_id}", data={"issue_on": clock.today()})
    url = opened.location
    waiting = client.get(url).text
    assert 'hx-get="' in waiting
    assert f'action="{url}/approve"' not in waiting
    finish(PREVIEW)
    assert f'src="{url}/sample.png' in client.get(url).text
    assert client.get(f"{url}/sample.png").mimetype == "image/png"
    assert client.get(f"{url}/sample.pdf").data.startswith(b"%PDF")
    assert client.post(f"{url}/approve").location == url
    assert client.post(f"{url}/issue").location == url
    assert "HX-Refresh" not in client.get(f"{url}/progress").headers
    finish(ISSUE)
    assert client.get(f"{url}/progress").headers["HX-Refresh"] == "true"
    assert "TLSW-JY-" in client.get(url).text
    whole = client.get(f"{url}/print.pdf")
    assert whole.data.startswith(b"%PDF")
    assert "attachment" in whole.headers["Content-Disposition"]
    assert url in client.get("/certs/batches").text


def finish(kind):
    worked(kind, db.session.scalars(sa.select(IssueBatch)).one())
    db.session.rollback()


def test_a_reason_is_told_in_the_readers_language(sign_in, chen):
    run = make_closed_run(failed=["杜鹃"])
    url = f"/certs/batches/new?run={run.id}"
    assert "Attended 38 class periods of the 43.2 required" in sign_in(chen).get(url).text
    assert "Attended 38" not in sign_in(chen, language="zh").get(url).text


def test_the_name_and_the_character_that_stop_somebody_stand_on_the_page(sign_in, chen):
    batch = drawn(make_batch(make_closed_run([*NAMES, UNKNOWN])))
    page = sign_in(chen).get(f"/certs/batches/{batch.id}").text
    assert UNKNOWN in page
    assert "U+31350" in page


def test_a_failed_job_offers_to_go_on(sign_in, chen):
    batch = order(drawn(make_batch()))
    job_of(ISSUE, batch.id).state = JobState.FAILED
    db.session.commit()
    page = sign_in(chen).get(f"/certs/batches/{batch.id}")
    assert "Go on issuing" in page.text


@pytest.mark.parametrize("typed", ["", "gestern", "2026-02-30", "1999-01-01"])
def test_a_date_that_does_not_fit_is_told_at_the_field_and_nothing_is_made(sign_in, chen, typed):
    run = make_closed_run()
    answer = sign_in(chen).post(f"/certs/batches/new?run={run.id}", data={"issue_on": typed})
    assert answer.status_code == 422
    assert "is-invalid" in answer.text
    assert db.session.scalars(sa.select(IssueBatch)).all() == []


def test_approving_what_has_no_sample_is_refused_with_a_sentence(sign_in, chen):
    batch = make_batch()
    answer = sign_in(chen).post(f"/certs/batches/{batch.id}/approve")
    assert answer.status_code == 422
    assert "There is no sample yet" in answer.text


def test_a_step_taken_twice_or_too_early_says_how_it_stands(sign_in, chen):
    batch = drawn(make_batch())
    client, url = sign_in(chen), f"/certs/batches/{batch.id}"
    early = client.post(f"{url}/issue")
    assert early.status_code == 422
    assert "This batch is not approved yet." in early.text
    client.post(f"{url}/approve")
    again = client.post(f"{url}/approve")
    assert again.status_code == 422
    assert "by 陈老师. Nothing was changed; the next step is to issue." in again.text
    client.post(f"{url}/issue")
    assert "ordered to be issued already" in client.post(f"{url}/approve").text


def test_a_class_that_goes_on_cannot_be_issued(sign_in, chen):
    run = make_run(state=RunState.OPEN)
    assert sign_in(chen).get(f"/certs/batches/new?run={run.id}").status_code == 422


def test_what_is_not_there_is_404(sign_in, chen):
    batch, client = make_batch(), sign_in(chen)
    for path in ("new", "new?run=x", "new?run=999999", "999999", f"{batch.id}/sample.png",
                 f"{batch.id}/sample.svg", f"{batch.id}/print.pdf"):  # fmt: skip
        assert client.get(f"/certs/batches/{path}").status_code == 404, path


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.INSTRUCTOR, Role.SUPERVISOR, Role.OBSERVER])
def test_nobody_else_opens_the_pages(sign_in, role):
    batch = make_batch()
    client = sign_in(make_person(role))
    for path in (
        "",
        "/new?run=1",
        f"/{batch.id}",
        f"/{batch.id}/progress",
        f"/{batch.id}/print.pdf",
    ):
        assert client.get(f"/certs/batches{path}").status_code == 403
    for path in (f"/new?run={batch.run_id}", f"/{batch.id}/approve", f"/{batch.id}/issue"):
        assert client.post(f"/certs/batches{path}").status_code == 403
    assert sign_in(None).get("/certs/batches").status_code == 302


def test_the_number_of_queries_does_not_grow_with_the_names(sign_in, chen, count_queries):
    counts: dict[str, list[int]] = {}
    for size in (2, 12):
        run = make_closed_run([f"学员{n}" for n in range(size)], failed=["杜鹃"] * (size // 2))
        batch = make_batch(run)
        client = sign_in(chen)
        for path in (f"/certs/batches/{batch.id}", f"/certs/batches/new?run={run.id}"):
            db.session.expire_all()
            count_queries()
            assert client.get(path).status_code == 200
            counts.setdefault(path.split("/")[3][:3] if "new" in path else "show", []).append(
                count_queries()
            )
    for few, many in counts.values():
        assert few == many
    assert all(many <= 20 for _, many in counts.values())


def test_serving_certificates_never_loads_the_renderer(tmp_path):
    script = (
        "import sys; from pathlib import Path; from config import Settings;"
        "from college.factory import create_app; from college.core.db import db;"
        f"app = create_app(Settings(environment='test', instance=Path({str(tmp_path)!r})));\n"
        "with app.app_context(): db.create_all()\n"
        "client = app.test_client()\n"
        "codes = [client.get(u).status_code for u in ('/verify', '/verify/0000000000000')]\n"
        "heavy = {'weasyprint', 'pypdfium2', 'pikepdf', 'pydyf', 'segno', 'vl_convert'}\n"
        "import json; print(json.dumps([codes, sorted(heavy & set(sys.modules))]))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=TREE, capture_output=True, text=True)
    assert json.loads(done.stdout.splitlines()[-1]) == [[200, 404], []], done.stderr


# a paper that cannot be drawn


@pytest.fixture
def jammed(monkeypatch):
    """Let the printer break off at one name from now on."""

    def jam(name: str) -> None:
        def broken(paper, facts):
            if facts["name"] == name and facts["number"] != papers.DUMMY["number"]:
                raise OutOfMemory
            return pull(paper, facts)

        monkeypatch.setattr(issuing, "pull", broken)

    return jam


def test_a_paper_that_breaks_off_keeps_its_number_and_holds_nobody_up(chen, jammed, sign_in):
    jammed(NAMES[1])
    batch = make_issued(by=actor_of(chen))
    assert sorted(states(batch)) == sorted(
        [EntryState.ISSUED, EntryState.STOPPED, EntryState.ISSUED]
    )
    (stuck,) = [c for c in certificates_of(batch) if c.state is CertificateState.NUMBERED]
    number, client, url = stuck.number, sign_in(chen), f"/certs/batches/{batch.id}"
    page = client.get(url).text
    assert "1 paper could not be drawn and keeps its number" in page
    assert "out_of_memory" in page
    first_file = batch.print_pdf

    jammed("nobody")
    db.session.rollback()
    assert client.post(f"{url}/draw").location == url
    batch = worked(ISSUE, batch)

    assert set(states(batch)) == {EntryState.ISSUED}
    assert {c.state for c in certificates_of(batch)} == {CertificateState.ISSUED}
    assert number in {c.number for c in certificates_of(batch)}
    assert batch.print_pdf != first_file
    assert client.post(f"{url}/draw").status_code == 422


def test_nobody_without_the_right_has_papers_drawn_again(jammed):
    with pytest.raises(NotAllowed):
        draw_again(actor_of(make_person(Role.INSTRUCTOR)), make_batch())
