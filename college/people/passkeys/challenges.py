"""The question that a device signs: new each time, good for five minutes, in this browser, once.

It stands in the signed session of the browser that was asked, and leaves it with the first answer.
"""

from datetime import UTC, datetime, timedelta
from secrets import token_urlsafe

from flask import session

from college.core import clock
from college.people.passkeys.spending import Challenge, ChallengeGone

LASTS = timedelta(minutes=5)
ENTERING, ADDING = "passkey_entering", "passkey_adding"  # what a challenge is for


def ask(purpose: str, **about: object) -> str:
    """Note a new challenge in this browser's session, in place of one before."""
    text = token_urlsafe(32)
    session[purpose] = {"text": text, "until": (clock.now() + LASTS).timestamp(), "about": about}
    return text


def asked(purpose: str) -> Challenge | None:
    """The challenge that this browser has to answer, while it lasts."""
    note = session.get(purpose)
    if note is None or note["until"] <= clock.now().timestamp():
        return None
    return Challenge(note["text"], datetime.fromtimestamp(note["until"], UTC), note["about"])


def take(purpose: str) -> Challenge:
    """The challenge, which this browser then has no more. Raises ChallengeGone."""
    challenge = asked(purpose)
    session.pop(purpose, None)
    if challenge is None:
        raise ChallengeGone
    return challenge
