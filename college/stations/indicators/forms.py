import re
from collections.abc import Sequence
from decimal import Decimal
from hashlib import sha256
from typing import Any, Self
from unicodedata import normalize

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, DateField, RadioField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from college.core.roles import Actor
from college.stations.indicators.models import Counted, CountUnit, IndicatorValue, Precision
from college.stations.indicators.operations import Reported, correct_indicator, record_indicators
from college.stations.indicators.queries import latest_called
from college.stations.units.models import Unit
from college.web.forms import Form, or_empty
from college.web.jinja import said

NUMBER = re.compile(r"\d{1,12}(\.\d{1,2})?")
NO_OTHER = ""  # the ledger counts no such thing


class NumberField(StringField):
    """A number as the source prints it: thousands set apart and full-width digits are as good."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        text = re.sub(r"[\s,]", "", normalize("NFKC", valuelist[0] if valuelist else ""))
        if not NUMBER.fullmatch(text):
            self.data = None
            raise ValueError(
                gettext("A number from 0 on with at most two decimals, such as 77,000 or 12.5.")
            )
        self.data = Decimal(text)

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else ""


class IndicatorForm(Form):
    label = StringField(
        _("Figure"),
        [DataRequired(_("Enter what the source counts.")), Length(max=120)],
        filters=[or_empty, str.strip],
    )
    label_en = StringField(_("Figure in English"), [Length(max=200)], filters=[or_empty, str.strip])
    value = NumberField(_("Number"), [InputRequired()])
    count_unit = SelectField(_("Unit of count"), [InputRequired()], coerce=CountUnit)
    precision = RadioField(
        _("Precision"), [InputRequired()], coerce=Precision, default=Precision.EXACT
    )
    as_of = DateField(_("As of"), [InputRequired()])
    is_cumulative = BooleanField(_("Counted up since the beginning (cumulative)"))
    as_printed = StringField(_("Words of the source"), [Length(max=200)], filters=[or_empty])
    counted = SelectField(
        _("The ledger counts the same"),
        choices=[
            SelectChoice(NO_OTHER, _("no: it is reported only")),
            *(SelectChoice(each.value, _(each.label)) for each in Counted),
        ],
    )
    note = StringField(_("Note"), [Length(max=300)], filters=[or_empty])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.count_unit.choices = [(each.value, said(each)) for each in CountUnit]
        self.precision.choices = [(each.value, said(each)) for each in Precision]


class CorrectionForm(IndicatorForm):
    reason = StringField(
        _("Reason"),
        [DataRequired(_("Say what was wrong, such as: a typing error.")), Length(max=200)],
        filters=[or_empty, str.strip],
    )

    @classmethod
    def of(cls, held: IndicatorValue) -> Self:
        is_counted = held.code in list(Counted)
        form = cls(obj=held, counted=held.code if is_counted else NO_OTHER)
        form.value.raw_data = [f"{held.value.normalize():f}"]
        return form


def record_chosen(actor: Actor, unit: Unit, **facts: Any) -> IndicatorValue:
    return record_indicators(actor, [_reported(unit, **facts)])[0]


def correct_chosen(
    actor: Actor, held: IndicatorValue, *, unit: Unit, reason: str, **facts: Any
) -> IndicatorValue:
    return correct_indicator(actor, held, _reported(unit, **facts), reason=reason)


def _reported(unit: Unit, *, label: str, label_en: str, counted: str, **facts: Any) -> Reported:
    """What is called as before gets the code of before, and its English name."""
    before = latest_called(label)
    code = counted or (before.code if before else _own_code(label))
    english = label_en or (before.label_en if before else "")
    return Reported(unit=unit, code=code, label=label, label_en=english, **facts)


def _own_code(label: str) -> str:
    """By the name alone, so that a figure has the same code each year and at each unit."""
    return f"own_{sha256(label.encode()).hexdigest()[:12]}"
