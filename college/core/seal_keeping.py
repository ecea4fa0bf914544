"""What of the seals lies outside the database: the key that signs them, and copies of them."""

import fcntl
import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

Line = dict[str, object]
COPY = "journal.jsonl"


@dataclass(frozen=True, slots=True)
class Keeper:
    """`folders` hold a copy each; `key_path` the private key, and beside it all public ones."""

    key_path: Path
    folders: tuple[Path, ...]

    @property
    def copies(self) -> list[Path]:
        return [folder / COPY for folder in self.folders]

    def make_key(self) -> bool:
        """Make the key unless it is there; say whether it was made."""
        if self.key_path.exists():
            return False
        key = Ed25519PrivateKey.generate()
        self.key_path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):  # another process was first: its key is the one
            handle = os.open(self.key_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(key.private_bytes_raw().hex() + "\n")
            public = key.public_key().public_bytes_raw().hex()
            _append(self.key_path.with_suffix(".pub"), lambda: [public])
            return True
        return False

    def sign(self, text: bytes) -> bytes:
        self.make_key()
        raw = bytes.fromhex(self.key_path.read_text().strip())
        return Ed25519PrivateKey.from_private_bytes(raw).sign(text)

    def public_keys(self) -> list[Ed25519PublicKey]:
        """All keys that ever signed here, so that seals outlive the key that made them."""
        path = self.key_path.with_suffix(".pub")
        lines = path.read_text().split() if path.exists() else []
        return [Ed25519PublicKey.from_public_bytes(bytes.fromhex(line)) for line in lines]


def is_signed(text: bytes, signature: bytes, keys: Iterable[Ed25519PublicKey]) -> bool:
    for key in keys:
        with suppress(InvalidSignature):
            key.verify(signature, text)
            return True
    return False


def lines_of(copy: Path) -> Iterator[Line]:
    """The copied seals, one at a time; a last line that a power cut tore off is left out."""
    if not copy.exists():
        return
    with copy.open(encoding="utf-8") as file:
        for text in file:
            if text.endswith("\n"):
                yield json.loads(text)


def last_line(copy: Path) -> Line | None:
    """The newest copied seal, read from the end of the file."""
    if not copy.exists():
        return None
    with copy.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        step, tail = 65536, b""
        while end:
            start = max(0, end - step)
            file.seek(start)
            tail = file.read(end - start) + tail
            whole = tail[: tail.rfind(b"\n") + 1]
            if whole.count(b"\n") > 1 or (whole and not start):
                last: Line = json.loads(whole.rstrip(b"\n").rpartition(b"\n")[2])
                return last
            end = start
    return None


def complete(copy: Path, newer: Callable[[Line | None], Iterable[Line]]) -> None:
    """Append the lines that `newer` names for the last one held, and return once the disk has them.

    One process at a time: what another appended meanwhile is seen.
    """
    _append(copy, lambda: (json.dumps(n, separators=(",", ":")) for n in newer(last_line(copy))))


def _append(path: Path, lines: Callable[[], Iterable[str]]) -> None:
    is_new = not path.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        _cut_torn_line(file.fileno())
        for line in lines():
            file.write(line.encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)


def _cut_torn_line(handle: int) -> None:
    size = os.fstat(handle).st_size
    end = size
    while end and os.pread(handle, 1, end - 1) != b"\n":
        end -= 1
    if end != size:
        os.ftruncate(handle, end)
