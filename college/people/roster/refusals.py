"""Why a row of a roster is refused: the problem and how to mend it, one class each."""

from college.core.imports import RowRefused
from college.core.text import say


class UnitMissing(RowRefused):
    code, message = "unit_missing", say("The unit is missing")
    mend = say("Enter the station's name, or choose a unit for such rows as you upload the sheet.")


class UnitUnknown(RowRefused):
    code, message = "unit_unknown", say("No unit of this name is open")
    mend = say("Write the name as the list of stations has it. Like it are: %(likely)s.")


class UnitAmbiguous(RowRefused):
    code, message = "unit_ambiguous", say("Several units bear this name")
    mend = say("Write the unit above it in front, with a slash: %(likely)s.")


class CapacityMissing(RowRefused):
    code, message = "capacity_missing", say("It is not said as what the person works")
    mend = say("Enter it, or choose one for such rows as you upload the sheet.")


class CapacityUnknown(RowRefused):
    code, message = "capacity_unknown", say("This kind of post is not known")
    mend = say("Write one of: %(known)s.")


class PhoneWrong(RowRefused):
    code, message = "phone_wrong", say("This phone number cannot be right")
    mend = say("A mobile number has 11 digits; a landline its area code and 7 or 8 digits.")


class EmailWrong(RowRefused):
    code, message = "email_wrong", say("This e-mail address cannot be right")
    mend = say("Compare it letter by letter, or leave the cell empty.")


class DateWrong(RowRefused):
    code, message = "date_wrong", say("This is no date")
    mend = say("Write it as 2024-03-01 or 2024年3月1日.")


class DateToCome(RowRefused):
    code, message = "date_to_come", say("This date is more than a year ahead")
    mend = say("Compare the year with the paper.")


class EndsTooLate(RowRefused):
    code, message = "ends_too_late", say("This last day is more than ten years ahead")
    mend = say("Compare the year with the paper, or leave the cell empty.")


class BeforeBirth(RowRefused):
    code, message = "before_birth", say("On this day the person was not born yet")
    mend = say("Compare the year with the paper.")


class EndsBefore(RowRefused):
    code, message = "ends_before", say("The last day comes before the first")
    mend = say("Compare the two dates; perhaps they are the wrong way round.")


class PersonTwice(RowRefused):
    code, message = "person_twice", say("Row %(line)s says something else of the same person")
    mend = say("Keep the row that is right and remove the other.")


class PostEnded(RowRefused):
    code = "post_ended"
    message = say("This post was held in that time already, and it ended")
    mend = say("Enter a first day after %(on)s, or leave the row out.")


class PostOverlaps(RowRefused):
    code = "post_overlaps"
    message = say("A later post of the person stands in the way (from %(on)s)")
    mend = say("Compare the dates with the person's page; enter a last day before that.")


class UnitNotOpenYet(RowRefused):
    code, message = "unit_not_open_yet", say("The unit opens on %(on)s only")
    mend = say(
        "Enter a first day from then on, or correct the opening on the unit's page if it is older."
    )


class UnitShut(RowRefused):
    code, message = "unit_shut", say("The unit is closed since %(on)s")
    mend = say("Enter a last day before that, or the unit that took over.")
