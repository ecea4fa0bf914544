"""Who may do what: the whole policy on one page. Nothing else in the code names a role."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from college.core.text import say


class Role(StrEnum):
    ANYONE = "anyone"
    TRAINEE = "trainee"
    INSTRUCTOR = "instructor"
    CLASS_TUTOR = "class_tutor"
    SUPERVISOR = "supervisor"
    COORDINATOR = "coordinator"
    STATION_MANAGER = "station_manager"
    APPROVER = "approver"
    EVALUATOR = "evaluator"
    ADMIN = "admin"
    OBSERVER = "observer"
    SYSTEM = "system"

    @property
    def label(self) -> str:
        return {
            "anyone": say("Anyone"),
            "trainee": say("Trainee"),
            "instructor": say("Instructor"),
            "class_tutor": say("Class tutor"),
            "supervisor": say("Supervisor"),
            "coordinator": say("Coordinator"),
            "station_manager": say("Station manager"),
            "approver": say("Approver"),
            "evaluator": say("Evaluator"),
            "admin": say("Administrator"),
            "observer": say("Department"),
            "system": say("System"),
        }[self]


class Can(StrEnum):
    """A deed, as `area:noun:verb`, in alphabetical order; people/roles/words.py has its words."""

    ACCOUNTS_OPEN = "people:accounts:open"
    ADMIN_SEE = "reports:dashboard:administer"
    ATTENDANCE_MARK = "courses:attendance:mark"
    CANDIDACIES_ENTER = "exams:candidacies:enter"
    CANDIDACIES_MOVE = "exams:candidacies:move"
    CANDIDACIES_SEE = "exams:candidacies:see"
    CERTS_DOWNLOAD = "certs:certificates:download"
    CERTS_ISSUE = "certs:batches:issue"
    CERTS_REVOKE = "certs:certificates:revoke"
    CERTS_SEE = "certs:certificates:see"
    CERTS_VERIFY = "certs:verification:look_up"
    CE_CONFIRM = "register:continuing_education:confirm"
    CE_ENTER = "register:continuing_education:enter"
    CE_SEE = "register:continuing_education:see"
    COHORTS_FOLLOW = "exams:cohorts:follow"
    COHORTS_MANAGE = "exams:cohorts:form"
    COHORTS_PLAN = "exams:cohorts:plan"
    COHORTS_SEE = "exams:cohorts:see"
    CONSENTS_GIVE = "people:consents:give"
    CONSENTS_PUBLISH = "people:consents:publish"
    CONSENTS_RECORD = "people:consents:record"
    CONSENTS_SEE = "people:consents:see"
    COURSES_PLAN = "courses:runs:plan"
    COURSES_SEE = "courses:runs:see"
    CYCLES_PLAN = "exams:cycles:plan"
    DATA_DECIDE = "reports:personal_data:decide"
    DESIGNS_ADOPT = "certs:designs:adopt"
    ELIGIBILITY_SEE = "exams:eligibility:see"
    EMPLOYMENT_RECORD = "people:employment:record"
    ENROLMENTS_ENROL = "courses:enrolments:enrol"
    ENROLMENTS_SEE = "courses:enrolments:see"
    EVIDENCE_KEEP = "people:evidence:keep"
    EVIDENCE_SEE = "people:evidence:open"
    FIGURES_SEE = "reports:figures:see"
    GRADES_MARK = "courses:grades:mark"
    IDENTITIES_UNLINK = "people:oidc:unlink"
    INDICATORS_RECORD = "stations:indicators:record"
    INVITATIONS_USE = "people:invitations:use"
    JOBS_RETRY = "reports:jobs:retry"
    JOBS_SEE = "reports:jobs:see"
    NOTICES_READ = "people:notices:read"
    NOTICES_RESEND = "people:notices:send_again"
    NOTICES_SEE = "people:notices:see"
    OWN_DATA_SEE = "reports:personal_data:see"
    PERSONS_LIST = "people:persons:list"
    PERSONS_MERGE = "people:persons:merge"
    PERSONS_RECORD = "people:persons:record"
    PERSONS_REVEAL = "people:persons:reveal"
    PERSONS_SEE = "people:persons:see"
    PHOTOS_KEEP = "people:persons:portray"
    QUALIFICATIONS_CHECK = "people:qualifications:check"
    QUALIFICATIONS_RECORD = "people:qualifications:record"
    REGISTER_RULE = "register:registrations:rule"
    REGISTRATIONS_RECORD = "register:registrations:record"
    REGISTRATIONS_SEE = "register:registrations:see"
    RESULTS_IMPORT = "exams:results:import"
    RESULTS_SEE = "exams:results:see"
    REVIEWS_RECORD = "register:reviews:record"
    REVIEWS_SEE = "register:reviews:see"
    ROLES_GRANT = "people:roles:grant"
    ROSTER_IMPORT = "people:roster:import"
    RUNS_CLOSE = "courses:runs:close"
    RUNS_TEACH = "courses:runs:teach"
    SCHOOLING_RECORD = "people:schooling:record"
    SECURITY_SEE = "people:security:see"
    SIGN_INS_END = "people:sign_ins:end"
    SIGN_UPS_ASK = "people:sign_ups:ask"
    SIGN_UPS_DECIDE = "people:sign_ups:decide"
    SMALL_CELLS_SEE = "reports:figures:see_small_cells"
    SUPERVISION_CONFIRM = "supervision:sessions:confirm"
    SUPERVISION_LOG = "supervision:sessions:log"
    SUPERVISION_SEE = "supervision:sessions:see"
    TARGETS_SET = "register:targets:set"
    UNITS_RECORD = "stations:units:record"
    UNITS_SEE = "stations:units:see"

    @property
    def is_grave(self) -> bool:
        """Whether it makes papers, takes in many people's data, or shows what lies sealed."""
        return self.value.rpartition(":")[2] in {"import", "issue", "reveal"}


