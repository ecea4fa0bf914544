from decimal import Decimal
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, DateField, DecimalField, IntegerField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from college.core.db import db
from college.core.roles import Actor
from college.people.persons.models import Person
from college.people.qualifications.models import Level
from college.register.continuing_education.data import ConversionData, RequiredData
from college.register.continuing_education.models import (
    Bound,
    ConversionRule,
    HourCategory,
    HourEntry,
    HoursRule,
    HourUnit,
)
from college.register.continuing_education.operations import (
    Done,
    correct_hours,
    enter_hours,
)
from college.register.continuing_education.queries import all_conversions
from college.register.continuing_education.ruling import enter_conversion, enter_requirement
from college.web.forms import Form, one_of, or_empty
from college.web.jinja import day, said

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
        # those that have ended too: what was done before counts as it did then
        rules = [rule for rule in all_conversions() if rule.superseded_at is None]
        self.conversion_id.choices = [(rule.id, in_words(rule)) for rule in rules]


def category_or_all(value: Any) -> HourCategory | None:
    """A filter: "" is all of them together."""
    return one_of(HourCategory, value)


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
    is_once = BooleanField(_("Counts once in a life, such as a degree"))
    from_on = DateField(_("In force since"), [InputRequired()])
    to_on = DateField(_("In force until"), [Optional()])
    citation = StringField(_("Source"), [Length(max=300)], filters=[or_empty])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.category.choices = [(one.value, said(one)) for one in HourCategory]
        self.unit.choices = [(one.value, said(one)) for one in HourUnit]


class RequirementForm(Form):
    region = StringField(_("Region"), [Length(max=60)], filters=[or_empty])
    level = SelectField(_("Level"), [InputRequired()], coerce=Level)
    category = SelectField(_("Category"), validate_choice=False, filters=[category_or_all])
    bound = SelectField(_("It says"), [InputRequired()], coerce=Bound)
    hours = DecimalField(_("Hours"), [InputRequired(), NumberRange(Decimal("0.1"), 1000)], places=1)
    from_on = DateField(_("In force since"), [InputRequired()])
    to_on = DateField(_("In force until"), [Optional()])
    citation = StringField(_("Source"), [Length(max=300)], filters=[or_empty])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.level.choices = [(one.value, said(one)) for one in Level]
        kinds = ((one.value, said(one)) for one in HourCategory)
        self.category.choices = [("", _("All categories together")), *kinds]
        self.bound.choices = [(one.value, said(one)) for one in Bound]


class EndForm(Form):
    to_on = DateField(_("Last day in force"), [InputRequired()])


def in_words(rule: ConversionRule) -> str:
    """A conversion as a choice: "Training, in class periods: 45 minutes each"."""
    facts = {"name": said(rule.name), "minutes": rule.minutes_per_unit}
    text = gettext("%(name)s: %(minutes)s minutes each", **facts)
    until = gettext("until %(day)s", day=day(rule.to_on)) if rule.to_on else ""
    return " · ".join(filter(None, (rule.region, text, until)))


def enter_typed(actor: Actor, person: Person, **facts: Any) -> HourEntry:
    return enter_hours(actor, person, _done(facts))


def correct_typed(actor: Actor, old: HourEntry, **facts: Any) -> HourEntry:
    return correct_hours(actor, old, _done(facts))


def convert_typed(actor: Actor, **facts: Any) -> ConversionRule:
    return enter_conversion(actor, ConversionData(**facts))


def require_typed(actor: Actor, *, hours: Decimal, **facts: Any) -> HoursRule:
    return enter_requirement(actor, RequiredData(minutes=int(hours * 60), **facts))


def _done(facts: dict[str, Any]) -> Done:
    conversion = db.session.get_one(ConversionRule, facts.pop("conversion_id"))
    return Done(conversion=conversion, **facts)
