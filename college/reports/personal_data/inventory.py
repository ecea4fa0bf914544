"""Every table that holds something about a person: what for, and what becomes of it on deletion.

The one list that the page, the download, the deletion and docs/personal-information.md follow. A
test compares it with the tables: a new column that is not spoken of here fails the build.
"""

from college.certs.batches.models import BatchEntry
from college.certs.certificates.models import Certificate
from college.core.answers import GivenAnswer
from college.core.journal import JournalDetail, JournalEntry, SubjectKey
from college.core.security_log import SecurityEvent
from college.core.text import say
from college.courses.attendance.models import AttendanceRecord
from college.courses.enrolments.models import Enrolment
from college.courses.grades.models import Mark
from college.exams.results.models import LapseWarning
from college.people.accounts.models import Account
from college.people.consents.models import Consent
from college.people.employment.models import Employment
from college.people.invitations.models import Invitation
from college.people.notices.models import Delivery, Notice, NoticeChoice
from college.people.oidc.models import ExternalIdentity
from college.people.passkeys.models import Passkey
from college.people.persons.models import Person
from college.people.roles.models import RoleGrant
from college.people.second_factors.models import RecoveryCode
from college.people.sign_ins.models import SignIn
from college.people.sign_ups.models import SignUp
from college.register.continuing_education.models import PeriodWarning
from college.register.registrations.models import Registration
from college.reports.personal_data.examined import EXAMINED
from college.reports.personal_data.held import Fate, Held
from college.reports.personal_data.models import DataRequest, Look
from college.reports.personal_data.topics import Topic
from college.reports.personal_data.whose import alone_in_sessions as _sessions
from college.reports.personal_data.whose import of as _of
from college.reports.personal_data.whose import signed_up as _sign_ups
from college.reports.personal_data.whose import through as _in
from college.reports.personal_data.words import names
from college.reports.proposals.models import Proposal
from college.reports.twins.models import PersonMerge, ToldApart
from college.supervision.sessions.models import SupervisionAttendance, SupervisionSession

