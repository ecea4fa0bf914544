"""Seconds and MB/s of backing up, verifying and restoring 1,000 files on SQLite.

python bench/backup.py [files] writes files of 60 kB, about a certificate each, into a folder of its
own and removes it afterwards.
"""

import random
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).parents[1]))

import sqlalchemy as sa
from sqlalchemy.orm import Session

import college.factory  # every table
from college.core import backup, crypto, restore, storage
from college.core.db import db, use_real_transactions
from college.core.folder import FolderStore
from college.exams.cycles.models import ExamCycle
from college.exams.results.models import ResultImport
from config import DEV_DATA_KEY

FILES = int(sys.argv[1]) if sys.argv[1:] else 1000
BYTES = 60_000
KEY = bytes(32)
R = TypeVar("R")


def main(folder: Path) -> None:
    crypto.use(DEV_DATA_KEY)
    old, new = (opened(folder / name) for name in ("old", "new"))
    storage.use(old.files, cache=folder / "cache")
    db.metadata.create_all(old.engine)
    fill(old)
    path, manifest = timed("create", lambda: backup.create(old, folder, KEY, quiet))
    timed("verify", lambda: backup.verify(path, KEY, quiet))
    timed("restore, files put durably", lambda: restore.restore(new, path, manifest, KEY, quiet))
    timed("reading every file again", lambda: restore.prove_files(new, manifest, quiet))


def opened(folder: Path) -> backup.College:
    folder.mkdir()
    engine = sa.create_engine(f"sqlite:///{folder / 'college.db'}")
    use_real_transactions(engine)
    return backup.College(engine, FolderStore(folder / "files"), folder, college.__name__)


def fill(own: backup.College) -> None:
    chance, day = random.Random(2026), date(2025, 5, 24)
    keys = [own.files.put(chance.randbytes(BYTES)) for _ in range(FILES)]
    with Session(own.engine) as session:
        cycle = ExamCycle(year=2025, province="x", name="x", exam_from_on=day, exam_to_on=day)
        session.add(cycle)
        session.flush()
        told = {"cycle_id": cycle.id, "published_on": day, "filename": "x"}
        rows = [ResultImport(**told, file_sha256=key) for key in keys]
        session.add_all(rows)
        session.commit()


def timed(what: str, work: Callable[[], R]) -> R:
    start = time.perf_counter()
    result = work()
    seconds = time.perf_counter() - start
    print(f"{what:<30}{seconds:7.2f} s {FILES * BYTES / 1e6 / seconds:8.1f} MB/s")
    return result


def quiet(_: str) -> None:
    pass


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        main(Path(folder))
