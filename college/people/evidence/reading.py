"""Reads a PDF that somebody sent, in the helper of `examining.py`: nobody else calls it.

pyHanko and pikepdf are loaded in that process alone. Whatever is damaged here, hangs or eats memory
ends a helper, not the college.
"""

import asyncio
import io
import logging
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import pikepdf
from asn1crypto import pem
from asn1crypto import x509 as asn1
from cryptography.exceptions import UnsupportedAlgorithm
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import AlgorithmNotSupported

from college.core import clock
from college.people.evidence.examining import ActivePdf, LockedPdf, NoPdf, TooManyPages

MOST_PAGES = 20
MOST_SIGNATURES = 10
MOST_NAME = 200  # characters of a signer's name
ACTIVE = {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm"}
UNKNOWN_KINDS = (UnsupportedAlgorithm, AlgorithmNotSupported)  # such as the nation's SM2
REFUSALS = (ActivePdf, LockedPdf, NoPdf, TooManyPages)
# made before the helper shuts the door to sockets: an event loop begins with a pair of them
LOOP = asyncio.new_event_loop()
logging.disable(logging.CRITICAL)  # what it says of a file may hold its words


def look(content: bytes) -> bool:
    """Whether a PDF carries a signature. Raises what makes it no file to keep."""
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            _refuse(pdf)
            return any(True for _ in _signed_fields(pdf))
    except pikepdf.PasswordError as error:
        raise LockedPdf from error
    except pikepdf.PdfError as error:
        raise NoPdf from error


def signatures(content: bytes, anchors: Sequence[bytes]) -> list[dict[str, Any]]:
    """What each signature says, in the order in which they were made."""
    reader = PdfFileReader(io.BytesIO(content), strict=False)
    roots = [anchor for each in anchors for anchor in _certificates(each)]
    found = reader.embedded_regular_signatures[:MOST_SIGNATURES]
    return [_said(each, roots, is_last=each is found[-1]) for each in found]


def ask(question: str, *arguments: Any) -> Any:
    """The door of the helper."""
    return look(*arguments) if question == "look" else signatures(*arguments)


def _refuse(pdf: pikepdf.Pdf) -> None:
    if len(pdf.pages) > MOST_PAGES:
        raise TooManyPages(most=MOST_PAGES)
    if any(str(each.get("/S", "")) in ACTIVE for each in _dictionaries(pdf)):
        raise ActivePdf
    if "/Names" in pdf.Root and {"/JavaScript", "/EmbeddedFiles"} & set(pdf.Root.Names.keys()):
        raise ActivePdf


def _signed_fields(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    for each in _dictionaries(pdf):
        if str(each.get("/FT", "")) == "/Sig" and "/V" in each:
            yield each


def _dictionaries(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """All of them: those of their own and those that stand inside another."""
    waiting: list[pikepdf.Object] = list(pdf.objects)
    while waiting:
        each = waiting.pop()
        if isinstance(each, pikepdf.Dictionary | pikepdf.Stream):
            yield each
            inside = [value for _, value in each.items()]
        elif isinstance(each, pikepdf.Array):
            inside = list(each)
        else:
            continue
        waiting += [one for one in inside if not getattr(one, "is_indirect", True)]


def _certificates(content: bytes) -> Iterator[asn1.Certificate]:
    """Those of one file of the anchors' folder: PEM, one or several, or DER."""
    if pem.detect(content):
        for _, _, der in pem.unarmor(content, multiple=True):
            yield asn1.Certificate.load(der)
    else:
        yield asn1.Certificate.load(content)


def _said(
    embedded: EmbeddedPdfSignature, roots: Sequence[asn1.Certificate], *, is_last: bool
) -> dict[str, Any]:
    at = embedded.self_reported_timestamp
    # a seal outlives the certificate that made it; a day to come is nobody's to claim
    moment = min(at, clock.now()) if at is not None else None
    context = ValidationContext(
        trust_roots=list(roots), allow_fetching=False, revocation_mode="soft-fail", moment=moment
    )
    try:
        status = LOOP.run_until_complete(async_validate_pdf_signature(embedded, context))
    except UNKNOWN_KINDS:
        return _claimed(embedded.signer_cert, at)
    # who signed after another filled a field of the form by that: no change of what was signed
    allowed = ModificationLevel.LTA_UPDATES if is_last else ModificationLevel.FORM_FILLING
    level = status.modification_level
    is_whole = status.intact and status.valid and level is not None and level <= allowed
    is_known = bool(roots) and status.trusted
    anchor = status.validation_path.trust_anchor if is_known and status.validation_path else None
    return _claimed(status.signing_cert, at) | {
        "is_checked": True,
        "is_whole": bool(is_whole),
        "is_known": bool(is_known),
        "anchor": _name(anchor.authority.name) if anchor is not None else "",
    }


def _claimed(signer: asn1.Certificate, at: datetime | None) -> dict[str, Any]:
    """Whom the certificate in the file names; nothing of it is checked."""
    return {
        "signer": _name(signer.subject),
        "issuer": _name(signer.issuer),
        "signed_at": at.isoformat() if at is not None else "",
        "is_checked": False,
        "is_whole": False,
        "is_known": False,
        "anchor": "",
    }


def _name(name: asn1.Name) -> str:
    """The common name with the organisation, or all that there is."""
    facts: dict[str, Any] = name.native
    parts = [facts.get("common_name"), facts.get("organization_name")]
    told = [part if isinstance(part, str) else "、".join(part) for part in parts if part]
    return (" · ".join(dict.fromkeys(told)) or name.human_friendly)[:MOST_NAME]
