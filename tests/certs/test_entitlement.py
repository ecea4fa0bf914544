"""Who is entitled to a certificate of a class."""

import pytest

from college.certs.batches.entitlement import RunStillOpen, awaiting, entitled
from college.certs.batches.queries import ISSUE
from college.certs.certificates.models import RevocationReason
from college.certs.certificates.operations import revoke_certificate
from college.core.roles import SYSTEM
from college.courses.enrolments.models import EnrolmentState
from tests.factories.certs import (
    NAMES,
    certificates_of,
    drawn,
    make_batch,
    make_closed_run,
    make_completed,
    make_issued,
    order,
    worked,
)
from tests.factories.courses import make_run

# who is entitled


def test_who_completed_is_entitled_and_who_did_not_is_listed_with_the_reason():
    roster = entitled(make_closed_run(failed=["杜鹃"]))
    assert [place.person.full_name for place in roster.entitled] == sorted(
        NAMES, key=lambda n: {"欧": 0, "斯": 1, "王": 2}[n[0]]
    )
    (other,) = roster.others
    assert other.person.full_name == "杜鹃"
    assert other.reasons[0].facts == {"there": "38", "needed": "43.2"}


def test_a_class_that_goes_on_entitles_nobody():
    with pytest.raises(RunStillOpen):
        entitled(make_run())


def test_the_withdrawn_are_on_no_list():
    run = make_closed_run([])
    make_completed(run, state=EnrolmentState.WITHDRAWN)
    assert entitled(run).total == 0


def test_who_holds_the_certificate_is_not_entitled_again():
    run = make_closed_run(["王芳"])
    make_issued(run)
    roster = entitled(run)
    assert (roster.entitled, len(roster.held)) == ([], 1)


@pytest.mark.parametrize(
    ("reason", "again"),
    [
        (RevocationReason.WRONG_FACTS, True),
        (RevocationReason.ISSUED_TWICE, True),
        (RevocationReason.NOT_ENTITLED, False),
        (RevocationReason.HOLDER_ASKED, False),
    ],
)
def test_a_revoked_certificate_is_followed_by_a_new_one_only_where_that_makes_sense(reason, again):
    run = make_closed_run(["王芳"])
    (certificate,) = certificates_of(make_issued(run))
    revoke_certificate(SYSTEM, certificate, reason=reason)
    roster = entitled(run)
    assert (len(roster.entitled), len(roster.revoked)) == ((1, 0) if again else (0, 1))
    assert len(awaiting()) == (1 if again else 0)


def test_awaiting_counts_only_those_without_a_certificate():
    run = make_closed_run(failed=["杜鹃"])
    assert [(each.run, each.entitled, each.batch) for each in awaiting()] == [(run, 3, None)]
    batch = make_batch(run)
    assert awaiting()[0].batch is batch
    worked(ISSUE, order(drawn(batch)))
    assert awaiting() == []
