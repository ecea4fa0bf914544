"""The worker's part of a clearing: a handful in each step; what a crash leaves, the next one takes.

The files go after the commit; those that a crash leaves are strays, which the sweep takes away.
"""

from college.core import failpoints, jobs
from college.core.db import db
from college.core.jobs import Progress
from college.people.accounts.queries import acting_for
from college.reports.personal_data.deletion import clear_up
from college.reports.retention.models import Clearing
from college.reports.retention.operations import clear_some


def clear_next(clearing_id: int) -> Progress:
    with jobs.transaction():
        row = db.session.get_one(Clearing, clearing_id)
        cleared = clear_some(acting_for(row.ordered_by_id), row)
        done, total, is_over = row.done + row.refused, max(row.total, 1), row.is_over
    failpoints.reached("retention.cleared")
    clear_up(cleared.files)
    return Progress(total, total) if is_over else Progress(min(done, total - 1), total)
