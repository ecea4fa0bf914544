"""The store on a local folder, which survives a power cut."""

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

from college.core import clock, failpoints
from college.core.storage import SHA256_HEX, Stored, checked, checked_key


class FolderStore:
    """A file is either absent or whole: written aside, then renamed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def put(self, content: bytes) -> str:
        key = sha256(content).hexdigest()
        path = self.path(key)
        if path.exists() and path.read_bytes() == content:
            os.utime(path)  # young again: no sweep takes it before a row names it
        else:
            self._write(path, content)
        for left in path.parent.glob(f".new-{key}-*"):  # by a writer of these bytes that was killed
            left.unlink(missing_ok=True)
        return key

    def _write(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix=f".new-{path.name}-", delete=False) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        failpoints.reached("storage.written")
        with suppress(FileNotFoundError):  # a faster writer of the same bytes swept ours up
            Path(file.name).rename(path)
        for folder in (path.parent, self.folder):
            sync_folder(folder)

    def get(self, key: str) -> bytes:
        path = self.path(key)
        return checked(key, path.read_bytes() if path.exists() else None)

    def has(self, key: str) -> bool:
        return self.path(key).exists()

    def stored(self) -> Iterator[Stored]:
        for path in sorted(self.folder.glob("??/*")):
            if SHA256_HEX.fullmatch(path.name):
                yield Stored(path.name, _changed_at(path))

    def remove(self, key: str) -> None:
        self.path(key).unlink(missing_ok=True)

    def remove_unfinished(self, before: datetime) -> int:
        left = [p for p in self.folder.glob("??/.new-*") if _changed_at(p) < before]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def is_up(self) -> bool:
        return self.folder.is_dir()

    def path(self, key: str) -> Path:
        return self.folder / checked_key(key)[:2] / key


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _changed_at(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:  # swept by somebody else meanwhile
        return clock.now()
