from datetime import UTC, datetime
from urllib.parse import unquote

import pytest
import sqlalchemy as sa
import time_machine

from college.certs.certificates.models import Certificate, CertificateState, RevocationReason
from college.certs.certificates.operations import issue_certificate, revoke_certificate
from college.certs.certificates.queries import found, held
from college.core import clock, storage
from college.core.db import db
from college.core.errors import NotAllowed
from college.core.roles import SYSTEM, Role
from college.core.states import WrongState
from tests.factories import actor, make_person
from tests.factories.certs import certificates_of, make_certificate, make_closed_run, make_issued

NOON = datetime(2026, 12, 1, 4, tzinfo=UTC)
REASON = RevocationReason.WRONG_FACTS


@pytest.fixture
def lilei():
    return make_person(full_name="李雷")


@pytest.fixture
def chen():
    return make_person(Role.ADMIN, full_name="陈老师")


def with_file(person, **over):
    return make_certificate(person, file_sha256=storage.files().put(b"%PDF-1.7 paper"), **over)


# operations


@time_machine.travel(NOON, tick=False)
def test_revoking_keeps_the_row_with_date_and_reason():
    certificate = revoke_certificate(SYSTEM, make_certificate(), reason=REASON)
    assert certificate.state is CertificateState.REVOKED
    assert certificate.revocation_reason is REASON
    assert certificate.revoked_at == clock.now()


def test_what_is_revoked_stays_revoked():
    certificate = revoke_certificate(SYSTEM, make_certificate(), reason=REASON)
    with pytest.raises(WrongState):
        revoke_certificate(SYSTEM, certificate, reason=RevocationReason.HOLDER_ASKED)
    issue_certificate(SYSTEM, certificate, file_sha256="0" * 64)
    assert (certificate.state, certificate.revocation_reason) == (CertificateState.REVOKED, REASON)


def test_one_that_is_being_drawn_is_not_revoked_or_its_batch_would_never_end():
    certificate = make_certificate(state=CertificateState.NUMBERED, file_sha256="")
    with pytest.raises(WrongState):
        revoke_certificate(SYSTEM, certificate, reason=REASON)


@pytest.mark.parametrize("role", [r for r in Role if r not in {Role.ADMIN, Role.SYSTEM}])
def test_only_administrators_revoke(role):
    certificate = make_certificate()
    with pytest.raises(NotAllowed):
        revoke_certificate(actor(make_person(None), role), certificate, reason=REASON)


def test_the_database_refuses_a_revocation_without_its_date():
    certificate = make_certificate()
    certificate.state = CertificateState.REVOKED
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_one_is_held_from_the_day_it_is_issued_and_revoked_ones_are_shown_too(lilei):
    make_certificate(lilei, state=CertificateState.NUMBERED, file_sha256="")
    revoked = revoke_certificate(SYSTEM, make_certificate(lilei), reason=REASON)
    assert held(lilei.id) == [revoked]


@pytest.mark.parametrize("words", ["李", "lilei", "li lei", "ll", "000", "TLSW-JY-2025", "tlsw"])
def test_the_register_is_searched_by_name_pinyin_and_number(lilei, chen, words):
    certificate = make_certificate(lilei)
    assert found(actor(chen, Role.ADMIN), words) == [certificate]
    assert found(actor(chen, Role.ADMIN), f"{words}%") == []


def test_the_register_is_searched_by_the_code_in_any_writing(lilei, chen):
    certificate = make_certificate(lilei)
    typed = certificate.facts["code"].lower().replace("-", " ")
    assert found(actor(chen, Role.ADMIN), typed) == [certificate]


@pytest.mark.parametrize("words", ["没有这个人", "TLSW%000", "T_SW", ""])
def test_what_matches_nobody_finds_nothing(chen, words):
    make_certificate()
    assert found(actor(chen, Role.ADMIN), words) == []


def test_a_search_shows_a_trainee_only_their_own(lilei):
    make_certificate(make_person(full_name="韩梅"))
    mine = make_certificate(lilei)
    assert found(actor(lilei, Role.TRAINEE), "TLSW") == [mine]


# pages


def test_the_holder_finds_the_certificate_and_downloads_it(sign_in, lilei):
    certificate = with_file(lilei)
    client, number, path = sign_in(lilei), certificate.number, f"/{certificate.id}/file.pdf"
    page = client.get("/certs/certificates/mine").text
    assert number in page
    assert f'href="/certs/certificates{path}"' in page
    paper = client.get(f"/certs/certificates{path}")
    assert paper.data == b"%PDF-1.7 paper"
    assert paper.mimetype == "application/pdf"
    name = unquote(paper.headers["Content-Disposition"])
    assert f"培训结业证书-李雷-{number}.pdf" in name
    assert name.startswith("attachment")


def test_the_paper_that_was_issued_is_the_one_downloaded(sign_in):
    batch = make_issued(make_closed_run(["王芳"]))
    (certificate,) = certificates_of(batch)
    client = sign_in(certificate_holder(certificate))
    answer = client.get(f"/certs/certificates/{certificate.id}/file.pdf")
    assert answer.data == storage.files().get(certificate.file_sha256)


def certificate_holder(certificate):
    return (
        db.session.scalars(
            sa.select(Certificate)
            .where(Certificate.id == certificate.id)
            .options(sa.orm.joinedload(Certificate.person))
            .execution_options(populate_existing=True)
        )
        .one()
        .person
    )


