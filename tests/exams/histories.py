"""Histories of plain data put to the pass engine in its own terms."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from college.exams.pass_rules.data import RULES
from college.exams.pass_rules.models import Extension, PassLine, PassRule, Subject
from college.exams.results.models import ResultStatus, Verdict
from college.exams.results.passing import Paper, Pass, passes
from college.people.qualifications.models import Level
from tests.exams import oracle
from tests.exams.oracle import Drawn, Notice, Sat

YEARS = range(2019, 2027)
HOME, ELSEWHERE = "内蒙古自治区", "山东省"
KULUN, NAIMAN = "库伦旗", "奈曼旗"
SCORES_CAME, LINES_CAME, CHECK_ENDED = 62, 111, 149  # days after the exam of 24 May
A, B, C = "comprehensive", "practice", "law_and_policy"
NATION = [Drawn(level, year, 120) for level in oracle.PAPERS for year in YEARS]
KULUN_2025 = [
    Drawn("assistant", 2025, 106, KULUN, LINES_CAME),
    Drawn("social_worker", 2025, 116, KULUN, LINES_CAME),
]
LAW = [
    PassRule(**vars_of, to_year=None)
    for vars_of in (
        {
            "level": r.level,
            "subjects": [s.value for s in r.subjects],
            "window_years": r.window_years,
            "earns_qualification": r.earns_qualification,
            "from_year": r.from_year,
            "citation": r.citation,
        }
        for r in RULES
    )
]


def earned(sats: Sequence[Sat], lines: Sequence[Drawn], notices: Sequence[Notice]) -> list[Pass]:
    """What the engine says, asked in its own terms."""
    return passes(
        [paper_of(s) for s in sats], LAW, [line_of(x) for x in lines], notices_of(notices)
    )


def agree(found: Sequence[Pass], expected: dict[tuple[str, int], set[str]]) -> None:
    assert {(p.level.value, p.year) for p in found} == expected.keys()
    for p in found:
        assert p.region in expected[p.level.value, p.year]
        assert (p.basis == "regional") is bool(p.region)


def paper_of(sat: Sat) -> Paper:
    has_sat = isinstance(sat.mark, int) or not sat.mark
    return Paper(
        level=Level(sat.level),
        subject=Subject(sat.paper),
        year=sat.year,
        status=ResultStatus.SAT if has_sat else ResultStatus(sat.mark),
        score=Decimal(sat.mark) / 2 if isinstance(sat.mark, int) else None,
        region=sat.place,
        province=sat.province,
        published_verdict=Verdict(sat.word) if sat.word else None,
        published_on=day_of(sat.year, sat.day),
    )


def line_of(drawn: Drawn) -> PassLine:
    return PassLine(
        year=drawn.year,
        level=Level(drawn.level),
        subject=None,
        region=drawn.region,
        line=Decimal(drawn.mark) / 2,
        published_on=day_of(drawn.year, drawn.day),
        citation="",
    )


def day_of(year: int, day: int) -> date | None:
    return date(year, 5, 24) + timedelta(days=day) if day else None


def notices_of(notices: Sequence[Notice]) -> list[Extension]:
    return [
        Extension(
            level=Level(n.level),
            passed_year=n.year,
            until_year=n.until,
            province=n.province,
            citation="",
        )
        for n in notices
    ]


def standing_rows(history: Sequence[Sat]) -> list[Sat]:
    """The last word on each paper: a correction takes the place of what stood."""
    kept = {(s.level, s.year, s.paper): s for s in history if s.paper in oracle.PAPERS[s.level]}
    return list(kept.values())
