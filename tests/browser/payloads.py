"""More than sixty texts that want to be more than text, each with a tag of its own behind it.

`MARKUP` are those of which a browser makes an element or an attribute when they are not escaped,
of `SUMS` a template language makes 49.
"""

import re

SUMS = ["{{7*7}}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{%set x=7*7%}{{x}}"]
FORMATS = ["{{config}}", "%(x)s%s%d%n", "{0.__class__}"]
SHEETS = [
    "=1+1", "+1+1", "-2+3", "@SUM(1,1)", "=cmd|' /C calc'!A0", "\t=1+1",
]  # fmt: skip
STRANGE = [
    "\u202egnol\u202c", "\u2066a\u2069\u200f", "a\u200b\u200c\u200d\ufeffb",
    "e" + "\u0301" * 30,
    "\u0130\u0131\u1e9e", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "&lt;xss&gt;",
    "&#60;xss&#62;", "%3Cxss%3E", "\\u003cxss\\u003e", "+ADw-xss+AD4-", "\uff1cxss\uff1e",
    "javascript:alert(1)", "data:text/html,<xss>", "//evil.example/", "'; DROP TABLE person; --",
    "LONG",
]  # fmt: skip
MARKUP = [
    "<xss>", "</xss><xss>", "<script>alert(1)</script><xss>",
    "<SCRIPT SRC=//evil.example></SCRIPT>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>",
    "<svg/onload=alert(1)//", "<svg><animate onbegin=alert(1) attributeName=x>",
    "<svg><a xlink:href=javascript:alert(1)><text>x",
    "<math><mtext></p><img src=x onerror=alert(1)>", "<iframe src=javascript:alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>", "<object data=data:text/html,x>",
    "<embed src=//evil.example>", "<base href=//evil.example>",
    "<link rel=stylesheet href=//evil.example>",
    "<meta http-equiv=refresh content=0;//evil.example>",
    "<form action=//evil.example><input name=q>", "<style>*{color:red}</style><xss>",
    "<p style=background:url(//evil.example)>", "<a href=javascript:alert(1)>x</a>",
    "<details open ontoggle=alert(1)>", "<video><source onerror=alert(1)>", '"><xss>', "'><xss>",
    '" onfocus=alert(1) autofocus x="', "' onmouseover=alert(1) x='", "</title><xss>",
    "</textarea><xss>", "</script><xss>", "--><xss>", "]]><xss>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<b hx-get=//evil.example hx-trigger=load>", "<xss/\x0conclick=alert(1)>",
]  # fmt: skip
TEXTS = [*MARKUP, *SUMS, *FORMATS, *SHEETS, *STRANGE]
TAG = re.compile(r"▸(\d\d)([㐀-䶿])")


def tag(number: int, place: int = 0) -> str:
    """Which payload it is, and in which column it was planted."""
    return f"▸{number:02}{chr(0x3400 + place)}"


def tags(content: str) -> set[tuple[int, int]]:
    """Which payloads of which columns stand there."""
    return {(int(number), ord(place) - 0x3400) for number, place in TAG.findall(content)}
