"""An encrypted file of named members, written and read in one go: a tar in sealed blocks.

A header (what it is, a salt, a mark of the key), then blocks of 1 MiB under AES-256-GCM. The nonce
is the block's number and whether it is the last, so that no block can be changed, left out, moved
or added without being noticed; the header is sealed along with every block.
"""

import hmac
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO, Protocol, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"college backup 1"
SALT_BYTES = 32
MARK_BYTES = 16
HEADER_BYTES = len(MAGIC) + SALT_BYTES + MARK_BYTES
BLOCK_BYTES = 1024 * 1024
TAG_BYTES = 16


class Refused(Exception):
    """Why a backup cannot be made or used, in a sentence for whoever runs the command."""


class Source(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Member:
    name: str
    size: int
    content: Source  # to be read before the next member is asked for


class Writer:
    """Adds members; made by `writing`."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar

    def add(self, name: str, content: bytes) -> None:
        self.add_stream(name, len(content), BytesIO(content))

    def add_stream(self, name: str, size: int, content: BinaryIO) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = size, 0o600
        self._tar.addfile(entry, content)


@contextmanager
def writing(file: BinaryIO, key: bytes) -> Iterator[Writer]:
    """Write an archive to `file`; it is whole only when the block ends without an error."""
    sealer = _Sealer(file, key)
    with tarfile.open(
        fileobj=cast("BinaryIO", sealer), mode="w|", format=tarfile.PAX_FORMAT
    ) as tar:
        yield Writer(tar)
    sealer.finish()


def members(file: BinaryIO, key: bytes) -> Iterator[Member]:
    """Each member in turn, read to the very last block. Raises Refused at the first flaw."""
    unsealer = _Unsealer(file, key)
    with tarfile.open(fileobj=cast("BinaryIO", unsealer), mode="r|") as tar:
        for entry in tar:
            unsealer.at = entry.name
            content = tar.extractfile(entry)
            if content is None:
                raise Refused(f"The backup holds {entry.name}, which is not a file.")
            yield Member(entry.name, entry.size, cast("Source", content))
    unsealer.at = "the end"
    while unsealer.read(BLOCK_BYTES):
        pass


class _Sealer:
    def __init__(self, file: BinaryIO, key: bytes) -> None:
        salt = os.urandom(SALT_BYTES)
        self._file, self._held, self._count = file, bytearray(), 0
        self._header = MAGIC + salt + _derived(key, salt, b"mark", MARK_BYTES)
        self._cipher = AESGCM(_derived(key, salt, b"blocks", 32))
        file.write(self._header)

    def write(self, content: bytes) -> int:
        self._held += content
        while len(self._held) > BLOCK_BYTES:  # one is always held back: it may be the last
            self._seal(is_last=False)
        return len(content)

    def finish(self) -> None:
        self._seal(is_last=True)

    def _seal(self, *, is_last: bool) -> None:
        plain = bytes(self._held[:BLOCK_BYTES])
        del self._held[:BLOCK_BYTES]
        nonce = _nonce(self._count, is_last=is_last)
        self._file.write(self._cipher.encrypt(nonce, plain, self._header))
        self._count += 1


class _Unsealer:
    """Gives the plain bytes of an archive, each block only after its tag was found right."""

    at = "the beginning"  # the member that is being read

    def __init__(self, file: BinaryIO, key: bytes) -> None:
        self._header = _checked_header(file.read(HEADER_BYTES), key)
        salt = self._header[len(MAGIC) : -MARK_BYTES]
        self._cipher = AESGCM(_derived(key, salt, b"blocks", 32))
        self._file, self._count, self._plain = file, 0, BytesIO()
        self._next = file.read(BLOCK_BYTES + TAG_BYTES)

    def read(self, size: int) -> bytes:
        found = bytearray(self._plain.read(size))
        while len(found) < size and (self._next or not self._count):
            self._plain = BytesIO(self._unsealed())
            found += self._plain.read(size - len(found))
        return bytes(found)

    def _unsealed(self) -> bytes:
        block, self._next = self._next, self._file.read(BLOCK_BYTES + TAG_BYTES)
        self._count += 1
        is_last = not self._next
        plain = self._tried(block, is_last=is_last)
        if plain is not None:
            return plain
        where = f"block {self._count}, in {self.at}"
        if is_last and self._tried(block, is_last=False) is not None:
            raise Refused(f"The backup ends too early: after {where}. Use another one.")
        raise Refused(f"The backup was altered or damaged: {where}. Use another one.")

    def _tried(self, block: bytes, *, is_last: bool) -> bytes | None:
        nonce = _nonce(self._count - 1, is_last=is_last)
        try:
            return self._cipher.decrypt(nonce, block, self._header)
        except InvalidTag:
            return None


def _checked_header(header: bytes, key: bytes) -> bytes:
    if len(header) < HEADER_BYTES or not header.startswith(MAGIC):
        raise Refused("This is no backup of a college, or its header (block 0) was altered.")
    salt, mark = header[len(MAGIC) : -MARK_BYTES], header[-MARK_BYTES:]
    if not hmac.compare_digest(mark, _derived(key, salt, b"mark", MARK_BYTES)):
        raise Refused(
            "This key does not open the backup: it was made with another key, "
            "or its header (block 0) was altered."
        )
    return header


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


def _derived(key: bytes, salt: bytes, purpose: bytes, size: int) -> bytes:
    return HKDF(SHA256(), size, salt, b"college/backup/" + purpose).derive(key)
