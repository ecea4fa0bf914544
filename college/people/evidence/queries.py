"""The files that prove a level of somebody, the newest first."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from college.core.access import visible
from college.core.db import db
from college.core.roles import Actor, Can
from college.people.evidence.models import EvidenceFile
from college.people.qualifications.models import Qualification


def evidence_of(actor: Actor, held: Qualification) -> Sequence[EvidenceFile]:
    mine = (EvidenceFile.person_id == held.person_id) & (EvidenceFile.level == held.level)
    chosen = (
        sa.select(EvidenceFile)
        .where(mine, EvidenceFile.known(), visible(EvidenceFile, actor, Can.EVIDENCE_SEE))
        .options(joinedload(EvidenceFile.uploaded_by))
        .order_by(EvidenceFile.id.desc())
    )
    return db.session.scalars(chosen).all()
