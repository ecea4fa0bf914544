from datetime import date
from typing import Any, Self

from flask_babel import lazy_gettext as _
from wtforms import (
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import HiddenInput

from college.people.consents.models import ConsentText
from college.people.consents.queries import in_force
from college.web.forms import Form

MOST = 20_000  # characters of a text


class TextForm(Form):
    """A new version; it begins with the words of the one before."""

    title = StringField(_("Title in Chinese"), [DataRequired(), Length(max=100)])
    title_en = StringField(_("Title in English"), [DataRequired(), Length(max=200)])
    text = TextAreaField(_("Text in Chinese"), [DataRequired(), Length(max=MOST)])
    text_en = TextAreaField(_("Text in English"), [DataRequired(), Length(max=MOST)])
    renews = RadioField(
        _("What changes"),
        [InputRequired(_("Choose one: it decides whether people are asked again."))],
        choices=[
            SelectChoice("yes", _("Purpose, way or kinds of data: everybody must agree again")),
            SelectChoice("no", _("Only the wording: people are told at their next sign-in")),
        ],
        coerce=lambda value: value in {True, "yes"},
    )
    from_on = DateField(_("In force from"), [InputRequired()])
    follows = IntegerField(widget=HiddenInput())

    @classmethod
    def after(cls, last: ConsentText | None, from_on: date) -> Self:
        """The form as it is opened: to change a few words, nobody types the rest again."""
        if last is None:
            return cls(from_on=from_on, follows=0)
        names = ("title", "title_en", "text", "text_en")
        words = {name: getattr(last, name) for name in names}
        return cls(from_on=max(from_on, last.from_on), follows=last.edition, **words)


class AgreeForm(Form):
    """Which of the texts in force somebody agrees to; `next` is where they wanted to go."""

    aside = frozenset({"next"})

    texts = SelectMultipleField(_("I have read it and agree"), coerce=int)
    next = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.texts.choices = [(text.id, text.title) for text in in_force().values()]
