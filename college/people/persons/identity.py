"""Identity numbers: what is checked, what is kept, what is shown."""

import re
from datetime import date
from enum import StrEnum

from college.core import clock
from college.core.errors import RuleBroken
from college.core.text import say

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"


class IdType(StrEnum):
    RESIDENT_ID = "resident_id"
    HK_MACAO_PERMIT = "hk_macao_permit"
    TAIWAN_PERMIT = "taiwan_permit"
    PASSPORT = "passport"

    @property
    def label(self) -> str:
        return {
            "resident_id": say("Resident ID"),
            "hk_macao_permit": say("Hong Kong/Macao permit"),
            "taiwan_permit": say("Taiwan permit"),
            "passport": say("Passport"),
        }[self]


class WrongIdNumber(RuleBroken):
    code, field = "wrong_id_number", "id_number"
    message = say("This ID number cannot be right: compare its digits with the card.")


def clean_id_number(id_type: IdType, typed: str) -> str:
    """The number to store: no spaces, capital letters. Raises WrongIdNumber.

    A resident ID is checked by structure, date and check character, never by today's list of areas:
    older people carry retired codes. Source: GB 11643-1999.
    """
    number = re.sub(r"[\s-]", "", typed).upper()
    if id_type is not IdType.RESIDENT_ID:
        if not re.fullmatch(r"[0-9A-Z()（）]{5,20}", number):
            raise WrongIdNumber
        return number
    if not re.fullmatch(r"[1-9]\d{16}[0-9X]", number) or born_on(number) is None:
        raise WrongIdNumber
    if number[-1] != check_character(number[:17]):
        raise WrongIdNumber
    return number


def check_character(first_17: str) -> str:
    total = sum(int(digit) * weight for digit, weight in zip(first_17, WEIGHTS, strict=True))
    return CHECK_CHARACTERS[total % 11]


def born_on(number: str) -> date | None:
    """The date of birth that a resident ID carries, or None where it is no date of the past."""
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
    return born if date(1900, 1, 1) <= born <= clock.today() else None


def masked_id_number(number: str) -> str:
    """First six and last four of a resident ID, 150502********001X; of others the last four."""
    head = 6 if len(number) == 18 else 0
    tail = 4 if len(number) > 8 else 2
    return number[:head] + "*" * (len(number) - head - tail) + number[-tail:]


def plain_phone(typed: str) -> str:
    """A phone without what people put between its digits, nor the country's own code."""
    return re.sub(r"^(\+|00)86(?=1)", "", re.sub(r"[\s()（）-]", "", typed))


def is_phone(typed: str) -> bool:
    return bool(re.fullmatch(r"\+?\d{5,}", plain_phone(typed)))


def masked_phone(number: str) -> str:
    return number[:3] + "*" * max(len(number) - 7, 3) + number[-4:] if len(number) > 7 else "***"
