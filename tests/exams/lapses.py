"""An exam year in which passes lapse, and what the worker told."""

from datetime import date

import sqlalchemy as sa

from college.core import clock
from college.core.clock import midnight
from college.core.db import db
from college.exams.cycles.models import ExamCycle
from college.exams.pass_rules.models import Subject
from college.exams.results.jobs import warn_due
from college.exams.results.models import LapseStage, LapseWarning
from college.people.notices.models import Notice, NoticeKind
from college.people.notices.queries import in_words
from college.web.forms import sentence
from college.web.language import speaking
from tests.factories.exams import make_cycle

OPENS, CLOSES, EXAM = date(2026, 3, 9), date(2026, 3, 22), date(2026, 5, 23)
C, P, L = Subject.COMPREHENSIVE, Subject.PRACTICE, Subject.LAW_AND_POLICY
BEGINS, OPEN, LAST = (
    LapseStage.YEAR_BEGINS,
    LapseStage.REGISTRATION_OPENS,
    LapseStage.REGISTRATION_CLOSES,
)


def opening_year() -> ExamCycle:
    """As in Inner Mongolia in 2026."""
    return make_cycle(
        2026,
        registration_from_on=OPENS,
        registration_to_on=CLOSES,
        exam_from_on=EXAM,
        exam_to_on=EXAM,
        scores_on=None,
    )


def on(day: date):
    return clock.put_at(midnight(day))


def warned(day: date) -> int:
    with on(day):
        return warn_due()


def told() -> list[tuple[int, LapseStage]]:
    chosen = sa.select(LapseWarning).order_by(LapseWarning.id)
    return [(row.person_id, row.stage) for row in db.session.scalars(chosen)]


def texts(language: str = "en") -> list[str]:
    kind = Notice.kind == NoticeKind.PAPERS_LAPSE
    notices = db.session.scalars(sa.select(Notice).where(kind).order_by(Notice.id)).all()
    with speaking(language):
        return [sentence(each.text) for each in in_words(notices)]
