"""A college where something happens all the time: python -m tests.core.busy DIR URL.

Somebody enrols and certificates are issued, until the process is ended; a line is printed for
each round.
"""

import sys
from itertools import count
from pathlib import Path

from flask_migrate import upgrade

from college.core.db import db
from college.core.operation import start_writing
from college.core.roles import SYSTEM
from college.courses.enrolments.operations import enrol
from college.factory import create_app
from config import Settings
from tests.factories import make_person
from tests.factories.certs import make_closed_run, make_issued
from tests.factories.courses import make_run


def main(folder: Path, url: str) -> None:
    app = create_app(Settings(environment="test", instance=folder, database_url=url))
    with app.app_context():
        upgrade()
        run = make_run()
        for number in count():
            enrol(SYSTEM, run, make_person(full_name=f"学员{number}"))
            db.session.commit()
            start_writing()  # in the queue of writers, as all that the college does
            make_issued(make_closed_run([f"结业{number}"]))
            print(number, flush=True)  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
