"""How long a sign-in lasts, and when its device was last seen.

The note of being seen is a short transaction of its own after the answer is made, at most one every
few minutes a device: reading a page takes no lock and never fails for it.
"""

import logging
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask, Response, current_app, g

from college.core import clock
from college.core.db import db
from college.core.operation import apart
from college.people.sign_ins.models import SignIn
from college.people.sign_ins.queries import Lasting

SEEN_EVERY = timedelta(minutes=5)
log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    """Before web/transaction: what is installed later ends earlier."""
    app.after_request(write_seen)


def lasting() -> Lasting:
    config = current_app.config
    return Lasting(timedelta(hours=config["SESSION_HOURS"]), timedelta(days=config["SESSION_DAYS"]))


def write_seen(response: Response) -> Response:
    sign_in_id = g.pop("seen_sign_in", None)
    if sign_in_id is not None:
        db.session.rollback()
        mine = (SignIn.id == sign_in_id) & SignIn.ended_at.is_(None)
        try:
            with apart() as own:
                own.execute(sa.update(SignIn).where(mine).values(last_seen_at=clock.now()))
        except (sa.exc.OperationalError, sa.exc.TimeoutError):
            # the page is made and goes out; the next one notes it
            log.warning("sign-in %s not noted as seen", sign_in_id)
    return response


def forget_sign_ins(kept: timedelta) -> int:
    """Delete the sign-ins that nobody used for as long as `kept`; returns how many."""
    with apart() as own:
        old = sa.delete(SignIn).where(SignIn.last_seen_at < clock.now() - kept)
        return len(own.scalars(old.returning(SignIn.id)).all())
