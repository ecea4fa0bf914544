"""How far the batches came, and what is on their lists."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from college.certs.batches.entitlement import Place
from college.certs.batches.models import BatchEntry, BatchState, EntryState, IssueBatch
from college.certs.certificates.models import IN_FORCE, Certificate, CertificateState
from college.certs.designs.models import CertificateKind
from college.core import clock, jobs
from college.core.db import db
from college.core.errors import Conflict
from college.core.text import say
from college.courses.enrolments.models import Enrolment
from college.courses.runs.models import CourseRun
from college.people.employment.models import Employment
from college.people.persons.models import Person

ISSUE, PREVIEW, PRINT = "certs.issue", "certs.preview", "certs.print"  # kinds of jobs


class PrintFileOutdated(Conflict):
    code = "print_file_outdated"
    message = say(
        "A paper in this print file was revoked. The file is put together anew without it; "
        "go back to the batch and download it from there."
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One entry, with the person's place on the class list."""

    entry: BatchEntry
    place: Place


@dataclass(frozen=True, slots=True)
class Standing:
    """How many entries of a batch are where, and the job that moves them on."""

    counts: dict[EntryState, int]
    job: jobs.Job | None

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def printable(self) -> int:
        return self.total - self.stopped

    @property
    def issued(self) -> int:
        return self.counts.get(EntryState.ISSUED, 0)

    @property
    def stopped(self) -> int:
        return self.counts.get(EntryState.STOPPED, 0)

    @property
    def is_going(self) -> bool:
        return self.job is not None and not self.job.is_over

    @property
    def has_failed(self) -> bool:
        return self.job is not None and self.job.state is jobs.JobState.FAILED

    @property
    def minutes_left(self) -> int | None:
        """Rounded up, from the pace so far; None before the first one is done."""
        done = self.issued + self.stopped
        if self.job is None or not done:
            return None
        spent = clock.now() - self.job.asked_at
        return -(-(spent * (self.total - done) / done) // timedelta(minutes=1))


def past() -> sa.Select[IssueBatch]:
    """Choose the batches that were issued, newest first."""
    chosen = sa.select(IssueBatch).where(IssueBatch.state == BatchState.ISSUED)
    return chosen.order_by(IssueBatch.id.desc())


def subjects(batch_ids: Collection[int]) -> dict[int, jobs.Titled]:
    """The class of each batch, for the list of jobs."""
    chosen = sa.select(IssueBatch.id, CourseRun.title, CourseRun.title_en).join(IssueBatch.run)
    found = db.session.execute(chosen.where(IssueBatch.id.in_(batch_ids)))
    return {row.id: jobs.Titled(row.title, row.title_en) for row in found}


def sizes(batches: Sequence[IssueBatch]) -> dict[int, int]:
    """How many certificates each batch issued."""
    issued = BatchEntry.batch_id.in_([b.id for b in batches])
    chosen = sa.select(BatchEntry.batch_id, sa.func.count())
    chosen = chosen.where(issued, BatchEntry.state == EntryState.ISSUED)
    return {row[0]: row[1] for row in db.session.execute(chosen.group_by(BatchEntry.batch_id))}


def unissued(run: CourseRun, kind: CertificateKind) -> IssueBatch | None:
    """Return the batch of a class that was begun and not issued yet: at most one."""
    same = (IssueBatch.run_id == run.id) & (IssueBatch.kind == kind)
    chosen = sa.select(IssueBatch).where(same, IssueBatch.state != BatchState.ISSUED)
    return db.session.scalar(chosen)


def whole(batch_id: int) -> IssueBatch:
    """Return a batch with who opened, approved and ordered it, and its design."""
    people = (IssueBatch.opened_by, IssueBatch.approved_by, IssueBatch.issued_by)
    options = [joinedload(IssueBatch.design), *(joinedload(person) for person in people)]
    return db.session.scalars(
        sa.select(IssueBatch).where(IssueBatch.id == batch_id).options(*options)
    ).one()


def standing(batch: IssueBatch) -> Standing:
    chosen = sa.select(BatchEntry.state, sa.func.count()).where(BatchEntry.batch_id == batch.id)
    counts = {row[0]: row[1] for row in db.session.execute(chosen.group_by(BatchEntry.state))}
    return Standing(counts, _job(batch))


def _job(batch: IssueBatch) -> jobs.Job | None:
    """The job that moves a batch on; an issued one has its print file made anew at times."""
    if batch.is_open_to_change:
        return jobs.latest(PREVIEW, batch.id)
    renewal = jobs.latest(PRINT, batch.id) if batch.state is BatchState.ISSUED else None
    return renewal or jobs.latest(ISSUE, batch.id)


def stopped(batch: IssueBatch) -> Sequence[BatchEntry]:
    """Return the entries that cannot be printed, with their persons."""
    return db.session.scalars(entries(batch).where(BatchEntry.state == EntryState.STOPPED)).all()


def entries(batch: IssueBatch) -> sa.Select[BatchEntry]:
    """Choose the entries of a batch in their order, with all that a list and a paper say."""
    enrolment = joinedload(BatchEntry.enrolment)
    person = enrolment.joinedload(Enrolment.person)
    options = (
        person.selectinload(Person.employments).joinedload(Employment.unit),
        enrolment.joinedload(Enrolment.run).joinedload(CourseRun.course),
    )
    chosen = sa.select(BatchEntry).where(BatchEntry.batch_id == batch.id).options(*options)
    return chosen.order_by(BatchEntry.position)


def lines(shown: Sequence[BatchEntry]) -> list[Line]:
    """Return these entries with their certificates."""
    chosen = sa.select(Certificate).where(Certificate.entry_id.in_([e.id for e in shown]))
    given = {certificate.entry_id: certificate for certificate in db.session.scalars(chosen)}
    return [Line(entry, Place(entry.enrolment, given.get(entry.id))) for entry in shown]


def undrawn(batch: IssueBatch) -> Sequence[BatchEntry]:
    """Return the entries set aside after they had got their number."""
    numbered = (Certificate.entry_id == BatchEntry.id) & (
        Certificate.state == CertificateState.NUMBERED
    )
    chosen = sa.select(BatchEntry).where(
        BatchEntry.batch_id == batch.id,
        BatchEntry.state == EntryState.STOPPED,
        sa.exists().where(numbered),
    )
    return db.session.scalars(chosen.order_by(BatchEntry.position)).all()


def no_longer_valid(batch: IssueBatch) -> Sequence[Certificate]:
    """Return what was revoked since the print file was put together, with holders."""
    chosen = sa.select(Certificate).join(Certificate.entry).options(joinedload(Certificate.person))
    mine = chosen.where(BatchEntry.batch_id == batch.id, Certificate.state.not_in(IN_FORCE))
    if batch.printed_at is not None:
        mine = mine.where(Certificate.revoked_at > batch.printed_at)
    return db.session.scalars(mine.order_by(BatchEntry.position)).all()


def files_in_force(batch_id: int) -> Sequence[str]:
    """Return the hashes of the papers that may be handed out, in the order of the list."""
    chosen = sa.select(Certificate.file_sha256).join(Certificate.entry)
    mine = chosen.where(BatchEntry.batch_id == batch_id, Certificate.state.in_(IN_FORCE))
    stored = mine.where(Certificate.file_sha256 != "")
    return db.session.scalars(stored.order_by(BatchEntry.position)).all()


def waiting(batch: IssueBatch) -> Sequence[BatchEntry]:
    """Return the entries that nothing was tried for yet."""
    return db.session.scalars(entries(batch).where(BatchEntry.state == EntryState.WAITING)).all()


def first_unfinished(batch: IssueBatch) -> BatchEntry | None:
    """Return the next entry to issue; None when all are settled."""
    unsettled = {EntryState.WAITING, EntryState.NUMBERED}
    chosen = entries(batch).where(BatchEntry.state.in_(unsettled))
    return db.session.scalar(chosen.limit(1))
