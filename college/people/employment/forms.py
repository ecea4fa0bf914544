from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import DateField, SelectField
from wtforms.validators import InputRequired, Optional

from college.core.access import fetch
from college.core.roles import Actor, Can
from college.people.employment.models import Capacity, Employment
from college.people.employment.operations import Hiring, correct_post, hire, leave, transfer
from college.people.persons.models import Person
from college.stations.units.models import Unit
from college.stations.units.queries import in_tree_order
from college.web.forms import Form
from college.web.jinja import own, said

STEP = "\u3000"  # one level of the tree, in a list that knows no other way


class UnitForm(Form):
    unit_id = SelectField(_("Unit"), [InputRequired()], coerce=int)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit_id.choices = choices_of_units(actor)


class PostForm(UnitForm):
    capacity = SelectField(_("Works as"), [InputRequired()], coerce=Capacity)
    from_on = DateField(_("First day"), [InputRequired()])
    to_on = DateField(_("Last day"), [Optional()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.capacity.choices = [(kind.value, said(kind)) for kind in Capacity]


class TransferForm(UnitForm):
    on = DateField(_("First day at the new unit"), [InputRequired()])


class LeaveForm(Form):
    to_on = DateField(_("Last day"), [InputRequired()])


def hire_chosen(actor: Actor, person: Person, *, unit_id: int, **facts: Any) -> Employment:
    return hire(actor, Hiring(person=person, unit=_unit(actor, unit_id), **facts))


def correct_chosen(actor: Actor, post: Employment, *, unit_id: int, **facts: Any) -> Employment:
    return correct_post(actor, post, unit=_unit(actor, unit_id), **facts)


def transfer_chosen(actor: Actor, post: Employment, *, unit_id: int, on: date) -> Employment:
    return transfer(actor, post, to=_unit(actor, unit_id), on=on)


def leave_on(actor: Actor, post: Employment, *, to_on: date) -> Employment:
    return leave(actor, post, last_day=to_on)


def choices_of_units(actor: Actor, *, without: Unit | None = None) -> list[tuple[int, str]]:
    """The units in the order of their tree; `without` one and all below it."""
    units = [u for u in in_tree_order(actor) if not (without and u.path.startswith(without.path))]
    return [(unit.id, STEP * unit.depth + _named(unit)) for unit in units]


def _unit(actor: Actor, unit_id: int) -> Unit:
    return fetch(Unit, unit_id, actor, Can.UNITS_SEE)


def _named(unit: Unit) -> str:
    name = own(unit, "name")
    return gettext("%(unit)s (closed)", unit=name) if unit.closed_on else name
