from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    HiddenField,
    PasswordField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import (
    DataRequired,
    Email,
    EqualTo,
    InputRequired,
    Length,
    NumberRange,
    Optional,
)

from college.people.employment.models import STAFF, Capacity
from college.people.persons.identity import IdType
from college.people.sign_ups import queries
from college.people.sign_ups.consents import shown_texts
from college.web.forms import Form, or_empty
from college.web.jinja import own, said

STEP = "\u3000"  # one level of the tree, in a list that knows no other way


class SignUpForm(Form):
    full_name = StringField(
        _("Full name"),
        [DataRequired(_("Enter the full name as the card shows it.")), Length(max=100)],
    )
    id_type = SelectField(_("Kind of document"), [InputRequired()], coerce=IdType)
    id_number = StringField(
        _("ID number"), [DataRequired(_("Enter the number on the card.")), Length(max=40)]
    )
    phone = StringField(_("Phone"), [Length(max=40)], filters=[or_empty])
    email = StringField(
        _("Mail address"),
        [Optional(), Email(_("This is no mail address.")), Length(max=254)],
        filters=[or_empty],
    )
    unit_id = SelectField(
        _("Your station"), [NumberRange(1, message=_("Choose where you work."))], coerce=int
    )
    password = PasswordField(_("Password"), [InputRequired(), Length(max=200)])
    repeated = PasswordField(
        _("Password again"),
        [InputRequired(), EqualTo("password", _("The two do not agree. Enter both again."))],
    )
    agrees = BooleanField(
        _("I have read how the college treats my data, and agree"),
        [DataRequired(_("Without your agreement the college may not keep your data."))],
    )
    agrees_id_number = BooleanField(
        _("I agree separately that the college keeps my ID number"),
        [DataRequired(_("Without it the academic office alone can put you on record."))],
    )
    texts = HiddenField()  # the versions that stood on the page

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.id_type.choices = [(kind.value, said(kind)) for kind in IdType]
        self.now = shown_texts()
        units = queries.places()
        nowhere = (0, str(_("Choose where you work")))
        self.unit_id.choices = [nowhere, *((u.id, STEP * u.depth + own(u, "name")) for u in units)]


class ClaimForm(Form):
    """A yes to a claim asks for nothing: whoever is on record keeps the posts that stand there."""


class AcceptForm(Form):
    capacity = SelectField(_("Takes up work as"), [InputRequired()], coerce=Capacity)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # those who come by themselves are nearly always on some staff
        kinds = sorted(Capacity, key=lambda capacity: capacity not in STAFF)
        self.capacity.choices = [(kind.value, said(kind)) for kind in kinds]


class DeclineForm(Form):
    reason = TextAreaField(
        _("Why not"),
        [DataRequired(_("Say why, so that the person knows what to do.")), Length(max=300)],
    )
