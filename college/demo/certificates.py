"""The certificates of the class of 2025, so that /verify has something to find from the first day.

One is revoked. Those of the casework class wait for the administrator.
"""

from ctypes.util import find_library
from datetime import date, timedelta

import sqlalchemy as sa

from college.certs.batches.models import BatchState, IssueBatch
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
    """Issue the batch as the worker does it: every step is a transaction of its own.

    Interrupted, it goes on with the batch as it stands.
    """
    with jobs.transaction():
        adopt_designs(SYSTEM)
    with clock.put_at(at(ISSUED_ON, MORNING.begins)):
        batch_id = _begun() or _open()
        _work(PREVIEW, batch_id)
        _approve(batch_id)
        _work(ISSUE, batch_id)


def revoke_one() -> None:
    chosen = sa.select(Certificate).order_by(Certificate.id).offset(REVOKED_SERIAL - 1).limit(1)
    with clock.put_at(at(REVOKED_ON, MORNING.begins)):
        revoke_certificate(
            actor("chen"),
            db.session.scalars(chosen).one(),
            reason=RevocationReason.HOLDER_ASKED,
        )


def _begun() -> int | None:
    chosen = sa.select(IssueBatch.id).where(IssueBatch.run_id == run(EXAM_2025).id)
    return db.session.scalar(chosen.order_by(IssueBatch.id.desc()))


def _open() -> int:
    with jobs.transaction():
        return open_batch(actor("chen"), run(EXAM_2025), issue_on=ISSUED_ON).id


def _approve(batch_id: int) -> None:
    with jobs.transaction():
        batch = db.session.get_one(IssueBatch, batch_id)
        if batch.state is BatchState.PREVIEW:
            approve_batch(actor("chen"), batch)
        if batch.state is BatchState.APPROVED:
            issue_batch(actor("chen"), batch)


def _work(kind: str, batch_id: int) -> None:
    """Do the job to its end; the lease of a load that was killed has run out by then."""
    job = jobs.latest(kind, batch_id)
    assert job is not None
    with clock.put_at(max(clock.now(), job.leased_until or clock.now()) + timedelta(seconds=1)):
        jobs.work_on(job.id, "demo")


def _is_any(where: sa.ColumnElement[bool]) -> bool:
    return bool(db.session.scalar(sa.select(sa.exists().where(where))))
