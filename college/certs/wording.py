"""What each kind of paper may name, what no paper may say, and how its figures are written."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum
from html import unescape
from unicodedata import normalize

# Placeholders. Every paper names the first line; the press derives the second by itself.
MUST = frozenset({"name", "issuer", "date", "number", "code", "verify"})
DERIVED = frozenset({"name_fit", "text_fit", "issuer_fit", "seal_url", "seal_words", "photo_state"})
EVERY = MUST | DERIVED | {"issued_at", "name_en", "photo"}
TERM = frozenset({"from", "to"})
CLASS = TERM | {"id_tail", "course", "periods", "course_en", "from_en", "to_en"}
ALLOWED: dict[str, frozenset[str]] = {
    "completion": EVERY | CLASS,
    "attendance": EVERY | CLASS,
    "ce_hours": EVERY
    | TERM
    | {"id_tail", "course", "hours", "authority", "filing_no", "category"}
    | {"period_from", "period_to"},
    "supervision_hours": EVERY
    | TERM
    | {"id_tail", "capacity", "times", "hours"}
    | {f"{form}_{what}" for form in ("individual", "group", "peer") for what in ("times", "hours")},
    "appointment": EVERY | TERM | {"field"},
    "honour": EVERY | {"year", "programme", "ground"},
    "thanks": EVERY | TERM | {"programme", "content"},
    "volunteer_record": EVERY
    | TERM
    | {"programme", "volunteer_no", "hours", "content"}
    | {"handler", "responsible", "phone", "remarks"},
}
SHIPPED = {  # design of the package: its kind
    "completion": "completion",
    "bilingual": "completion",
    "attendance": "attendance",
    "hours": "ce_hours",
    "supervision": "supervision_hours",
    "appointment": "appointment",
    "honour": "honour",
    "thanks": "volunteer_record",
}

# Source: 人社部函〔2022〕25号 on look-alike certificates; the last two: Guangdong's notice.
FORBIDDEN = (
    "中华人民共和国",
    "中国",
    "中华",
    "国家",
    "全国",
    "职业资格",
    "岗位合格",
    "专业技术职务",
    "包过",
    "职业技能等级",
    "专项职业能力",
)
NEVER_SAID = {
    "completion": ("毕业",),
    "attendance": ("合格",),
    "supervision_hours": ("资格",),
    "appointment": ("资格",),
    "honour": ("表彰",),
    "thanks": ("表彰",),
    "volunteer_record": ("表彰",),
}
# The state exam's own names, which tell what a class prepares for: a person decides.
EXAM_NAMES = (
    "全国社会工作者职业资格考试",
    "全国社会工作者职业水平考试",
    "社会工作者职业资格考试",
)
SIMPLIFIED = str.maketrans("國華職業資崗專術務項過級證憑", "国华职业资岗专术务项过级证凭")
TAG = re.compile(r"<!--.*?-->|<[^>]*>", re.DOTALL)
CSS_ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})\s?")
UNSAFE = re.compile(r"<\s*(script|style|link|iframe|object|embed|base)\b|@font-face|@import", re.I)


class Severity(StrEnum):
    REFUSED = "refused"
    NEEDS_APPROVAL = "needs_approval"


class Reason(StrEnum):
    FORBIDDEN_WORD = "forbidden_word"
    NEVER_SAID = "never_said"
    UNKNOWN_PLACEHOLDER = "unknown_placeholder"
    MISSING_PLACEHOLDER = "missing_placeholder"
    UNSAFE_MARKUP = "unsafe_markup"


@dataclass(frozen=True)
class Finding:
    """What a lint found: the word, placeholder or markup, and how bad it is."""

    what: str
    reason: Reason
    severity: Severity = Severity.REFUSED


def lint(text: str) -> list[Finding]:
    """Forbidden words in the title of a class or course, in the order of the rule.

    A word that stands only inside the exact name of the state exam needs a person's approval
    instead ("全国社会工作者职业资格考试考前培训班" describes, it does not pretend).
    """
    plain = _plain(text)
    rest = re.sub("|".join(EXAM_NAMES), "\n", plain)
    found = [Finding(word, Reason.FORBIDDEN_WORD) for word in _words(rest)]
    excused = [name for name in EXAM_NAMES if name in plain]
    longest = [n for n in excused if not any(n != other and n in other for other in excused)]
    return found + [
        Finding(name, Reason.FORBIDDEN_WORD, Severity.NEEDS_APPROVAL) for name in longest
    ]


def lint_design(kind: str, html: str, css: str) -> list[Finding]:
    """All that keeps a design of this kind from being used; an exam's name is no excuse here."""
    plain = _plain(f"{html}\n{CSS_ESCAPE.sub(lambda m: chr(int(m[1], 16)), css)}")
    named = set(re.findall(r"\{\{\s*([^{}]*?)\s*\}\}", html))
    found = [Finding(word, Reason.FORBIDDEN_WORD) for word in _words(plain)]
    found += [Finding(w, Reason.NEVER_SAID) for w in NEVER_SAID.get(kind, ()) if w in plain]
    found += [Finding(n, Reason.UNKNOWN_PLACEHOLDER) for n in sorted(named - ALLOWED[kind])]
    found += [Finding(n, Reason.MISSING_PLACEHOLDER) for n in sorted(MUST - named)]
    unsafe = {m[0].lower() for m in UNSAFE.finditer(f"{html}\n{css}")}
    return found + [Finding(markup, Reason.UNSAFE_MARKUP) for markup in sorted(unsafe)]


def zh_date(day: date) -> str:
    """2026年6月30日: Arabic digits, full year, no leading zeros. Source: GB/T 9704-2012."""
    return f"{day.year}年{day.month}月{day.day}日"


def en_date(day: date) -> str:
    """30 June 2026."""
    months = "January February March April May June July August September October November December"
    return f"{day.day} {months.split()[day.month - 1]} {day.year}"


def class_periods(minutes: int, minutes_per_period: int) -> str:
    """学时 as printed: at most one decimal, rounded down, for a paper must not promise more."""
    return _tenths(Decimal(minutes) / minutes_per_period)


def clock_hours(minutes: int) -> str:
    """小时 as printed, rounded down like class periods."""
    return class_periods(minutes, 60)


def _tenths(value: Decimal) -> str:
    text = str(value.quantize(Decimal("0.1"), ROUND_DOWN))
    return text.removesuffix(".0")


def _words(plain: str) -> Iterator[str]:
    """The forbidden words that occur, longest first, none that only stands inside another found."""
    for word in sorted(FORBIDDEN, key=len, reverse=True):
        if word in plain:
            yield word
            plain = plain.replace(word, "\n")


def _plain(text: str) -> str:
    """Text as read: no tags, entities, gaps or traditional forms to hide a word behind."""
    seen = normalize("NFKC", unescape(TAG.sub("", text))).translate(SIMPLIFIED)
    return "".join(c for c in seen if c.isprintable() and not c.isspace())
