"""The printer's counter: papers are drawn in a helper, within bounds and without a network.

Light: the renderer loads in the helper alone. A paper that eats memory or hangs fails by itself,
with `helper.Ended`; why a paper must not be printed at all comes as one of `refusals.NotPrinted`.
"""

from collections.abc import Iterable, Mapping

from college.certs.paper import Paper
from college.certs.refusals import DesignRefused, FactMissing, MissingGlyph, TextTooLong
from college.core.helper import Bounds, Helper

DOOR = "college.certs.rendering:answer"
# a paper takes 0.05 s and 300 MB with all that is loaded; a print file of thousands takes seconds
BOUNDS = Bounds(memory=1 << 30, cpu_seconds=30, wall_seconds=90, tasks=500, idle_seconds=60)
KNOWN = (DesignRefused, FactMissing, MissingGlyph, TextTooLong)
printer = Helper(DOOR, BOUNDS, knows=KNOWN)


def pull(paper: Paper, facts: Mapping[str, str]) -> bytes:
    """The PDF. Raises one of `refusals.NotPrinted`, or Ended."""
    pdf: bytes = printer.ask("pull", paper, dict(facts))
    return pdf


def first_page_png(pdf: bytes, width: int) -> bytes:
    """The picture of a paper for a preview, `width` pixels wide. Raises Ended."""
    png: bytes = printer.ask("first_page_png", pdf, width)
    return png


def merged(pdfs: Iterable[bytes]) -> bytes:
    """All pages in the order given, one file for the printer. Raises Ended."""
    whole: bytes = printer.ask("merged", list(pdfs))
    return whole
