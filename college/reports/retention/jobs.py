"""The worker's part: looking for what is due, and clearing away what was ordered.

A clearing takes a handful in each step; what a crash leaves, the next one takes. The files go
after the commit; those that a crash leaves are strays, which the sweep takes away.
"""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from college.core import failpoints, jobs
from college.core.db import db
from college.core.jobs import Progress
from college.core.roles import SYSTEM
from college.people.accounts.queries import acting_for
from college.reports.personal_data.deletion import clear_up
from college.reports.proposals.models import DueKind
from college.reports.retention import proposing, queries
from college.reports.retention.models import Clearing
from college.reports.retention.operations import clear_some
from college.reports.retention.queries import Periods

SECONDS = 3600  # between two looks
AT_ONCE = 200  # proposals of one transaction
MOST = 10_000  # of one kind and look; what is left is found an hour later
R = TypeVar("R")


def clear_next(clearing_id: int) -> Progress:
    with jobs.transaction():
        row = db.session.get_one(Clearing, clearing_id)
        cleared = clear_some(acting_for(row.ordered_by_id), row)
        done, total, is_over = row.done + row.refused, max(row.total, 1), row.is_over
    failpoints.reached("retention.cleared")
    clear_up(cleared.files)
    return Progress(total, total) if is_over else Progress(min(done, total - 1), total)


def propose_due(periods: Periods) -> None:
    """Bring the proposals up to date, and tell those who decide of the new ones, once.

    What to propose is read before each transaction: the look at a large college takes a while.
    """
    for kind in DueKind:
        before, days = periods.before(kind), periods.days[kind]
        for ids in _in_parts(queries.outdated(kind, before, MOST)):
            with jobs.transaction():
                proposing.drop_proposals(SYSTEM, kind, ids)
        for found in _in_parts(queries.not_proposed(kind, before, MOST)):
            with jobs.transaction():
                proposing.propose(SYSTEM, kind, found, days=days)
    for ids in _in_parts(queries.kept_long_enough(MOST)):
        with jobs.transaction():
            proposing.propose_again(SYSTEM, ids)
    with jobs.transaction():
        proposing.tell_of_round(SYSTEM)


def _in_parts(rows: Sequence[R]) -> Iterator[Sequence[R]]:
    return (rows[n : n + AT_ONCE] for n in range(0, len(rows), AT_ONCE))
