"""The published rules of continuing education, to be adopted with their sources."""

from dataclasses import dataclass
from datetime import date

from college.core.text import say
from college.people.qualifications.models import Level
from college.register.continuing_education.models import Bound, HourCategory, HourUnit

SINCE = date(2009, 9, 7)
ORDER = say(
    "民发〔2009〕123号, 7 September 2009: per three-year period 72 hours for assistants, 90 for "
    "social workers and seniors"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiredData:
    level: Level
    minutes: int
    citation: str
    category: HourCategory | None = None
    bound: Bound = Bound.AT_LEAST
    region: str = ""
    from_on: date = SINCE
    to_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversionData:
    category: HourCategory
    unit: HourUnit
    name: str
    minutes_per_unit: int
    citation: str
    region: str = ""
    is_once: bool = False
    from_on: date = SINCE
    to_on: date | None = None


REQUIRED = (
    RequiredData(level=Level.ASSISTANT, minutes=72 * 60, citation=ORDER),
    RequiredData(level=Level.SOCIAL_WORKER, minutes=90 * 60, citation=ORDER),
    RequiredData(level=Level.SENIOR, minutes=90 * 60, citation=ORDER),
)
_TIME = say("民发〔2009〕123号, 7 September 2009: training counts with its actual time")
_DEGREE = say(
    "民发〔2009〕123号, 7 September 2009: a degree in social work counts once with 90 hours, "
    "passed courses without a degree with their lecture hours"
)
_PERIOD = say(
    "Convention of 45 minutes a class period; no rule text seen. Ask the authority that filed the "
    "training, and enter their rule where it differs."
)
_JIANGXI = say(
    "Social workers' association of Jiangxi, 2013: an article of 3,000 characters or more in a "
    "core journal 80 hours, a shorter one 60, marked homework 40 to 70 (the lower bound is used)"
)
_JIANGXI_SINCE = date(2013, 1, 1)
CONVERSIONS = (
    ConversionData(
        category=HourCategory.TRAINING,
        unit=HourUnit.HOUR,
        name=say("Training, in hours of actual time"),
        minutes_per_unit=60,
        citation=_TIME,
    ),
    ConversionData(
        category=HourCategory.TRAINING,
        unit=HourUnit.PERIOD,
        name=say("Training, in class periods"),
        minutes_per_unit=45,
        citation=_PERIOD,
    ),
    ConversionData(
        category=HourCategory.DEGREE,
        unit=HourUnit.PIECE,
        name=say("Degree in social work, on graduation"),
        minutes_per_unit=90 * 60,
        is_once=True,
        citation=_DEGREE,
    ),
    ConversionData(
        category=HourCategory.DEGREE,
        unit=HourUnit.HOUR,
        name=say("Passed courses without a degree, in lecture hours"),
        minutes_per_unit=60,
        citation=_DEGREE,
    ),
    ConversionData(
        region="江西省",
        category=HourCategory.PUBLICATION,
        unit=HourUnit.PIECE,
        name=say("Article in a core journal, 3,000 characters or more"),
        minutes_per_unit=80 * 60,
        from_on=_JIANGXI_SINCE,
        citation=_JIANGXI,
    ),
    ConversionData(
        region="江西省",
        category=HourCategory.PUBLICATION,
        unit=HourUnit.PIECE,
        name=say("Shorter article in a core journal"),
        minutes_per_unit=60 * 60,
        from_on=_JIANGXI_SINCE,
        citation=_JIANGXI,
    ),
    ConversionData(
        region="江西省",
        category=HourCategory.HOMEWORK,
        unit=HourUnit.PIECE,
        name=say("Marked homework"),
        minutes_per_unit=40 * 60,
        from_on=_JIANGXI_SINCE,
        citation=_JIANGXI,
    ),
)
