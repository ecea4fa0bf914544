"""Two PDFs as evidence of a level: one signed, one a plain scan, both saying that they are samples.

The signature is that of a throw-away authority whose names say so; its keys are forgotten when it
is made. Nothing here looks like a certificate of the state, and no college trusts the authority.
"""

from dataclasses import dataclass
from importlib import import_module

import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.demo import cast, staff
from college.people.evidence.models import EvidenceFile
from college.people.evidence.uploading import take_in
from college.people.persons.models import Person
from college.people.qualifications.earning import Earned
from college.people.qualifications.models import Qualification
from college.people.qualifications.operations import check_qualification, correct_qualification

SIGNED, SCANNED = 1, 0  # places among the holders of Tongliao; both work at the home station
MANAGEMENT_NO = "演示202215000000001234"


@dataclass(slots=True)
class Sample:
    """A file as a browser hands it in."""

    filename: str | None
    content: bytes

    def read(self) -> bytes:
        return self.content


def is_there() -> bool:
    return bool(db.session.scalar(sa.select(sa.exists().where(EvidenceFile.id > 0))))


def build() -> None:
    """Both holders upload; by the signed file the office takes down the number on it.

    That is a correction, which a second person compares with the file: their station's manager.
    """
    signing = import_module("college.demo.signing")  # whoever starts the college need not wait
    holders = staff.of_tongliao()[staff.HOLDERS]
    signed, scanned = holders[SIGNED], holders[SCANNED]
    page = signing.page("电子证书（样张）", signed.full_name)
    _upload(signed, Sample("演示-电子证书样张.pdf", signing.signed(page, clock.now())))
    scan = signing.page("证书扫描件（样张）", scanned.full_name)
    _upload(scanned, Sample("演示-证书扫描件.pdf", scan))
    held = _held(signed)
    corrected = correct_qualification(cast.actor("chen"), held, _with_number(held))
    check_qualification(cast.actor("zhanzhang"), corrected)


def _upload(person: Person, file: Sample) -> None:
    take_in(cast.as_trainee(person), _held(person), pdf=file)


def _held(person: Person) -> Qualification:
    mine = (Qualification.person_id == person.id) & Qualification.known()
    return db.session.scalars(sa.select(Qualification).where(mine)).one()


def _with_number(held: Qualification) -> Earned:
    return Earned(
        person_id=held.person_id,
        level=held.level,
        approved_on=held.approved_on,
        exam_year=held.exam_year,
        evidence="演示数据：电子证书样张",
        management_no=MANAGEMENT_NO,
    )
