"""Why a regional line is not taken: asked before it is shown what it changes, and again after."""

from college.core.errors import Conflict, RuleBroken
from college.core.text import say
from college.exams.pass_rules.data import LineData
from college.exams.pass_rules.models import Subject
from college.exams.rejudgings.queries import cycles_of_year, line_in


class RegionMissing(RuleBroken):
    code, field = "line_region_missing", "region"
    message = say("Name the region as results name it, such as 库伦旗.")


class YearUnknown(RuleBroken):
    code, field = "line_year_unknown", "year"
    message = say("No exam of %(year)s is on record. Enter the exam year first.")


class LineDrawnAlready(Conflict):
    code, field = "line_drawn_already", "line"
    message = say("The line of %(region)s stands at %(line)s already.")


class LineOfTheCountry(RuleBroken):
    code = "line_of_the_country"
    message = say("The line of the whole country comes with the rules and cannot be taken back.")


class NoticeMissing(RuleBroken):
    code, field = "line_notice_missing", "citation"
    message = say("Enter the number or title of the notice.")


class NoticeDayMissing(RuleBroken):
    code, field = "line_notice_day_missing", "published_on"
    message = say("Enter the day of the notice.")


def refuse_year(year: int) -> None:
    """Raises YearUnknown."""
    if not cycles_of_year(year):
        raise YearUnknown(year=year)


def refuse_line(new: LineData, subject: Subject | None) -> None:
    """Raises RegionMissing, YearUnknown, LineDrawnAlready."""
    if not new.region:
        raise RegionMissing
    refuse_year(new.year)
    stands = line_in(new.year, new.level, subject, new.region)
    if stands is not None:
        raise LineDrawnAlready(region=new.region, line=f"{stands.line.normalize():f}")
