"""A certificate gets its number, then its file; later it may be revoked. It is never changed."""

from collections.abc import Mapping

import sqlalchemy as sa

from college.certs.batches.models import (
    ENTRY_MOVES,
    BatchEntry,
    BatchState,
    EntryState,
    IssueBatch,
)
from college.certs.batches.queries import PRINT
from college.certs.certificates.codes import grouped, new_code
from college.certs.certificates.models import (
    CERTIFICATE_MOVES,
    Certificate,
    CertificateState,
    RevocationReason,
)
from college.certs.certificates.queries import last_of
from college.certs.issuer import issuer
from college.core import clock, jobs, journal
from college.core.access import require
from college.core.db import db, locked
from college.core.numbering import next_serials, with_check_digit
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.core.states import WrongState, move
from college.courses.enrolments.models import Enrolment
from college.people.notices.models import NoticeKind as K
from college.people.notices.telling import tell


@operation
def number_certificate(
    actor: Actor,
    batch: IssueBatch,
    entry: BatchEntry,
    enrolment: Enrolment,
    facts: Mapping[str, str],
) -> Certificate:
    """Give one person of a batch a number and an unguessable code, and freeze the facts.

    The caller holds the locks of `entry` and `enrolment`. Raises NotAllowed, WrongState, also
    when the batch is not being issued: its list could still be made anew under the number; and
    Conflict when a certificate of this kind from this enrolment is in force.
    """
    require(actor, Can.CERTS_ISSUE)
    if batch.state is not BatchState.ISSUING:
        raise WrongState(source=batch.state, target=BatchState.ISSUING)
    earlier = last_of(enrolment, batch.kind)
    move(entry, EntryState.NUMBERED, ENTRY_MOVES)
    code = new_code()
    series, year = f"{issuer().code}-{batch.kind.series}", batch.issue_on.year
    serial = next_serials(series, year)[0]  # late: on PostgreSQL it stays locked until the commit
    number = with_check_digit(f"{series}-{year}-{serial:06d}")
    certificate = Certificate(
        number=number,
        code=code,
        kind=batch.kind,
        person_id=enrolment.person_id,
        enrolment_id=enrolment.id,
        entry_id=entry.id,
        design_id=batch.design_id,
        facts={**facts, "number": number, "code": grouped(code), "qr": issuer().link(code)},
        issued_on=batch.issue_on,
        replaces_id=earlier.id if earlier else None,
    )
    db.session.add(certificate)
    journal.record(
        actor, "number_certificate", certificate, about=enrolment.person_id, number=number
    )
    return certificate


@operation
def issue_certificate(actor: Actor, certificate: Certificate, *, file_sha256: str) -> Certificate:
    """Put a numbered certificate into force: its file is stored. A second call changes nothing."""
    require(actor, Can.CERTS_ISSUE)
    certificate = locked(Certificate, certificate.id)
    if certificate.state is not CertificateState.NUMBERED:
        return certificate
    move(certificate, CertificateState.ISSUED, CERTIFICATE_MOVES)
    certificate.file_sha256, certificate.issued_at = file_sha256, clock.now()
    entry = db.session.get_one(BatchEntry, certificate.entry_id)
    move(entry, EntryState.ISSUED, ENTRY_MOVES)
    journal.record(
        actor,
        "issue_certificate",
        certificate,
        about=certificate.person_id,
        number=certificate.number,
        sha256=file_sha256,
    )
    named = {"title": certificate.kind, "number": certificate.number}
    tell(K.CERTIFICATE_ISSUED, certificate.person_id, {**named, "certificate_id": certificate.id})
    return certificate


@operation
def revoke_certificate(
    actor: Actor, certificate: Certificate, *, reason: RevocationReason
) -> Certificate:
    """Take a certificate out of force for good; whoever verifies it sees when and why.

    Raises NotAllowed, WrongState.
    """
    require(actor, Can.CERTS_REVOKE, certificate)
    certificate = locked(Certificate, certificate.id)
    move(certificate, CertificateState.REVOKED, CERTIFICATE_MOVES)
    certificate.revoked_at, certificate.revocation_reason = clock.now(), reason
    journal.record(
        actor,
        "revoke_certificate",
        certificate,
        about=certificate.person_id,
        number=certificate.number,
        reason=reason,
    )
    _take_out_of_print(certificate)
    return certificate


def _take_out_of_print(certificate: Certificate) -> None:
    """Nobody shall hand out a revoked paper: its batch's print file is put together anew."""
    chosen = sa.select(IssueBatch.id).join(BatchEntry, BatchEntry.batch_id == IssueBatch.id)
    printed = (BatchEntry.id == certificate.entry_id) & (IssueBatch.print_pdf != "")
    batch_id = db.session.scalar(chosen.where(printed).with_for_update(of=IssueBatch))
    if batch_id is not None:
        jobs.ask(PRINT, batch_id, total=1)
