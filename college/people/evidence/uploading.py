"""Taking in an e-certificate: it is read and stored before the operation begins to write."""

from typing import Protocol

from college.core import imports
from college.core.access import require
from college.core.roles import Actor, Can
from college.people.evidence.examining import examined
from college.people.evidence.models import EvidenceFile
from college.people.evidence.operations import keep_evidence, note_findings
from college.people.qualifications.models import Qualification

MOST_NAME = 200


class Upload(Protocol):
    filename: str | None

    def read(self) -> bytes: ...


def take_in(actor: Actor, held: Qualification, *, pdf: Upload) -> EvidenceFile:
    """Check and keep what was uploaded: the bytes first, so that no row lacks its file.

    Raises NotAllowed, EvidenceRefused, EvidenceKnown.
    """
    require(actor, Can.EVIDENCE_KEEP, held)
    content = pdf.read()
    found = examined(content)
    stored = imports.keep(content)
    name = (pdf.filename or "")[-MOST_NAME:]
    return keep_evidence(actor, held, filename=name, content=content, stored=stored, found=found)


def look_again(actor: Actor, row: EvidenceFile) -> EvidenceFile:
    """Look at the signatures anew, as by the certificates that are trusted now. Raises FileLost."""
    require(actor, Can.EVIDENCE_KEEP, row)
    return note_findings(actor, row, found=examined(imports.kept(row.file_sha256)))
