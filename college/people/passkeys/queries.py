from collections.abc import Collection, Sequence

import sqlalchemy as sa

from college.core.db import db
from college.people.passkeys.models import ID_LENGTH, Passkey


def passkeys_of(person_id: int | None) -> Sequence[Passkey]:
    """The one added last first."""
    mine = sa.select(Passkey).where(Passkey.person_id == person_id)
    return db.session.scalars(mine.order_by(Passkey.added_at.desc(), Passkey.id.desc())).all()


def has_any(person_id: int) -> bool:
    return bool(db.session.scalar(sa.select(sa.exists().where(Passkey.person_id == person_id))))


def with_passkeys(ids: Collection[int]) -> frozenset[int]:
    """Which of these people have one."""
    theirs = sa.select(Passkey.person_id).where(Passkey.person_id.in_(ids))
    return frozenset(db.session.scalars(theirs))


def by_credential(credential_id: str) -> Passkey | None:
    if len(credential_id) > ID_LENGTH:
        return None
    return db.session.scalar(sa.select(Passkey).where(Passkey.credential_id == credential_id))
