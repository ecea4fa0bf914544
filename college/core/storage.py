"""Files by the hash of their bytes, on a local folder that survives a power cut."""

import os
import re
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

from college.core import failpoints
from college.core.errors import DomainError
from college.core.text import say

SHA256_HEX = re.compile(r"[0-9a-f]{64}")


class FileLost(DomainError):
    code = "file_lost"
    message = say("The stored file is missing or was altered. The administrator has been told.")


class FolderStore:
    """Write once, read by hash. A file is either absent or whole: written aside, then renamed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, content: bytes) -> str:
        """Store `content` durably and return its SHA-256 in hex. The same bytes are stored once."""
        key = sha256(content).hexdigest()
        path = self.path(key)
        if not path.exists():
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
            _sync_folder(folder)

    def get(self, key: str) -> bytes:
        """Return the bytes, checked against their hash. Raises FileLost."""
        path = self.path(key)
        content = path.read_bytes() if path.exists() else b""
        if sha256(content).hexdigest() != key:
            raise FileLost(key=key)
        return content

    def has(self, key: str) -> bool:
        return self.path(key).exists()

    def path(self, key: str) -> Path:
        if not SHA256_HEX.fullmatch(key):
            raise ValueError(f"not a hash: {key[:80]!r}")
        return self.folder / key[:2] / key


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


_stores: list[FolderStore] = []


def use(store: FolderStore) -> None:
    """Take the store that the settings name. The factory calls it once."""
    store.folder.mkdir(parents=True, exist_ok=True)
    _stores[:] = [store]


def files() -> FolderStore:
    return _stores[0]
