"""What a stranger gets to know who holds a certificate's code."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from college.certs.certificates.codes import cleaned, is_code
from college.certs.certificates.models import Certificate, CertificateState, RevocationReason
from college.certs.designs.models import CertificateKind
from college.core import clock
from college.core.db import db


@dataclass(frozen=True, slots=True)
class Finding:
    """The printed facts and the state; never the ID number, a mark or a note."""

    state: CertificateState
    kind: CertificateKind
    name: str
    course: str
    course_en: str
    periods: str
    number: str
    issuer: str
    issued_on: date
    revoked_at: datetime | None
    reason: RevocationReason | None
    checked_at: datetime


def finding(typed: str) -> Finding | None:
    """Look a code up, as it was typed. None for an unknown and for a malformed one alike."""
    code = cleaned(typed)
    if not is_code(code):
        return None
    issued = Certificate.state != CertificateState.NUMBERED
    chosen = sa.select(Certificate).where(Certificate.code == code, issued)
    certificate = db.session.scalar(chosen)
    return _found(certificate) if certificate is not None else None


def _found(certificate: Certificate) -> Finding:
    facts = certificate.facts
    return Finding(
        state=certificate.state,
        kind=certificate.kind,
        name=facts["name"],
        course=facts.get("course", ""),
        course_en=facts.get("course_en", ""),
        periods=facts.get("periods", ""),
        number=certificate.number,
        issuer=facts["issuer"],
        issued_on=certificate.issued_on,
        revoked_at=certificate.revoked_at,
        reason=certificate.revocation_reason,
        checked_at=clock.now(),
    )
