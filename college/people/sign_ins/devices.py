"""What a browser says of itself, in words that its owner knows again. A hint, never a proof."""

from dataclasses import dataclass

from college.core.text import say

UNKNOWN_BROWSER = say("Unknown browser")
UNKNOWN_SYSTEM = say("Unknown system")
# the first that is found counts: most browsers also claim to be Chrome and Safari
BROWSERS = (
    ("wxwork", say("WeCom")),
    ("micromessenger", say("WeChat")),
    ("dingtalk", say("DingTalk")),
    ("mqqbrowser", say("QQ Browser")),
    ("qqbrowser", say("QQ Browser")),
    ("ucbrowser", say("UC Browser")),
    ("quark", say("Quark")),
    ("miuibrowser", say("Xiaomi Browser")),
    ("huaweibrowser", say("Huawei Browser")),
    ("360se", say("360 Browser")),
    ("qihu", say("360 Browser")),
    ("edg", "Edge"),
    ("opr/", "Opera"),
    ("firefox", "Firefox"),
    ("fxios", "Firefox"),
    ("crios", "Chrome"),
    ("chrome", "Chrome"),
    ("safari", "Safari"),
)
SYSTEMS = (
    ("openharmony", "HarmonyOS"),
    ("harmonyos", "HarmonyOS"),
    ("iphone", "iPhone"),
    ("ipad", "iPad"),
    ("android", say("Android")),
    ("windows", "Windows"),
    ("macintosh", "macOS"),
    ("cros", "ChromeOS"),
    ("linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class Device:
    browser: str
    system: str


def device_of(user_agent: str) -> Device:
    text = user_agent.lower()
    return Device(_first(text, BROWSERS, UNKNOWN_BROWSER), _first(text, SYSTEMS, UNKNOWN_SYSTEM))


def _first(text: str, words: tuple[tuple[str, str], ...], otherwise: str) -> str:
    return next((word for needle, word in words if needle in text), otherwise)
