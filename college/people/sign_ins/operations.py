"""Ending sign-ins; they begin in people/accounts, where the password was checked."""

from college.core import clock, journal
from college.core.access import require
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.people.sign_ins.models import SignIn


@operation
def end_sign_in(actor: Actor, sign_in: SignIn) -> SignIn:
    """From now on the cookie of that device opens nothing."""
    require(actor, Can.SIGN_INS_END, sign_in)
    if sign_in.ended_at is None:
        sign_in.ended_at = clock.now()
        journal.record(actor, "end_sign_in", sign_in, about=sign_in.person_id)
    return sign_in