__all__ = ("HELD", "Fate", "Held")
T, F = Topic, Fate
HELD: tuple[Held, ...] = (
    Held(
        Person,
        T.IDENTITY,
        say("On record"),
        _of(Person.id),
        F.EMPTIED,
        # the name becomes that of the tombstone: deletion.py
        {
            "full_name": "",
            "sort_key": "",
            "initials": "",
            "search_text": "",
            "has_own_pinyin": False,
            "id_type": None,
            "id_number_sealed": None,
            "id_number_key": None,
            "id_number_masked": "",
            "phone_sealed": None,
            "phone_key": None,
            "phone_masked": "",
            "email": "",
            "born_on": None,
            "photo_sha256": "",
        },
        names("id is_demo merged_into_id version"),
    ),
    Held(SignUp, T.IDENTITY, say("Registrations"), _sign_ups, F.REMOVED),
    Held(
        Consent,
        T.IDENTITY,
        say("What you agreed to"),
        _of(Consent.person_id),
        F.EMPTIED,  # that the law was followed stays: no word of that tells who it was
        {"taken_by": "", "scan_sha256": ""},
        names("id person_id text_id way given_at withdrawn_at signed_on"),
    ),
    Held(Account, T.ACCOUNT, say("Account"), _of(Account.person_id), F.REMOVED),
    Held(RecoveryCode, T.ACCOUNT, say("Recovery codes"), _of(RecoveryCode.person_id), F.REMOVED),
    Held(
        ExternalIdentity,
        T.ACCOUNT,
        say("Linked accounts"),
        _of(ExternalIdentity.person_id),
        F.REMOVED,
    ),
    Held(Passkey, T.ACCOUNT, say("Passkeys"), _of(Passkey.person_id), F.REMOVED),
    Held(SignIn, T.ACCOUNT, say("Sign-ins"), _of(SignIn.person_id), F.REMOVED),
    Held(Invitation, T.ACCOUNT, say("Invitations"), _of(Invitation.person_id), F.REMOVED),
    Held(
        Employment,
        T.POSTS,
        say("Posts"),
        _of(Employment.person_id),
        F.KEPT,
        {},
        names("id person_id unit_id capacity first_id from_on to_on recorded_at superseded_at"),
    ),
    Held(
        RoleGrant,
        T.POSTS,
        say("Roles"),
        _of(RoleGrant.person_id),
        F.KEPT,
        {},
        names("id person_id role unit_id from_on to_on ended_at"),
    ),
    Held(
        Enrolment,
        T.LEARNING,
        say("Enrolments"),
        _of(Enrolment.person_id),
        F.EMPTIED,
        {"note": ""},
        names(
            "id run_id person_id state queue_no enrolled_at gave_up_at minutes_attended total_mark"
            " outcome"
        ),
    ),
    Held(
        AttendanceRecord,
        T.LEARNING,
        say("Attendance"),
        _in(AttendanceRecord.enrolment_id, Enrolment, Enrolment.person_id),
        F.EMPTIED,
        {"reason": ""},
        names(
            "id lesson_id enrolment_id status minutes minutes_late recorded_by_id recorded_at"
            " version"
        ),
    ),
    Held(
        Mark,
        T.LEARNING,
        say("Marks"),
        _in(Mark.enrolment_id, Enrolment, Enrolment.person_id),
        F.KEPT,
        {},
        names("id assessment_id enrolment_id value marked_by_id marked_at version"),
    ),
    *EXAMINED,
    Held(
        PeriodWarning,
        T.MESSAGES,
        say("Warnings that a registration ends"),
        _in(PeriodWarning.registration_id, Registration, Registration.person_id),
        F.REMOVED,
    ),
    Held(
        LapseWarning,
        T.MESSAGES,
        say("Warnings that a pass lapses"),
        _of(LapseWarning.person_id),
        F.REMOVED,
    ),
    Held(
        SupervisionAttendance,
        T.SUPERVISION,
        say("Minutes of supervision"),
        _of(SupervisionAttendance.supervisee_id),
        F.EMPTIED,
        {"objection": ""},
        names("id supervision_session_id supervisee_id minutes confirmed_at objected_at"),
    ),
    Held(
        SupervisionSession,
        T.SUPERVISION,
        say("Supervision where you were the only one"),
        _sessions,
        F.EMPTIED,
        {"topics": "", "agreed_actions": "", "place": ""},
        names(
            "id supervisor_id form type functions starts_at ends_at is_remote state logged_at"
            " locked_at version"
        ),
    ),
    Held(
        Certificate,
        T.CERTIFICATES,
        say("Certificates"),
        _of(Certificate.person_id),
        F.KEPT,
        {},
        names(
            "id number code kind person_id enrolment_id entry_id design_id facts state"
            " file_sha256 issued_on issued_at revoked_at revocation_reason replaces_id version"
        ),
    ),
    Held(
        BatchEntry,
        T.CERTIFICATES,
        say("Turns in a batch of certificates"),
        _in(BatchEntry.enrolment_id, Enrolment, Enrolment.person_id),
        F.KEPT,
        {},
        names("id batch_id enrolment_id position state problem"),
    ),
    Held(Notice, T.MESSAGES, say("Notices"), _of(Notice.person_id), F.REMOVED),
    Held(
        Delivery,
        T.MESSAGES,
        say("Messages sent"),
        _in(Delivery.notice_id, Notice, Notice.person_id),
        F.REMOVED,
    ),
    Held(
        NoticeChoice,
        T.MESSAGES,
        say("How you want to be told"),
        _of(NoticeChoice.person_id),
        F.REMOVED,
    ),
    Held(GivenAnswer, T.TRACES, say("Forms sent"), _of(GivenAnswer.person_id), F.REMOVED),
    Held(
        SecurityEvent,
        T.TRACES,
        say("Security log"),
        _of(SecurityEvent.person_id),
        F.EMPTIED,
        {"login_hash": ""},
        names("id at kind person_id address sign_in_id reference"),
    ),
    Held(
        PersonMerge,
        T.TRACES,
        say("Records of you that were merged"),
        lambda me: (PersonMerge.kept_id == me) | (PersonMerge.gone_id == me),
        F.KEPT,
        {},
        names("id kept_id gone_id swapped kept_version merged_at undone_at version"),
    ),
    Held(
        ToldApart,
        T.TRACES,
        say("Similar records that are not yours"),
        lambda me: (ToldApart.first_id == me) | (ToldApart.second_id == me),
        F.KEPT,
        {},
        names("id first_id second_id told_at"),
    ),
    Held(Look, T.TRACES, say("Who opened your page"), _of(Look.person_id), F.REMOVED),
    Held(
        Proposal,
        T.TRACES,
        say("What of yours was kept long enough"),
        _of(Proposal.person_id),
        F.REMOVED,
    ),
    Held(
        JournalEntry,
        T.TRACES,
        say("Journal"),
        _of(JournalEntry.about_id),
        F.KEPT,
        {},
        names("id at actor_id deed noun row_id about_id digest"),
    ),
    Held(
        JournalDetail,
        T.TRACES,
        say("Details of the journal"),
        _in(JournalDetail.entry_id, JournalEntry, JournalEntry.about_id),
        F.KEPT,  # encrypted with the key below: once that is gone nobody can read it
        {},
        names("id entry_id sealed"),
    ),
    Held(
        SubjectKey,
        T.TRACES,
        say("Key of the journal's details"),
        _of(SubjectKey.person_id),
        F.EMPTIED,  # by the journal itself: core/journal.py
        {"sealed": b""},
        names("id person_id"),
    ),
    Held(
        DataRequest,
        T.TRACES,
        say("What you asked for"),
        _of(DataRequest.person_id),
        F.EMPTIED,
        {"text": "", "reason": ""},
        names("id person_id kind state asked_at decided_at decided_by_id version"),
    ),
)