@pytest.mark.parametrize("what", ["", "/file.pdf"])
def test_somebody_elses_certificate_is_404(sign_in, lilei, what):
    certificate = with_file(make_person(full_name="韩梅"))
    client = sign_in(lilei)
    assert client.get(f"/certs/certificates/{certificate.id}{what}").status_code == 404


def test_without_a_certificate_the_page_says_how_to_get_one(sign_in, lilei):
    page = sign_in(lilei).get("/certs/certificates/mine").text
    assert "No certificate yet" in page
    assert 'href="/courses"' in page


def test_a_revoked_certificate_is_not_given_out_any_more(sign_in, lilei):
    certificate = revoke_certificate(SYSTEM, with_file(lilei), reason=REASON)
    db.session.commit()
    url = f"/certs/certificates/{certificate.id}/file.pdf"
    client = sign_in(lilei)
    assert url not in client.get("/certs/certificates/mine").text
    assert client.get(url).status_code == 422


def test_a_lost_file_is_said_with_the_reference_to_quote(sign_in, lilei):
    certificate = make_certificate(lilei)
    answer = sign_in(lilei).get(f"/certs/certificates/{certificate.id}/file.pdf")
    assert answer.status_code == 500
    assert "missing or was altered" in answer.text
    assert answer.headers["X-Request-ID"] in answer.text


def test_the_administrator_revokes_with_a_reason(sign_in, chen):
    certificate = make_certificate()
    client, url = sign_in(chen), f"/certs/certificates/{certificate.id}"
    assert "This cannot be undone" in client.get(url).text
    answer = client.post(f"{url}/revoke", data={"reason": "wrong_facts"})
    assert answer.location == url
    page = client.get(url).text
    assert "A printed fact was wrong" in page
    assert f'action="{url}/revoke"' not in page


@pytest.mark.parametrize("data", [{}, {"reason": ""}, {"reason": "because"}])
def test_revoking_without_a_known_reason_changes_nothing(sign_in, chen, data):
    certificate = make_certificate()
    answer = sign_in(chen).post(f"/certs/certificates/{certificate.id}/revoke", data=data)
    assert answer.status_code == 422
    db.session.refresh(certificate)
    assert certificate.state is CertificateState.ISSUED


def test_revoking_twice_is_told_calmly(sign_in, chen):
    certificate = revoke_certificate(SYSTEM, make_certificate(), reason=REASON)
    db.session.commit()
    url = f"/certs/certificates/{certificate.id}/revoke"
    assert sign_in(chen).post(url, data={"reason": "not_entitled"}).status_code == 422


def test_a_holder_does_not_revoke(sign_in, lilei):
    certificate = make_certificate(lilei)
    client, url = sign_in(lilei), f"/certs/certificates/{certificate.id}"
    assert f'action="{url}/revoke"' not in client.get(url).text
    assert client.post(f"{url}/revoke", data={"reason": "holder_asked"}).status_code == 403


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_register_lists_and_searches(sign_in, chen, lilei, language):
    certificate = make_certificate(lilei)
    client = sign_in(chen, language=language)
    assert certificate.number in client.get("/certs/certificates").text
    assert certificate.number in client.get("/certs/certificates?q=李雷").text
    nothing = client.get("/certs/certificates?q=<b>nobody</b>")
    assert certificate.number not in nothing.text
    assert "<b>nobody" not in nothing.text


@pytest.mark.parametrize("role", [Role.INSTRUCTOR, Role.SUPERVISOR, Role.OBSERVER])
def test_who_has_nothing_to_do_with_certificates_is_refused(sign_in, role):
    certificate = make_certificate()
    client = sign_in(make_person(role))
    for path in ("", "/mine", f"/{certificate.id}", f"/{certificate.id}/file.pdf"):
        assert client.get(f"/certs/certificates{path}").status_code == 403


def test_the_register_asks_as_often_for_many_as_for_few(sign_in, chen, count_queries):
    client, counts = sign_in(chen), []
    for more in (1, 20):
        for _ in range(more):
            make_certificate()
        client.get("/certs/certificates")
        db.session.rollback()
        count_queries()
        client.get("/certs/certificates")
        counts.append(count_queries())
    assert counts[0] == counts[1] <= 8


def test_names_are_escaped_everywhere(sign_in, chen):
    person = make_person(full_name="<script>alert(1)</script>")
    certificate = make_certificate(person)
    client, code = sign_in(chen), certificate.code
    for path in ("/certs/certificates", f"/certs/certificates/{certificate.id}", f"/verify/{code}"):
        assert "<script>alert" not in client.get(path).text


def test_the_page_of_a_certificate_tells_what_became_of_it(sign_in, lilei, chen):
    certificate = with_file(lilei)
    revoke_certificate(actor(chen, Role.ADMIN), certificate, reason=REASON)
    db.session.commit()
    page = sign_in(lilei).get(f"/certs/certificates/{certificate.id}").text
    assert "<strong>陈老师</strong> revoked the certificate" in page
    assert "A printed fact was wrong" in page


def test_the_holders_name_leads_only_those_to_the_person_who_see_everybody(sign_in, lilei, chen):
    path = f"/certs/certificates/{with_file(lilei).id}"
    link = f'href="/people/persons/{lilei.id}">李雷'
    assert link in sign_in(chen).get(path).text
    assert link not in sign_in(lilei).get(path).text
