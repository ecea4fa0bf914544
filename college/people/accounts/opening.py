"""What opening an account and renewing a password do, whoever was asked whether they may."""

import re

import sqlalchemy as sa

from college.core import clock, journal
from college.core.db import db
from college.core.errors import Conflict, RuleBroken
from college.core.roles import Actor
from college.core.text import say
from college.people.accounts.models import Account, clean_login
from college.people.notices.models import NoticeKind
from college.people.notices.telling import tell
from college.people.persons.models import Person
from college.people.sign_ins.models import SignIn

# never what could be a phone or a mail address: it would be looked for as somebody else's
LOGIN = re.compile(r"[^\W\d_][\w.-]{1,63}")


class UnfitLogin(RuleBroken):
    code, field = "unfit_login", "login"
    message = say("A user name begins with a letter; digits, dots and hyphens may follow.")


class LoginTaken(Conflict):
    code, field = "login_taken", "login"
    message = say("Somebody has this user name. Choose another one.")


class HasAccount(Conflict):
    code = "has_account"
    message = say("%(name)s has an account already.")


def opened(actor: Actor, person: Person, *, login: str, password_hash: str) -> Account:
    """Raises UnfitLogin, LoginTaken, HasAccount."""
    login = clean_login(login)
    if not LOGIN.fullmatch(login):
        raise UnfitLogin
    if is_taken(login):
        raise LoginTaken
    if db.session.scalar(sa.select(sa.exists().where(Account.person_id == person.id))):
        raise HasAccount(name=person.full_name)
    account = Account(person_id=person.id, login=login, password_hash=password_hash)
    db.session.add(account)
    journal.record(actor, "open_account", account, about=person.id, login=account.login)
    return account


def renewed(actor: Actor, account: Account, *, password_hash: str) -> Account:
    """Take a new password, end every sign-in that was begun with the old one, and say so."""
    account.password_hash = password_hash
    end_all(account)
    journal.record(actor, "change_password", account, about=account.person_id)
    tell(NoticeKind.PASSWORD_CHANGED, account.person_id, {"at": clock.now()})
    return account


def end_all(account: Account, *, but: int = 0) -> None:
    account.epoch += 1
    mine = SignIn.person_id == account.person_id
    others = mine & SignIn.ended_at.is_(None) & (SignIn.id != but)
    db.session.execute(sa.update(SignIn).where(others).values(ended_at=clock.now()))
    kept = mine & (SignIn.id == but)
    db.session.execute(sa.update(SignIn).where(kept).values(epoch=account.epoch))


def is_taken(login: str) -> bool:
    return bool(db.session.scalar(sa.select(sa.exists().where(Account.login == login))))


def proposed_login(person: Person) -> str:
    """A user name that nobody has yet: the pinyin in one word, with a number where it must."""
    stem = re.sub(r"[^a-z]", "", person.sort_key)[:40] or "user"
    stem = stem if len(stem) > 1 else f"{stem}user"
    # a name and a number after it alone count: those of a longer name are another stem's
    like = sa.select(Account.login).where(Account.login.startswith(stem, autoescape=True))
    taken = set(db.session.scalars(like))
    numbers = (f"{stem}{number}" for number in range(2, len(taken) + 3))
    return stem if stem not in taken else next(name for name in numbers if name not in taken)
