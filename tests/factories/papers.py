"""Uploaded e-certificates: dull but valid."""

from college.core.db import db
from college.core.roles import SYSTEM
from college.people.evidence.models import EvidenceFile
from college.people.evidence.uploading import take_in
from college.people.qualifications.models import Qualification
from tests.factories.pdfs import certificate_pdf


class Sent:
    """What a browser uploads."""

    def __init__(self, content: bytes, filename: str = "电子证书.pdf") -> None:
        self.content, self.filename = content, filename

    def read(self) -> bytes:
        return self.content


def make_evidence(held: Qualification, filename: str = "电子证书.pdf") -> EvidenceFile:
    made = take_in(SYSTEM, held, pdf=Sent(certificate_pdf(), filename))
    db.session.commit()
    return made
