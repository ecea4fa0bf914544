"""Names as they are written, spelled in pinyin, sorted and half hidden."""

import re
from functools import lru_cache
from unicodedata import normalize

from college.core.errors import RuleBroken
from college.core.text import say

SEPARATOR = "\u00b7"  # the one that the ministries fixed; Source: 民委发〔2016〕33号
# invisible ones that turn, split or hide a name; joiners stay, some scripts need them
DISGUISES = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)
LOOKALIKES = re.compile(r"\s*[\u30fb\uff65\u2022\u2027\uff0e\u22c5\u2219\u00b7]\s*")
PINYIN = re.compile(r"[a-z]+( [a-z]+)*")
MOST_CHARACTERS = 100
LONGEST_KEY, LONGEST_INITIALS = 200, 60

# surnames that a dictionary of words reads wrongly; the two-syllable ones and 查干, white in
# Mongolian, are looked at first
SURNAMES = {
    "曾": "zeng", "单": "shan", "仇": "qiu", "解": "xie", "查": "zha", "盖": "ge", "区": "ou",
    "任": "ren", "朴": "piao", "翟": "zhai", "冼": "xian", "尉": "yu", "繁": "po", "秘": "bi",
    "洗": "xian", "员": "yun", "召": "shao", "黑": "he", "折": "she", "种": "chong", "覃": "qin",
    "逄": "pang", "乐": "yue", "燕": "yan", "那": "na", "薄": "bo", "缪": "miao", "晟": "cheng",
    "纪": "ji", "贲": "ben", "隗": "wei", "车": "che", "卜": "bu", "祭": "zhai", "阚": "kan",
    "佴": "nai", "粘": "nian", "么": "yao", "钭": "tou", "令狐": "ling hu", "尉迟": "yu chi",
    "万俟": "mo qi", "长孙": "zhang sun", "单于": "chan yu", "乐正": "yue zheng",
    "澹台": "tan tai", "亓官": "qi guan", "查干": "cha gan", "单巴": "dan ba",
}  # fmt: skip


class WrongPinyin(RuleBroken):
    code, field = "wrong_pinyin", "pinyin"
    message = say("Pinyin has letters only, one word for each character, such as zeng guo qiang.")


def clean_name(typed: str) -> str:
    """The name to store: composed, single spaces, separators as U+00B7, nothing in disguise."""
    text = re.sub(r"\s+", " ", normalize("NFC", DISGUISES.sub("", typed))).strip()
    return LOOKALIKES.sub(SEPARATOR, text)


def clean_pinyin(typed: str) -> str:
    """Pinyin as somebody typed it, with tones or without: "zeng li". Raises WrongPinyin."""
    with_v = re.sub("[üǖǘǚǜ]", "v", normalize("NFC", typed).lower())
    key = re.sub(r"[\s'’·-]+", " ", _plain(with_v)).strip()
    if not PINYIN.fullmatch(key) or len(key) > LONGEST_KEY:
        raise WrongPinyin
    return key


@lru_cache(maxsize=500)  # who is recorded is asked for it twice, and a page of people again
def sort_key(name: str) -> str:
    """Pinyin by which a list sorts the same on every database: "zeng li"."""
    return " ".join(_syllables(name))[:LONGEST_KEY].strip()


def initials(key: str) -> str:
    """The first letter of each syllable of a sort key."""
    return "".join(syllable[0] for syllable in key.split())[:LONGEST_INITIALS]


def masked_name(name: str) -> str:
    """What a public page shows: the first character and one full-width star, 苏＊."""
    return f"{name[:1]}＊"


def folded(text: str) -> str:
    """A text as it is searched: no accents, capitals, full-width forms, spaces or separators."""
    return re.sub(rf"[\s{SEPARATOR}'’-]+", "", _plain(LOOKALIKES.sub("", text)))


def _plain(text: str) -> str:
    apart = normalize("NFKD", text).casefold()
    return normalize("NFC", re.sub(r"[\u0300-\u036f]", "", apart))


def _syllables(name: str) -> list[str]:
    # half a second that only a new name needs to pay
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415

    spelled = []
    for length in (2, 1):
        if name[:length] in SURNAMES:
            spelled, name = [SURNAMES[name[:length]]], name[length:]
            break
    for part in re.split(rf"[\s{SEPARATOR}'’-]+", name):
        spelled += lazy_pinyin(part, style=Style.NORMAL)
    return [plain for plain in map(_plain, spelled) if plain]
