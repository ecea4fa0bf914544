"""Every noun whose deeds stand in the journal, and so on a timeline: the one list of them."""

from collections.abc import Sequence

from college.certs.batches import deeds as batches
from college.certs.certificates import deeds as certificates
from college.certs.designs import deeds as designs
from college.core.deeds import Noun
from college.courses.attendance import deeds as attendance
from college.courses.catalogue import deeds as catalogue
from college.courses.enrolments import deeds as enrolments
from college.courses.grades import deeds as grades
from college.courses.runs import deeds as runs
from college.exams.candidacies import deeds as candidacies
from college.exams.cohorts import deeds as cohorts
from college.exams.cycles import deeds as cycles
from college.exams.eligibility import deeds as eligibility
from college.exams.official_lists import deeds as official_lists
from college.exams.pass_rules import deeds as pass_rules
from college.exams.rejudgings import deeds as rejudgings
from college.exams.results import deeds as results
from college.people.accounts import deeds as accounts
from college.people.consents import deeds as consents
from college.people.employment import deeds as employment
from college.people.evidence import deeds as evidence
from college.people.invitations import deeds as invitations
from college.people.notices import deeds as notices
from college.people.oidc import deeds as identities
from college.people.passkeys import deeds as passkeys
from college.people.persons import deeds as persons
from college.people.qualifications import deeds as qualifications
from college.people.roles import deeds as roles
from college.people.roster import deeds as roster
from college.people.schooling import deeds as schooling
from college.people.sign_ins import deeds as sign_ins
from college.people.sign_ups import deeds as sign_ups
from college.register.continuing_education import deeds as continuing_education
from college.register.registrations import deeds as registrations
from college.register.reviews import deeds as reviews
from college.register.targets import deeds as targets
from college.reports.jobs import deeds as jobs
from college.reports.personal_data import deeds as personal_data
from college.reports.retention import deeds as retention
from college.reports.twins import deeds as twins
from college.stations.indicators import deeds as indicators
from college.stations.units import deeds as units
from college.supervision.sessions import deeds as sessions

NOUNS: Sequence[Noun] = (
    units.NOUN,
    indicators.NOUN,
    targets.NOUN,
    persons.NOUN,
    employment.NOUN,
    qualifications.NOUN,
    schooling.NOUN,
    schooling.PRACTICE,
    accounts.NOUN,
    roles.NOUN,
    evidence.NOUN,
    invitations.NOUN,
    sign_ups.NOUN,
    consents.NOUN,
    consents.CONSENTS,
    sign_ins.NOUN,
    identities.NOUN,
    passkeys.NOUN,
    notices.NOUN,
    notices.CHOICES,
    notices.DELIVERIES,
    catalogue.NOUN,
    runs.NOUN,
    enrolments.NOUN,
    attendance.NOUN,
    grades.NOUN,
    sessions.NOUN,
    sessions.ATTENDANCES,
    cycles.NOUN,
    pass_rules.NOUN,
    pass_rules.LINES,
    eligibility.NOUN,
    eligibility.COUNTING,
    pass_rules.EXTENSIONS,
    candidacies.NOUN,
    candidacies.REMINDERS,
    official_lists.NOUN,
    roster.NOUN,
    rejudgings.NOUN,
    results.NOUN,
    results.IMPORTS,
    results.LAPSES,
    cohorts.NOUN,
    cohorts.MEMBERS,
    cohorts.MILESTONES,
    cohorts.TICKS,
    cohorts.WARNINGS,
    registrations.NOUN,
    registrations.STEPS,
    registrations.RULES,
    reviews.NOUN,
    reviews.STEPS,
    continuing_education.NOUN,
    continuing_education.CONVERSIONS,
    continuing_education.REQUIREMENTS,
    continuing_education.WARNINGS,
    designs.NOUN,
    batches.NOUN,
    batches.ENTRIES,
    certificates.NOUN,
    jobs.NOUN,
    personal_data.NOUN,
    retention.NOUN,
    retention.ROUNDS,
    retention.PROPOSALS,
    twins.NOUN,
    twins.APART,
)
