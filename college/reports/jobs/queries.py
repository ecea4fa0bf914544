"""What the worker does, did and could not do, for those who look after it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from college.core import jobs, workers
from college.core.db import db
from college.core.jobs import Job, JobState, Titled
from college.core.workers import Worker

SHOWN_ASIDE = 30


@dataclass(frozen=True, slots=True)
class Line:
    """A job with what it is for, the name of its row and the address of its page."""

    job: Job
    purpose: str
    subject: Titled | None
    page: tuple[str, dict[str, int]] | None


@dataclass(frozen=True, slots=True)
class Workshop:
    """How many jobs are where, since when the first one waits, and the worker last seen."""

    counts: dict[JobState, int]
    aside: int
    oldest: datetime | None
    worker: Worker | None

    @property
    def waiting(self) -> int:
        return self.counts.get(JobState.QUEUED, 0)

    @property
    def running(self) -> int:
        return self.counts.get(JobState.RUNNING, 0)

    @property
    def is_moving(self) -> bool:
        return self.waiting + self.running > 0


def workshop() -> Workshop:
    chosen = sa.select(Job.state, sa.func.count()).group_by(Job.state)
    counts = {row[0]: row[1] for row in db.session.execute(chosen)}
    first = sa.select(sa.func.min(Job.asked_at)).where(Job.state == JobState.QUEUED)
    aside = db.session.scalars(sa.select(sa.func.count(Job.id)).where(_is_aside())).one()
    return Workshop(counts, aside, db.session.scalar(first), workers.last_seen())


def listed() -> sa.Select[Job]:
    """Choose all but the ones set aside: under way, then waiting, then over, the newest first."""
    order = sa.case({JobState.RUNNING: 0, JobState.QUEUED: 1}, value=Job.state, else_=2)
    return sa.select(Job).where(sa.not_(_is_aside())).order_by(order, Job.id.desc())


def set_aside() -> list[Line]:
    """The jobs that wait for somebody's decision, the newest first."""
    chosen = sa.select(Job).where(_is_aside()).order_by(Job.id.desc()).limit(SHOWN_ASIDE)
    return lines(db.session.scalars(chosen).all())


def lines(shown: Sequence[Job]) -> list[Line]:
    """These jobs in words: one query for each kind among them."""
    ids: dict[str, set[int]] = defaultdict(set)
    for job in shown:
        ids[job.kind].add(job.row_id)
    known = {name: jobs.KINDS[name].subjects(rows) for name, rows in ids.items() if _is_known(name)}
    return [_line(job, known.get(job.kind, {}).get(job.row_id)) for job in shown]


def _line(job: Job, subject: Titled | None) -> Line:
    if not _is_known(job.kind):  # asked for by an earlier release
        return Line(job, job.kind, None, None)
    kind = jobs.KINDS[job.kind]
    endpoint, parameter = kind.page
    return Line(
        job, kind.purpose, subject, (endpoint, {parameter: job.row_id}) if subject else None
    )


def _is_known(kind: str) -> bool:
    return kind in jobs.KINDS


def _is_aside() -> sa.ColumnElement[bool]:
    """Set aside, and nobody asked for the same work anew since."""
    later = aliased(Job)
    same = (later.kind == Job.kind) & (later.row_id == Job.row_id) & (later.id > Job.id)
    return (Job.state == JobState.FAILED) & ~sa.exists().where(same)
