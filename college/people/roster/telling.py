"""The template of a roster, in the reader's language."""

from flask_babel import gettext

from college.people.employment.models import Capacity
from college.people.persons.identity import IdType
from college.people.roster.layout import HEADINGS, Field
from college.web import imports
from college.web.jinja import said


def template() -> bytes:
    """An empty sheet: every column typed as text, drop-downs where there are few right words."""
    words = {
        Field.ID_TYPE: [said(kind) for kind in IdType],
        Field.CAPACITY: [said(kind) for kind in Capacity],
    }
    return imports.template(gettext("Roster"), list(Field), words, heading=HEADINGS.heading)
