"""The scan of a consent on paper, as it was uploaded; kept encrypted, handed out to be saved."""

from base64 import b64decode, b64encode
from typing import Protocol

from college.core import crypto, storage
from college.core.errors import NotFound, RuleBroken
from college.core.text import say

MAX_BYTES = 5 * 1024 * 1024
STARTS = {b"%PDF-": "pdf", b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png"}


class ScanRefused(RuleBroken):
    code, field = "scan_refused", "scan"


class NoScan(ScanRefused):
    code = "no_scan"
    message = say("A scan is a PDF, JPEG or PNG file. Save it as one of these and upload that.")


class ScanTooLarge(ScanRefused):
    code = "scan_too_large"
    message = say("A scan may have at most 5 MB. Scan it in grey or at 150 dpi.")


class Upload(Protocol):
    def read(self) -> bytes: ...


def keep(scan: Upload | None) -> str:
    """Store it and return the hash to find it by, "" for none. Raises ScanRefused."""
    content = scan.read() if scan else b""
    if not content:
        return ""
    if ending_of(content) is None:
        raise NoScan
    if len(content) > MAX_BYTES:
        raise ScanTooLarge
    return storage.files().put(crypto.seal(b64encode(content).decode()))


def kept(sha256: str) -> bytes:
    """The bytes as they were uploaded. Raises NotFound where there are none, FileLost."""
    if not sha256:
        raise NotFound
    return b64decode(crypto.unseal(storage.files().get(sha256)))


def ending_of(content: bytes) -> str | None:
    """By what it begins with, whatever its name said."""
    return next((ending for start, ending in STARTS.items() if content.startswith(start)), None)
