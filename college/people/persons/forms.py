from typing import Any, Self

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, DateField, FileField, RadioField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, Email, InputRequired, Length, Optional

from college.core.roles import Actor
from college.people.persons.identity import IdType
from college.people.persons.models import Person
from college.people.persons.names import MOST_CHARACTERS
from college.people.persons.operations import (
    Amendment,
    NewPerson,
    amend_person,
    record_person,
)
from college.people.persons.revealing import Secret
from college.web.forms import Form, or_empty
from college.web.jinja import said

LONGEST_TYPED = 40  # of a number, with the spaces and hyphens that people type


class PersonForm(Form):
    full_name = StringField(
        _("Full name"),
        [DataRequired(_("Enter the full name as the card shows it.")), Length(max=MOST_CHARACTERS)],
    )
    pinyin = StringField(_("Pinyin"), [Length(max=200)], filters=[or_empty])
    id_type = SelectField(_("Kind of document"), [InputRequired()], coerce=IdType)
    id_number = StringField(_("ID number"), [Length(max=LONGEST_TYPED)], filters=[or_empty])
    born_on = DateField(_("Date of birth"), [Optional()])
    phone = StringField(_("Phone"), [Length(max=LONGEST_TYPED)], filters=[or_empty])
    email = StringField(
        _("Mail address"),
        [Optional(), Email(_("This is no mail address.")), Length(max=254)],
        filters=[or_empty],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.id_type.choices = [(kind.value, said(kind)) for kind in IdType]


class EditForm(PersonForm):
    """The numbers stay hidden: left empty, they stay as they are."""

    drops_id_number = BooleanField(_("Take the ID number off the record"))
    drops_phone = BooleanField(_("Take the phone number off the record"))

    @classmethod
    def of(cls, person: Person) -> Self:
        return cls(
            full_name=person.full_name,
            pinyin=person.sort_key,
            id_type=person.id_type or IdType.RESIDENT_ID,
            born_on=person.born_on,
            email=person.email,
        )


class PhotoForm(Form):
    photo = FileField(_("Photo"), [DataRequired(_("Choose a file first."))])
    agrees = BooleanField(_("I agree separately that the college keeps my photo"))


class RevealForm(Form):
    secret = RadioField(
        _("What to show"),
        [InputRequired(_("Choose what to show."))],
        choices=[SelectChoice(secret.value, _(secret.label)) for secret in Secret],
        coerce=lambda value: Secret(value) if value in list(Secret) else value,
    )
    reason = StringField(
        _("What you need it for"),
        [DataRequired(_("Say what you need it for: the person can read it.")), Length(max=200)],
    )


def record_typed(actor: Actor, **facts: Any) -> Person:
    return record_person(actor, NewPerson(**facts))


def amend_typed(actor: Actor, person: Person, **facts: Any) -> Person:
    return amend_person(actor, person, Amendment(**facts))