class Scope(StrEnum):
    """Upon which rows. Each model says in `within` what a scope means for it."""

    ALL = "all"
    PUBLISHED = "published"
    MINE = "mine"
    TAUGHT = "taught"
    TUTORED = "tutored"
    SUPERVISED = "supervised"
    UNIT = "unit"


GRANTS: Mapping[Role, Mapping[Can, Scope]] = {
    Role.ANYONE: {
        Can.COURSES_SEE: Scope.PUBLISHED,
        Can.CERTS_VERIFY: Scope.ALL,
        Can.SIGN_UPS_ASK: Scope.MINE,
        Can.INVITATIONS_USE: Scope.MINE,  # whoever brings the code is the person
        Can.NOTICES_READ: Scope.MINE,  # everybody's own; a stranger has none
        Can.SIGN_INS_END: Scope.MINE,  # the same
        Can.OWN_DATA_SEE: Scope.MINE,  # the same
        Can.CONSENTS_GIVE: Scope.MINE,  # the same
    },
    Role.TRAINEE: {
        Can.EVIDENCE_KEEP: Scope.MINE,
        Can.EVIDENCE_SEE: Scope.MINE,
        Can.CANDIDACIES_ENTER: Scope.MINE,
        Can.CANDIDACIES_SEE: Scope.MINE,
        Can.CE_ENTER: Scope.MINE,
        Can.CE_SEE: Scope.MINE,
        Can.CERTS_DOWNLOAD: Scope.MINE,
        Can.CERTS_SEE: Scope.MINE,
        Can.COHORTS_SEE: Scope.MINE,
        Can.ELIGIBILITY_SEE: Scope.MINE,
        Can.ENROLMENTS_ENROL: Scope.MINE,
        Can.ENROLMENTS_SEE: Scope.MINE,
        Can.PERSONS_SEE: Scope.MINE,
        Can.PHOTOS_KEEP: Scope.MINE,
        Can.REGISTRATIONS_SEE: Scope.MINE,
        Can.RESULTS_SEE: Scope.MINE,
        Can.REVIEWS_SEE: Scope.MINE,
        Can.SUPERVISION_CONFIRM: Scope.MINE,
        Can.SUPERVISION_SEE: Scope.MINE,
    },
    Role.INSTRUCTOR: {
        Can.ATTENDANCE_MARK: Scope.TAUGHT,
        # who teaches may be named the tutor of a cohort: that opens this cohort, and no other
        Can.COHORTS_FOLLOW: Scope.TUTORED,
        Can.COHORTS_PLAN: Scope.TUTORED,
        Can.COHORTS_SEE: Scope.TUTORED,
        Can.COURSES_SEE: Scope.TAUGHT,
        Can.ENROLMENTS_SEE: Scope.TAUGHT,
        Can.GRADES_MARK: Scope.TAUGHT,
        Can.RUNS_CLOSE: Scope.TAUGHT,
        Can.RUNS_TEACH: Scope.TAUGHT,
    },
    # keeps a cohort together until its exam day; teaching and marking are the instructor's
    Role.CLASS_TUTOR: {
        Can.COHORTS_FOLLOW: Scope.TUTORED,
        Can.COHORTS_PLAN: Scope.TUTORED,
        Can.COHORTS_SEE: Scope.TUTORED,
    },
    Role.SUPERVISOR: {
        Can.SUPERVISION_LOG: Scope.SUPERVISED,
        Can.SUPERVISION_SEE: Scope.SUPERVISED,
    },
    # puts the staff of a unit forward and follows them, and decides nothing about their accounts
    Role.COORDINATOR: {
        Can.EVIDENCE_KEEP: Scope.UNIT,
        Can.EVIDENCE_SEE: Scope.UNIT,
        Can.CANDIDACIES_ENTER: Scope.UNIT,
        Can.CANDIDACIES_SEE: Scope.UNIT,
        Can.ELIGIBILITY_SEE: Scope.UNIT,
        Can.CE_ENTER: Scope.UNIT,
        Can.CE_SEE: Scope.UNIT,
        Can.ENROLMENTS_ENROL: Scope.UNIT,
        Can.ENROLMENTS_SEE: Scope.UNIT,
        Can.FIGURES_SEE: Scope.UNIT,
        Can.PERSONS_LIST: Scope.UNIT,
        Can.PERSONS_SEE: Scope.UNIT,
        Can.PHOTOS_KEEP: Scope.UNIT,
        Can.REGISTRATIONS_SEE: Scope.UNIT,
        Can.REVIEWS_SEE: Scope.UNIT,
        Can.SMALL_CELLS_SEE: Scope.UNIT,
        Can.UNITS_SEE: Scope.UNIT,
    },
    # what a coordinator may, and who of the unit comes in and as what
    Role.STATION_MANAGER: {
        Can.EVIDENCE_KEEP: Scope.UNIT,
        Can.EVIDENCE_SEE: Scope.UNIT,
        Can.ACCOUNTS_OPEN: Scope.UNIT,
        Can.CANDIDACIES_ENTER: Scope.UNIT,
        Can.CANDIDACIES_SEE: Scope.UNIT,
        Can.ELIGIBILITY_SEE: Scope.UNIT,
        Can.CE_CONFIRM: Scope.UNIT,
        Can.CE_ENTER: Scope.UNIT,
        Can.CE_SEE: Scope.UNIT,
        Can.ENROLMENTS_ENROL: Scope.UNIT,
        Can.ENROLMENTS_SEE: Scope.UNIT,
        Can.FIGURES_SEE: Scope.UNIT,
        Can.PERSONS_LIST: Scope.UNIT,
        Can.PERSONS_REVEAL: Scope.UNIT,
        Can.PERSONS_SEE: Scope.UNIT,
        Can.PHOTOS_KEEP: Scope.UNIT,
        Can.REGISTRATIONS_RECORD: Scope.UNIT,
        Can.REGISTRATIONS_SEE: Scope.UNIT,
        Can.REVIEWS_SEE: Scope.UNIT,
        Can.SCHOOLING_RECORD: Scope.UNIT,
        Can.QUALIFICATIONS_CHECK: Scope.UNIT,
        Can.SIGN_UPS_DECIDE: Scope.UNIT,
        Can.ROLES_GRANT: Scope.UNIT,
        Can.SMALL_CELLS_SEE: Scope.UNIT,
        Can.UNITS_SEE: Scope.UNIT,
    },
    # says yes or no to what others ask for, and asks for nothing
    Role.APPROVER: {
        Can.EVIDENCE_SEE: Scope.UNIT,
        Can.CE_CONFIRM: Scope.UNIT,
        Can.CE_SEE: Scope.UNIT,
        Can.ENROLMENTS_SEE: Scope.UNIT,
        Can.PERSONS_LIST: Scope.UNIT,
        Can.PERSONS_SEE: Scope.UNIT,
        Can.REGISTRATIONS_SEE: Scope.UNIT,
        Can.REVIEWS_SEE: Scope.UNIT,
        Can.QUALIFICATIONS_CHECK: Scope.UNIT,
        Can.SIGN_UPS_DECIDE: Scope.UNIT,
        Can.SMALL_CELLS_SEE: Scope.UNIT,
        Can.UNITS_SEE: Scope.UNIT,
    },
    # looks at the figures of the units that it evaluates: no personal data
    Role.EVALUATOR: {Can.FIGURES_SEE: Scope.UNIT, Can.UNITS_SEE: Scope.UNIT},
    # everything but what is done in one's own name: teaching, supervising, confirming
    Role.ADMIN: dict.fromkeys(
        set(Can)
        - {
            Can.CONSENTS_GIVE,
            Can.INVITATIONS_USE,
            Can.NOTICES_READ,
            Can.OWN_DATA_SEE,
            Can.SIGN_UPS_ASK,
            Can.SIGN_INS_END,
            Can.SUPERVISION_CONFIRM,
            Can.SUPERVISION_LOG,
            Can.SUPERVISION_SEE,
        },
        Scope.ALL,
    ),
    Role.OBSERVER: {Can.FIGURES_SEE: Scope.ALL, Can.UNITS_SEE: Scope.ALL},
    Role.SYSTEM: dict.fromkeys(Can, Scope.ALL),
}


