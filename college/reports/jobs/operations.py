"""Somebody has mended what was in the way, and asks the worker to try again."""

from college.core import jobs, journal
from college.core.access import require
from college.core.db import db
from college.core.errors import Conflict
from college.core.jobs import Job
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.core.text import say


class AskedAnew(Conflict):
    code = "asked_anew"
    message = say("Somebody asked for the same work anew since. Nothing was changed.")


@operation
def try_again(actor: Actor, job: Job) -> Job:
    """Queue a job that was set aside once more; it goes on behind its last finished step.

    Raises NotAllowed, WrongState, AskedAnew.
    """
    require(actor, Can.JOBS_RETRY, job)
    job = db.session.get_one(Job, job.id, with_for_update=True, populate_existing=True)
    last = jobs.latest(job.kind, job.row_id)
    if last is not None and last.id != job.id:
        raise AskedAnew
    error, tries = job.error, job.tries
    jobs.again(job)
    journal.record(actor, "try_again", job, kind=job.kind, error=error, tries=tries)
    return job
