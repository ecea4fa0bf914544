"""One form class checks a browser's form, a JSON body and a row of an import alike."""

import re
from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Self, TypeVar

import wtforms
from flask import g
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from college.core.access import MOST
from college.core.errors import Changed, Conflict, DomainError, RuleBroken
from college.core.text import Remark, say
from college.web.jinja import moment, short_day
from college.web.language import is_chinese

R = TypeVar("R")
E = TypeVar("E", bound=StrEnum)


class Malformed(RuleBroken):
    code = "malformed"
    message = say("This entry does not have the expected form.")


# what the library's validators say, so that our catalogue translates it in our voice
LIBRARY_SENTENCES = (
    say("This field is required."),
    say("Not a valid choice."),
    say("Invalid Choice: could not coerce."),
    say("Not a valid integer value."),
    say("Not a valid decimal value."),
    say("Not a valid date value."),
    say("Not a valid time value."),
    say("Not a valid datetime value."),
    say("Invalid input."),
    say("Invalid email address."),
    say("Number must be at least %(min)s."),
    say("Number must be at most %(max)s."),
    say("Number must be between %(min)s and %(max)s."),
    say("Date must be at least %(min)s."),
    say("Date must be at most %(max)s."),
    say("Date must be between %(min)s and %(max)s."),
)
LIBRARY_LENGTHS = {
    "Field cannot be longer than %(max)d characters.": say("At most %(max)d characters."),
    "Field must be at least %(min)d characters long.": say("At least %(min)d characters."),
    "Field must be exactly %(max)d characters long.": say("Exactly %(max)d characters."),
    "Field must be between %(min)d and %(max)d characters long.": say(
        "Between %(min)d and %(max)d characters."
    ),
    "'%(value)s' are not valid choices for this field.": say("“%(value)s” is none of the choices."),
}


class OurVoice:
    """Translates the library's sentences by our own catalogue; it fills the blanks afterwards."""

    def gettext(self, sentence: str) -> str:
        return str(gettext(LIBRARY_LENGTHS.get(sentence, sentence)))

    def ngettext(self, one: str, many: str, count: int) -> str:
        return self.gettext(many if many in LIBRARY_LENGTHS or count != 1 else one)


TURNING = re.compile(r"[\u202a-\u202e\u2066-\u2069]")  # they set what follows from right to left


def or_empty(text: str | None) -> str:
    """A filter for a text that a page always sends and a script may leave out."""
    return text or ""


def unturned(text: Any) -> Any:
    """A filter for every text: what one person types does not turn another's page around."""
    return TURNING.sub("", text) if isinstance(text, str) else text


def one_of(kind: type[E], asked: object) -> E | None:
    """Which of a closed list an address asks for; None where it asks for none of them."""
    return kind(str(asked)) if asked in list(kind) else None


def id_asked(asked: str | None) -> int | None:
    """Which row an address asks for; None where no row can have such a number."""
    typed = asked or ""
    is_number = typed.isascii() and typed.isdigit() and len(typed) <= len(str(MOST))
    return int(typed) if is_number and 0 < int(typed) <= MOST else None


class Form(wtforms.Form):
    refusal: DomainError | None = None
    aside: ClassVar[frozenset[str]] = frozenset()  # fields that the operation does not take

    class Meta(wtforms.Form.Meta):
        def get_translations(self, form: wtforms.Form) -> Any:
            return OurVoice()

        def bind_field(self, form: wtforms.Form, unbound: Any, options: dict[str, Any]) -> Any:
            kind = unbound.field_class
            if issubclass(kind, wtforms.StringField) and kind is not wtforms.PasswordField:
                options["filters"] = [*unbound.kwargs.get("filters", ()), unturned]
            return unbound.bind(form=form, **options)

    @classmethod
    def read(cls, values: Any) -> Self:
        """Fill the form from parsed JSON or a row of a table.

        Raises Malformed where `values` is no flat mapping, or names a field that the form lacks.
        """
        if not isinstance(values, dict):
            raise Malformed
        form = cls(
            MultiDict((name, text) for name, value in values.items() for text in texts(value))
        )
        if not values.keys() <= form.data.keys():
            raise Malformed
        return form

    def submit(self, operation: Callable[..., R], *args: Any) -> R | None:
        """Check the form, then run `operation(*args, **data)` and return what it made.

        Returns None when either said no; the reasons are then in `errors`, beside the
        field to blame or, for the form as a whole, under the key "", and a refusal of the
        operation is kept in `refusal`.
        """
        if not self.validate():
            return None
        try:
            given = {k: value for k, value in self.data.items() if k not in self.aside}
            return operation(*args, **given)
        except (RuleBroken, Conflict) as refusal:
            self.refuse(refusal)
            return None

    def filters(self) -> dict[str, Any]:
        """What the next page of a list has in its address too."""
        return {name: value for name, value in self.data.items() if value}

    def refuse(self, refusal: DomainError) -> None:
        """Show a refusal beside the field to blame, or above the form."""
        self.refusal = refusal
        if isinstance(refusal, Changed):
            self.show_both(refusal.row)
        field = self._fields.get(refusal.field or "")
        errors = self.form_errors if field is None else list(field.errors)
        errors.append(sentence(refusal))
        if field is not None:
            field.errors = errors

    def show_both(self, row: object) -> None:
        """Put beside each field what stands in `row` now, where it is not what was entered."""
        g.was_told = True  # the form on the answer may carry the newer version
        for name, field in self._fields.items():
            stored = getattr(row, name, field.data)
            if stored != field.data:
                field.stored = spoken(stored)


def sentence(said: DomainError | Remark) -> str:
    """Say it in the reader's language, with its facts filled in.

    A fact kept twice, as `title` and `title_en`, is said in the reader's language too.
    """
    twins = {} if is_chinese() else {k: said.facts.get(f"{k}_en") for k in said.facts}
    facts = {k: spoken(twins.get(k) or v) for k, v in said.facts.items()}
    return str(gettext(said.message) % facts)


def spoken(fact: object) -> object:
    """A fact as the reader should see it: enums by their translated label, times in words."""
    if isinstance(fact, tuple):
        return gettext(", ").join(str(spoken(each)) for each in fact)
    if isinstance(fact, datetime):
        return moment(fact)
    if isinstance(fact, date):
        return short_day(fact)
    if isinstance(fact, Remark):
        return sentence(fact)
    label = getattr(fact, "label", None)
    return gettext(label) if isinstance(label, str) else fact


def texts(value: Any) -> list[str]:
    """Turn one JSON value into what a browser would have sent. Raises Malformed for nested ones."""
    items = value if isinstance(value, list) else [value]
    if any(isinstance(item, dict | list) for item in items):
        raise Malformed
    return [
        str(item).lower() if isinstance(item, bool) else str(item)
        for item in items
        if item is not None
    ]
