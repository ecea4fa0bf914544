"""A PDF that somebody uploads: checked, and its signatures looked at, in a helper within bounds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from college.core.errors import RuleBroken
from college.core.helper import Bounds, Ended, Helper
from college.core.text import say

MAX_BYTES = 5 * 1024 * 1024
MAX_ANCHOR_BYTES = 100_000
MAX_ANCHORS = 50
START = b"%PDF-"
BOUNDS = Bounds(memory=768 << 20, cpu_seconds=10, wall_seconds=20, tasks=20, idle_seconds=60)
ENDINGS = {".pem", ".crt", ".cer", ".der"}


class EvidenceRefused(RuleBroken):
    code, field = "evidence_refused", "pdf"


class NoPdf(EvidenceRefused):
    code = "no_pdf"
    message = say("This is no PDF that we can read. Download the e-certificate again, unchanged.")


class PdfTooLarge(EvidenceRefused):
    code = "pdf_too_large"
    message = say("The file may have at most 5 MB. The state's e-certificate is far smaller.")


class LockedPdf(EvidenceRefused):
    code = "locked_pdf"
    message = say("This PDF asks for a password. Upload the e-certificate without one.")


class TooManyPages(EvidenceRefused):
    code = "too_many_pages"
    message = say("This PDF has more than %(most)s pages: that is no e-certificate.")


class ActivePdf(EvidenceRefused):
    code = "active_pdf"
    message = say(
        "This PDF holds programs or other files. Download the e-certificate again, unchanged."
    )


@dataclass(frozen=True, slots=True)
class Examined:
    """`findings` is one for each signature; `is_checked` is False where they could not be read."""

    findings: Sequence[dict[str, Any]]
    is_checked: bool = True


reader = Helper(
    "college.people.evidence.reading:ask",
    BOUNDS,
    knows=(ActivePdf, LockedPdf, NoPdf, TooManyPages),
)
_folders: list[Path] = []


def use(folder: Path | None) -> None:
    """Take the folder of certificates that the college trusts. The factory calls it once."""
    _folders[:] = [folder] if folder is not None else []


def has_anchors() -> bool:
    return any(True for _ in _anchor_files())


def examined(content: bytes) -> Examined:
    """What is in the file, if it is one to keep. Raises EvidenceRefused."""
    if not content.startswith(START):
        raise NoPdf
    if len(content) > MAX_BYTES:
        raise PdfTooLarge
    try:
        is_signed: bool = reader.ask("look", content)
    except Ended as error:
        raise NoPdf from error
    if not is_signed:
        return Examined([])
    anchors = [path.read_bytes() for path in _anchor_files()]
    try:
        findings: list[dict[str, Any]] = reader.ask("signatures", content, anchors)
    except Ended:  # of a kind that the library does not know, or made to break it
        return Examined([], is_checked=False)
    return Examined(findings, is_checked=bool(findings))


def _anchor_files() -> Iterator[Path]:
    for folder in _folders:
        files = sorted(path for path in folder.glob("*") if path.suffix.lower() in ENDINGS)
        for path in files[:MAX_ANCHORS]:
            if path.is_file() and path.stat().st_size <= MAX_ANCHOR_BYTES:
                yield path
