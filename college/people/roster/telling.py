"""The template of a roster, in the reader's language."""

from flask_babel import gettext

from college.core.sheets import write_xlsx
from college.people.employment.models import Capacity
from college.people.persons.identity import IdType
from college.people.roster.layout import HEADINGS, Field
from college.web.jinja import said
from college.web.language import is_chinese


def template() -> bytes:
    """An empty sheet: every column typed as text, drop-downs where there are few right words."""
    words = {
        Field.ID_TYPE: [said(kind) for kind in IdType],
        Field.CAPACITY: [said(kind) for kind in Capacity],
    }
    choices = {n: words[field] for n, field in enumerate(Field) if field in words}
    headings = [HEADINGS.heading(field) if is_chinese() else said(field) for field in Field]
    return write_xlsx(gettext("Roster"), headings, [], choices=choices)
