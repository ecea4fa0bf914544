"""Who may do what: the whole policy on one page. Nothing else in the code names a role."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from college.core.text import say


class Role(StrEnum):
    ANYONE = "anyone"
    TRAINEE = "trainee"
    INSTRUCTOR = "instructor"
    SUPERVISOR = "supervisor"
    STATION_MANAGER = "station_manager"
    ADMIN = "admin"
    OBSERVER = "observer"
    SYSTEM = "system"

    @property
    def label(self) -> str:
        return {
            "anyone": say("Anyone"),
            "trainee": say("Trainee"),
            "instructor": say("Instructor"),
            "supervisor": say("Supervisor"),
            "station_manager": say("Station manager"),
            "admin": say("Administrator"),
            "observer": say("Department"),
            "system": say("System"),
        }[self]


class Can(StrEnum):
    """A deed, as `area:noun:verb`; kept in alphabetical order."""

    ACCOUNTS_OPEN = "people:accounts:open"
    ADMIN_SEE = "reports:dashboard:administer"
    ATTENDANCE_MARK = "courses:attendance:mark"
    CERTS_DOWNLOAD = "certs:certificates:download"
    CERTS_ISSUE = "certs:batches:issue"
    CERTS_REVOKE = "certs:certificates:revoke"
    CERTS_SEE = "certs:certificates:see"
    CERTS_VERIFY = "certs:verification:look_up"
    COHORTS_MANAGE = "exams:cohorts:form"
    COHORTS_SEE = "exams:cohorts:see"
    COURSES_PLAN = "courses:runs:plan"
    COURSES_SEE = "courses:runs:see"
    CYCLES_PLAN = "exams:cycles:plan"
    DESIGNS_ADOPT = "certs:designs:adopt"
    EMPLOYMENT_RECORD = "people:employment:record"
    ENROLMENTS_ENROL = "courses:enrolments:enrol"
    ENROLMENTS_SEE = "courses:enrolments:see"
    FIGURES_SEE = "reports:figures:see"
    GRADES_MARK = "courses:grades:mark"
    INDICATORS_RECORD = "stations:indicators:record"
    JOBS_RETRY = "reports:jobs:retry"
    JOBS_SEE = "reports:jobs:see"
    PERSONS_RECORD = "people:persons:record"
    PERSONS_SEE = "people:persons:see"
    QUALIFICATIONS_RECORD = "people:qualifications:record"
    RESULTS_IMPORT = "exams:results:import"
    RUNS_CLOSE = "courses:runs:close"
    RUNS_TEACH = "courses:runs:teach"
    SECURITY_SEE = "people:security:see"
    SIGN_INS_END = "people:sign_ins:end"
    SUPERVISION_CONFIRM = "supervision:sessions:confirm"
    SUPERVISION_LOG = "supervision:sessions:log"
    SUPERVISION_SEE = "supervision:sessions:see"
    UNITS_RECORD = "stations:units:record"
    UNITS_SEE = "stations:units:see"


class Scope(StrEnum):
    """Upon which rows. Each model says in `within` what a scope means for it."""

    ALL = "all"
    PUBLISHED = "published"
    MINE = "mine"
    TAUGHT = "taught"
    SUPERVISED = "supervised"
    UNIT = "unit"


GRANTS: Mapping[Role, Mapping[Can, Scope]] = {
    Role.ANYONE: {
        Can.COURSES_SEE: Scope.PUBLISHED,
        Can.CERTS_VERIFY: Scope.ALL,
        Can.SIGN_INS_END: Scope.MINE,  # everybody's own; a stranger has none
    },
    Role.TRAINEE: {
        Can.CERTS_DOWNLOAD: Scope.MINE,
        Can.CERTS_SEE: Scope.MINE,
        Can.COHORTS_SEE: Scope.MINE,
        Can.ENROLMENTS_ENROL: Scope.MINE,
        Can.ENROLMENTS_SEE: Scope.MINE,
        Can.PERSONS_SEE: Scope.MINE,
        Can.SUPERVISION_CONFIRM: Scope.MINE,
        Can.SUPERVISION_SEE: Scope.MINE,
    },
    Role.INSTRUCTOR: {
        Can.ATTENDANCE_MARK: Scope.TAUGHT,
        Can.COURSES_SEE: Scope.TAUGHT,
        Can.ENROLMENTS_SEE: Scope.TAUGHT,
        Can.GRADES_MARK: Scope.TAUGHT,
        Can.RUNS_CLOSE: Scope.TAUGHT,
        Can.RUNS_TEACH: Scope.TAUGHT,
    },
    Role.SUPERVISOR: {
        Can.SUPERVISION_LOG: Scope.SUPERVISED,
        Can.SUPERVISION_SEE: Scope.SUPERVISED,
    },
    Role.STATION_MANAGER: {
        Can.ENROLMENTS_ENROL: Scope.UNIT,
        Can.ENROLMENTS_SEE: Scope.UNIT,
        Can.FIGURES_SEE: Scope.UNIT,
        Can.PERSONS_SEE: Scope.UNIT,
        Can.UNITS_SEE: Scope.UNIT,
    },
    # everything but what is done in one's own name: teaching, supervising, confirming
    Role.ADMIN: dict.fromkeys(
        set(Can)
        - {
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


@dataclass(frozen=True, slots=True)
class Grant:
    """A role held at a unit and below it, or at no unit in particular."""

    role: Role
    unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """How far one grant goes: its scope, at its own unit and the units below only."""

    scope: Scope
    unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. Passed to every operation, never looked up inside one."""

    person_id: int | None = None
    grants: frozenset[Grant] = frozenset()

    def reach(self, can: Can) -> set[Reach]:
        """Return one reach per grant that allows `can`: rights never leak between units."""
        held = self.grants | {Grant(Role.ANYONE)}
        return {
            Reach(GRANTS[grant.role][can], grant.unit_id)
            for grant in held
            if can in GRANTS[grant.role]
        }


NOBODY = Actor()
SYSTEM = Actor(grants=frozenset({Grant(Role.SYSTEM)}))
