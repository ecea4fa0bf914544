"""Keeping e-certificates: the only code that makes or withdraws an EvidenceFile."""

from hashlib import sha256

import sqlalchemy as sa

from college.core import clock, journal
from college.core.access import require
from college.core.db import db
from college.core.errors import Conflict
from college.core.operation import Overtaken, operation
from college.core.roles import Actor, Can
from college.core.text import say
from college.people.evidence.examining import Examined
from college.people.evidence.models import EvidenceFile, Seal
from college.people.persons.queries import lock_persons
from college.people.qualifications.models import Qualification


class EvidenceKnown(Conflict):
    code, field = "evidence_known", "pdf"
    message = say("This very file is on record for this level already.")


@operation
def keep_evidence(
    actor: Actor,
    held: Qualification,
    *,
    filename: str,
    content: bytes,
    stored: str,
    found: Examined,
) -> EvidenceFile:
    """Put a stored file on record. Raises NotAllowed, EvidenceKnown."""
    require(actor, Can.EVIDENCE_KEEP, held)
    lock_persons([held.person_id])
    own = sha256(content).hexdigest()
    mine = (EvidenceFile.person_id == held.person_id) & (EvidenceFile.level == held.level)
    known = mine & EvidenceFile.known() & (EvidenceFile.content_sha256 == own)
    if db.session.scalar(sa.select(sa.exists().where(known))):
        raise EvidenceKnown
    row = EvidenceFile(
        person_id=held.person_id,
        level=held.level,
        filename=filename,
        size=len(content),
        content_sha256=own,
        file_sha256=stored,
        seal=Seal.of(found.findings, is_checked=found.is_checked),
        findings=list(found.findings),
        uploaded_by_id=actor.person_id,
    )
    db.session.add(row)
    db.session.flush()
    journal.record(actor, "keep_evidence", row, about=row.person_id, **_told(row))
    return row


@operation
def note_findings(actor: Actor, row: EvidenceFile, *, found: Examined) -> EvidenceFile:
    """Put beside the same file what it says now. Raises NotAllowed, Overtaken."""
    require(actor, Can.EVIDENCE_KEEP, row)
    _supersede(row)
    names = ("person_id", "level", "filename", "size", "content_sha256", "file_sha256")
    kept = {name: getattr(row, name) for name in names}
    new = EvidenceFile(
        **kept,
        seal=Seal.of(found.findings, is_checked=found.is_checked),
        findings=list(found.findings),
        uploaded_by_id=row.uploaded_by_id,
    )
    db.session.add(new)
    db.session.flush()
    journal.record(actor, "note_findings", new, about=new.person_id, **_told(new))
    return new


@operation
def withdraw_evidence(actor: Actor, row: EvidenceFile) -> EvidenceFile:
    """Take a file off the record: it was not the right one. Raises NotAllowed, Overtaken."""
    require(actor, Can.EVIDENCE_KEEP, row)
    _supersede(row)
    journal.record(actor, "withdraw_evidence", row, about=row.person_id, level=row.level)
    return row


@operation
def open_evidence(actor: Actor, row: EvidenceFile) -> EvidenceFile:
    """Note that somebody opens the file, which the person can read. Raises NotAllowed."""
    require(actor, Can.EVIDENCE_SEE, row)
    journal.record(actor, "open_evidence", row, about=row.person_id, level=row.level)
    return row


def _told(row: EvidenceFile) -> dict[str, object]:
    return {"level": row.level, "seal": row.seal}


def _supersede(row: EvidenceFile) -> None:
    lock_persons([row.person_id])
    mine = (EvidenceFile.id == row.id) & EvidenceFile.known()
    ended = sa.update(EvidenceFile).where(mine).values(superseded_at=clock.now())
    if db.session.scalar(ended.returning(EvidenceFile.id)) is None:
        raise Overtaken
