import sqlalchemy as sa

from college.core.db import db
from college.people.accounts.models import Account
from college.people.second_factors.models import RecoveryCode


def recovery_codes_left(account: Account) -> int:
    mine = (RecoveryCode.person_id == account.person_id) & RecoveryCode.used_at.is_(None)
    return db.session.scalars(sa.select(sa.func.count(RecoveryCode.id)).where(mine)).one()
