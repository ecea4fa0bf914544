"""Names as they are written, sorted and half hidden."""

import re
from unicodedata import normalize

SEPARATOR = "\u00b7"  # the one that the ministries fixed; Source: 民委发〔2016〕33号
# invisible ones that turn, split or hide a name; joiners stay, some scripts need them
DISGUISES = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)
LOOKALIKES = re.compile(r"\s*[\u30fb\u2022\u2027\uff0e\u22c5\u2219\u00b7]\s*")

# surnames that a dictionary of words reads wrongly
SURNAMES = {
    "曾": "zeng", "单": "shan", "仇": "qiu", "解": "xie", "查": "zha", "盖": "ge", "区": "ou",
    "任": "ren", "朴": "piao", "翟": "zhai", "冼": "xian", "尉": "yu", "繁": "po", "秘": "bi",
    "洗": "xian", "员": "yun", "召": "shao", "黑": "he", "折": "she", "种": "chong", "覃": "qin",
    "逄": "pang", "乐": "yue", "燕": "yan", "那": "na", "薄": "bo", "缪": "miao", "晟": "cheng",
    "纪": "ji", "贲": "ben", "隗": "wei", "车": "che", "令狐": "linghu", "尉迟": "yuchi",
    "万俟": "moqi", "长孙": "zhangsun", "单于": "chanyu",
}  # fmt: skip


def clean_name(typed: str) -> str:
    """The name to store: composed, single spaces, separators as U+00B7, nothing in disguise."""
    text = re.sub(r"\s+", " ", normalize("NFC", DISGUISES.sub("", typed))).strip()
    return LOOKALIKES.sub(SEPARATOR, text)


def sort_key(name: str) -> str:
    """Pinyin by which a list sorts the same on every database: "zeng li"."""
    return " ".join(_syllables(name)).lower()[:200]


def initials(name: str) -> str:
    return "".join(syllable[:1] for syllable in _syllables(name)).lower()[:60]


def masked_name(name: str) -> str:
    """What a public page shows: the first character and one full-width star, 苏＊."""
    return f"{name[:1]}＊"


def _syllables(name: str) -> list[str]:
    # half a second that only a new name needs to pay
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415

    for length in (2, 1):
        if name[:length] in SURNAMES:
            return [SURNAMES[name[:length]], *lazy_pinyin(name[length:], style=Style.NORMAL)]
    return lazy_pinyin(name, style=Style.NORMAL)
