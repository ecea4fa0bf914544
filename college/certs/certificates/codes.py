"""The code by which a stranger asks for a certificate: 60 random bits and a check character.

Crockford's 32 characters leave out I, L, O and U. The check is a sum over GF(32) in which every
place has its own weight: one wrong character and any two that changed places are always noticed.
"""

import re
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM = 12  # characters of 5 bits
LENGTH = RANDOM + 1
LOOKALIKES = str.maketrans("OIL", "011")
LEFT_OUT = str.maketrans("", "", " -·.\u3000\u2010\u2011\u2012\u2013\u2014\uff0d\t\r\n")
POLYNOMIAL = 0b100101  # x⁵ + x² + 1, whose root generates the field


def new_code() -> str:
    body = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM))
    return body + check_character(body)


def check_character(body: str) -> str:
    total = 0
    for character in body:  # Horner's way: weights are descending powers of the root
        total = _doubled(total ^ ALPHABET.index(character))
    return ALPHABET[total]


def cleaned(typed: str) -> str:
    """What was meant: capitals, no gaps, 0 for O, 1 for I and L, half-width. Not checked yet."""
    half = "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in typed)
    return half.upper().translate(LEFT_OUT).translate(LOOKALIKES)


def as_address(typed: str) -> str:
    """What to put behind /verify/: the code if it is one, else what was typed, made harmless."""
    code = cleaned(typed)
    if is_code(code):
        return code
    return re.sub(r"[^\w-]+", " ", typed[:80]).strip() or "-"


def is_code(text: str) -> bool:
    """Whether `text` has the length, the characters and the check of a code."""
    if len(text) != LENGTH or not set(text) <= set(ALPHABET):
        return False
    return check_character(text[:RANDOM]) == text[RANDOM]


def grouped(code: str) -> str:
    """As printed: 7K3M-9QXA-2B4D-H."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def _doubled(value: int) -> int:
    value <<= 1
    return value ^ POLYNOMIAL if value & 0b100000 else value
