"""Reading the security log, with the names of whom it could tell."""

from collections.abc import Mapping

import sqlalchemy as sa

from college.core.access import require
from college.core.db import db
from college.core.roles import Actor, Can
from college.core.security_log import SecurityEvent, SecurityKind
from college.people.persons.models import Person


def events(actor: Actor, kind: SecurityKind | None = None) -> sa.Select[SecurityEvent]:
    """Choose the events of one kind or of all, the newest first."""
    require(actor, Can.SECURITY_SEE)
    chosen = sa.select(SecurityEvent)
    if kind is not None:
        chosen = chosen.where(SecurityEvent.kind == kind)
    return chosen.order_by(SecurityEvent.at.desc(), SecurityEvent.id.desc())


def names(found: list[SecurityEvent]) -> Mapping[int, str]:
    """Who the persons of these events are."""
    ids = {event.person_id for event in found if event.person_id is not None}
    chosen = sa.select(Person.id, Person.full_name).where(Person.id.in_(ids))
    return {row.id: row.full_name for row in db.session.execute(chosen)}
