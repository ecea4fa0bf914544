"""The codes that a unit may bear: where it lies, and as what it is registered."""

import re
from functools import cache

from college.core.errors import RuleBroken
from college.core.text import say

CREDIT_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_WEIGHTS = tuple(3**n % 31 for n in range(17))
# statistics knows these, GB/T 2260 does not. Source: the statistical list of 2023-06-30
STATISTICAL = {"150571": "通辽经济技术开发区"}


class WrongDivisionCode(RuleBroken):
    code, field = "wrong_division_code", "division_code"
    message = say(
        "No county, city or province ever had the code %(digits)s. Compare it with the list of "
        "division codes, or leave it empty."
    )


class WrongCreditCode(RuleBroken):
    code, field = "wrong_credit_code", "credit_code"
    message = say(
        "This unified social credit code cannot be right: compare its 18 characters with the "
        "certificate. The letters I, O, S, V and Z do not occur."
    )


def clean_division_code(typed: str) -> str:
    """Six, nine or twelve digits, of which the first six were valid in some year; "" for none.

    Codes go out of use and their papers stay: Jiyang was 370125 before it was 370115. Source: GB/T
    2260 with its years, as the library stdnum keeps it. Raises WrongDivisionCode.
    """
    digits = re.sub(r"\s", "", typed)
    if not digits:
        return ""
    if not re.fullmatch(r"[1-9]\d{5}(\d{3}){0,2}", digits) or not division_name(digits[:6]):
        raise WrongDivisionCode(digits=typed.strip()[:20])
    return digits


@cache
def division_name(code: str) -> str:
    """What the six digits stand for or once stood for, with the years; "" where they never did."""
    if code in STATISTICAL:
        return STATISTICAL[code]
    from stdnum import numdb  # noqa: PLC0415 - its list is read when it is first asked

    parts = numdb.get("cn/loc").info(code)
    found = dict(fact for _, facts in parts for fact in facts.items())
    if code.endswith("0000"):
        return str(found.get("province", ""))
    return str(found.get("county", ""))


def clean_credit_code(typed: str) -> str:
    """The 18 characters in capitals; "" for none. Raises WrongCreditCode. Source: GB 32100-2015."""
    code = re.sub(r"[\s-]", "", typed).upper()
    if not code:
        return ""
    if len(code) != 18 or any(c not in CREDIT_CHARACTERS for c in code):
        raise WrongCreditCode
    if code[-1] != credit_check_character(code[:17]):
        raise WrongCreditCode
    return code


def credit_check_character(first_17: str) -> str:
    """31 less the weighted sum's remainder; a result of 31 is written as 0."""
    values = (CREDIT_CHARACTERS.index(c) for c in first_17)
    total = sum(v * w for v, w in zip(values, CREDIT_WEIGHTS, strict=True))
    return CREDIT_CHARACTERS[(31 - total % 31) % 31]
