"""Why a supervision record is refused, each in a sentence that says what to do."""

from college.core.errors import Conflict, RuleBroken
from college.core.text import say


class EndsBeforeStart(RuleBroken):
    code, field = "ends_before_start", "ends_at"
    message = say("The end must come after the start.")


class TooLong(RuleBroken):
    code, field = "too_long", "ends_at"
    message = say("More than %(hours)s hours: look at start and end once more.")


class NotOverYet(RuleBroken):
    code, field = "not_over_yet", "ends_at"
    message = say("This session is not over yet. Log it when it has ended.")


class SupervisorIsBusy(RuleBroken):
    code, field = "supervisor_is_busy", "starts_at"
    message = say(
        "You are in another supervision session at this time. Correct the time, or that record."
    )


class SuperviseeIsBusy(RuleBroken):
    code, field = "supervisee_is_busy", "attendances"
    message = say("%(name)s is in another supervision session at this time. Check the time.")


class NobodyThere(RuleBroken):
    code, field = "nobody_there", "attendances"
    message = say("Choose at least one supervisee.")


class NotExactlyOne(RuleBroken):
    code, field = "not_exactly_one", "attendances"
    message = say("Individual supervision has one supervisee. For several, choose group.")


class TooFew(RuleBroken):
    code, field = "too_few", "attendances"
    message = say("Group and peer supervision need at least two supervisees.")


class TooMany(RuleBroken):
    code, field = "too_many", "attendances"
    message = say("At most %(most)s supervisees in one session.")


class ListedTwice(RuleBroken):
    code, field = "listed_twice", "attendances"
    message = say("%(name)s is listed twice. Keep one of the two.")


class OwnSupervisee(RuleBroken):
    code, field = "own_supervisee", "attendances"
    message = say("Nobody is their own supervisee. Choose the persons you supervised.")


class UnknownSupervisee(RuleBroken):
    code, field = "unknown_supervisee", "attendances"
    message = say("%(name)s is not a trainee today and could not confirm. Ask the academic office.")


class MinutesOutOfRange(RuleBroken):
    code, field = "minutes_out_of_range", "attendances"
    message = say("%(name)s: from 1 to %(most)s minutes, no longer than the session.")


class SessionLocked(RuleBroken):
    code = "session_locked"
    message = say("Every supervisee has confirmed. The record is locked and stays as it is.")


class RecordChanged(Conflict):
    code = "record_changed"
    message = say("The record has changed since you opened it. Look at it once more, then decide.")
