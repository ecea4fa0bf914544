"""What a monitor reads of the college as it stands: numbers alone, of the whole house."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.jobs import Job, JobState
from college.core.journal import JournalEntry
from college.core.sealing import JournalLeaf, unsealed
from college.core.workers import last_seen

LATE = 10_000  # a transaction that commits after so many later ones would be a wonder


@dataclass(frozen=True, slots=True)
class Measures:
    jobs: dict[JobState, int]
    oldest_due: float  # seconds since the longest waiting job was asked for, or 0
    worker_silence: float | None  # seconds since a worker gave a sign of life; None: there is none
    unsealed: int  # journal entries
    oldest_unsealed: float  # seconds, or 0


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of an area: by the values of its `label`, of which there is a fixed number.

    Without a label its one value stands under "".
    """

    name: str
    meaning: str
    values: Mapping[str, float]
    label: str = ""


Measuring = Callable[[], Sequence[Measure]]
AREAS: dict[str, Measuring] = {}  # what the areas add; the factory fills it


def measures() -> Measures:
    worker = last_seen()
    leaves = db.session.scalar(sa.select(sa.func.max(JournalLeaf.entry_id))) or 0
    oldest, count = db.session.execute(
        unsealed(max(0, leaves - LATE))
        .with_only_columns(sa.func.min(JournalEntry.at), sa.func.count())
        .order_by(None)
    ).one()
    return Measures(
        jobs=dict.fromkeys(JobState, 0) | dict(_jobs_by_state()),
        oldest_due=age(_longest_waiting()),
        worker_silence=age(worker.seen_at) if worker else None,
        unsealed=count,
        oldest_unsealed=age(oldest),
    )


def _jobs_by_state() -> list[tuple[JobState, int]]:
    counted = sa.select(Job.state, sa.func.count()).group_by(Job.state)
    return [(state, count) for state, count in db.session.execute(counted)]


def _longest_waiting() -> datetime | None:
    """Since when the oldest job waits that could be done at once."""
    is_due = Job.rests_until.is_(None) | (Job.rests_until <= clock.now())
    waiting = sa.select(sa.func.min(Job.asked_at)).where(Job.state == JobState.QUEUED, is_due)
    return db.session.scalar(waiting)


def age(moment: datetime | None) -> float:
    return max(0.0, (clock.now() - moment).total_seconds()) if moment else 0.0
