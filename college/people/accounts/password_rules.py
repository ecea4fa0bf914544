"""Which passwords are taken: long ones that neither everybody uses nor anybody could guess.

The 3,000 most common ones are the first of zxcvbn's list, in order of frequency; the words below
are what people here add. Padding a common one with digits and signs does not make it rare.
"""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from unicodedata import normalize

from college.core.errors import RuleBroken
from college.core.text import say
from college.people.persons.models import Person

LEAST = 12
MOST = 200
LEAST_DIFFERENT = 5
LEAST_PART = 4  # a shorter piece of a name or number stands in too much by chance
COMMON = Path(__file__).with_name("common_passwords.txt")
# names of places and things here, keyboard walks and what reads like a sentence in digits
LOCAL = (
    "tongliao", "neimenggu", "horqin", "keerqin", "college", "xueyuan", "socialwork",
    "shehuigongzuo", "shegong", "shegongzhan", "woaini", "aini", "iloveyou", "wodemima", "mima",
    "woaizhongguo", "zhongguo", "beijing", "laoshi", "xuesheng", "admin", "administrator", "root",
    "welcome", "changeme", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qazwsxedc", "1qaz2wsx", "5201314",
    "1314520", "woaini1314",
)  # fmt: skip


class TooShort(RuleBroken):
    code, field = "password_too_short", "password"
    message = say("Choose a password of at least %(least)s characters.")


class TooLong(RuleBroken):
    code, field = "password_too_long", "password"
    message = say("Choose a password of at most %(most)s characters.")


class TooCommon(RuleBroken):
    code, field = "password_too_common", "password"
    message = say(
        "This password is one of those that are tried first. "
        "Take several words that do not belong together."
    )


class NamesItsOwner(RuleBroken):
    code, field = "password_names_owner", "password"
    message = say("This password holds your account, name or number. Take something else.")


def check(password: str, *, login: str, person: Person | None, phone: str = "") -> None:
    """Raises the reason why this may not be the password of that account."""
    if len(password) < LEAST:
        raise TooShort(least=LEAST)
    if len(password) > MOST:
        raise TooLong(most=MOST)
    plain = normalize("NFKC", password).casefold()
    if is_common(plain):
        raise TooCommon
    names = [person.full_name, person.sort_key.replace(" ", "")] if person else []
    if _names(plain, [login, *names, phone]):
        raise NamesItsOwner


def is_common(plain: str) -> bool:
    """Whether it is a common one, two of them, one repeated, or padded with digits and signs."""
    word = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", plain)
    has_little = len(set(plain)) < LEAST_DIFFERENT or plain.isdecimal()
    is_repeated = plain in (plain + plain)[1:-1]
    return has_little or is_repeated or any(_made_of_common(text) for text in {plain, word})


def _made_of_common(text: str) -> bool:
    """An empty text is what is left of digits and signs alone: those are common enough."""
    known = _common()
    cuts = range(1, len(text))
    return not text or text in known or any(text[:n] in known and text[n:] in known for n in cuts)


@cache
def _common() -> frozenset[str]:
    return frozenset([*COMMON.read_text(encoding="utf-8").split(), *LOCAL])


def _names(plain: str, own: Sequence[str]) -> bool:
    pieces = (normalize("NFKC", piece).casefold() for piece in own)
    return any(piece in plain for piece in pieces if _tells(piece))


def _tells(piece: str) -> bool:
    """Two Chinese characters are a name; as few letters stand in many words by chance."""
    return len(piece) >= (LEAST_PART if piece.isascii() else 2)
