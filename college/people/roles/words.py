"""The grant table of core/roles.py in words: what each deed is, and upon which rows."""

from collections.abc import Mapping

from college.core.roles import Can, Role, Scope
from college.core.text import say

ROLES: Mapping[Role, str] = {
    Role.ANYONE: say("Whoever opens the site, signed in or not. Every other role may do this too."),
    Role.TRAINEE: say("Learns here: enrols, confirms supervision, holds certificates."),
    Role.INSTRUCTOR: say("Runs the classes that the timetable gives them."),
    Role.CLASS_TUTOR: say("Keeps a cohort together until its exam day."),
    Role.SUPERVISOR: say("Logs the supervision that they give."),
    Role.COORDINATOR: say("Puts the staff of a unit forward and follows how far each came."),
    Role.STATION_MANAGER: say("Answers for a unit: its staff, who comes in, and who acts as what."),
    Role.APPROVER: say("Says yes or no to what others of the unit ask for."),
    Role.EVALUATOR: say("Looks at the figures of the units that they evaluate. No personal data."),
    Role.ADMIN: say("Runs the college. Does nothing in another person's name."),
    Role.OBSERVER: say("Reads the figures of the whole college. No personal data."),
}
SCOPES: Mapping[Scope, str] = {
    Scope.ALL: say("Everywhere"),
    Scope.PUBLISHED: say("What is published"),
    Scope.MINE: say("Their own alone"),
    Scope.TAUGHT: say("The classes they teach"),
    Scope.TUTORED: say("The cohorts they tutor"),
    Scope.SUPERVISED: say("The supervision they give"),
    Scope.UNIT: say("The unit of the role, and all below it"),
}
RIGHTS: Mapping[Can, str] = {
    Can.ACCOUNTS_OPEN: say("invite people, who then get an account"),
    Can.ADMIN_SEE: say("see the overview of the college"),
    Can.ATTENDANCE_MARK: say("mark attendance"),
    Can.CERTS_DOWNLOAD: say("download certificates"),
    Can.CERTS_ISSUE: say("issue certificates"),
    Can.CERTS_REVOKE: say("revoke certificates"),
    Can.CERTS_SEE: say("see certificates"),
    Can.CERTS_VERIFY: say("verify a certificate"),
    Can.COHORTS_FOLLOW: say("see how far each member of a cohort came"),
    Can.COHORTS_MANAGE: say("form exam cohorts"),
    Can.COHORTS_SEE: say("see exam cohorts"),
    Can.COURSES_PLAN: say("plan classes"),
    Can.COURSES_SEE: say("see classes"),
    Can.CYCLES_PLAN: say("plan exam years"),
    Can.DESIGNS_ADOPT: say("adopt designs of certificates"),
    Can.EMPLOYMENT_RECORD: say("record who works where"),
    Can.ENROLMENTS_ENROL: say("enrol in classes"),
    Can.ENROLMENTS_SEE: say("see enrolments"),
    Can.FIGURES_SEE: say("read figures"),
    Can.GRADES_MARK: say("enter marks"),
    Can.INDICATORS_RECORD: say("record reported figures"),
    Can.INVITATIONS_USE: say("take up an invitation"),
    Can.JOBS_RETRY: say("try background work again"),
    Can.JOBS_SEE: say("see background work"),
    Can.PERSONS_RECORD: say("put people on record"),
    Can.PERSONS_SEE: say("see people"),
    Can.QUALIFICATIONS_RECORD: say("record qualifications"),
    Can.RESULTS_IMPORT: say("import official results"),
    Can.ROLES_GRANT: say("give and end roles, none with more rights than their own there"),
    Can.RUNS_CLOSE: say("close classes"),
    Can.RUNS_TEACH: say("teach classes"),
    Can.SECURITY_SEE: say("read the security log"),
    Can.SIGN_INS_END: say("sign out devices and change the password"),
    Can.SUPERVISION_CONFIRM: say("confirm supervision"),
    Can.SUPERVISION_LOG: say("log supervision"),
    Can.SUPERVISION_SEE: say("read supervision records"),
    Can.UNITS_RECORD: say("record units"),
    Can.UNITS_SEE: say("see units"),
}
