"""Import a sheet while workers are killed at named points: python -m tests.exams.kills DIR URL.

As tests/certs/kills.py: one loaded parent forks the workers. Prints what is there at the end.
"""

import json
import os
import sys
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from college.core import clock, failpoints, jobs
from college.core.db import db
from college.core.jobs import Job, JobState
from college.core.roles import SYSTEM
from college.exams.results import jobs as steps
from college.exams.results.models import Result, ResultImport
from college.exams.results.operations import record_results
from college.exams.results.queries import CHECK, RECORD
from college.exams.results.uploading import take_in
from college.factory import create_app
from college.people.qualifications.models import Qualification
from config import Settings
from tests.factories import make_id_number
from tests.factories.exams import WIDE, make_candidate, make_cycle, make_rules, xlsx

PEOPLE = 8
CHECKED = "exams.checked"  # what the dry run found is stored and the row does not say so
INSIDE, BEHIND = "exams.recording", "exams.recorded"  # before and after a chunk is committed


def main(folder: Path, url: str) -> None:
    steps.CHUNK = 6
    app = create_app(Settings(environment="test", instance=folder, database_url=url))
    with app.app_context():
        import_id = uploaded()
        db.session.remove()
        db.engine.dispose()
    died = [ended(worker(app, CHECK, import_id, CHECKED))]
    last = [ended(worker(app, CHECK, import_id, ""))]
    with app.app_context():
        with jobs.transaction():
            record_results(SYSTEM, db.session.get_one(ResultImport, import_id))
        db.session.remove()
        db.engine.dispose()
    points = [INSIDE, BEHIND] * 4  # through the results into the awards
    died += [ended(worker(app, RECORD, import_id, point)) for point in points]
    last.append(ended(worker(app, RECORD, import_id, "")))
    with app.app_context():
        print(json.dumps({"died": died, "ended": last} | what_is_there(import_id)))  # noqa: T201


def uploaded() -> int:
    db.create_all()
    make_rules()
    cycle = make_cycle(2025)
    numbers = {f"学员{n}": make_id_number(n + 1) for n in range(PEOPLE)}
    for name, number in numbers.items():
        make_candidate(name, number)
    rows = [[name, number, "中级", 2025, 61, 62, 63] for name, number in numbers.items()]
    with jobs.transaction():
        return take_in(SYSTEM, cycle, xlsx(*rows, headings=WIDE), "成绩.xlsx").id


def worker(app: Flask, kind: str, import_id: int, point: str) -> int:
    """Fork a worker that dies at `point`; return its process id."""
    child = os.fork()
    if child:
        return child
    with app.app_context():
        db.engine.dispose(close=False)  # the parent's connections are not ours
        failpoints.arm(point, lambda: os._exit(9))
        work(kind, import_id)
    os._exit(0)


def ended(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def work(kind: str, import_id: int) -> None:
    """What the sweep does once the lease of a dead worker ran out."""
    past = clock.now() - timedelta(seconds=1)
    with jobs.transaction():
        held = (Job.kind == kind) & (Job.state == JobState.RUNNING)
        db.session.execute(sa.update(Job).where(held).values(leased_until=past))
    job = jobs.latest(kind, import_id)
    assert job is not None
    jobs.work_on(job.id, owner=str(os.getpid()))


def what_is_there(import_id: int) -> dict[str, object]:
    made = db.session.get_one(ResultImport, import_id)
    results = sa.select(sa.func.count(Result.id), sa.func.count(Result.superseded_by_id))
    return {
        "state": made.state,
        "tally": [made.rows_new, made.rows_unchanged, made.persons_passing],
        "results": list(db.session.execute(results).one()),
        "awarded": made.qualifications_new,
        "qualifications": db.session.scalar(sa.select(sa.func.count(Qualification.id))),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
