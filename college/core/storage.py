"""Files by the hash of their bytes: written once, checked whenever they are read.

The factory chooses a folder (core/folder.py) or S3 (core/s3.py); the callers need not know which.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from college.core.errors import DomainError, Unavailable
from college.core.text import say

SHA256_HEX = re.compile(r"[0-9a-f]{64}")
log = logging.getLogger(__name__)


class FileLost(DomainError):
    code = "file_lost"
    message = say("The stored file is missing or was altered. The administrator has been told.")


class FilesAway(Unavailable):
    code = "files_away"
    message = say("The stored files cannot be reached at the moment. Nothing was lost.")


@dataclass(frozen=True, slots=True)
class Stored:
    key: str
    changed_at: datetime  # when it was last put


class Store(Protocol):
    """Each method may raise FilesAway."""

    def put(self, content: bytes) -> str:
        """Store `content` durably and return its SHA-256 in hex. The same bytes are stored once.

        Putting them again makes the file young, so that no sweep takes it before a row names it.
        """
        ...

    def get(self, key: str) -> bytes:
        """Return the bytes, checked against their hash. Raises FileLost."""
        ...

    def has(self, key: str) -> bool: ...

    def stored(self) -> Iterator[Stored]: ...

    def remove(self, key: str) -> None: ...

    def remove_unfinished(self, before: datetime) -> int:
        """Remove what a writer left that was killed before the given time; say how many."""
        ...

    def is_up(self) -> bool: ...


def checked_key(key: str) -> str:
    if not SHA256_HEX.fullmatch(key):
        raise ValueError(f"not a hash: {key[:80]!r}")
    return key


def checked(key: str, content: bytes | None) -> bytes:
    """Return `content` if it is what `key` names. Raises FileLost, and tells the log."""
    if content is None or sha256(content).hexdigest() != key:
        log.error("file lost: %s is %s", key, "missing" if content is None else "altered")
        raise FileLost(key=key)
    return content


_stores: list[Store] = []
_caches: list[Path] = []


def use(store: Store, *, cache: Path) -> None:
    """Take the store that the settings name. The factory calls it once."""
    _stores[:] = [store]
    _caches[:] = [cache]


def files() -> Store:
    return _stores[0]


def cache() -> Path:
    """The folder of this machine for what can be made again at any time."""
    return _caches[0]
