"""The template of an official list, in the reader's language."""

from flask_babel import gettext

from college.exams.official_lists.layout import HEADINGS, TEMPLATE, Field
from college.exams.official_lists.models import ListKind
from college.exams.pass_rules.models import Subject
from college.people.persons.identity import IdType
from college.people.qualifications.models import Level
from college.web import imports
from college.web.jinja import said


def template(kind: ListKind) -> bytes:
    """An empty sheet: every column typed as text, drop-downs where there are few right words."""
    words = {
        Field.ID_TYPE: [said(one) for one in IdType],
        Field.LEVEL: [said(level) for level in Level],
        Field.PAPER: [said(subject) for subject in Subject],
        Field.PAYMENT: ["已缴费", "未缴费"],
        Field.ATTENDANCE: ["到考", "缺考"],
        Field.OUTCOME: ["通过", "不通过"],
    }
    title, heading = gettext("Official list"), HEADINGS[kind].heading
    return imports.template(title, TEMPLATE[kind], words, heading=heading)
