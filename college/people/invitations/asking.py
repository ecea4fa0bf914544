"""A password was forgotten: the same answer and the same work at the door, whoever was named.

What was typed is only noted. Whether it is anybody's, and whether a link goes out, is found by the
worker, so that neither the answer nor its time tells a stranger who has an account.
"""

import sqlalchemy as sa
from flask import current_app

from college.core import clock, crypto
from college.core.db import db
from college.core.errors import RuleBroken
from college.core.operation import start_writing
from college.core.security_log import SecurityKind
from college.core.text import say
from college.people.invitations.forms import ForgottenForm
from college.people.invitations.models import PasswordAsk
from college.web.limits import is_within_hour
from college.web.security import note_refusal


class TooManyAsks(RuleBroken):
    code = "too_many_asks"
    message = say("Too many links were asked for from this network. Try again in an hour.")


def is_noted(form: ForgottenForm) -> bool:
    """Whether it was taken in; if not, the reason is in the form."""
    if not form.validate():
        return False
    if not is_within_hour("links", current_app.config["LINKS_PER_HOUR"]):
        note_refusal(SecurityKind.LIMITED)
        form.refuse(TooManyAsks())
        return False
    typed = crypto.seal((form.login.data or "").strip())
    start_writing()
    new = sa.insert(PasswordAsk).values(typed_sealed=typed, asked_at=clock.now())
    db.session.execute(new)
    return True
