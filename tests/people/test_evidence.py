"""E-certificates: what is taken, what its signature says, who opens it, and in which process."""

import io
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
import sqlalchemy as sa

from college.core import imports, storage
from college.core.db import db
from college.core.errors import NotAllowed
from college.core.helper import Bounds, Helper, OutOfMemory, OutOfTime
from college.core.journal import JournalEntry
from college.core.operation import Overtaken
from college.core.roles import SYSTEM, Role
from college.core.security_log import SecurityEvent, SecurityKind
from college.people.evidence import examining
from college.people.evidence.examining import (
    MAX_BYTES,
    ActivePdf,
    Examined,
    LockedPdf,
    NoPdf,
    PdfTooLarge,
    TooManyPages,
    examined,
)
from college.people.evidence.models import EvidenceFile, Seal
from college.people.evidence.operations import (
    EvidenceKnown,
    open_evidence,
    withdraw_evidence,
)
from college.people.evidence.uploading import look_again, take_in
from college.people.persons.models import Person
from college.people.qualifications.earning import Earned
from college.people.qualifications.models import Level
from college.people.qualifications.operations import correct_qualification
from college.reports.personal_data.operations import delete_person
from tests.conftest import actor_of
from tests.factories import make_person, make_unit, qualified
from tests.factories.papers import Sent
from tests.factories.pdfs import (
    MINISTRY,
    Authority,
    added_to,
    altered,
    bomb,
    certificate_pdf,
    claimed_in_sm2,
    locked,
    with_file,
    with_script,
)


@pytest.fixture(scope="module")
def root():
    return Authority("演示根证书")


@pytest.fixture(scope="module")
def stranger():
    return Authority("别处的根证书")


@pytest.fixture
def trusting(tmp_path, root):
    """The college trusts one root."""
    (tmp_path / "root.pem").write_bytes(root.pem)
    (tmp_path / "readme.txt").write_text("not a certificate")
    examining.use(tmp_path)
    yield tmp_path
    examining.use(None)


@pytest.fixture
def held():
    return qualified(make_person(full_name="李雷", unit=make_unit()))


def sealed(found: Examined) -> Seal:
    return Seal.of(found.findings, is_checked=found.is_checked)


def facts(content: bytes) -> dict[str, object]:
    (finding,) = examined(content).findings
    return finding


# ---- what the signature says ----


def test_a_seal_under_a_trusted_root_is_known(root, trusting):
    found = facts(root.signed(certificate_pdf()))
    assert (found["signer"], found["issuer"]) == (MINISTRY, "演示根证书")
    assert (found["is_whole"], found["is_known"], found["anchor"]) == (True, True, "演示根证书")
    age = datetime.now(UTC) - datetime.fromisoformat(str(found["signed_at"]))
    assert timedelta(0) <= age < timedelta(minutes=1)


def test_der_and_several_in_one_file_are_read_too(root, stranger, tmp_path):
    for name, content in (("a.der", root.der), ("a.pem", stranger.pem + root.pem)):
        folder = tmp_path / name.replace(".", "-")
        folder.mkdir()
        (folder / name).write_bytes(content)
        examining.use(folder)
        assert facts(root.signed(certificate_pdf()))["is_known"] is True
    examining.use(None)


def test_a_seal_under_another_root_is_not_known(stranger, trusting):
    found = facts(stranger.signed(certificate_pdf()))
    assert (found["is_whole"], found["is_known"], found["anchor"]) == (True, False, "")
    assert sealed(examined(stranger.signed(certificate_pdf()))) is Seal.UNKNOWN


def test_a_seal_of_a_kind_that_cannot_be_checked_says_whom_it_names_and_proves_nothing(trusting):
    found = examined(claimed_in_sm2(certificate_pdf()))

    (finding,) = found.findings
    assert finding["signer"] == "人力资源和社会保障部电子印章 · 演示"
    assert (finding["is_checked"], finding["is_whole"], finding["is_known"]) == (False,) * 3
    assert sealed(found) is Seal.UNCHECKED


