from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import SelectField
from wtforms.validators import InputRequired

from college.core.roles import Actor
from college.people.persons.models import Person
from college.reports.twins.models import Part, PersonMerge
from college.reports.twins.operations import merge_persons
from college.reports.twins.queries import Comparison
from college.web.forms import Form
from college.web.jinja import day, said


class MergeForm(Form):
    """Whom to keep, and whose name, number and so on. What is the same on both is not asked."""

    kept = SelectField(_("Keep the record of"), [InputRequired()], coerce=int)
    name = SelectField("", [InputRequired()], coerce=int)
    id_number = SelectField("", [InputRequired()], coerce=int)
    phone = SelectField("", [InputRequired()], coerce=int)
    email = SelectField("", [InputRequired()], coerce=int)
    photo = SelectField("", [InputRequired()], coerce=int)

    def __init__(self, *args: Any, twins: Comparison, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        better = twins.better
        self.kept.choices = [(p.id, _named(p)) for p in twins.people]
        self.kept.data = self.kept.data or better.id
        for part in Part:
            if part not in twins.differing:
                del self[part.value]
                continue
            field = self[part.value]
            field.label.text = said(part)
            field.choices = [(p.id, _shown(p, part)) for p in twins.people]
            field.data = field.data or _fuller(twins, part).id


def merge_chosen(
    actor: Actor, first: Person, second: Person, *, kept: int, **parts: int
) -> PersonMerge:
    stays, goes = (first, second) if kept == first.id else (second, first)
    takes = [Part(name) for name, whose in parts.items() if whose != stays.id]
    return merge_persons(actor, stays, goes, takes=takes)


def _named(person: Person) -> str:
    return f"{person.full_name} · {person.id_number_masked or '–'} · {person.id}"


def _text(person: Person, part: Part) -> str:
    return {
        Part.NAME: person.full_name,
        Part.ID_NUMBER: person.id_number_masked or (day(person.born_on) if person.born_on else ""),
        Part.PHONE: person.phone_masked,
        Part.EMAIL: person.email,
        Part.PHOTO: person.photo_sha256[:6],
    }[part]


def _shown(person: Person, part: Part) -> str:
    return _text(person, part) or str(_("none"))


def _fuller(twins: Comparison, part: Part) -> Person:
    """Who has something there: the one to be kept, or else the other."""
    better = twins.better
    other = twins.second if better is twins.first else twins.first
    return better if _text(better, part) or not _text(other, part) else other
