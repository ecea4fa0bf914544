"""Import a sheet while workers are killed at named points: python -m tests.exams.kills DIR URL.

Prints what is there at the end as JSON.
"""

import json
import sys
from pathlib import Path

import sqlalchemy as sa

from college.core import jobs
from college.core.db import db
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
from tests.kills import Workers

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
    workers = Workers(app)
    died = [workers.ends(CHECK, import_id, CHECKED)]
    last = [workers.ends(CHECK, import_id)]
    with app.app_context():
        with jobs.transaction():
            record_results(SYSTEM, db.session.get_one(ResultImport, import_id))
        db.session.remove()
        db.engine.dispose()
    points = [INSIDE, BEHIND] * 4  # through the results into the awards
    died += [workers.ends(RECORD, import_id, point) for point in points]
    last.append(workers.ends(RECORD, import_id))
    report = {"died": died, "ended": last, "helpers": workers.helpers_left()}
    with app.app_context():
        print(json.dumps(report | what_is_there(import_id)))  # noqa: T201


def uploaded() -> int:
    db.create_all()
    make_rules()
    cycle = make_cycle(2025)
    numbers = {f"学员{n}": make_id_number(n + 1) for n in range(PEOPLE)}
    for name, number in numbers.items():
        make_candidate(name, number)
    rows = [[name, number, "中级", 2025, 61, 62, 63] for name, number in numbers.items()]
    sheet, day = xlsx(*rows, headings=WIDE), cycle.scores_on
    assert day is not None
    with jobs.transaction():
        return take_in(SYSTEM, cycle, sheet, "成绩.xlsx", published_on=day).id


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
