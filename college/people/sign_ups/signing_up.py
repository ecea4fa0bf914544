"""Registering at the door: the same answer and the same work, whoever it is."""

from flask import current_app

from college.core.db import db
from college.core.errors import Conflict, RuleBroken
from college.core.roles import NOBODY
from college.core.text import say
from college.people.accounts import password_rules
from college.people.accounts.passwords import hashed
from college.people.persons.models import Person
from college.people.persons.names import clean_name, sort_key
from college.people.sign_ups.consents import agreed_to
from college.people.sign_ups.forms import SignUpForm
from college.people.sign_ups.models import SignUp
from college.people.sign_ups.operations import NewSignUp, register
from college.stations.units.models import Unit
from college.web.limits import is_within_hour


class TooManySignUps(RuleBroken):
    code = "too_many_sign_ups"
    message = say("Too many registrations came from this network. Try again in an hour.")


def registered(form: SignUpForm) -> SignUp | None:
    """The registration, or None with the reason in the form."""
    if not form.validate():
        return None
    try:
        if not is_within_hour("registrations", current_app.config["REGISTRATIONS_PER_HOUR"]):
            raise TooManySignUps
        return _register(form)
    except (RuleBroken, Conflict) as refusal:
        form.refuse(refusal)
        return None


def _register(form: SignUpForm) -> SignUp:
    given, consent = form.data, agreed_to(form.texts.data or "")
    name = clean_name(given["full_name"])
    typed = Person(full_name=name, sort_key=sort_key(name))
    password_rules.check(given["password"], login=given["id_number"], person=typed)
    password_hash = hashed(given["password"])  # slow, so before the transaction
    new = NewSignUp(
        full_name=name,
        id_type=given["id_type"],
        id_number=given["id_number"],
        phone=given["phone"],
        email=given["email"],
        unit=db.session.get_one(Unit, given["unit_id"]),
        consent=consent,
    )
    return register(NOBODY, new, password_hash=password_hash)
