from decimal import Decimal
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import DateField, DecimalField, IntegerField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from college.core import clock
from college.core.db import db
from college.core.roles import Actor
from college.people.persons.models import Person
from college.register.continuing_education.data import ConversionData
from college.register.continuing_education.models import (
    ConversionRule,
    HourCategory,
    HourEntry,
    HourUnit,
)
from college.register.continuing_education.operations import (
    Done,
    correct_hours,
    enter_conversion,
    enter_hours,
)
from college.register.continuing_education.queries import conversions_on
from college.web.forms import Form, or_empty
from college.web.jinja import said

MOST = Decimal(9999)
MOST_MINUTES = 60_000  # of one unit


class HoursForm(Form):
    title = StringField(_("What it was"), [DataRequired(_("Enter a title.")), Length(max=120)])
    provider = StringField(_("Who held it"), [Length(max=120)], filters=[or_empty])
    from_on = DateField(_("First day"), [InputRequired()])
    done_on = DateField(_("Last day"), [InputRequired()])
    conversion_id = SelectField(_("Counts as"), [InputRequired()], coerce=int)
    quantity = DecimalField(_("Quantity"), [InputRequired(), NumberRange(0, MOST)], places=1)
    filing_no = StringField(_("Filing number"), [Length(max=64)], filters=[or_empty])
    authority = StringField(_("Filed with"), [Length(max=120)], filters=[or_empty])
    evidence = StringField(_("Evidence"), [InputRequired(), Length(max=200)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = conversions_on(clock.today())
        self.conversion_id.choices = [(rule.id, in_words(rule)) for rule in rules]


class RefuseForm(Form):
    reason = StringField(_("Reason"), [Length(max=200)], filters=[or_empty])


class ConversionForm(Form):
    region = StringField(_("Region"), [Length(max=60)], filters=[or_empty])
    category = SelectField(_("Category"), [InputRequired()], coerce=HourCategory)
    name = StringField(_("Name"), [DataRequired(_("Enter a name.")), Length(max=120)])
    unit = SelectField(_("Unit"), [InputRequired()], coerce=HourUnit)
    minutes_per_unit = IntegerField(
        _("Minutes for each"), [InputRequired(), NumberRange(1, MOST_MINUTES)]
    )
    from_on = DateField(_("In force since"), [InputRequired()])
    citation = StringField(_("Source"), [Length(max=300)], filters=[or_empty])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.category.choices = [(one.value, said(one)) for one in HourCategory]
        self.unit.choices = [(one.value, said(one)) for one in HourUnit]


def in_words(rule: ConversionRule) -> str:
    """A conversion as a choice: "Training, in class periods: 45 minutes each"."""
    facts = {"name": said(rule.name), "minutes": rule.minutes_per_unit}
    text = gettext("%(name)s: %(minutes)s minutes each", **facts)
    return f"{rule.region} · {text}" if rule.region else text


def enter_typed(actor: Actor, person: Person, **facts: Any) -> HourEntry:
    return enter_hours(actor, person, _done(facts))


def correct_typed(actor: Actor, old: HourEntry, **facts: Any) -> HourEntry:
    return correct_hours(actor, old, _done(facts))


def convert_typed(actor: Actor, **facts: Any) -> ConversionRule:
    return enter_conversion(actor, ConversionData(**facts))


def _done(facts: dict[str, Any]) -> Done:
    conversion = db.session.get_one(ConversionRule, facts.pop("conversion_id"))
    return Done(conversion=conversion, **facts)
