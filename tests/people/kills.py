"""Import a roster while workers are killed at named points: python -m tests.people.kills DIR URL.

Prints what is there at the end as JSON.
"""

import json
import random
import sys
from pathlib import Path

import sqlalchemy as sa

from college.core import jobs
from college.core.db import db
from college.core.roles import SYSTEM
from college.factory import create_app
from college.people.employment.models import Capacity, Employment
from college.people.persons.models import Person
from college.people.roster import jobs as steps
from college.people.roster.models import RosterImport
from college.people.roster.operations import import_roster
from college.people.roster.queries import CHECK, RECORD
from college.people.roster.uploading import take_in
from config import Settings
from tests.factories import make_id_number, make_unit
from tests.kills import Workers
from tests.people.rosters import sheet

PEOPLE, KILLS = 60, 20
CHECKED = "roster.checked"  # what the dry run found is stored and the row does not say so
POINTS = ("roster.recording", "roster.recorded")  # before and after a chunk is committed


def main(folder: Path, url: str) -> None:
    steps.CHUNK = 4
    app = create_app(Settings(environment="test", instance=folder, database_url=url))
    with app.app_context():
        import_id = uploaded()
        db.session.remove()
        db.engine.dispose()
    workers, chance = Workers(app), random.Random(4)
    died = [workers.ends(CHECK, import_id, CHECKED)]
    last = [workers.ends(CHECK, import_id)]
    with app.app_context():
        with jobs.transaction():
            import_roster(SYSTEM, db.session.get_one(RosterImport, import_id))
        db.session.remove()
        db.engine.dispose()
    died += [workers.ends(RECORD, import_id, chance.choice(POINTS)) for _ in range(KILLS)]
    last.append(workers.ends(RECORD, import_id))
    report = {"died": died, "ended": last, "helpers": workers.helpers_left()}
    with app.app_context():
        print(json.dumps(report | what_is_there(import_id)))  # noqa: T201


def uploaded() -> int:
    db.create_all()
    unit = make_unit(name="明仁街道社工站")
    rows = [[f"学员{n}", make_id_number(n + 1), "", unit.name, "驻站社工"] for n in range(PEOPLE)]
    with jobs.transaction():
        return take_in(SYSTEM, sheet(*rows), "名册.csv").id


def what_is_there(import_id: int) -> dict[str, object]:
    made = db.session.get_one(RosterImport, import_id)
    workers = Employment.capacity == Capacity.STATION_WORKER
    return {
        "state": made.state,
        "tally": [made.rows_new, made.rows_changed, made.rows_unchanged, made.rows_refused],
        "people": db.session.scalar(sa.select(sa.func.count(Person.id))),
        "posts": db.session.scalar(sa.select(sa.func.count(Employment.id)).where(workers)),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
