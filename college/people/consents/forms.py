from collections.abc import Sequence
from datetime import date
from typing import Any, Self

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import (
    DateField,
    FileField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import HiddenInput

from college.core.roles import Actor
from college.people.consents import scans
from college.people.consents.models import Consent, ConsentText
from college.people.consents.on_paper import record_on_paper
from college.people.consents.queries import in_force, one
from college.people.persons.models import Person
from college.web.forms import Form, or_empty
from college.web.jinja import own

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


class PaperForm(Form):
    """What stands on a signed paper, and who took it."""

    text_id = SelectField(_("What was signed"), [InputRequired()], coerce=int)
    signed_on = DateField(_("Signed on"), [InputRequired(_("Give the date beside the signature."))])
    taken_by = StringField(
        _("Who took the paper"),
        [DataRequired(_("Say who took the paper.")), Length(max=100)],
        filters=[or_empty, str.strip],
    )
    scan = FileField(_("Scan"))

    def __init__(self, *args: Any, texts: Sequence[ConsentText], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.text_id.choices = [(text.id, _called(text)) for text in texts]


class AgreeForm(Form):
    """Which of the texts in force somebody agrees to; `next` is where they wanted to go."""

    aside = frozenset({"next"})

    texts = SelectMultipleField(_("I have read it and agree"), coerce=int)
    next = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.texts.choices = [(text.id, text.title) for text in in_force().values()]


def record_typed(
    actor: Actor,
    person: Person,
    *,
    text_id: int,
    signed_on: date,
    taken_by: str,
    scan: scans.Upload | None,
) -> Consent:
    """The scan first, so that no row lacks its file."""
    sha256 = scans.keep(scan)
    return record_on_paper(
        actor,
        person,
        text=one(text_id),
        signed_on=signed_on,
        taken_by=taken_by,
        scan_sha256=sha256,
    )


def _called(text: ConsentText) -> str:
    facts = {"title": own(text, "title"), "n": text.edition}
    return str(gettext("%(title)s (version %(n)s)", **facts))
