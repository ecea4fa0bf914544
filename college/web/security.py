"""Writes the security log once the request's own transaction is over, whatever became of it."""

import logging

import sqlalchemy as sa
from flask import Flask, Response, g
from flask_login import current_user
from limits import RateLimitItemPerMinute
from limits.errors import StorageError

from college.core import security_log
from college.core.db import db
from college.core.security_log import SecurityKind
from college.web.limits import sign_in_limits
from college.web.metrics import count_refusals
from college.web.network import counted_address, masked_address

log = logging.getLogger(__name__)
MOST_A_MINUTE = 60  # refusals of one address: a flood must not become a flood of writes


def install(app: Flask) -> None:
    """Before web/transaction: what is installed later ends earlier."""
    app.after_request(write)


def note_refusal(kind: SecurityKind, *, login: str = "") -> None:
    """Note what anybody may cause as often as they like: only so often a minute and address."""
    window, rate = sign_in_limits().window, RateLimitItemPerMinute(MOST_A_MINUTE)
    try:
        is_one_of_few = window.hit(rate, "refusals", counted_address())
    except StorageError:  # the refusal itself goes out as ever
        log.error("refusal not counted, so not in the security log: %s", kind)
        is_one_of_few = False
    if is_one_of_few:
        security_log.note(kind, login=login)
    else:
        count_refusals([kind])


def write(response: Response) -> Response:
    if waiting := security_log.waiting():
        count_refusals(waiting)
        try:
            person_id, sign_in_id = reader() if security_log.lacks_reader() else (None, None)
        except sa.exc.SQLAlchemyError as error:  # the answer is made and goes out
            log.error("security events not written: %s", type(error).__name__)
            security_log.forget()
            return response
        db.session.rollback()
        security_log.write(
            person_id=person_id,
            sign_in_id=sign_in_id,
            address=masked_address(),
            reference=g.get("reference", ""),
        )
    return response


def reader() -> tuple[int | None, int | None]:
    """Who asked, from which sign-in. After a commit that is a transaction of its own."""
    if not current_user.is_authenticated:
        return None, None
    return current_user.person_id, current_user.sign_in_id or None
