"""The rules of passing and the published lines, each with the document that it comes from."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from college.core.text import say
from college.exams.pass_rules.models import Subject
from college.people.qualifications.models import Level

FIRST_LINE_YEAR, LAST_LINE_YEAR = 2019, 2026
NATIONAL_LINE = Decimal(60)
FIXED_SINCE = 2022


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleData:
    level: Level
    subjects: tuple[Subject, ...]
    window_years: int
    earns_qualification: bool
    from_year: int
    citation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineData:
    year: int
    level: Level
    line: Decimal
    citation: str
    region: str = ""
    published_on: date | None = None


RULES = (
    RuleData(
        level=Level.ASSISTANT,
        subjects=(Subject.COMPREHENSIVE, Subject.PRACTICE),
        window_years=1,
        earns_qualification=True,
        from_year=2008,
        citation=say("国人部发〔2006〕71号 of 20 July 2006: both papers in one exam year"),
    ),
    RuleData(
        level=Level.SOCIAL_WORKER,
        subjects=(Subject.COMPREHENSIVE, Subject.PRACTICE, Subject.LAW_AND_POLICY),
        window_years=2,
        earns_qualification=True,
        from_year=2008,
        citation=say(
            "国人部发〔2006〕71号 of 20 July 2006: all three papers in two consecutive exam years"
        ),
    ),
    RuleData(
        level=Level.SENIOR,
        subjects=(Subject.PRACTICE,),
        window_years=1,
        earns_qualification=False,
        from_year=2019,
        citation=say(
            "人社部规〔2018〕2号 of 6 March 2018: the statement counts for three years of review"
        ),
    ),
)

NATIONAL_CITATION = say("60 percent of full marks, by the notice on pass lines of that year")
FIXED_CITATION = say("60 percent of full marks, fixed since the exams of 2022")
NOTICE_2025 = say(
    "Notice of 12 September 2025 on separately drawn pass lines, under 人社厅发〔2022〕25号"
)

NATIONAL_LINES = tuple(
    LineData(
        year=year,
        level=level,
        line=NATIONAL_LINE,
        citation=FIXED_CITATION if year >= FIXED_SINCE else NATIONAL_CITATION,
    )
    for year in range(FIRST_LINE_YEAR, LAST_LINE_YEAR + 1)
    for level in Level
)
# drawn after each exam, for the counties on the list; of Tongliao it names 库伦旗 alone
REGIONAL_LINES = (
    LineData(
        year=2025,
        level=Level.ASSISTANT,
        line=Decimal(53),
        region="库伦旗",
        published_on=date(2025, 9, 12),
        citation=NOTICE_2025,
    ),
    LineData(
        year=2025,
        level=Level.SOCIAL_WORKER,
        line=Decimal(58),
        region="库伦旗",
        published_on=date(2025, 9, 12),
        citation=NOTICE_2025,
    ),
)
LINES = NATIONAL_LINES + REGIONAL_LINES
