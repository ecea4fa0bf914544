import sqlalchemy as sa

from college.core.db import db
from college.people.accounts.models import Account


def by_login(login: str) -> Account | None:
    return db.session.scalar(sa.select(Account).where(Account.login == login.strip().lower()))


def by_cookie(key: str) -> Account | None:
    """The account that a sign-in cookie names, unless its epoch has moved on."""
    account_id, _, epoch = key.partition(".")
    if not account_id.isdecimal() or not epoch.isdecimal():
        return None
    account = db.session.get(Account, int(account_id))
    return account if account is not None and account.epoch == int(epoch) else None
