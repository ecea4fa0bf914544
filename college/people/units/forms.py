from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import DateField, SelectField, SelectMultipleField, StringField, ValidationError
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput

from college.core import clock
from college.core.access import fetch
from college.core.roles import Actor, Can
from college.people.employment.forms import choices_of_units
from college.people.units.operations import merge_units
from college.stations.units.models import Domain, Unit, UnitKind
from college.stations.units.operations import Details, NewUnit, amend_unit, move_unit, open_unit
from college.web.forms import Form
from college.web.jinja import said

FIRST_YEAR = 1900
ONE_DAY = timedelta(days=1)
AT_THE_TOP = 0  # what a list sends for no unit


class AsOfForm(Form):
    as_of = DateField(_("As of"), [Optional()], name="as-of")
    known_on = DateField(_("As known on"), [Optional()], name="known-on")

    def chosen(self) -> date:
        """The date asked for; today when there is none, or it cannot be meant.

        A day to come has no figures yet: whoever asks for one gets today's, and reads so.
        """
        asked = self._asked(self.as_of)
        today = clock.today()
        return min(asked, today) if asked and asked.year >= FIRST_YEAR else today

    def known_at(self) -> datetime | None:
        """The end of the day whose knowledge is asked for; None for all that is known now."""
        asked = self._asked(self.known_on)
        is_past = asked is not None and asked.year >= FIRST_YEAR and asked < clock.today()
        return clock.midnight(asked + ONE_DAY) if asked and is_past else None

    @property
    def known(self) -> date | None:
        """The day whose knowledge is shown; None for today's."""
        return self.known_on.data if self.known_at() else None

    @property
    def carried(self) -> dict[str, str]:
        """The same for links between pages that show today anyway."""
        return self.kept if self.known or self.chosen() != clock.today() else {}

    @property
    def kept(self) -> dict[str, str]:
        """What links carry on, so that one page follows from another in the same light."""
        known = {"known-on": self.known.isoformat()} if self.known else {}
        return {"as-of": self.chosen().isoformat(), **known}

    def _asked(self, field: DateField) -> date | None:
        self.validate()
        asked: date | None = None if field.errors else field.data
        return asked


def one_line(text: str | None) -> str:
    """A filter for names: blanks at the ends or twice make no other name."""
    return " ".join((text or "").split())


def sensible(form: Form, field: DateField) -> None:
    """A validator: no unit is older than the words for it."""
    if field.data and field.data.year < FIRST_YEAR:
        raise ValidationError(gettext("Compare the year with the papers: it cannot be so early."))


def line_of(label: Any, most: int) -> StringField:
    return StringField(label, [Length(max=most)], filters=[one_line])


class NamesForm(Form):
    name = StringField(
        _("Name of the unit"),
        [DataRequired(_("Enter the name of the unit.")), Length(max=120)],
        filters=[one_line],
    )
    name_en = line_of(_("Name in English"), 200)
    kind = SelectField(_("Kind"), [InputRequired()], coerce=UnitKind)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [(kind.value, said(kind)) for kind in UnitKind]


class ParentForm(Form):
    parent_id = SelectField(_("Stands below"), [InputRequired()], coerce=int)

    def __init__(
        self, *args: Any, actor: Actor, without: Unit | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        top = (AT_THE_TOP, gettext("no other unit: it stands at the top"))
        self.parent_id.choices = [top, *choices_of_units(actor, without=without)]


class OpeningForm(Form):
    opened_on = DateField(_("Opened"), [Optional(), sensible])


class DetailsForm(Form):
    division_code = line_of(_("Division code"), 20)
    admin_by = line_of(_("Administered by"), 120)
    credit_code = line_of(_("Unified social credit code"), 30)
    host_site = line_of(_("Hosted by"), 120)
    address = line_of(_("Address"), 200)
    contact = line_of(_("Contact"), 120)
    phone = line_of(_("Office phone"), 40)
    domains = SelectMultipleField(
        _("Works in"),
        choices=[SelectChoice(domain.value, _(domain.label)) for domain in Domain],
        option_widget=CheckboxInput(),
    )


class OpenForm(DetailsForm, OpeningForm, ParentForm, NamesForm):
    """What is known of a new unit, the names first."""


class ChangeForm(NamesForm):
    on = DateField(_("First day on which it is so"), [InputRequired(), sensible])


class MoveForm(ParentForm):
    on = DateField(_("First day at the new place"), [InputRequired(), sensible])


class CloseForm(Form):
    on = DateField(_("First day on which it is shut"), [InputRequired(), sensible])


class MergeForm(Form):
    into_id = SelectField(
        _("Goes on as part of"), [InputRequired()], coerce=lambda value: int(value or 0)
    )
    on = DateField(_("First day as part of it"), [InputRequired(), sensible])

    def __init__(
        self, *args: Any, actor: Actor, without: Unit | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        # nothing is chosen beforehand: what is merged by mistake is hard to take apart
        none = ("", gettext("choose a unit"))
        self.into_id.choices = [none, *choices_of_units(actor, without=without)]


def open_chosen(
    actor: Actor,
    *,
    name: str,
    name_en: str,
    kind: UnitKind,
    parent_id: int,
    opened_on: date | None,
    **details: Any,
) -> Unit:
    new = NewUnit(
        name=name,
        name_en=name_en,
        kind=kind,
        parent=_chosen(actor, parent_id),
        opened_on=opened_on,
        details=_details(**details),
    )
    return open_unit(actor, new)


def amend_chosen(actor: Actor, unit: Unit, **details: Any) -> Unit:
    return amend_unit(actor, unit, _details(**details))


def move_chosen(actor: Actor, unit: Unit, *, parent_id: int, on: date) -> Unit:
    return move_unit(actor, unit, to=_chosen(actor, parent_id), on=on)


def merge_chosen(actor: Actor, unit: Unit, *, into_id: int, on: date) -> Unit:
    return merge_units(actor, unit, into=fetch(Unit, into_id, actor, Can.UNITS_SEE), on=on)


def _chosen(actor: Actor, unit_id: int) -> Unit | None:
    return fetch(Unit, unit_id, actor, Can.UNITS_SEE) if unit_id != AT_THE_TOP else None


def _details(*, domains: list[str], **lines: str) -> Details:
    return Details(domains=[Domain(domain) for domain in domains], **lines)
