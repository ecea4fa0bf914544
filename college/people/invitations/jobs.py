"""The worker's part: who forgot a password is mailed a link, where there is somebody to mail it to.

The rows are the work, looked for every few seconds. Each is deleted in the transaction that answers
it, so that it is answered once.
"""

import logging
from datetime import timedelta

import sqlalchemy as sa
from flask import current_app

from college.core import clock, crypto, jobs
from college.core.db import db
from college.core.errors import DomainError
from college.core.roles import SYSTEM
from college.people.accounts.queries import meant_by
from college.people.invitations.mailing import mailed
from college.people.invitations.models import PasswordAsk
from college.people.invitations.queries import links_since
from college.people.persons.models import Person

SECONDS = 3  # between two looks
LONGEST = timedelta(hours=1)  # nobody waits any more for what was asked before
HOUR = timedelta(hours=1)
AT_ONCE = 100
log = logging.getLogger(__name__)


def answer_asks() -> None:
    waiting = sa.select(PasswordAsk.id).order_by(PasswordAsk.id).limit(AT_ONCE)
    for ask_id in db.session.scalars(waiting).all():
        with jobs.transaction():
            _answer(ask_id)


def _answer(ask_id: int) -> None:
    taken = sa.delete(PasswordAsk).where(PasswordAsk.id == ask_id)
    row = db.session.execute(
        taken.returning(PasswordAsk.typed_sealed, PasswordAsk.asked_at)
    ).first()
    if row is None or row.asked_at < clock.now() - LONGEST:
        return  # another worker has it, or nobody waits for it
    account = meant_by(crypto.unseal(row.typed_sealed)).account
    if account is None or not _may_have_another(account.person):
        return
    try:
        mailed(SYSTEM, account.person, is_forgotten=True)
    except DomainError as refusal:  # nobody is there to be told; the ask is over all the same
        log.info("no link for a new password: %s", refusal.code)


def _may_have_another(person: Person) -> bool:
    since = clock.now() - HOUR
    most: int = current_app.config["LINKS_PER_ACCOUNT"]
    return bool(person.email) and links_since(person.id, since) < most
