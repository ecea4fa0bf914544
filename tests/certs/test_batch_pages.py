"""The pages of a batch, its print file, and a paper that cannot be drawn."""

import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
import sqlalchemy as sa

from college.certs.batches import issuing, papers
from college.certs.batches.models import EntryState, IssueBatch
from college.certs.batches.operations import BatchNotIssued, draw_again, renew_print_file
from college.certs.batches.queries import ISSUE, PREVIEW, PRINT
from college.certs.certificates.models import CertificateState, RevocationReason
from college.certs.certificates.operations import revoke_certificate
from college.certs.printing import pull
from college.core import clock
from college.core.db import db
from college.core.errors import NotAllowed
from college.core.helper import OutOfMemory
from college.core.jobs import JobState
from college.core.roles import SYSTEM, Role
from college.courses.runs.models import RunState
from tests.certs.shared import UNKNOWN, states
from tests.conftest import actor_of
from tests.factories import make_person
from tests.factories.certs import (
    NAMES,
    certificates_of,
    drawn,
    job_of,
    make_batch,
    make_closed_run,
    make_issued,
    order,
    worked,
)
from tests.factories.courses import make_run

TREE = Path(__file__).parents[2]


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
