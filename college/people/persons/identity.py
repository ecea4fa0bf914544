"""Identity numbers and phones: what is checked, what is kept, what is shown."""

import re
from datetime import date
from enum import StrEnum

from college.core import clock
from college.core.errors import Conflict, RuleBroken
from college.core.text import say

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"
OF_RESIDENTS = ("810000", "820000", "830000")  # of Hong Kong, Macao and Taiwan on the mainland
# area codes of two digits after the nought; all others have three
SHORT_AREAS = r"10|2\d"


class IdType(StrEnum):
    RESIDENT_ID = "resident_id"
    RESIDENCE_PERMIT = "residence_permit"
    HK_MACAO_PERMIT = "hk_macao_permit"
    TAIWAN_PERMIT = "taiwan_permit"
    PASSPORT = "passport"

    @property
    def label(self) -> str:
        return {
            "resident_id": say("Resident ID"),
            "residence_permit": say("Residence permit (Hong Kong, Macao, Taiwan)"),
            "hk_macao_permit": say("Hong Kong/Macao permit"),
            "taiwan_permit": say("Taiwan permit"),
            "passport": say("Passport"),
        }[self]

    @property
    def tells_birth(self) -> bool:
        """Whether its number has the 18 digits of GB 11643, with the day of birth."""
        return self in {IdType.RESIDENT_ID, IdType.RESIDENCE_PERMIT}


class WrongIdNumber(RuleBroken):
    code, field = "wrong_id_number", "id_number"
    message = say("This ID number cannot be right: compare its digits with the card.")


class OfAResidencePermit(WrongIdNumber):
    code = "of_a_residence_permit"
    message = say("This is the number of a residence permit. Choose that kind of document.")


class OfNoResidencePermit(WrongIdNumber):
    code = "of_no_residence_permit"
    message = say("The number of a residence permit begins with 810000, 820000 or 830000.")


class WrongHkMacaoPermit(WrongIdNumber):
    code = "wrong_hk_macao_permit"
    message = say("A Hong Kong/Macao permit has H or M and 8 digits, such as H12345678.")


class WrongTaiwanPermit(WrongIdNumber):
    code = "wrong_taiwan_permit"
    message = say("A Taiwan permit has 8 digits, an older one 10 digits and a letter.")


class WrongPassport(WrongIdNumber):
    code = "wrong_passport"
    message = say("A passport number has 5 to 17 letters and digits.")


class NumberKnown(Conflict):
    """Somebody has this number already; `person_id` says who, for readers who may see them."""

    code, field = "number_known", "id_number"
    message = say("Somebody is on record with this number already: one number is one person.")


class WrongPhone(RuleBroken):
    code, field = "wrong_phone", "phone"
    message = say("Enter a mobile number of 11 digits, or a landline such as 0475-8234567.")


OTHERS: dict[IdType, tuple[re.Pattern[str], type[WrongIdNumber]]] = {
    IdType.HK_MACAO_PERMIT: (re.compile(r"[HM]\d{8}(\d{2})?", re.ASCII), WrongHkMacaoPermit),
    IdType.TAIWAN_PERMIT: (re.compile(r"\d{8}|\d{10}[A-Z]?", re.ASCII), WrongTaiwanPermit),
    IdType.PASSPORT: (re.compile(r"[A-Z0-9]{5,17}"), WrongPassport),
}


def clean_id_number(id_type: IdType, typed: str) -> str:
    """The number to store: no spaces, capital letters. Raises WrongIdNumber.

    A resident ID is checked by structure, date and check character, never by today's list of areas:
    older people carry retired codes. Source: GB 11643-1999.
    """
    number = re.sub(r"[\s()（）-]", "", typed).upper()
    if id_type in OTHERS:
        pattern, wrong = OTHERS[id_type]
        if not pattern.fullmatch(number):
            raise wrong
        return number
    if not re.fullmatch(r"[1-9]\d{16}[0-9X]", number, re.ASCII) or born_on(number) is None:
        raise WrongIdNumber
    if number[-1] != check_character(number[:17]):
        raise WrongIdNumber
    is_permit = number.startswith(OF_RESIDENTS)
    if is_permit and id_type is IdType.RESIDENT_ID:
        raise OfAResidencePermit
    if not is_permit and id_type is IdType.RESIDENCE_PERMIT:
        raise OfNoResidencePermit
    return number


def check_character(first_17: str) -> str:
    total = sum(int(digit) * weight for digit, weight in zip(first_17, WEIGHTS, strict=True))
    return CHECK_CHARACTERS[total % 11]


def born_on(number: str) -> date | None:
    """The date of birth that 18 digits carry, or None where it is no date of the past."""
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
    return born if date(1900, 1, 1) <= born <= clock.today() else None


def clean_phone(typed: str) -> str:
    """The phone to store: 13812345678, 0475-8234567, 0475-8234567-801, +85221234567.

    Raises WrongPhone.
    """
    text = re.sub(r"[\s()（）.]", "", typed).replace("转", "-").replace("－", "-")
    text = re.sub(r"^(\+|00)86-?", "", text)
    digits = text.replace("-", "")
    if re.fullmatch(r"1[3-9]\d{9}", digits, re.ASCII):
        return digits
    if re.fullmatch(r"(\+|00)[1-9]\d{7,14}", digits, re.ASCII):
        return "+" + digits.removeprefix("00").removeprefix("+")
    area, rest = rf"0(?:{SHORT_AREAS}|[3-9]\d\d)", r"([2-9]\d{6,7})(?:-(\d{1,5}))?"
    found = re.fullmatch(rf"({area})-?{rest}", text, re.ASCII)
    if found is None:
        raise WrongPhone
    return "-".join(part for part in found.groups() if part)


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


def masked_mail(address: str) -> str:
    """The first letter and the host: enough to recognise one's own, and no other."""
    name, at, host = address.rpartition("@")
    return f"{name[:1]}***{at}{host}" if name else "***" if address else ""
