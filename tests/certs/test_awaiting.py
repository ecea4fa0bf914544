"""Who waits for a certificate is found without looking through all that were ever issued.

The oracle is `entitled`, which looks at every trainee of one class.
"""

import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from college.certs.batches import operations
from college.certs.batches.entitlement import awaiting, entitled
from college.certs.batches.models import BatchEntry, EntryState, IssueBatch, Problem
from college.certs.batches.queries import first_unfinished, undrawn, unissued
from college.certs.certificates.models import IN_FORCE, Certificate, RevocationReason
from college.certs.certificates.operations import (
    issue_certificate,
    number_certificate,
    revoke_certificate,
)
from college.certs.certificates.queries import last_of
from college.core import clock
from college.core.db import db
from college.core.errors import DomainError
from college.core.roles import SYSTEM
from tests.factories.certs import NAMES, make_closed_run

SHA = "0" * 64


def opened(run, _):
    operations.open_batch(SYSTEM, run, issue_on=clock.today())


def ordered(run, _):
    batch = unissued(run, "completion")
    operations.keep_sample(SYSTEM, batch, pdf=SHA, png=SHA, troubles={})
    operations.approve_batch(SYSTEM, batch)
    operations.issue_batch(SYSTEM, batch)


def numbered(run, _):
    """As the worker does: who holds one already is stopped."""
    batch, entry = _next(run)
    held = last_of(entry.enrolment, batch.kind)
    if held is not None and held.state in IN_FORCE:
        trouble = {"code": Problem.ALREADY_HELD, "number": held.number}
        operations.stop_entry(SYSTEM, entry, trouble=trouble)
    elif entry.state is EntryState.WAITING:
        number_certificate(SYSTEM, batch, entry, entry.enrolment, {"name": "王芳"})


def issued(run, _):
    _, entry = _next(run)
    for certificate in _certificates(entry_id=entry.id):
        issue_certificate(SYSTEM, certificate, file_sha256=SHA)


def stopped(run, _):
    _, entry = _next(run)
    operations.stop_entry(SYSTEM, entry, trouble={"code": Problem.DRAWING_FAILED, "reason": "x"})


def finished(run, _):
    batch = unissued(run, "completion")
    if first_unfinished(batch) is None:
        operations.finish_batch(SYSTEM, batch, print_pdf="")


def revoked(run, n):
    mine = [c for c in _certificates() if c.enrolment_id in _enrolments(run)]
    reasons = list(RevocationReason)
    revoke_certificate(SYSTEM, mine[n % len(mine)], reason=reasons[n % len(reasons)])


def drawn_again(run, _):
    for batch in {entry.batch_id for entry in db.session.scalars(_entries(run))}:
        found = db.session.get_one(IssueBatch, batch)
        if undrawn(found):
            operations.draw_again(SYSTEM, found)


STEPS = [opened, ordered, numbered, issued, stopped, finished, revoked, drawn_again]
USUAL = [opened, ordered, *[numbered, issued] * 3, finished]


def _entries(run):

    return sa.select(BatchEntry).where(BatchEntry.enrolment_id.in_(_enrolments(run)))


def _next(run):
    batch = unissued(run, "completion")
    return batch, first_unfinished(batch)


def _certificates(**by):

    return db.session.scalars(sa.select(Certificate).filter_by(**by).order_by(Certificate.id)).all()


def _enrolments(run):
    roster = entitled(run)
    places = [*roster.entitled, *roster.held, *roster.revoked]
    return [place.enrolment.id for place in places]


def tried(step, run, n):
    """A step that the college refuses, or that has nothing to work on, changes nothing."""
    try:
        with db.session.begin_nested():
            step(run, n)
    except (DomainError, AttributeError, ZeroDivisionError):
        db.session.expire_all()


steps = st.tuples(st.sampled_from(STEPS), st.integers(0, 11))


@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@example(is_issued=False, then=[(opened, 0), (numbered, 0), (opened, 0)])  # not ordered yet
@given(is_issued=st.booleans(), then=st.lists(steps, max_size=14))
def test_it_finds_just_those_whom_the_rosters_call_entitled(is_issued, then):
    run = make_closed_run(NAMES[:3])
    for step, n in [(each, 0) for each in USUAL if is_issued] + then:
        tried(step, run, n)
        waiting = {each.run.id: each.entitled for each in awaiting()}
        assert waiting.get(run.id, 0) == len(entitled(run).entitled)
