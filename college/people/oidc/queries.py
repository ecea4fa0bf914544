from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from college.core.db import db
from college.people.oidc.models import ExternalIdentity
from college.people.sign_ins.models import SignIn


def known_as(issuer: str, subject: str) -> ExternalIdentity | None:
    """Whose this is, if anybody linked it."""
    same = (ExternalIdentity.issuer == issuer) & (ExternalIdentity.sub == subject)
    return db.session.scalar(sa.select(ExternalIdentity).where(same))


def identities(person_id: int | None) -> Sequence[ExternalIdentity]:
    """The person's, also those at a provider that the college asked before."""
    mine = sa.select(ExternalIdentity).where(ExternalIdentity.person_id == person_id)
    return db.session.scalars(mine.order_by(ExternalIdentity.id)).all()


def sign_in_began_at(sign_in_id: int) -> datetime:
    return db.session.scalars(sa.select(SignIn.began_at).where(SignIn.id == sign_in_id)).one()
