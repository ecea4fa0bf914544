"""What the tests of enrolment have in common."""

import sqlalchemy as sa

from college.core.db import db
from college.courses.enrolments.models import Enrolment, EnrolmentState
from college.courses.enrolments.operations import enrol
from tests.conftest import actor_of
from tests.factories import make_person

ENROLLED, WAITING, WITHDRAWN = (
    EnrolmentState.ENROLLED,
    EnrolmentState.WAITING,
    EnrolmentState.WITHDRAWN,
)


def joined(run, person=None):
    person = person or make_person()
    return enrol(actor_of(person), run, person)


def states_of(run):
    chosen = sa.select(Enrolment.state).where(Enrolment.run_id == run.id).order_by(Enrolment.id)
    return db.session.scalars(chosen).all()
