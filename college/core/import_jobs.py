"""The worker's part of every import: the dry run, then chunk after chunk.

A step can die anywhere: each chunk is one transaction that also says how far the import is, so the
next step goes on behind the last chunk that was committed. `name` is that of its failpoints.
"""

from collections.abc import Callable
from typing import TypeVar

from college.core import failpoints, jobs
from college.core.db import db
from college.core.imports import AnImport, Headway, ImportState
from college.core.jobs import Progress

M = TypeVar("M", bound=AnImport)
Found = TypeVar("Found")
Kept = TypeVar("Kept")
Tell = Callable[[int], None]  # how many more rows were gone through


def dry_run(
    name: str,
    made: M,
    headway: Headway,
    *,
    look: Callable[[M, Tell], Found],
    store: Callable[[Found], Kept],
    keep: Callable[[M, Found, Kept], object],
) -> Progress:
    """Look a sheet through, store what was found, and keep it in the sheet's row.

    Only `keep` runs in a write transaction: the others take their time.
    """
    model, import_id = type(made), made.id
    total, far = max(headway.total, 1), 0
    if made.state is not ImportState.UPLOADED:
        return Progress(total, total)

    def tell(rows: int) -> None:
        nonlocal far
        far = min(far + rows, total - 1)
        jobs.report(Progress(far, total))

    found = look(made, tell)
    db.session.rollback()
    kept = store(found)
    failpoints.reached(f"{name}.checked")
    with jobs.transaction():
        keep(db.session.get_one(model, import_id), found, kept)
    return Progress(total, total)


def record_next(name: str, made: M, total: int, record: Callable[[M], M]) -> Progress:
    """Let `record` bring in the next chunk of `total` steps, or close the import as the last."""
    model, import_id = type(made), made.id
    if made.state is ImportState.IMPORTED:
        return Progress(total, total)
    with jobs.transaction():
        made = record(db.session.get_one(model, import_id))
        done = total if made.state is ImportState.IMPORTED else made.steps_done
        failpoints.reached(f"{name}.recording")
    failpoints.reached(f"{name}.recorded")
    return Progress(done, total)
