"""What templates may call: dates, spans, minutes and names as the reader's language writes them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from types import FunctionType, MethodType
from typing import Any, Self

from babel.dates import format_date
from flask import Flask
from flask_babel import format_timedelta, ngettext
from jinja2.runtime import Context, Macro

from college.core import access, clock
from college.core.roles import Can, Scope
from college.web.language import LOCALES, is_chinese, tongue
from college.web.pages import current_actor


@dataclass(frozen=True, slots=True)
class College:
    """What every page may say of the house; the names come from the settings."""

    name_zh: str
    name_en: str
    founders_zh: str
    founders_en: str
    phone: str
    office_hours: str
    is_demo: bool

    @classmethod
    def of(cls, app: Flask) -> Self:
        c = app.config
        return cls(
            c["COLLEGE_NAME"],
            c["COLLEGE_NAME_EN"],
            c["FOUNDERS"],
            c["FOUNDERS_EN"],
            c["PHONE"],
            c["OFFICE_HOURS"],
            not c["IS_PRODUCTION"],
        )


class Page(Context):
    """What a template sees; it calls macros and plain functions without detours.

    Jinja looks at each callable four times for what it wants to be passed. A page makes a thousand
    calls, nearly all of them of these kinds: a tenth of its time.
    """

    def call(self, called: Any, /, *args: Any, **kwargs: Any) -> Any:
        kind = type(called)
        if kind is Macro:
            args = (self.eval_ctx, *args)
        elif kind not in PLAIN or hasattr(called, "jinja_pass_arg"):
            return super().call(called, *args, **kwargs)
        kwargs.pop("_block_vars", None)
        kwargs.pop("_loop_vars", None)
        return called(*args, **kwargs)


PLAIN = {FunctionType, MethodType}


def install(app: Flask) -> None:
    app.jinja_env.context_class = Page
    app.jinja_env.filters.update(
        day=day,
        dateformat=dateformat,
        short_day=short_day,
        clock_time=clock_time,
        moment=moment,
        said=said,
        mark=mark,
        grouped=grouped,
        share=share,
    )
    app.jinja_env.globals.update(
        college=College.of(app),
        Can=Can,
        local=clock.local,
        allowed=allowed,
        everywhere=everywhere,
        own=own,
        share=share,
        span=span,
        duration=duration,
        lasting=lasting,
        today=clock.today,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def allowed(can: Can) -> bool:
    """Whether the reader may do this at all. For a row, the query carries `may`."""
    return access.allowed(current_actor(), can)


def everywhere(can: Can) -> bool:
    """Whether the reader may do this on every row there is, so that no row need be asked."""
    return any(reach.scope is Scope.ALL for reach in current_actor().reach(can))


def own(row: Any, name: str) -> str:
    """The reader's language of a text that is kept twice: `name` in Chinese, `name_en`."""
    chinese = str(getattr(row, name))
    return chinese if is_chinese() else (str(getattr(row, f"{name}_en")) or chinese)


def said(label: object) -> str:
    """An enum's label, or a domain sentence, in the reader's language."""
    text = getattr(label, "label", label)
    return tongue().catalogue.ugettext(str(text)) if text else ""


def day(value: date | datetime | None) -> str:
    """2026年4月15日, 15 April 2026; "" for none."""
    if value is None:
        return ""
    plain = _date(value)
    if is_chinese():
        return _written(plain, "y年M月d日", LOCALES["zh"])
    return _written(plain, "d MMMM y", LOCALES["en"])


def dateformat(value: date | datetime, pattern: str) -> str:
    """A day by a pattern of Babel's, in the reader's language."""
    return _written(_date(value), pattern, LOCALES["zh" if is_chinese() else "en"])


def short_day(value: date | datetime) -> str:
    """4月15日 周三, Wed 15 April; with the year when it is not this one."""
    plain = _date(value)
    has_year = plain.year != clock.today().year
    if is_chinese():
        return _written(plain, ("y年" if has_year else "") + "M月d日 EEE", LOCALES["zh"])
    return _written(plain, "EEE d MMMM" + (" y" if has_year else ""), LOCALES["en"])


def clock_time(value: datetime) -> str:
    return f"{clock.local(value):%H:%M}".removeprefix("0")


def moment(value: datetime) -> str:
    return f"{short_day(value)} {clock_time(value)}"


def span(start: datetime, end: datetime) -> str:
    """4月18日 周六 9:00–11:30; both days when they differ."""
    until = clock_time(end) if _date(start) == _date(end) else moment(end)
    return f"{moment(start)}–{until}"


def duration(minutes: int) -> str:
    """Whole hours as 12小时, all else as 90分钟; supervision's way."""
    if minutes and minutes % 60 == 0:
        return str(ngettext("%(num)s hour", "%(num)s hours", minutes // 60))
    return str(ngettext("%(num)s minute", "%(num)s minutes", minutes))


def lasting(start: datetime, end: datetime | None = None) -> str:
    """How long it took, or takes by now, in its largest unit: 3 minutes, 2小时."""
    spent = (end or clock.now()) - start
    return str(format_timedelta(max(spent, timedelta(seconds=1)), threshold=1.2))


def mark(value: Decimal | float | None) -> str:
    return "" if value is None else f"{value:.1f}".removesuffix(".0")


def grouped(value: Decimal | int) -> str:
    """Up to four digits as they are, from five on in groups of three: 1300, 77,000."""
    number = Decimal(f"{value:.2f}".rstrip("0").rstrip("."))
    return f"{number:f}" if number.copy_abs() < 10_000 else f"{number:,f}"


def share(part: int, whole: int) -> str:
    """46.5%, and whole ones as 100%; a dash when there is nothing to divide by."""
    return f"{f'{100 * part / whole:.1f}'.removesuffix('.0')}%" if whole else "—"


@lru_cache(maxsize=4096)  # a list shows the same days again and again
def _written(day: date, pattern: str, locale: str) -> str:
    return str(format_date(day, pattern, locale))


def _date(value: date | datetime) -> date:
    return clock.local(value).date() if isinstance(value, datetime) else value