def test_a_change_after_a_seal_that_can_be_checked_is_told_beside_one_that_cannot(root, trusting):
    signed = root.signed(certificate_pdf())

    assert sealed(examined(altered(signed))) is Seal.CHANGED
    both = [
        *examined(altered(signed)).findings,
        *examined(claimed_in_sm2(certificate_pdf())).findings,
    ]
    assert Seal.of(both) is Seal.CHANGED


def test_without_a_trusted_root_nobody_is_known(root):
    found = facts(root.signed(certificate_pdf()))
    assert (found["is_whole"], found["is_known"]) == (True, False)


def test_a_seal_outlives_its_certificate(trusting):
    """Signed while it was valid: the date in the file lies within, although it has ended now."""
    old = Authority("旧根", lasts=timedelta(seconds=2) + timedelta(days=30), since=30)
    (trusting / "old.pem").write_bytes(old.pem)
    content = old.signed(certificate_pdf())
    assert facts(content)["is_known"] is True


def test_an_expired_seal_signs_nothing(trusting):
    gone = Authority("过期根", lasts=timedelta(days=10), since=30)
    (trusting / "gone.pem").write_bytes(gone.pem)
    assert facts(gone.signed(certificate_pdf()))["is_known"] is False


@pytest.mark.parametrize("change", [altered, added_to])
def test_a_file_that_was_changed_after_signing_is_told(root, trusting, change):
    signed = root.signed(certificate_pdf())
    changed = change(signed)
    assert changed != signed
    assert facts(changed)["is_whole"] is False
    assert sealed(examined(changed)) is Seal.CHANGED


def test_a_second_seal_changes_nothing_of_the_first(root, trusting):
    twice = root.signed(root.signed(certificate_pdf()), field="Second")
    found = examined(twice)
    assert [f["is_whole"] for f in found.findings] == [True, True]
    assert sealed(found) is Seal.KNOWN


def test_one_unknown_among_several_is_what_counts(root, stranger, trusting):
    both = stranger.signed(root.signed(certificate_pdf()), field="Second")
    assert sealed(examined(both)) is Seal.UNKNOWN


def test_an_unsigned_file_is_kept_and_says_so():
    found = examined(certificate_pdf())
    assert (found.findings, found.is_checked, sealed(found)) == ([], True, Seal.UNSIGNED)


def test_a_signature_of_rubbish_is_one_that_cannot_be_checked(root):
    signed = bytearray(root.signed(certificate_pdf()))
    at = signed.index(b"/Contents <") + len(b"/Contents <")
    signed[at : at + 40] = b"f" * 40
    found = examined(bytes(signed))
    assert (found.is_checked, sealed(found)) == (False, Seal.UNCHECKED)


# ---- what is no file to keep ----


@pytest.mark.parametrize(
    ("content", "refused"),
    [
        (b"PK\x03\x04", NoPdf),
        (b"%PDF-1.7 and nothing else", NoPdf),
        (b"", NoPdf),
        (b"%PDF-1.7" + b"0" * MAX_BYTES, PdfTooLarge),
        (locked(), LockedPdf),
        (with_script(), ActivePdf),
        (with_file(), ActivePdf),
        (certificate_pdf(21), TooManyPages),
    ],
    ids=["zip", "broken", "empty", "large", "locked", "script", "file", "pages"],
)
def test_it_is_refused_with_a_reason(content, refused):
    with pytest.raises(refused):
        examined(content)


@pytest.mark.parametrize(
    ("bounds", "ended"),
    [
        # what the library is refused by the kernel it may take for damage
        (Bounds(memory=150 << 20, cpu_seconds=20, wall_seconds=30, tasks=1), (OutOfMemory, NoPdf)),
        (Bounds(memory=768 << 20, cpu_seconds=20, wall_seconds=0.05, tasks=1), OutOfTime),
    ],
    ids=["memory", "time"],
)
def test_the_reader_keeps_within_its_bounds(bounds, ended):
    """A file of some kilobytes that unpacks to a hundred megabytes."""
    content = bomb(100 << 20)
    assert len(content) < MAX_BYTES
    small = Helper(examining.reader.door, bounds, knows=(NoPdf,))
    with pytest.raises(ended):
        small.ask("look", content)
    small.close()


