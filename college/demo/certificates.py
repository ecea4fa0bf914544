"""The certificates of the class of 2025, so that /verify has something to find from the first day.

One is revoked. Those of the casework class wait for the administrator.
"""

from ctypes.util import find_library
from datetime import date

import sqlalchemy as sa

from college.certs.batches.models import IssueBatch
from college.certs.batches.operations import approve_batch, issue_batch, open_batch
from college.certs.batches.queries import ISSUE, PREVIEW
from college.certs.certificates.models import Certificate, RevocationReason
from college.certs.certificates.operations import revoke_certificate
from college.certs.designs.operations import adopt_designs
from college.core import clock, jobs
from college.core.db import db
from college.core.roles import SYSTEM
from college.demo.cast import actor
from college.demo.classes import EXAM_2025
from college.demo.courses import MORNING, at
from college.demo.teaching import run

ISSUED_ON, REVOKED_ON = date(2025, 6, 20), date(2025, 9, 1)
REVOKED_SERIAL = 3  # in the order of issuing


def are_issued() -> bool:
    """Yes also where no paper can be drawn for want of a library: it is left to people then."""
    return _is_any(IssueBatch.print_pdf != "") or not find_library("pangoft2-1.0")


def is_one_revoked() -> bool:
    return _is_any(Certificate.revoked_at.is_not(None)) or not _is_any(Certificate.id > 0)


def issue() -> None:
    """Issue the batch as the worker does it: every step is a transaction of its own."""
    chen = actor("chen")
    with jobs.transaction():
        adopt_designs(SYSTEM)
    with clock.put_at(at(ISSUED_ON, MORNING.begins)):
        with jobs.transaction():
            batch_id = open_batch(chen, run(EXAM_2025), issue_on=ISSUED_ON).id
        _work(PREVIEW, batch_id)
        with jobs.transaction():
            approve_batch(chen, _batch(batch_id))
            issue_batch(chen, _batch(batch_id))
        _work(ISSUE, batch_id)


def revoke_one() -> None:
    chosen = sa.select(Certificate).order_by(Certificate.id).offset(REVOKED_SERIAL - 1).limit(1)
    with clock.put_at(at(REVOKED_ON, MORNING.begins)):
        revoke_certificate(
            actor("chen"),
            db.session.scalars(chosen).one(),
            reason=RevocationReason.HOLDER_ASKED,
        )


def _work(kind: str, batch_id: int) -> None:
    job = jobs.latest(kind, batch_id)
    assert job is not None
    jobs.work_on(job.id, "demo")


def _batch(batch_id: int) -> IssueBatch:
    return db.session.get_one(IssueBatch, batch_id)


def _is_any(where: sa.ColumnElement[bool]) -> bool:
    return bool(db.session.scalar(sa.select(sa.exists().where(where))))
