"""A challenge counts once: what was answered rightly is remembered until it would have expired.

So a copy of the session in which it stood opens nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.errors import RuleBroken
from college.core.text import say
from college.people.passkeys.models import SpentChallenge


class ChallengeGone(RuleBroken):
    code = "challenge_gone"
    message = say("That took too long, or was sent before. Please begin again.")


@dataclass(frozen=True, slots=True)
class Challenge:
    """`about`: what was noted of whoever asked for it."""

    text: str  # 32 random bytes, base64url
    expires_at: datetime
    about: dict[str, Any]

    @property
    def hash(self) -> str:
        return sha256(self.text.encode()).hexdigest()


def spend(challenge: Challenge) -> None:
    """In an operation: it never counts again, and the outdated go. Raises ChallengeGone."""
    late = SpentChallenge.expires_at < clock.now()
    db.session.execute(sa.delete(SpentChallenge).where(late))
    same = SpentChallenge.challenge_hash == challenge.hash
    if db.session.scalar(sa.select(sa.exists().where(same))):
        raise ChallengeGone
    db.session.add(SpentChallenge(challenge_hash=challenge.hash, expires_at=challenge.expires_at))