def test_a_file_that_breaks_the_reader_is_no_file_to_keep(monkeypatch):
    tight = Bounds(memory=150 << 20, cpu_seconds=20, wall_seconds=30, tasks=1)
    monkeypatch.setattr(examining, "reader", Helper(examining.reader.door, tight, knows=(NoPdf,)))
    with pytest.raises(NoPdf):
        examined(bomb(100 << 20))


def test_the_web_process_never_loads_the_library(tmp_path):
    """The child alone pays for it, and it alone is hurt by what a file makes of it."""
    code = (
        "import sys, app\n"
        "from college.people.evidence.examining import examined\n"
        f"examined({certificate_pdf()!r})\n"
        "heavy = {'pyhanko', 'pikepdf', 'aiohttp', 'asn1crypto'} & set(sys.modules)\n"
        "sys.exit(f'loaded: {heavy}' if heavy else 0)"
    )
    own = os.environ | {"COLLEGE_INSTANCE": str(tmp_path)}
    command = [sys.executable, "-c", code]
    found = subprocess.run(command, capture_output=True, text=True, check=False, env=own)
    assert found.returncode == 0, found.stderr


# ---- keeping it ----


def test_it_is_kept_encrypted_and_comes_back_as_it_was(root, held):
    content = root.signed(certificate_pdf())
    row = take_in(SYSTEM, held, pdf=Sent(content))
    assert (row.person_id, row.level, row.seal) == (held.person_id, held.level, Seal.UNKNOWN)
    assert row.content_sha256 == sha256(content).hexdigest()
    assert content[:200] not in storage.files().get(row.file_sha256)
    assert imports.kept(row.file_sha256) == content
    (said,) = row.signatures
    assert (said.signer, said.is_whole) == (MINISTRY, True)


def test_the_same_file_stands_once(held):
    content = certificate_pdf()
    take_in(SYSTEM, held, pdf=Sent(content))
    with pytest.raises(EvidenceKnown):
        take_in(SYSTEM, held, pdf=Sent(content, "again.pdf"))


def test_it_outlives_a_correction_of_the_qualification(held, sign_in):
    row = take_in(SYSTEM, held, pdf=Sent(certificate_pdf()))
    earned = Earned(
        person_id=held.person_id, level=held.level, approved_on=held.approved_on, exam_year=2023
    )
    new = correct_qualification(SYSTEM, held, earned)
    db.session.commit()
    page = sign_in(make_person(Role.ADMIN)).get(f"/people/evidence/of/{new.id}").text
    assert row.content_sha256[:16] in page


def test_a_root_that_is_trusted_later_is_looked_at_anew(root, held, tmp_path):
    row = take_in(SYSTEM, held, pdf=Sent(root.signed(certificate_pdf())))
    (tmp_path / "root.crt").write_bytes(root.pem)
    examining.use(tmp_path)
    new = look_again(SYSTEM, row)
    examining.use(None)
    db.session.refresh(row)
    assert (new.seal, new.file_sha256, row.superseded_at is None) == (
        Seal.KNOWN,
        row.file_sha256,
        False,
    )
    with pytest.raises(Overtaken):
        look_again(SYSTEM, row)


def test_what_is_withdrawn_is_off_the_page(held, sign_in):
    row = take_in(SYSTEM, held, pdf=Sent(certificate_pdf()))
    withdraw_evidence(SYSTEM, row)
    db.session.commit()
    page = sign_in(make_person(Role.ADMIN)).get(f"/people/evidence/of/{held.id}").text
    assert row.content_sha256[:16] not in page
    with pytest.raises(Overtaken):
        withdraw_evidence(SYSTEM, row)


