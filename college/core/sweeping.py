"""Takes away what nobody needs: files that no row names, and what killed writers left."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from college.core import clock, storage
from college.core.db import FileHash, db

CACHED = timedelta(days=7)  # a chart that was drawn so long ago is drawn again when asked for


@dataclass(frozen=True, slots=True)
class Swept:
    strays: list[str]
    unfinished: int
    cached: int


def file_columns() -> list[sa.Column[str]]:
    """Every column that names a stored file: whoever writes FileHash is in this list."""
    tables = sorted(db.metadata.tables.values(), key=lambda table: table.name)
    return [c for table in tables for c in table.columns if isinstance(c.type, FileHash)]


def named_keys(connection: sa.Connection) -> set[str]:
    """The hashes of all files that rows name."""
    return {
        key
        for column in file_columns()
        for key in connection.scalars(sa.select(column).where(column != "").distinct())
    }


def sweep(*, grace: timedelta, dry_run: bool = False) -> Swept | None:
    """Remove files that no row names and that nobody put for as long as `grace`.

    None: a backup or another sweep is under way, and nothing was done. Raises FilesAway.
    """
    store, before = storage.files(), clock.now() - grace
    with _alone() as is_alone:
        if not is_alone:
            return None
        old = [one.key for one in store.stored() if one.changed_at < before]
        named = named_keys(db.session.connection())  # after the list: rows that came since count
        db.session.rollback()  # removing may take long
        strays = [key for key in old if key not in named]
        if dry_run:
            return Swept(strays, 0, 0)
        for key in strays:
            store.remove(key)
        return Swept(strays, store.remove_unfinished(before), _empty_cache())


@contextmanager
def held() -> Iterator[None]:
    """Keep any sweep on this machine away: a backup copies what its rows name."""
    with _lock_file().open("w") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


@contextmanager
def _alone() -> Iterator[bool]:
    with _lock_file().open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def _lock_file() -> Path:
    storage.cache().mkdir(parents=True, exist_ok=True)
    return storage.cache() / ".sweep"


def _empty_cache() -> int:
    before = (clock.now() - CACHED).timestamp()
    old = [p for p in storage.cache().glob("*/*") if p.stat().st_mtime < before]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
