"""The worker's part of a batch: draw the sample; then number, draw and store one paper a step.

A step can die anywhere: number, code and facts are committed before the paper is drawn, the same
facts give the same bytes, and the same bytes are stored once. So the next step simply goes on.
"""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from college.certs.batches import operations, papers
from college.certs.batches.models import BatchEntry, EntryState, IssueBatch, Problem
from college.certs.batches.papers import Trouble
from college.certs.batches.queries import (
    files_in_force,
    first_unfinished,
    standing,
    waiting,
    whole,
)
from college.certs.certificates.models import IN_FORCE, Certificate
from college.certs.certificates.operations import issue_certificate, number_certificate
from college.certs.certificates.queries import last_of
from college.certs.paper import Paper
from college.certs.printing import first_page_png, merged, pull
from college.certs.refusals import NotPrinted
from college.core import clock, failpoints, jobs, storage
from college.core.db import db, locked
from college.core.helper import Ended
from college.core.jobs import Progress
from college.courses.enrolments.models import Enrolment, EnrolmentState
from college.people.accounts.queries import acting_for

PICTURE_WIDTH = 1200  # pixels
TRIES = 2


def draw_sample(batch_id: int) -> Progress:
    """Find who cannot be printed, and draw the paper of the first who can."""
    batch = whole(batch_id)
    opened_at, now = batch.opened_at, clock.now()
    facts = {e.id: papers.facts_of(e.enrolment, batch.issue_on, now) for e in waiting(batch)}
    troubles = papers.troubles(batch.design, facts)
    first = next((each for key, each in facts.items() if key not in troubles), None)
    drawn = papers.sample(batch.design, first) if first else b""
    db.session.rollback()
    pdf = storage.files().put(drawn) if drawn else ""
    png = storage.files().put(first_page_png(drawn, PICTURE_WIDTH)) if drawn else ""
    with jobs.transaction():
        batch = locked(IssueBatch, batch_id)
        if batch.opened_at != opened_at:
            return Progress(0, 1)  # made anew meanwhile: once more
        if batch.is_open_to_change and not batch.preview_pdf:
            operations.keep_sample(
                acting_for(batch.opened_by_id), batch, pdf=pdf, png=png, troubles=troubles
            )
    return Progress(1, 1)


def issue_next(batch_id: int) -> Progress:
    """Issue one certificate; when none is left, put all papers into one file for the printer."""
    batch = whole(batch_id)
    entry = first_unfinished(batch)
    if entry is None:
        _finish(batch)
        total = standing(batch).total
        return Progress(total + 1, total + 1)
    if entry.state is EntryState.WAITING:
        _number(batch, entry)
    certificate_id = _numbered(entry.id)
    if certificate_id is not None:
        _draw(batch_id, certificate_id)
    now = standing(whole(batch_id))
    return Progress(now.issued + now.stopped, now.total + 1)


def _number(batch: IssueBatch, entry: BatchEntry) -> None:
    """Take a number for one person, if their paper can be printed at all."""
    batch_id, entry_id, enrolment_id = batch.id, entry.id, entry.enrolment_id
    facts = papers.facts_of(entry.enrolment, batch.issue_on, clock.now())
    trouble = papers.trouble_with(batch.design, facts)
    with jobs.transaction():
        entry = locked(BatchEntry, entry_id)
        if entry.state is not EntryState.WAITING:
            return  # another worker, whose lease had run out, was here first
        enrolment = locked(Enrolment, enrolment_id)
        batch = db.session.get_one(IssueBatch, batch_id)
        actor = acting_for(batch.issued_by_id)
        trouble = trouble or _no_claim(batch, enrolment)
        if trouble:
            operations.stop_entry(actor, entry, trouble=trouble)
        else:
            number_certificate(actor, batch, entry, enrolment, facts)
        failpoints.reached("certs.numbering")
    failpoints.reached("certs.numbered")


