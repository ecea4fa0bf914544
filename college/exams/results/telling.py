"""The template of a result sheet, in the reader's language."""

from flask_babel import gettext

from college.exams.cycles.models import ExamCycle
from college.exams.pass_rules.models import Subject
from college.exams.results.layout import HEADINGS, Field
from college.exams.results.models import Verdict
from college.people.qualifications.models import Level
from college.web import imports
from college.web.jinja import said

TEMPLATE = (
    Field.NAME,
    Field.ID_NUMBER,
    Field.LEVEL,
    Field.YEAR,
    Field.SUBJECT,
    Field.SCORE,
    Field.VERDICT,
    Field.REGION,
)


def template(cycle: ExamCycle | None) -> bytes:
    """An empty sheet: every column typed as text, drop-downs where there are few right words."""
    words = {
        Field.LEVEL: [said(level) for level in Level],
        Field.SUBJECT: [said(subject) for subject in Subject],
        Field.VERDICT: [said(verdict) for verdict in Verdict],
        Field.YEAR: [str(cycle.year)] if cycle else [],
    }
    return imports.template(gettext("Results"), TEMPLATE, words, heading=HEADINGS.heading)
