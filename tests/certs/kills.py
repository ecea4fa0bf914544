"""Issue a batch while N workers are killed at named points: python -m tests.certs.kills DIR URL N.

With N = 0 two workers do it side by side instead, as when a lease ran out too early.

Prints what is there at the end as JSON.
"""

import json
import random
import sys
from collections.abc import Iterator
from itertools import chain, repeat
from pathlib import Path

import sqlalchemy as sa

from college.certs.batches.jobs import issue_next
from college.certs.batches.models import BatchEntry, IssueBatch
from college.certs.batches.queries import ISSUE
from college.certs.certificates.models import Certificate
from college.core import storage
from college.core.db import db
from college.core.folder import FolderStore
from college.factory import create_app
from config import Settings
from tests.factories.certs import drawn, make_batch, make_closed_run
from tests.factories.certs import order as ordered
from tests.kills import Workers, ended

POINTS = (
    "certs.numbering",  # the number is taken and not committed
    "certs.numbered",
    "certs.drawn",
    "storage.written",  # the file is written and not named yet
    "certs.stored",
    "certs.issued",
)
LAST = "certs.merged"  # the print file is stored and the batch not closed


def main(folder: Path, url: str, kills: int) -> None:
    settings = Settings(environment="test", instance=folder, database_url=url)
    app = create_app(settings)
    with app.app_context():
        db.create_all()
        names = [f"学员{number:02d}" for number in range((kills or 19) + 1)] + ["赵\U00031350"]
        batch_id = ordered(drawn(make_batch(make_closed_run(names)))).id
        db.session.remove()
        db.engine.dispose()
    workers = Workers(app)
    if kills:
        died = [workers.ends(ISSUE, batch_id, point) for point in deaths(kills)]
        last = workers.ends(ISSUE, batch_id)
    else:
        pair = [workers.started(lambda: race(batch_id)) for _ in range(2)]
        died, last = [], max(map(ended, pair))
    report = {"died": died, "ended": last, "helpers": workers.helpers_left()}
    with app.app_context():
        print(json.dumps(report | what_is_there(batch_id)))  # noqa: T201


def deaths(kills: int) -> Iterator[str]:
    """Each point once, then points by chance; at the end the one before the batch is closed."""
    chance = random.Random(2026)
    more = (chance.choice(POINTS) for _ in repeat(None))
    for _, point in zip(range(kills), chain(POINTS, more), strict=False):
        yield point
    yield LAST


def race(batch_id: int) -> None:
    """Every step, without asking whether somebody else holds the job."""
    progress = issue_next(batch_id)
    while progress.done < progress.total:
        progress = issue_next(batch_id)


def what_is_there(batch_id: int) -> dict[str, object]:
    batch = db.session.get_one(IssueBatch, batch_id)
    entries = BatchEntry.batch_id == batch_id
    files = storage.files()
    assert isinstance(files, FolderStore)
    rows = db.session.scalars(sa.select(Certificate).order_by(Certificate.number)).all()
    return {
        "batch": batch.state,
        "entries": db.session.scalars(
            sa.select(BatchEntry.state).where(entries).order_by(BatchEntry.position)
        ).all(),
        "numbers": [row.number for row in rows],
        "codes": len({row.code for row in rows}),
        "states": sorted({row.state for row in rows}),
        "stored": [files.get(row.file_sha256).startswith(b"%PDF") for row in rows],
        "files": sorted(path.name for path in files.folder.rglob("*") if path.is_file()),
        "hashes": sorted([row.file_sha256 for row in rows]),
        "beside": sorted([batch.preview_pdf, batch.preview_png, batch.print_pdf]),
        "integrity": db.session.scalar(sa.text("PRAGMA integrity_check"))
        if db.engine.dialect.name == "sqlite"
        else "ok",
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
