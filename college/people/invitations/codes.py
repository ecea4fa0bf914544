"""The code of an invitation: 100 random bits that can also be typed from a slip of paper."""

import re
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U
LENGTH, GROUP = 20, 5
MISREAD = str.maketrans("OIL", "011")


def new_code() -> str:
    """Such as 7K2MW-…, in four groups of five."""
    return spaced("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)))


def plain(typed: str) -> str:
    """The code as it is hashed: what people type in between or misread does not matter."""
    return re.sub(r"[\s-]", "", typed).upper().translate(MISREAD)


def spaced(code: str) -> str:
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))
