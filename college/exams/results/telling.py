"""The template of a result sheet, in the reader's language."""

from flask_babel import gettext

from college.core.sheets import write_xlsx
from college.exams.cycles.models import ExamCycle
from college.exams.pass_rules.models import Subject
from college.exams.results.layout import Field
from college.exams.results.models import Verdict
from college.people.qualifications.models import Level
from college.web.jinja import said
from college.web.language import is_chinese

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
    choices = {n: words[field] for n, field in enumerate(TEMPLATE) if words.get(field)}
    headings = [field.value if is_chinese() else said(field) for field in TEMPLATE]
    return write_xlsx(gettext("Results"), headings, [], choices=choices)
