"""Which sign-ins are in force, and how long one lasts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.people.sign_ins.models import SignIn


@dataclass(frozen=True, slots=True)
class Lasting:
    """How long a sign-in lasts: unused, and however much it is used."""

    unused: timedelta
    longest: timedelta


def in_force(lasting: Lasting) -> sa.ColumnElement[bool]:
    """Not ended and not too old. Its epoch is for whoever holds the account to compare."""
    now = clock.now()
    return (
        SignIn.ended_at.is_(None)
        & (SignIn.last_seen_at > now - lasting.unused)
        & (SignIn.began_at > now - lasting.longest)
    )


def devices(person_id: int | None, epoch: int, lasting: Lasting) -> Sequence[SignIn]:
    """The person's sign-ins in force, the one used last first."""
    mine = (SignIn.person_id == person_id) & (SignIn.epoch == epoch) & in_force(lasting)
    chosen = sa.select(SignIn).where(mine)
    return db.session.scalars(chosen.order_by(SignIn.last_seen_at.desc(), SignIn.id.desc())).all()
