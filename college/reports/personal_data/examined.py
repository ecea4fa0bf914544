"""What the inventory holds of exams, titles and what leads to them: a part of `inventory`."""

from college.core.text import say
from college.exams.candidacies.models import AdmissionTicket, Candidacy, Reminder, StepTaken
from college.exams.cohorts.models import CohortMember, MilestoneTick
from college.exams.results.models import Result
from college.people.evidence.models import EvidenceFile
from college.people.qualifications.models import Qualification
from college.people.schooling.models import EarlierPractice, Schooling
from college.register.continuing_education.models import HourEntry
from college.register.registrations.models import Registration, RegistrationStep
from college.register.reviews.models import Review, ReviewStep
from college.reports.personal_data.held import Fate, Held
from college.reports.personal_data.topics import Topic
from college.reports.personal_data.whose import of as _of
from college.reports.personal_data.whose import through as _in
from college.reports.personal_data.words import names

T, F = Topic, Fate
EXAMINED: tuple[Held, ...] = (
    Held(
        Result,
        T.EXAM,
        say("Official results"),
        _of(Result.person_id),
        F.KEPT,
        {},
        names(
            "id person_id cycle_id level subject status score region published_verdict verdict"
            " pass_line_id import_id superseded_by_id recorded_at"
        ),
    ),
    Held(
        Qualification,
        T.EXAM,
        say("Qualifications"),
        _of(Qualification.person_id),
        F.EMPTIED,
        {"management_no_sealed": None, "evidence": ""},
        names(
            "id person_id level approved_on exam_year basis region recorded_by_id checked_by_id"
            " checked_at is_withdrawn recorded_at superseded_at"
        ),
    ),
    Held(Schooling, T.EXAM, say("Diplomas"), _of(Schooling.person_id), F.REMOVED),
    Held(
        EarlierPractice,
        T.EXAM,
        say("Earlier practice"),
        _of(EarlierPractice.person_id),
        F.REMOVED,
    ),
    Held(
        Candidacy,
        T.EXAM,
        say("Ways to an exam"),
        _of(Candidacy.person_id),
        F.EMPTIED,
        {"registration_no": ""},
        names("id person_id cycle_id level papers region state version"),
    ),
    Held(
        StepTaken,
        T.EXAM,
        say("Steps towards an exam"),
        _in(StepTaken.candidacy_id, Candidacy, Candidacy.person_id),
        F.EMPTIED,
        {"evidence": ""},
        names("id candidacy_id step on evidence_sha256 by_id recorded_at"),
    ),
    Held(
        Reminder,
        T.EXAM,
        say("Reminders of dates of the exam"),
        _in(Reminder.candidacy_id, Candidacy, Candidacy.person_id),
        F.REMOVED,
    ),
    Held(
        AdmissionTicket,
        T.EXAM,
        say("Admission tickets"),
        _in(AdmissionTicket.candidacy_id, Candidacy, Candidacy.person_id),
        F.REMOVED,
    ),
    Held(
        CohortMember,
        T.EXAM,
        say("Exam cohorts"),
        _of(CohortMember.person_id),
        F.KEPT,
        {},
        names("id cohort_id person_id joined_on left_on recorded_at"),
    ),
    Held(
        MilestoneTick,
        T.EXAM,
        say("Milestones of exam cohorts, checked off"),
        _in(MilestoneTick.member_id, CohortMember, CohortMember.person_id),
        F.REMOVED,
    ),
    Held(
        Registration,
        T.EXAM,
        say("Registrations of the qualification"),
        _of(Registration.person_id),
        F.EMPTIED,
        {"ground": ""},
        names("id person_id level kind state registrar rule_id version"),
    ),
    Held(
        RegistrationStep,
        T.EXAM,
        say("Steps of these registrations"),
        _in(RegistrationStep.registration_id, Registration, Registration.person_id),
        F.EMPTIED,
        {"evidence": "", "certificate_no": ""},
        names("id registration_id position state on by_id from_on to_on recorded_at superseded_at"),
    ),
    Held(
        EvidenceFile,
        T.EXAM,
        say("E-certificates"),
        _of(EvidenceFile.person_id),
        F.REMOVED,
    ),
    Held(
        Review,
        T.EXAM,
        say("Reviews for the senior level"),
        _of(Review.person_id),
        F.EMPTIED,
        {"ground": ""},
        names("id person_id exam_year issued_on until_on committee state version"),
    ),
    Held(
        ReviewStep,
        T.EXAM,
        say("Steps of these reviews"),
        _in(ReviewStep.review_id, Review, Review.person_id),
        F.EMPTIED,
        {"evidence": ""},
        names("id review_id position state on to_on by_id recorded_at superseded_at"),
    ),
    Held(
        HourEntry,
        T.EXAM,
        say("Hours of continuing education"),
        _of(HourEntry.person_id),
        F.EMPTIED,
        # without a title, a provider and a proof it is a number of minutes
        {"title": "", "provider": "", "evidence": "", "reason": "", "authority": ""},
        names(
            "id person_id first_id category from_on done_on quantity conversion_id minutes"
            " filing_no entered_by_id state decided_by_id decided_at recorded_at superseded_at"
        ),
    ),
)
