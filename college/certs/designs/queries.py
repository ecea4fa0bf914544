"""Which design a paper is printed with."""

from collections.abc import Mapping

import sqlalchemy as sa

from college.certs.designs.models import CertificateKind, Design
from college.certs.wording import SHIPPED
from college.core.db import db
from college.core.errors import RuleBroken
from college.core.text import say


class DesignMissing(RuleBroken):
    code = "design_missing"
    message = say(
        "No design for this kind of certificate has been adopted yet. "
        "Whoever runs the server starts `sh run.sh` once more, which takes the designs in."
    )


# the first of a kind is the one that is used unless somebody chooses another
USUAL: Mapping[str, str] = {kind: name for name, kind in reversed(SHIPPED.items())}


def usual(kind: CertificateKind) -> Design:
    """Return the newest version of the design that a kind is printed with. Raises DesignMissing."""
    design = newest(USUAL.get(kind, ""))
    if design is None:
        raise DesignMissing
    return design


def newest(name: str) -> Design | None:
    versions = sa.select(Design).where(Design.name == name)
    return db.session.scalar(versions.order_by(Design.version.desc()).limit(1))
