"""Finding certificates: by their holder, by their code, by words, by the bytes of a file."""

from collections.abc import Sequence
from functools import cache

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from college.certs.certificates.codes import cleaned
from college.certs.certificates.models import Certificate, CertificateState
from college.certs.designs.models import CertificateKind
from college.core import storage
from college.core.access import visible
from college.core.db import db
from college.core.errors import RuleBroken
from college.core.roles import Actor, Can
from college.core.text import say
from college.courses.enrolments.models import Enrolment
from college.people.persons.queries import named


class NotDownloadable(RuleBroken):
    code = "not_downloadable"
    message = say(
        "This certificate is not in force, so its file is no longer given out. "
        "What became of it stands on its page."
    )


def register(actor: Actor, words: str = "") -> sa.Select[Certificate]:
    """Choose the visible certificates whose number or holder matches `words`, newest first."""
    chosen = sa.select(Certificate).join(Certificate.person)
    chosen = chosen.where(visible(Certificate, actor, Can.CERTS_SEE))
    text = words.strip().lower()
    if text:
        number = Certificate.number.icontains(text, autoescape=True)
        chosen = chosen.where(sa.or_(number, named(text), Certificate.code == cleaned(text)))
    return chosen.options(contains_eager(Certificate.person)).order_by(Certificate.id.desc())


def found(actor: Actor, words: str, *, limit: int = 20) -> Sequence[Certificate]:
    """Return what `register` chooses, with its holders, for a search across the college."""
    return db.session.scalars(register(actor, words).limit(limit)).all() if words.strip() else []


def held(person_id: int | None) -> Sequence[Certificate]:
    """Return a person's certificates that were issued, whatever became of them, newest first."""
    return db.session.scalars(_held(), {"person": person_id}).all()


@cache
def _held() -> sa.Select[Certificate]:
    issued = Certificate.state != CertificateState.NUMBERED
    chosen = sa.select(Certificate).where(Certificate.person_id == sa.bindparam("person"), issued)
    return chosen.order_by(Certificate.issued_on.desc(), Certificate.id.desc())


def whole(certificate_id: int) -> Certificate:
    """Return a certificate with its holder, its design and the batch it came in."""
    options = (joinedload(Certificate.person), joinedload(Certificate.design))
    return db.session.scalars(
        sa.select(Certificate)
        .where(Certificate.id == certificate_id)
        .options(*options, joinedload(Certificate.entry))
    ).one()


def file_of(certificate: Certificate) -> bytes:
    """Return the PDF as it was issued. Raises NotDownloadable, FileLost."""
    if certificate.state is not CertificateState.ISSUED:
        raise NotDownloadable
    return storage.files().get(certificate.file_sha256)


def by_file(sha256: str) -> Certificate | None:
    """Return the certificate whose stored bytes have this hash."""
    return db.session.scalar(sa.select(Certificate).where(Certificate.file_sha256 == sha256))


def last_of(enrolment: Enrolment, kind: CertificateKind) -> Certificate | None:
    """Return the newest certificate from an enrolment, whatever became of it."""
    same = (Certificate.enrolment_id == enrolment.id) & (Certificate.kind == kind)
    chosen = sa.select(Certificate).where(same).order_by(Certificate.id.desc())
    return db.session.scalar(chosen.limit(1))
