"""What the removal of a passkey does, whoever was asked whether they may."""

import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.people.notices.models import NoticeKind
from college.people.notices.telling import tell
from college.people.passkeys.models import Passkey
from college.people.sign_ins.models import SignIn


def removed(passkey: Passkey, *, but: int = 0) -> None:
    """What was begun with it ends, but the sign-in `but`; its owner is told."""
    begun = (SignIn.person_id == passkey.person_id) & (SignIn.passkey_id == passkey.id)
    others = begun & SignIn.ended_at.is_(None) & (SignIn.id != but)
    db.session.execute(sa.update(SignIn).where(others).values(ended_at=clock.now()))
    db.session.delete(passkey)
    told = {"at": clock.now(), "name": passkey.name}
    tell(NoticeKind.PASSKEY_CHANGED, passkey.person_id, told)


def remove_all(person_id: int) -> bool:
    """Whether there was any."""
    mine = sa.select(Passkey).where(Passkey.person_id == person_id).order_by(Passkey.id)
    found = db.session.scalars(mine).all()
    for passkey in found:
        removed(passkey)
    return bool(found)