def roles_with(can: Can) -> list[Role]:
    """The roles that people hold and that allow this deed, in the order of the list."""
    return [role for role in Role if role is not Role.SYSTEM and can in GRANTS[role]]


OWN_ROWS = frozenset({Scope.MINE, Scope.PUBLISHED})  # over nobody else
OWN_WORK = frozenset({Scope.TAUGHT, Scope.TUTORED, Scope.SUPERVISED})  # over whom one works with


@dataclass(frozen=True, slots=True)
class Grant:
    """A role held at a unit and below it, or at no unit in particular, until a day or for good."""

    role: Role
    unit_id: int | None = None
    to_on: date | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """How far one grant goes: its scope, at its own unit and the units below only, and how long."""

    scope: Scope
    unit_id: int | None = None
    to_on: date | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. Passed to every operation, never looked up inside one."""

    person_id: int | None = None
    grants: frozenset[Grant] = frozenset()

    def reach(self, can: Can) -> set[Reach]:
        """Return one reach per grant that allows `can`: rights never leak between units."""
        held = self.grants | {Grant(Role.ANYONE)}
        return {
            Reach(GRANTS[grant.role][can], grant.unit_id, grant.to_on)
            for grant in held
            if can in GRANTS[grant.role]
        }

    @property
    def bears_grave_rights(self) -> bool:
        """Whether they may do anything grave to rows that are not their own alone."""
        reaches = (reach for can in Can if can.is_grave for reach in self.reach(can))
        return any(reach.scope not in OWN_ROWS for reach in reaches)


NOBODY = Actor()
SYSTEM = Actor(grants=frozenset({Grant(Role.SYSTEM)}))
