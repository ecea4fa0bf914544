"""A line of a timeline in the reader's language, and the part of it that a reader asks for."""

from datetime import date, datetime
from decimal import Decimal

from flask import Flask, request
from flask_babel import gettext
from markupsafe import Markup, escape

from college.core.deeds import Asked
from college.core.text import Remark
from college.web.forms import spoken
from college.web.jinja import day, grouped
from college.web.language import is_chinese

EARLIEST, LATEST = date(1990, 1, 1), date(2900, 1, 1)  # computers reckon badly beyond
LAST = 10_000  # page
WHO = Markup("<strong>{}</strong>")
UNBROKEN = Markup('<span class="code">{}</span>')  # numbers are read aloud and copied


def install(app: Flask) -> None:
    app.jinja_env.filters["line"] = line


def line(remark: Remark) -> Markup:
    """What was done, with the name of who did it made to stand out."""
    twins = {} if is_chinese() else {name: remark.facts.get(f"{name}_en") for name in remark.facts}
    facts = {name: _word(twins.get(name) or value) for name, value in remark.facts.items()}
    if "number" in facts:
        facts["number"] = UNBROKEN.format(facts["number"])
    facts["who"] = WHO.format(facts["who"])
    return escape(gettext(remark.message)) % facts


def asked() -> Asked:
    """What `?before=` and `?on=` ask for; a day that cannot be meant is none."""
    return Asked(_day("before"), _day("on"), min(max(request.args.get("page", 1, int), 1), LAST))


def _day(name: str) -> date | None:
    given = request.args.get(name, None, date.fromisoformat)
    return given if given and EARLIEST <= given <= LATEST else None


def _word(fact: object) -> object:
    if isinstance(fact, bool):
        return fact
    if isinstance(fact, int | Decimal):
        return grouped(fact)
    if isinstance(fact, date) and not isinstance(fact, datetime):
        return day(fact)
    return spoken(fact)
