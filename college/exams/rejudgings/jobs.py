"""The worker's part of judging anew: portion after portion, each a transaction of its own."""

from college.core import failpoints, jobs
from college.core.db import db
from college.core.jobs import Progress
from college.exams.rejudgings.models import Rejudging
from college.exams.rejudgings.operations import judge_portion
from college.people.accounts.queries import acting_for


def judge_next(rejudging_id: int) -> Progress:
    """Judge one portion; after the last one close the round."""
    with jobs.transaction():
        row = db.session.get_one(Rejudging, rejudging_id)
        row = judge_portion(acting_for(row.ordered_by_id), row)
        done, is_over = row.persons_done, row.finished_at is not None
        total = max(row.persons_total, done) + 1
        failpoints.reached("exams.rejudging")
    return Progress(total if is_over else done, total)
