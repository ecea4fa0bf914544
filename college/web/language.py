"""Chinese unless the reader chose English; the choice is remembered in a cookie for a year."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from babel.support import NullTranslations
from flask import Flask, Response, current_app, g, redirect, request, url_for
from flask_babel import Babel, force_locale, get_locale, get_translations
from markupsafe import Markup

from college.core.errors import NotFound
from college.web.pages import Pages

COOKIE = "language"
YEAR = 365 * 24 * 3600
LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
OWN_NAMES = {"zh": "中文", "en": "English"}

bp = Pages("language", __name__, url_prefix="/language")


@dataclass(frozen=True, slots=True)
class Language:
    code: str
    label: str
    url: str


def install(app: Flask) -> None:
    Babel(
        app,
        default_locale="zh_Hans_CN",
        default_timezone="Asia/Shanghai",
        default_translation_directories=str(app.config["TRANSLATIONS"]),
        locale_selector=chosen_locale,
    )
    told = Told()
    app.jinja_env.globals.update(
        {"_": told.one, "gettext": told.one, "ngettext": told.counted},
        get_locale=get_locale,
        other_language=other_language,
    )


@dataclass(frozen=True, slots=True)
class Tongue:
    """What a page speaks: the code of its language, and that language's sentences."""

    code: str
    catalogue: NullTranslations


def tongue() -> Tongue:
    """The reader's, found once a request: a page asks for it some hundreds of times.

    Flask-Babel looks for it anew for every sentence and day; that took a sixth of a page's time.
    """
    found: Tongue | None = g.get("tongue")
    if found is None:
        found = g.tongue = Tongue(get_locale().language, get_translations())
    return found


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Inside, everything is said in this language, whoever reads."""
    g.pop("tongue", None)
    with force_locale(LOCALES[code]):
        yield
    g.pop("tongue", None)


class Told:
    """What templates call for a sentence: as Jinja's own, in a third of its time.

    Jinja's goes through three calls, each of which looks for the page's context.
    """

    def one(self, sentence: str, **values: object) -> Markup:
        return filled(tongue().catalogue.ugettext(sentence), values)

    def counted(self, one: str, many: str, num: int, **values: object) -> Markup:
        said = tongue().catalogue.ungettext(one, many, num)
        return filled(said, {"num": num, **values})


def filled(sentence: str, values: dict[str, object]) -> Markup:
    """Our own sentence is HTML, and what is put into it is not; its `%%` is a per cent sign."""
    text = Markup(sentence)  # noqa: S704 - from our own catalogue
    return text % values if "%" in sentence else text


def chosen_locale() -> str:
    return LOCALES.get(request.cookies.get(cookie_name(), ""), LOCALES["zh"])


def cookie_name() -> str:
    """As the sign-in's: over HTTPS with the prefix that no neighbouring host can set."""
    return f"__Host-{COOKIE}" if current_app.config["SESSION_COOKIE_SECURE"] else COOKIE


def is_chinese() -> bool:
    return tongue().code == "zh"


def other_language() -> Language:
    code = "en" if is_chinese() else "zh"
    here = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return Language(code, OWN_NAMES[code], url_for("language.choose", code=code, next=here))


@bp.get("/<code>", can="anyone")
def choose(code: str) -> Response:
    if code not in LOCALES:
        raise NotFound
    response = redirect(own_path(request.args.get("next", "/")))
    is_secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(
        cookie_name(), code, max_age=YEAR, secure=is_secure, samesite="Lax", httponly=True
    )
    return response  # type: ignore[return-value]


def own_path(target: str) -> str:
    """`target` if it is a path of this site, else "/": nobody is sent to a stranger's page."""
    parts = urlsplit(target.replace("\\", "/"))
    is_own = not parts.scheme and not parts.netloc and re.match(r"/(?![/\\])", target)
    return target if is_own and target.isprintable() else "/"
