"""Designs come in by versions; one that was ever used is never changed."""

from hashlib import sha256
from pathlib import Path

from college.certs.designs.models import CertificateKind, Design
from college.certs.designs.queries import newest
from college.certs.wording import SHIPPED, lint_design
from college.core import journal
from college.core.access import require
from college.core.db import db
from college.core.errors import RuleBroken
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.core.text import say

PAPERS = Path(__file__).parent / "papers"


class DesignUnfit(RuleBroken):
    code = "design_unfit"
    message = say(
        "The design “%(name)s” must not be used: %(words)s may not stand in it, or is missing."
    )


@operation
def adopt_designs(actor: Actor) -> list[Design]:
    """Take in the shipped designs that are new or changed; return those, none on a second run.

    Raises NotAllowed, DesignUnfit.
    """
    require(actor, Can.DESIGNS_ADOPT)
    adopted = [design for name in SHIPPED if (design := _next_version(name)) is not None]
    db.session.add_all(adopted)
    for design in adopted:
        journal.record(actor, "adopt_designs", design, name=design.name, sha256=design.sha256)
    return adopted


def _next_version(name: str) -> Design | None:
    html = (PAPERS / f"{name}.html").read_text("utf-8")
    css = "".join((PAPERS / part).read_text("utf-8") for part in ("paper.css", f"{name}.css"))
    known, digest = newest(name), sha256(f"{html}\0{css}".encode()).hexdigest()
    if known is not None and known.sha256 == digest:
        return None
    kind = CertificateKind(SHIPPED[name])
    findings = lint_design(kind, html, css)
    if findings:
        raise DesignUnfit(name=name, words=", ".join(finding.what for finding in findings))
    version = known.version + 1 if known is not None else 1
    return Design(name=name, kind=kind, version=version, html=html, css=css, sha256=digest)
