"""Which sign-ins are in force, and how long one lasts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.people.sign_ins.models import SignIn


@dataclass(frozen=True, slots=True)
class Lasting:
    """How long a sign-in lasts: unused, and however much it is used."""

    unused: timedelta
    longest: timedelta

    @property
    def moments(self) -> dict[str, datetime]:
        """What IN_FORCE compares with."""
        now = clock.now()
        return {"unused_since": now - self.unused, "long_since": now - self.longest}


# Not ended and not too old. Its epoch is for whoever holds the account to compare.
IN_FORCE = (
    SignIn.ended_at.is_(None)
    & (SignIn.last_seen_at > sa.bindparam("unused_since"))
    & (SignIn.began_at > sa.bindparam("long_since"))
)


def devices(person_id: int | None, epoch: int, lasting: Lasting) -> Sequence[SignIn]:
    """The person's sign-ins in force, the one used last first."""
    mine = (SignIn.person_id == person_id) & (SignIn.epoch == epoch) & IN_FORCE
    chosen = sa.select(SignIn).where(mine)
    chosen = chosen.order_by(SignIn.last_seen_at.desc(), SignIn.id.desc())
    return db.session.scalars(chosen, lasting.moments).all()
