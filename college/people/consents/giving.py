"""Putting a yes on record, and taking it back: called by operations that asked whether they may."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from college.core import clock, journal
from college.core.db import db
from college.core.roles import Actor
from college.people.consents.models import Consent, ConsentKind, ConsentText, ConsentWay


def given(
    actor: Actor,
    person_id: int,
    texts: Collection[ConsentText],
    way: ConsentWay,
    at: datetime | None = None,
) -> list[Consent]:
    """Note the yes to each of these texts that was not given yet; returns the new ones."""
    holds = (Consent.person_id == person_id) & Consent.withdrawn_at.is_(None)
    known = set(db.session.scalars(sa.select(Consent.text_id).where(holds)))
    new = [
        Consent(person_id=person_id, text_id=text.id, way=way, given_at=at or clock.now())
        for text in texts
        if text.id not in known
    ]
    db.session.add_all(new)
    db.session.flush()
    facts = {text.id: {"kind": text.kind, "edition": text.edition} for text in texts}
    said = [(row, person_id, {**facts[row.text_id], "way": way}) for row in new]
    journal.record_all(actor, "give_consent", said)
    return new


def taken_back(actor: Actor, person_id: int, kind: ConsentKind) -> list[Consent]:
    """End the yes to every version of one kind; returns those that held until now."""
    mine = sa.select(Consent).join(Consent.text).where(Consent.person_id == person_id)
    holds = mine.where(ConsentText.kind == kind, Consent.withdrawn_at.is_(None))
    rows = list(db.session.scalars(holds.order_by(Consent.id)))
    for row in rows:
        row.withdrawn_at = clock.now()
    said = [(row, person_id, {"kind": kind, "edition": row.text.edition}) for row in rows]
    journal.record_all(actor, "withdraw_consent", said)
    return rows
