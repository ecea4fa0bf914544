"""What is due, kind by kind: each a choice of ids, of whom it is, and when it was over.

`person` is None where it is about nobody on record, or about many.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from college.certs.certificates.models import Certificate
from college.core import clock
from college.core.imports import ImportState
from college.core.journal import JournalEntry, SubjectKey
from college.courses.enrolments.models import Enrolment
from college.courses.runs.models import Lesson, run_instructor
from college.exams.cohorts.models import CohortMember
from college.exams.official_lists.models import OfficialList
from college.exams.results.models import Result, ResultImport
from college.people.accounts.models import Account
from college.people.employment.models import Employment
from college.people.invitations.models import Invitation
from college.people.notices.models import OPEN, Delivery, Notice
from college.people.persons.models import Person
from college.people.qualifications.models import Qualification
from college.people.roles.models import RoleGrant
from college.people.roster.models import RosterImport
from college.people.sign_ins.models import SignIn
from college.people.sign_ups.models import SignUp, SignUpState
from college.register.registrations.models import Registration
from college.register.reviews.models import Review
from college.reports.personal_data.models import DataRequest, Look, RequestState
from college.reports.proposals.models import DueKind, Proposal
from college.supervision.sessions.models import SupervisionAttendance, SupervisionSession

Chosen = sa.Select[int, Any]
Choose = Callable[[datetime], Chosen]
NOBODY = sa.cast(sa.null(), sa.Integer)


def _sign_ups(before: datetime) -> Chosen:
    is_old = (SignUp.state == SignUpState.DECLINED) & (SignUp.decided_at < before)
    return _choice(SignUp.id, NOBODY, SignUp.decided_at).where(is_old)


def _sheets_of(rows: type[RosterImport | ResultImport | OfficialList]) -> Choose:
    def chosen(before: datetime) -> Chosen:
        is_old = (rows.uploaded_at < before) & (rows.state != ImportState.IMPORTING)
        old = _choice(rows.id, NOBODY, rows.uploaded_at)
        return old.where(is_old, rows.file_sha256 != "")

    return chosen


def _letters(before: datetime) -> Chosen:
    """To nobody on record, and no longer on their way; those to people go with their notices."""
    on_way = sa.select(Delivery.notice_id).where(Delivery.state.in_(OPEN))
    is_old = Notice.person_id.is_(None) & (Notice.told_at < before) & Notice.id.not_in(on_way)
    return _choice(Notice.id, NOBODY, Notice.told_at).where(is_old)


def _invitations(before: datetime) -> Chosen:
    over = sa.func.coalesce(Invitation.ended_at, Invitation.expires_at)
    return _choice(Invitation.id, Invitation.person_id, over).where(over < before)


def _looks(before: datetime) -> Chosen:
    day = clock.local(before).date()
    return _choice(Look.id, Look.person_id, Look.on).where(Look.on < day)


def _people(before: datetime) -> Chosen:
    """Those with whom nothing happened since, and of whom nothing must be kept.

    The journal has an entry about whoever is recorded, amended, enrolled, invited or merged.
    """
    day, me = clock.local(before).date(), Person.id
    is_deed = JournalEntry.noun != Proposal.__tablename__  # to decide about it keeps nobody
    last = sa.select(sa.func.max(JournalEntry.at)).where(JournalEntry.about_id == me, is_deed)
    ties = (
        _of(Employment.person_id, Employment.known(), _lasts(Employment.to_on, day)),
        _of(RoleGrant.person_id, RoleGrant.ended_at.is_(None), _lasts(RoleGrant.to_on, day)),
        _of(Enrolment.person_id, Enrolment.enrolled_at >= before),
        _of(Certificate.person_id),
        _of(Qualification.person_id, Qualification.known()),
        _of(Registration.person_id),
        _of(Review.person_id),
        _of(Result.person_id),
        _of(CohortMember.person_id, _lasts(CohortMember.left_on, day)),
        _of(run_instructor.c.person_id),
        _of(Lesson.instructor_id),
        _of(SupervisionSession.supervisor_id),
        _of(SupervisionAttendance.supervisee_id),
        _of(SignIn.person_id, SignIn.last_seen_at >= before),
        _of(Account.person_id, Account.last_signed_in_at >= before),
        _of(DataRequest.person_id, DataRequest.state == RequestState.ASKED),
        _of(JournalEntry.about_id, JournalEntry.at >= before, is_deed),
        _of(SubjectKey.person_id, SubjectKey.sealed == b""),  # deleted already
    )
    since = last.correlate(Person).scalar_subquery()
    return _choice(me, me, since).where(Person.stands(), *(~tie for tie in ties))


def _choice(row: Any, person: Any, since: Any) -> Chosen:
    return sa.select(row.label("id"), person.label("person"), since.label("since"))


def _of(column: Any, *so: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Whether a person has such a row."""
    return sa.exists().where(column == Person.id, *so).correlate(Person)


def _lasts(last: Any, day: object) -> sa.ColumnElement[bool]:
    still: sa.ColumnElement[bool] = last.is_(None) | (last >= day)
    return still


DUE: Mapping[DueKind, Choose] = {
    DueKind.SIGN_UPS: _sign_ups,
    DueKind.ROSTERS: _sheets_of(RosterImport),
    DueKind.RESULTS: _sheets_of(ResultImport),
    DueKind.LISTS: _sheets_of(OfficialList),
    DueKind.LETTERS: _letters,
    DueKind.INVITATIONS: _invitations,
    DueKind.LOOKS: _looks,
    DueKind.PEOPLE: _people,
}
