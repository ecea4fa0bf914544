"""A line of a timeline in the reader's language, and the day before which a reader asks."""

from datetime import date, datetime
from decimal import Decimal

from flask import Flask, request
from flask_babel import gettext
from markupsafe import Markup, escape

from college.core.text import Remark
from college.web.forms import spoken
from college.web.jinja import day, grouped
from college.web.language import is_chinese

EARLIEST = date(1990, 1, 1)  # computers reckon badly with the days of Confucius


def install(app: Flask) -> None:
    app.jinja_env.filters["line"] = line


def line(remark: Remark) -> Markup:
    """What was done, with the name of who did it made to stand out."""
    twins = {} if is_chinese() else {name: remark.facts.get(f"{name}_en") for name in remark.facts}
    facts = {name: _word(twins.get(name) or value) for name, value in remark.facts.items()}
    facts["who"] = Markup("<strong>{}</strong>").format(facts["who"])
    return escape(gettext(remark.message)) % facts


def before_asked() -> date | None:
    """The day of `?before=`; None where there is none or it cannot be meant."""
    asked = request.args.get("before", None, date.fromisoformat)
    return asked if asked and asked >= EARLIEST else None


def _word(fact: object) -> object:
    if isinstance(fact, bool):
        return fact
    if isinstance(fact, int | Decimal):
        return grouped(fact)
    if isinstance(fact, date) and not isinstance(fact, datetime):
        return day(fact)
    return spoken(fact)