@pytest.mark.parametrize("role", [r for r in Role if r not in {Role.ADMIN, Role.SYSTEM}])
def test_nobody_elsewhere_keeps_or_opens_it(held, role):
    row = take_in(SYSTEM, held, pdf=Sent(certificate_pdf()))
    reader = actor_of(make_person(role, unit=make_unit(), full_name="路人"))
    for attempt in (
        lambda: take_in(reader, held, pdf=Sent(certificate_pdf(2))),
        lambda: look_again(reader, row),
        lambda: withdraw_evidence(reader, row),
        lambda: open_evidence(reader, row),
    ):
        with pytest.raises(NotAllowed):
            attempt()


# ---- pages ----


@pytest.mark.parametrize(("language", "said"), [("zh", "签发机构我们不认识"), ("en", "not known")])
def test_it_is_uploaded_and_read(sign_in, root, held, language, said):
    client = sign_in(make_person(Role.ADMIN), language=language)
    of = f"/people/evidence/of/{held.id}"
    sent = {"pdf": (io.BytesIO(root.signed(certificate_pdf())), "证书.pdf")}
    assert client.post(of, data=sent).location == of
    page = client.get(of).text
    assert MINISTRY in page
    assert said in page


def test_it_is_served_as_an_attachment_and_that_is_on_record(sign_in, held):
    content = certificate_pdf()
    row = take_in(SYSTEM, held, pdf=Sent(content))
    db.session.commit()
    client = sign_in(make_person(Role.ADMIN))
    answer = client.post(f"/people/evidence/of/{held.id}/{row.id}/open")
    assert answer.data == content
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    deeds = db.session.scalars(
        sa.select(JournalEntry.deed).where(JournalEntry.about_id == held.person_id)
    )
    assert "open_evidence" in set(deeds)
    noted = sa.select(SecurityEvent).where(SecurityEvent.kind == SecurityKind.PERSONAL_DATA)
    assert db.session.scalars(noted).all()


def test_who_holds_it_uploads_their_own(sign_in, held):
    person = db.session.get_one(Person, held.person_id)
    client = sign_in(person, language="en")
    of = f"/people/evidence/of/{held.id}"
    sent = {"pdf": (io.BytesIO(certificate_pdf()), "mine.pdf")}
    assert client.post(of, data=sent).status_code == 302
    assert "mine.pdf" in client.get(of).text


@pytest.mark.parametrize("content", [b"%PDF-1.7 broken", b""])
def test_a_refusal_is_said_beside_the_field(sign_in, held, content):
    client = sign_in(make_person(Role.ADMIN), language="en")
    sent = {"pdf": (io.BytesIO(content), "x.pdf")}
    page = client.post(f"/people/evidence/of/{held.id}", data=sent)
    assert page.status_code == 422
    assert "no PDF that we can read" in page.text or "Choose a file first" in page.text
    assert db.session.scalar(sa.select(sa.func.count(EvidenceFile.id))) == 0


def test_a_file_of_another_level_is_not_found_there(sign_in, held):
    other = qualified(db.session.get_one(Person, held.person_id), Level.SENIOR)
    row = take_in(SYSTEM, held, pdf=Sent(certificate_pdf()))
    db.session.commit()
    client = sign_in(make_person(Role.ADMIN))
    assert client.post(f"/people/evidence/of/{other.id}/{row.id}/open").status_code == 404


def test_it_goes_with_the_person(held):
    row = take_in(SYSTEM, held, pdf=Sent(certificate_pdf()))
    stored = row.file_sha256
    person = db.session.get_one(Person, held.person_id)
    erased = delete_person(actor_of(make_person(Role.ADMIN)), person, reason="本人申请")
    db.session.commit()
    assert stored in erased.files
    assert db.session.scalar(sa.select(sa.func.count(EvidenceFile.id))) == 0