def _no_claim(batch: IssueBatch, enrolment: Enrolment) -> Trouble:
    if enrolment.state is not EnrolmentState.COMPLETED:
        return {"code": Problem.NOT_ENTITLED}
    last = last_of(enrolment, batch.kind)
    if last is not None and last.state in IN_FORCE:
        return {"code": Problem.ALREADY_HELD, "number": last.number}
    return {}


def _draw(batch_id: int, certificate_id: int) -> None:
    """Draw and store the paper of a numbered certificate, then put it into force."""
    certificate = db.session.get_one(Certificate, certificate_id)
    design, facts = whole(batch_id).design, dict(certificate.facts)
    paper = papers.paper(design)
    db.session.rollback()  # drawing takes its time: hold no snapshot meanwhile
    pdf, trouble = _drawn(paper, facts)
    if trouble:
        _set_aside(batch_id, certificate_id, trouble)
        return
    failpoints.reached("certs.drawn")
    sha256 = storage.files().put(pdf)
    failpoints.reached("certs.stored")
    with jobs.transaction():
        actor = acting_for(db.session.get_one(IssueBatch, batch_id).issued_by_id)
        certificate = db.session.get_one(Certificate, certificate_id)
        issue_certificate(actor, certificate, file_sha256=sha256)
    failpoints.reached("certs.issued")


def _drawn(paper: Paper, facts: Mapping[str, str]) -> tuple[bytes, Trouble]:
    """The PDF, or why there is none; what broke off may have been the machine's fault, once."""
    for _ in range(TRIES):
        try:
            return pull(paper, facts), {}
        except NotPrinted as refusal:
            return b"", papers.trouble_of(refusal)
        except Ended as fault:
            trouble = papers.trouble_of(fault)
    return b"", trouble


def _set_aside(batch_id: int, certificate_id: int, trouble: Trouble) -> None:
    """The others do not wait for one paper: it keeps its number until it is drawn again."""
    with jobs.transaction():
        actor = acting_for(db.session.get_one(IssueBatch, batch_id).issued_by_id)
        certificate = db.session.get_one(Certificate, certificate_id)
        assert certificate.entry_id is not None
        entry = locked(BatchEntry, certificate.entry_id)
        if entry.state is EntryState.NUMBERED:
            operations.stop_entry(actor, entry, trouble=trouble)


def _finish(batch: IssueBatch) -> None:
    batch_id = batch.id
    print_pdf = _merged(files_in_force(batch_id))
    failpoints.reached("certs.merged")
    with jobs.transaction():
        batch = db.session.get_one(IssueBatch, batch_id)
        operations.finish_batch(acting_for(batch.issued_by_id), batch, print_pdf=print_pdf)


def print_anew(batch_id: int) -> Progress:
    """Put the print file together from the papers that are still in force."""
    hashes = files_in_force(batch_id)
    print_pdf = _merged(hashes)
    with jobs.transaction():
        batch = locked(IssueBatch, batch_id)
        if files_in_force(batch_id) != hashes:
            return Progress(0, 1)  # one more was revoked meanwhile: once more
        operations.keep_print_file(acting_for(batch.issued_by_id), batch, print_pdf=print_pdf)
    return Progress(1, 1)


def _merged(hashes: Sequence[str]) -> str:
    """The hash of one file with all these papers; "" for none."""
    db.session.rollback()  # merging takes its time: hold no snapshot meanwhile
    files = storage.files()
    return files.put(merged(files.get(key) for key in hashes)) if hashes else ""


def _numbered(entry_id: int) -> int | None:
    """The id of the certificate that has its number and lacks its file."""
    chosen = sa.select(Certificate.id).join(Certificate.entry)
    chosen = chosen.where(BatchEntry.id == entry_id, BatchEntry.state == EntryState.NUMBERED)
    return db.session.scalar(chosen.order_by(Certificate.id.desc()))
