from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import DateField, SelectField
from wtforms.validators import InputRequired, Optional, ValidationError

from college.core import clock
from college.core.access import fetch
from college.core.roles import Actor, Can, Role
from college.people.persons.models import Person
from college.people.roles import queries
from college.people.roles.models import RoleGrant
from college.people.roles.operations import grant_role
from college.stations.units.models import Unit
from college.web.forms import Form
from college.web.jinja import everywhere, own, said

STEP = "\u3000"  # one level of the tree, in a list that knows no other way


class GrantForm(Form):
    role = SelectField(_("Role"), [InputRequired()], coerce=Role)
    unit_id = SelectField(_("At the unit, and all below it"), [Optional()], coerce=int)
    from_on = DateField(_("From"), [InputRequired()])
    to_on = DateField(_("Until"), [Optional()])

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = queries.units(actor)
        self.role.choices = [(role.value, said(role)) for role in queries.grantable(actor, units)]
        top = min((unit.depth for unit in units), default=0)
        indented = [(u.id, STEP * (u.depth - top) + own(u, "name")) for u in units]
        nowhere = [(0, str(_("No unit in particular")))] if everywhere(Can.ROLES_GRANT) else []
        self.unit_id.choices = [*nowhere, *indented]

    def validate_from_on(self, field: DateField) -> None:
        if field.data is not None and field.data < clock.today():
            raise ValidationError(_("Choose today or a later day."))


def grant_chosen(
    actor: Actor,
    person: Person,
    *,
    role: Role,
    unit_id: int | None,
    from_on: date,
    to_on: date | None,
) -> RoleGrant:
    """Grant what the form describes; the ids are those of its choices."""
    unit = fetch(Unit, unit_id, actor, Can.ROLES_GRANT) if unit_id else None
    return grant_role(actor, person, role=role, unit=unit, from_on=from_on, to_on=to_on)
